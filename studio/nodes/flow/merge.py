"""`flow.merge`: several ways become one."""

from __future__ import annotations

from typing import Any, Literal, cast

from studio.spec import Fields, Node, RunContext, node, param, port


@node("flow.merge", category="Flow", icon="merge")
class Merge(Node):
    """Bring several wires together into one value.

    *first_present* waits until every wire is decided and takes the first that carries a value, in the order of
    the edges in the file, new values before repeated ones.  *first_arrival* is a race: the first value to arrive
    wins, and model calls that only feed losers are cancelled.  *all* gathers every value into a list.
    """

    class Params(Fields):
        take: Literal["first_present", "first_arrival", "all"] = param(
            "first_present",
            choices=("first_present", "first_arrival", "all"),
            help="Which value, or all of them.",
        )

    class In(Fields):
        value: Any = port(help="The wires to bring together.")

    class Race(Fields):
        value: Any = port(help="The wires to bring together; the first value to arrive wins.", first=True)

    class All(Fields):
        value: list[Any] = port(help="The wires to bring together; all values are taken.", many=True, type="any")

    class Out(Fields):
        value: Any = port(help="The value taken.")

    class Gathered(Fields):
        value: list[Any] = port(help="All values, in the order of the edges in the file.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return {"first_arrival": cls.Race, "all": cls.All}.get(params.take, cls.In)

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return cls.Gathered if params.take == "all" else cls.Out

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Fields:
        value = cast("Merge.In", inputs).value
        return self.Gathered(value=list(value)) if params.take == "all" else self.Out(value=value)
