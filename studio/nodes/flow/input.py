"""`flow.input`: a value that enters a graph from outside."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, make_fields, node, param, port
from studio.spec.types import PORT_TYPES


@node("flow.input", category="Flow", icon="input", role="input")
class Input(Node):
    """A value that enters this graph from outside.

    The node's name is the name of the input: give it with `-i name=…` on the command line, as a keyword in
    Python, or by a wire into the region node that runs this graph.  With a `value` the input is optional and
    that is its default; without one it must be given.
    """

    class Params(Fields):
        value: Any = param(None, help="Default, used when nothing is given. Leave it out to require the input.")
        kind: str = param("any", choices=PORT_TYPES, help="What kind of value it is.")
        help: str = param("", help="What to give here, for whoever runs the graph.")

    class Out(Fields):
        value: Any = port(help="The value given, or the default.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return _OUT.get(params.kind, cls.Out)

    @classmethod
    def problems(cls, params: Any) -> list[str]:
        from studio.spec.params import value_problem

        wanted = cls.outputs(params).fields()["value"]
        problem = "" if params.value is None else value_problem(wanted, params.value)
        return [f"{problem[:-1]}, as its `kind` says."] if problem else []


_OUT = {
    kind: make_fields("Out", {"value": port(type=kind, help="The value given, or the default.")}) for kind in PORT_TYPES
}
