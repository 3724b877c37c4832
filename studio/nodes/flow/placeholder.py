"""`flow.placeholder`: a module that is not made yet."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from studio.nodes._ports import name_problems
from studio.spec import Fields, Node, RunContext, make_fields, node, param, port
from studio.support.errors import NodeError


@node("flow.placeholder", title="Placeholder", category="Flow", icon="placeholder", standalone="it is not made yet")
class Placeholder(Node):
    """Stand for a module that is yet to be made.

    It has the ports that you name, so that the graph around it can be drawn and checked; when it should work, it fails
    and says what is missing.  What is brought in from another program and has no counterpart here comes as one, with
    the original in `original`: read it, put what does the same in its place, and wire that alike.
    """

    class Params(Fields):
        stands_for: str = param("", help="What belongs here, in a few words.")
        inputs: list[Any] = param([], help="Names of its inputs.")
        outputs: list[Any] = param([], help="Names of its outputs.")
        original: Any = param(None, help="What it was where it came from.", editor={"kind": "json"})

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return _ports("In", _texts(params.inputs))

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return _ports("Out", _texts(params.outputs))

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from name_problems(params.inputs, "input")
        yield from name_problems(params.outputs, "output")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Fields:
        raise NodeError(
            f"this is a placeholder for {params.stands_for or 'something that is yet to be made'}.",
            hint="Replace it by nodes that do the same.",
            code="placeholder",
        )


def _texts(names: Any) -> tuple[str, ...]:
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list | tuple) else ()


@lru_cache(maxsize=128)
def _ports(kind: str, names: tuple[str, ...]) -> type[Fields]:
    if kind == "In":
        return make_fields(kind, {name: port(type="any", help=f"The input `{name}`.") for name in names})
    return make_fields(kind, {name: port(type="any", help=f"The output `{name}`.") for name in names})
