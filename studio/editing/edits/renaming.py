"""Renaming without breaking anything: wires, first values, layout, comments and params follow, in other graphs too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from studio.editing.document.document import Document
from studio.editing.document.ops import At, Op, Place, PutNode, RenameNode, node_with
from studio.editing.edits.bodies import body_of_node, role, users
from studio.editing.edits.connecting import edge_ops, mapped_edges
from studio.editing.edits.naming import require_name
from studio.editing.edits.remarks import follow
from studio.graph.model import Edge, Graph
from studio.graph.names import RESERVED_PORTS, port_problem, reserved_sentence
from studio.graph.ports import node_ports
from studio.spec.fields import Field
from studio.spec.node import Node
from studio.support.errors import GraphError
from studio.support.expressions import Expression, ExpressionError
from studio.support.templates import as_text
from studio.support.templates import rename as rename_placeholder
from studio.support.values import Json


def rename_node(doc: Document, at: At, old: str, new: str) -> list[Op]:
    """Return the ops that rename a node; whatever names it follows.

    A `flow.input` or `flow.output` of a subgraph is a port of the nodes that run it: their edges, their `each` and
    their `default` follow, too, anywhere in the document. Raises GraphError for a name that is impossible or taken.
    """
    node = doc.node(at, old)
    if old == new:
        return []
    graph = doc.at(at)
    require_name(new, "node", graph.nodes)
    ports = _Ports()
    what = role(doc, node)
    if what in ("input", "output"):
        using = users(doc, at)
        if using and new in RESERVED_PORTS:
            message, hint = reserved_sentence(new, what)
            raise GraphError(message, hint=hint)
        for place, name in using:
            there = doc.ports(place, name)
            if new in (there.inputs if what == "input" else there.outputs):
                raise GraphError(f"`{name}`, which runs this graph, has a port `{new}` of its own.",
                                 hint="Choose another name.")  # fmt: skip
            ports.add(place, name, old, new, is_output=what == "output")
    ops = ports.node_ops(doc)
    ops.append(RenameNode(at, old, new))
    for place in dict.fromkeys((at, *ports.changes)):
        renamed = (old, new) if place == at else None
        ops += edge_ops(doc, place, mapped_edges(doc.at(place), lambda e, p=place, r=renamed: ports.edge(p, e, r)))  # type: ignore[misc]
    ops += _layout(at, graph, old, new)
    return [*ops, *follow(at, graph, {f"{part}.{old}": f"{part}.{new}" for part in ("nodes", "layout")})]


def _layout(at: At, graph: Graph, old: str, new: str) -> list[Op]:
    if old not in graph.layout:
        return []
    value = graph.layout[old]
    where = list(graph.layout).index(old)
    return [Place(at, old, None), Place(at, new, value, where, is_null=value is None)]


class _Ports:
    """Ports that get other names, by graph and node."""

    def __init__(self) -> None:
        self.changes: dict[At, dict[str, list[tuple[str, str, bool]]]] = {}

    def add(self, at: At, node: str, old: str, new: str, *, is_output: bool) -> None:
        """A port of this node is called otherwise from now on."""
        self.changes.setdefault(at, {}).setdefault(node, []).append((old, new, is_output))

    def edge(self, at: At, edge: Edge, node: tuple[str, str] | None = None) -> Edge:
        """Return an edge with the new names of its ports, and of a node that is renamed in the same graph."""
        source_port, target_port, initial_from = edge.source_port, edge.target_port, edge.initial_from
        start, _, start_port = initial_from.partition(".")
        for old, new, is_output in self.changes.get(at, {}).get(edge.source, ()):
            if is_output and source_port == old:
                source_port = new
        for old, new, is_output in self.changes.get(at, {}).get(edge.target, ()):
            if not is_output and target_port == old:
                target_port = new
        for old, new, is_output in self.changes.get(at, {}).get(start, ()):
            if is_output and start_port == old:
                initial_from = f"{start}.{new}"
        source, target = edge.source, edge.target
        if node is not None:
            source, target = (node[1] if end == node[0] else end for end in (source, target))
            if start == node[0]:
                initial_from = f"{node[1]}.{initial_from.partition('.')[2]}"
        ends = (source, source_port, target, target_port, initial_from)
        if ends == (edge.source, edge.source_port, edge.target, edge.target_port, edge.initial_from):
            return edge
        return replace(
            edge,
            source=source,
            source_port=source_port,
            target=target,
            target_port=target_port,
            initial_from=initial_from,
        )

    def node_ops(self, doc: Document) -> list[Op]:
        """Return the ops by which what nodes say of their own ports follows: `each` and `default`."""
        ops: list[Op] = []
        for at, nodes in self.changes.items():
            for name, changes in nodes.items():
                node = doc.node(at, name)
                changed = node
                for old, new, is_output in changes:
                    if is_output and old in changed.default:
                        changed = replace(changed, default=_key_renamed(changed.default, old, new))
                    if not is_output and "each" in changed.params:
                        each = _listed(changed.params["each"], old, new)
                        changed = node_with(changed, {**changed.params, "each": each})
                if changed != node:
                    ops.append(PutNode(at, name, changed))
        return ops


# -- ports that follow from params --------------------------------------------------------------


def rename_port(doc: Document, at: At, name: str, old: str, new: str) -> list[Op]:
    """Return the ops that rename a port which follows from a node's params, in the params and on its wires.

    Knows the editors by which params are declared: placeholders of templates, names in expressions and checks,
    properties of schemas, cases, listed names. A port of a region node is renamed in its body. Raises GraphError if
    the port is the type's own, or if the new name is reserved, impossible or taken.
    """
    node = doc.node(at, name)
    ports = doc.ports(at, name)
    if old not in ports.inputs and old not in ports.outputs:
        raise GraphError(f"`{name}` has no port `{old}`.")
    if old == new:
        return []
    if role(doc, node) in ("subgraph", "map"):
        return _rename_in_body(doc, at, name, old, new)
    _require_port(
        new, {*(ports.inputs if old in ports.inputs else ()), *(ports.outputs if old in ports.outputs else ())}
    )
    if ports.cls is None:
        raise GraphError(f"The type `{node.type}` is not known, so its ports cannot be renamed.")
    params = rename_in_params(ports.cls, node.params, old, new)
    changed = node_with(node, params)
    then = node_ports(doc.scope(at), changed, doc.registry)
    sides = []
    for is_output, before, after in ((False, ports.inputs, then.inputs), (True, ports.outputs, then.outputs)):
        expected = [new if port == old else port for port in before]
        if old in before and sorted(after) == sorted(expected):
            sides.append(is_output)
        elif sorted(after) != sorted(before):
            raise GraphError(f"`{old}` cannot be called `{new}`: other ports of `{name}` would change, too.")
    if not sides:
        raise GraphError(f"`{old}` is a port of every `{node.type}` and keeps its name.")
    followers = _Ports()
    for is_output in sides:
        followers.add(at, name, old, new, is_output=is_output)
        if is_output and old in changed.default:
            changed = replace(changed, default=_key_renamed(changed.default, old, new))
    graph = doc.at(at)
    return [PutNode(at, name, changed), *edge_ops(doc, at, mapped_edges(graph, lambda e: followers.edge(at, e)))]


def rename_in_params(cls: type[Node], params: Mapping[str, Json], old: str, new: str) -> dict[str, Json]:
    """Return the params of a node of a type in which a port that follows from them is called otherwise."""
    return {key: _renamed(cls, key, value, old, new) for key, value in params.items()}


def _rename_in_body(doc: Document, at: At, name: str, old: str, new: str) -> list[Op]:
    body = body_of_node(doc, at, name)
    if body is None:
        raise GraphError(
            f"The ports of `{name}` come from another file.", hint=f"Open that file and rename `{old}` there."
        )
    if old not in doc.at(body).nodes:
        raise GraphError(f"`{old}` is a port of every node of this type and keeps its name.")
    return rename_node(doc, body, old, new)


def _require_port(name: str, taken: set[str]) -> None:
    if name in RESERVED_PORTS:
        message, hint = reserved_sentence(name, "name")
        raise GraphError(message, hint=hint)
    if problem := port_problem(name):
        raise GraphError(f"`{name[:60]}` cannot name a port: {problem}.")
    if name in taken:
        raise GraphError(f"There is a port `{name}` already.", hint="Choose another name.")


def _renamed(cls: type[Node], key: str, value: Json, old: str, new: str) -> Json:
    """Return the value of a param in which a port is called otherwise."""
    spec = cls.Params.fields().get(key, Field())
    kind = spec.editor.get("kind", "")
    if kind == "template" or key in _TEMPLATES:
        return _in_texts(value, old, new)
    if kind == "expression":
        return _in_expression(value, old, new)
    if kind == "checks" and isinstance(value, list | tuple):
        return [_in_check(one, old, new) for one in value]
    if kind == "schema":
        return _in_schema(value, old, new)
    if kind == "cases":
        return _in_cases(value, old, new)
    if kind == "examples" and isinstance(value, list | tuple):
        return [_in_example(one, old, new) for one in value]
    if kind == "values" and isinstance(value, Mapping):
        return _key_renamed(value, old, new)
    return _listed(value, old, new) if kind == "names" or key in _NAMES else value


_TEMPLATES = frozenset({"template", "instructions", "question"})
_NAMES = frozenset({"names", "output", "candidates", "each"})
"""Params that are templates, or that name ports, in types whose declaration names no editor."""

_IN_EXPRESSION = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|(?<![\w.])[^\W\d]\w*")


def _in_texts(value: Json, old: str, new: str) -> Json:
    if isinstance(value, str):
        return rename_placeholder(value, old, new)
    if isinstance(value, Mapping):
        return {rename_placeholder(key, old, new): _in_texts(one, old, new) for key, one in value.items()}
    return [_in_texts(one, old, new) for one in value] if isinstance(value, list | tuple) else value


def _in_expression(value: Json, old: str, new: str) -> Json:
    if not isinstance(value, str):
        return value
    made = _IN_EXPRESSION.sub(lambda found: new if found[0] == old else found[0], value)
    try:
        names = Expression.parse(value).names
        return made if list(Expression.parse(made).names) == [new if one == old else one for one in names] else value
    except ExpressionError:
        return value


def _in_check(check: Json, old: str, new: str) -> Json:
    if not isinstance(check, Mapping):
        return check
    changed = dict(check)
    if "expression" in changed:
        changed["expression"] = _in_expression(changed["expression"], old, new)
    if isinstance(changed.get("judge"), str):
        changed["judge"] = rename_placeholder(changed["judge"], old, new)
    return changed


def _in_schema(schema: Json, old: str, new: str) -> Json:
    if not isinstance(schema, Mapping) or not isinstance(schema.get("properties"), Mapping):
        return schema
    changed = {**schema, "properties": _key_renamed(schema["properties"], old, new)}
    if "required" in changed:
        changed["required"] = _listed(changed["required"], old, new)
    return changed


def _in_cases(cases: Json, old: str, new: str) -> Json:
    if isinstance(cases, Mapping):
        return _key_renamed(cases, old, new)
    if isinstance(cases, list | tuple) and old in map(as_text, cases):
        return {new if as_text(case) == old else as_text(case): case for case in cases}
    return cases


def _in_example(example: Json, old: str, new: str) -> Json:
    if not isinstance(example, Mapping):
        return example
    changed = _key_renamed(example, old, new)
    if isinstance(changed.get("output"), Mapping):
        changed["output"] = _key_renamed(changed["output"], old, new)
    return changed


def _listed(value: Json, old: str, new: str) -> Json:
    """Return a name, or listed names, or keys, in which one is another."""
    if isinstance(value, str):
        return new if value == old else value
    if isinstance(value, list | tuple):
        return [new if one == old else one for one in value]
    return _key_renamed(value, old, new) if isinstance(value, Mapping) else value


def _key_renamed(value: Mapping[str, Json], old: str, new: str) -> dict[str, Json]:
    return {new if key == old else key: one for key, one in value.items()}
