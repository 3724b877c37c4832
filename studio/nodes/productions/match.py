"""`productions.match`: the rules whose every condition holds."""

from __future__ import annotations

from typing import Any

from studio.nodes.productions._matching import bindings_of
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import ABSENT, Absent


@node(
    "productions.match", title="Match productions", category="Productions", icon="filter", limits="1,000 rules in 0.1 s"
)
class Match(Node):
    """Find the rules whose every condition holds in the buffers, with what their variables stand for.

    They come in the order of the memory of rules.  A variable matches no empty slot; the same variable is the same
    value everywhere.  If no rule matches, `none` is true and there are no candidates.
    """

    class In(Fields):
        rules: Any = port(help="The rules: a list, or an object by name.")
        buffers: dict[str, Any] = port(help="The buffers, as *chunks.buffers* gives them.")

    class Out(Fields):
        candidates: list[Any] = port(help="Objects with `rule`, `name`, `bindings` and `utility`.")
        names: list[Any] = port(help="Only their names; empty if no rule matches.")
        none: bool = port(help="True if no rule matches, else absent.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        rules = list(inputs.rules.values()) if isinstance(inputs.rules, dict) else inputs.rules
        found = []
        for rule in rules:
            bindings = bindings_of(rule, inputs.buffers)
            if bindings is not None:
                found.append(
                    {"name": rule["name"], "utility": rule["utility"], "bindings": bindings, "rule": rule}
                )  # fmt: skip
        no: Any = ABSENT
        nobody: Any = Absent("no rule matches")
        return self.Out(
            candidates=found or nobody, names=[one["name"] for one in found], none=no if found else True
        )  # fmt: skip
