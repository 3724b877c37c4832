"""The wires of a graph in which a body takes the place of the node that ran it.

Inputs and outputs of the body are then only places where wires go on: each wire behind one is drawn once for each wire
before it, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from studio.editing.document.document import Document
from studio.editing.document.ops import At
from studio.editing.edits.naming import free_name
from studio.graph.model import Edge, NodeInstance
from studio.graph.ports import node_ports
from studio.graph.scope import Scope
from studio.spec.fields import Field
from studio.support.errors import GraphError
from studio.support.templates import literal
from studio.support.values import Json


class Wires:
    """What becomes of the wires into, in and out of the body of `scope`, which the node `name` runs.

    `roles` are those of the body's nodes. With `strict` whatever would carry other values than before is refused.
    `constants` are the nodes needed in place of inputs that have a default and no wire, by input.
    """

    def __init__(self, doc: Document, at: At, name: str, scope: Scope, roles: Mapping[str, str], strict: bool) -> None:
        self._doc = doc
        self._at = at
        self._name = name
        self._scope = scope
        self._graph = doc.at(at)
        self._body = scope.graph
        self._roles = roles
        self._strict = strict
        self._outer = _by_end(self._graph.edges)
        self._inner = _by_end(self._body.edges)
        self._names: Mapping[str, str] = {}
        self.constants: dict[str, NodeInstance] = {}
        self._led_on: set[int] = set()
        """By identity, the edges that wires drawn afterwards stand for."""

    def field(self, node: str, port: str) -> Field | None:
        """Return what is known of an input of a node of the body."""
        if port == "when":
            return Field(name="when", kind="port", type="any")
        return node_ports(self._scope, self._body.nodes[node], self._doc.registry).inputs.get(port)

    def drawn(self, names: Mapping[str, str]) -> tuple[list[list[Edge]], list[Edge]]:
        """Return what each edge of the parent becomes, and the edges that are new behind them.

        `names` says what the nodes of the body are called in the parent. Raises GraphError for what no wire can say.
        """
        self._names = names
        self._led_on.clear()
        of_each = [[] if edge.target == self._name else self._resolved(edge, False) for edge in self._graph.edges]
        inner: list[Edge] = []
        for edge in self._body.edges:
            if self._roles.get(edge.target) != "output":
                inner += self._resolved(edge, True)
        if self._strict:
            self._refuse_lost_feedback()
        return of_each, inner

    def _refuse_lost_feedback(self) -> None:
        """Raise GraphError for a feedback edge that leads to nothing: it keeps the graph ticking (rule 2.5)."""
        mine = [edge for edge in self._graph.edges if edge.target == self._name or edge.source == self._name]
        for edge in (*mine, *self._body.edges):
            if edge.feedback and not edge.hold and id(edge) not in self._led_on:
                raise GraphError(
                    f"`{edge}` leads to nothing, but keeps the graph ticking.", hint=f"Cut `{edge}` first."
                )

    def _resolved(self, edge: Edge, inside: bool) -> list[Edge]:
        target = self._names.get(edge.target, edge.target) if inside else edge.target
        made = [replace(source, target=target, target_port=edge.target_port) for source in self.sources(edge, inside)]
        if len(made) > 1 and self._strict:
            ends = edge.target, edge.target_port
            spec = self.field(*ends) if inside else self._doc.input(self._at, *ends)
            if edge.feedback or edge.target_port == "when" or (spec is not None and spec.join != "plain"):
                raise GraphError(
                    f"Several wires are joined before they come to `{edge.target}.{edge.target_port}`, which would "
                    "take them one by one.",
                    hint="Put a `flow.merge` before it.",
                )
        return made

    def sources(self, edge: Edge, inside: bool, depth: int = 0) -> list[Edge]:
        """Return the wires that an edge stands for, each from a node that is there afterwards, with its options."""
        if depth > 8:
            raise GraphError(f"`{edge}` leads through `{self._name}` again and again.")
        self._led_on.add(id(edge))
        edge = self._first_value(edge, inside, depth)
        if inside:
            if self._roles.get(edge.source) != "input":
                return [replace(edge, source=self._names.get(edge.source, edge.source))]
            before = self._outer.get((self._name, edge.source))
            if not before:
                return self._from_default(edge)
        else:
            if edge.source != self._name:
                return [edge]
            before = self._inner.get((edge.source_port, "value"), [])
        return [self._joined(one, edge) for b in before for one in self.sources(b, not inside, depth + 1)]

    @staticmethod
    def _joined(first: Edge, second: Edge) -> Edge:
        """Return one wire for two in a row."""
        if first.feedback and second.feedback:
            raise GraphError(
                f"`{first}` and `{second}` follow each other, two ticks together, which no single wire can say.",
                hint="Put a node between them first.",
            )
        options = first if first.feedback else second
        return replace(options, source=first.source, source_port=first.source_port)

    def _from_default(self, edge: Edge) -> list[Edge]:
        """Return the wire from a constant in place of an input that has a default and no wire; none without default."""
        node = self._body.nodes[edge.source]
        if "value" not in node.params:
            return []
        value = node.params["value"]
        constant = self.constants.get(edge.source)
        if constant is None:
            constant = self.constants[edge.source] = self._constant(edge.source, value)
        port = "text" if constant.type == "text.constant" else "value"
        return [replace(edge, source=constant.name, source_port=port)]

    def _constant(self, name: str, value: Json) -> NodeInstance:
        wanted, params = ("text.constant", {"text": value}) if isinstance(value, str) else (
            "json.build", {"template": _verbatim(value)}
        )  # fmt: skip
        if value is None or self._doc.registry.find(wanted) is None:
            raise GraphError(
                f"The default of `{name}` cannot be given by a node of its own.", hint=f"Wire `{name}` first."
            )
        taken = {*self._graph.nodes, *self._names.values(), *(one.name for one in self.constants.values())}
        return NodeInstance(free_name(name, taken), wanted, params)

    def _first_value(self, edge: Edge, inside: bool, depth: int) -> Edge:
        """Return an edge whose `initial_from` names what is there afterwards."""
        if not edge.initial_from:
            return edge
        start, _, port = edge.initial_from.partition(".")
        if not inside and start != self._name:
            return edge
        if inside and self._roles.get(start) != "input":
            return replace(edge, initial_from=f"{self._names.get(start, start)}.{port}")
        found = self.sources(Edge(start, port, "", ""), inside, depth + 1)
        if len(found) != 1 or found[0].feedback:
            raise GraphError(
                f"`{edge}` takes its first value from `{edge.initial_from}`, which is not exactly one wire.",
                hint="Give it `initial: …` instead.",
            )
        return replace(edge, initial_from=f"{found[0].source}.{found[0].source_port}")


def _by_end(edges: Iterable[Edge]) -> dict[tuple[str, str], list[Edge]]:
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.target, edge.target_port), []).append(edge)
    return found


def _verbatim(value: Json) -> Json:
    """Return a template that gives exactly this value."""
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, dict):
        return {key: _verbatim(one) for key, one in value.items()}
    return [_verbatim(one) for one in value] if isinstance(value, list) else value
