"""One graph as one function: `graph = Graph(…)`, what is added to it, how it is wired.

Nodes and edges keep the author's order, which has meaning; each edge stands as soon as both its ends are there and all
edges before it are written, so that the function reads along the flow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from studio.export.literals import literal, text_literal
from studio.export.script.names import Names, is_keyword_name
from studio.export.script.remarks import Remarks
from studio.export.script.statements import Argument, call
from studio.graph.comments import FOOTER, HEADER
from studio.graph.model import Edge, Graph, NodeInstance, StoreDecl
from studio.graph.writing import edge_options, engine_keys
from studio.support.values import Json

_INDENT: Final = 4


@dataclass(slots=True)
class Made:
    """A function with the constants it needs. `after` are those that only the window and files need."""

    name: str
    lines: list[str]
    constants: dict[str, Json] = field(default_factory=dict)
    after: dict[str, Json] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    """The constants of the defaults of the graph's inputs, by node."""


class GraphWriter:
    """Writes one graph as the function `name`. `bodies` are the functions of its own subgraphs.

    The graph of the file has `inputs`, the nodes whose defaults are shared with the command line, and a `base`: the
    source of the folder that relative names start from. `returned`: the function returns it to whoever runs it; else
    its statements are taken out of the function, into the cells of a notebook, and `return graph` stays behind.
    """

    def __init__(
        self,
        graph: Graph,
        name: str,
        names: Names,
        bodies: Mapping[str, str],
        *,
        inputs: Collection[str] = (),
        base: str = "",
        returned: bool = True,
    ) -> None:
        self.graph = graph
        self.names = names
        self.bodies = bodies
        self.inputs = inputs
        self.base = base
        self.returned = returned
        self.remarks = Remarks(graph.comments)
        self.made = Made(name, [])

    def write(self) -> Made:
        """Return the function."""
        header = self.remarks.before(HEADER, indent=_INDENT)
        declared = list(self._declared())
        wired = list(self._wired())
        if declared or wired or not self.returned:
            footer = self.remarks.before(FOOTER, indent=_INDENT) if self.returned else []
            # The graph itself is written last: it holds the comments that no other statement took.
            lines = [*header, *self._head("graph = Graph"), *declared]
            for part in (wired, [*footer, "return graph"]):
                lines += ["", *part] if part else []
        else:
            lines = [*header, *self._head("return Graph")]
        self.made.lines = [f"def {self.made.name}() -> Graph:", *(" " * _INDENT + one if one else "" for one in lines)]
        return self.made

    # -- the graph itself ---------------------------------------------------------------------

    def _head(self, head: str) -> list[str]:
        graph, says = self.graph, self.remarks.speaks_of
        arguments = [Argument("", graph.name, "name")]
        if graph.about or says("about"):
            arguments.append(self._argument("about", graph.about, "about", "about"))
        if graph.until != "quiet" or says("until"):
            arguments.append(Argument("until=", graph.until, "until"))
        if graph.max_ticks is not None:
            arguments.append(Argument("max_ticks=", graph.max_ticks, "max_ticks"))
        if graph.on_limit != "stop" or says("on_limit"):
            arguments.append(Argument("on_limit=", graph.on_limit, "on_limit"))
        if graph.limits or says("limits"):
            arguments.append(Argument("limits=", graph.limits, "limits"))
        if graph.dynamics or says("dynamics"):
            arguments.append(Argument("dynamics=", graph.dynamics, "dynamics"))
        if graph.extra:
            arguments.append(Argument("extra=", graph.extra, items=""))
        if graph.layout or says("layout"):
            name = self._after("layout", graph.layout)
            arguments.append(Argument("layout=", path="layout", source=name))
        if self.base:
            arguments.append(Argument("base=", source=self.base))
        lines = call(head, arguments, "", self.remarks, indent=_INDENT)
        left = self.remarks.left()
        if not left:
            return lines
        # Once more, now that it is known that some comments have no place.
        name = self._after("remarks", {path: list(texts) for path, texts in left.items()})
        return self._with_remarks(lines, name)

    @staticmethod
    def _with_remarks(lines: list[str], name: str) -> list[str]:
        if len(lines) == 1:
            return [lines[0].removesuffix(")") + f", comments={name})"]
        return [*lines[:-1], f"comments={name},", lines[-1]]

    def _after(self, what: str, value: dict[str, Json]) -> str:
        name = what.upper() if self.base else self.names.constant(self.made.name, what)
        self.made.after[name] = value
        return name

    # -- what stands in it -------------------------------------------------------------------

    def _declared(self) -> Iterator[str]:
        for store in self.graph.stores.values():
            yield from self._store(store)
        for name in self.graph.graphs:
            arguments = [Argument("", name), Argument("", source=f"{self.bodies[name]}()")]
            yield from self._statement("graph.add_graph", arguments, f"graphs.{name}")

    def _wired(self) -> Iterator[str]:
        edges = iter(self.graph.edges)
        waiting = next(edges, None)
        there: set[str] = set()
        wired = False
        for name, node in self.graph.nodes.items():
            lines = self._node(node)
            if wired or (there and lines[0].startswith("#")):
                yield ""
            yield from lines
            there.add(name)
            wired = False
            while waiting is not None and _ends(waiting) <= there:
                yield from self._edge(waiting)
                wired = True
                waiting = next(edges, None)
        while waiting is not None:
            yield from self._edge(waiting)
            waiting = next(edges, None)

    def _statement(self, head: str, arguments: list[Argument], path: str) -> list[str]:
        return call(head, arguments, path, self.remarks, indent=_INDENT)

    def _node(self, node: NodeInstance) -> list[str]:
        path = f"nodes.{node.name}"
        arguments = [Argument("", node.type, f"{path}.type"), Argument("", node.name)]
        for key, value in {**engine_keys(node), **node.params}.items():
            arguments.append(self._argument(key, value, f"{path}.{key}", node.name, key))
        return self._statement("graph.add", arguments, path)

    def _store(self, store: StoreDecl) -> list[str]:
        path = f"stores.{store.name}"
        arguments = [Argument("", store.type, f"{path}.type"), Argument("", store.name)]
        if store.scope != "region" or self.remarks.speaks_of(f"{path}.scope"):
            arguments.append(Argument("scope=", store.scope, f"{path}.scope"))
        for key, value in store.params.items():
            arguments.append(self._argument(key, value, f"{path}.{key}", store.name, key))
        return self._statement("graph.add_store", arguments, path)

    def _argument(self, key: str, value: Json, path: str, *names: str) -> Argument:
        """Return a param as an argument; a text of several lines and the default of an input get a constant."""
        if not is_keyword_name(key):
            return Argument("**", {key: value}, items=path.removesuffix(key))
        if key == "value" and names[0] in self.inputs and path == f"nodes.{names[0]}.value":
            constant = self.made.inputs[names[0]] = self.names.constant(self.made.name, names[0])
        elif isinstance(value, str) and literal(value).startswith('"""'):
            constant = self.names.constant(self.made.name, "_".join(names))
        else:
            return Argument(f"{key}=", value, path)
        self.made.constants[constant] = value
        return Argument(f"{key}=", path=path, source=constant)

    def _edge(self, edge: Edge) -> list[str]:
        path = f"edges.{edge}"
        ends = (f"{edge.source}.{edge.source_port}", f"{edge.target}.{edge.target_port}")
        arguments = [Argument("", source=text_literal(end)) for end in ends]
        if edge.feedback:
            options = edge_options(edge)
            arguments.append(
                Argument("feedback=", options, items=f"{path}.") if options else Argument("feedback=", source="True")
            )
        return self._statement("graph.connect", arguments, path)


def _ends(edge: Edge) -> set[str]:
    ends = {edge.source, edge.target}
    return ends | {edge.initial_from.partition(".")[0]} if edge.initial_from else ends
