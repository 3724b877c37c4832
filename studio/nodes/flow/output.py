"""`flow.output`: a result that leaves a graph."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, make_fields, node, param, port
from studio.spec.types import PORT_TYPES


@node("flow.output", category="Flow", icon="output", role="output")
class Output(Node):
    """A result of this graph.

    The node's name is the name of the result.  When the graph ends it holds the last value that arrived; with
    *collect* it holds the list of the values of all ticks in which a fresh one arrived.
    """

    class Params(Fields):
        kind: str = param("any", choices=PORT_TYPES, help="What kind of value it is.")
        collect: bool = param(False, help="Give all values, one per tick, as a list.")

    class In(Fields):
        value: Any = port(help="The value to give out.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return _IN.get(params.kind, cls.In)


_IN = {kind: make_fields("In", {"value": port(type=kind, help="The value to give out.")}) for kind in PORT_TYPES}
