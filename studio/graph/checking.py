"""What the checks share: the graph under view with its ports, and the list that findings go to."""

from __future__ import annotations

from studio.graph.diagnostics import Diagnostic, Severity
from studio.graph.model import Edge, NodeInstance, Place
from studio.graph.ports import NodePorts, PortsOf, node_ports
from studio.graph.scope import Scope
from studio.spec.fields import Field
from studio.spec.registry import Registry


class Report:
    """The findings about one document. `used_stores` are ids of store declarations that some node uses."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.views: list[View] = []
        self.used_stores: set[int] = set()

    def add(
        self,
        code: str,
        severity: Severity,
        message: str,
        place: Place,
        node: str = "",
        hint: str = "",
        graph: str = "",
        **about: str,
    ) -> None:
        """Add a finding. `about` are its further fields (`edge`, `param`, `port`, `store`, `other`)."""
        self.found.append(Diagnostic(code, severity, message, place, node, hint, graph, **about))


class View:
    """One graph while it is looked at. `path` is its place in the document, as in `Diagnostic.graph`; `ports` is asked
    for the ports of its nodes."""

    def __init__(
        self, scope: Scope, path: str, registry: Registry, report: Report, ports: PortsOf = node_ports
    ) -> None:
        self.scope = scope
        self.graph = scope.graph
        self.path = path
        self.registry = registry
        self.report = report
        self.ports: dict[str, NodePorts] = {
            name: ports(scope, node, registry) for name, node in scope.graph.nodes.items()
        }
        self.into: dict[str, dict[str, list[Edge]]] = {name: {} for name in scope.graph.nodes}
        """The edges into each port of each node."""
        for edge in scope.graph.edges:
            if edge.target in self.into:
                self.into[edge.target].setdefault(edge.target_port, []).append(edge)
        report.views.append(self)

    def role(self, name: str) -> str:
        """Return the role of a node's type ("" for most types and for unknown ones)."""
        cls = self.ports[name].cls
        return cls.spec.role if cls is not None else ""

    def source_field(self, node: str, port: str) -> Field | None:
        """Return what is known of an output, `done` and `error` included; None if the node has no such port."""
        if port == "done":
            return Field(name="done", kind="port", type="boolean")
        if port == "error":
            return Field(name="error", kind="port", type="any")
        return self.ports[node].outputs.get(port)

    def target_field(self, node: str, port: str) -> Field | None:
        """Return what is known of an input, `when` included; None if the node has no such port."""
        if port == "when":
            return Field(name="when", kind="port", type="any")
        return self.ports[node].inputs.get(port)

    def path_of(self, name: str) -> str:
        """Return what tells a node of this graph from those of others: `graph path/node`, or `node` at the top."""
        return f"{self.path}/{name}" if self.path else name

    def ports_known(self, node: str) -> bool:
        """True if the node's ports are certain: its type is known, its params usable, its body found."""
        ports = self.ports[node]
        return ports.params is not None and not any(found.code == "body_missing" for found in ports.findings)

    def node_finding(
        self, code: str, severity: Severity, message: str, node: NodeInstance, hint: str = "", **about: str
    ) -> None:
        """Add a finding about a node; `about` as in `Report.add`."""
        self.report.add(code, severity, message, self._place(node.place), node.name, hint, self.path, **about)

    def edge_finding(
        self, code: str, severity: Severity, message: str, edge: Edge, hint: str = "", **about: str
    ) -> None:
        """Add a finding about an edge; it counts as one about the edge's target."""
        about.setdefault("edge", str(edge))
        self.report.add(code, severity, message, self._place(edge.place), edge.target, hint, self.path, **about)

    def graph_finding(self, code: str, severity: Severity, message: str, hint: str = "", **about: str) -> None:
        """Add a finding about the graph as a whole."""
        self.report.add(code, severity, message, self.graph.place, "", hint, self.path, **about)

    def _place(self, place: Place) -> Place:
        return place if place.file or place.line else self.graph.place
