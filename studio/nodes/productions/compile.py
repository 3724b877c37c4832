"""`productions.compile`: two rules that fired one after the other become one."""

from __future__ import annotations

from typing import Any

from studio.nodes.activation._settings import setting, settings_port
from studio.nodes.productions._compiling import MEMORY, Unlike, compile_rules
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("productions.compile", title="Compile rules", category="Productions", icon="fuse", stores={"rules": "write"})
class Compile(Node):
    """Make one rule of two that fired one after the other, and put it into the memory of rules.

    What the first asked of memory and the second used is written into the new rule, so that it needs no retrieval
    (Taatgen and Lee 2003). It begins with the utility *utility*; each time it is made again its utility goes a step
    towards that of the first: U ← U + α(U_first − U). Pairs that cannot be made one, as where the second waits for eyes
    or hands, give nothing, and the reason.
    """

    class Params(Fields):
        rules: str = store_param("kv")
        utility: float = param(0.0, help="The utility of a new rule.")
        rate: float = param(0.2, ge=0, le=1, help="α, by which a rule that is made again gains.")
        within: float = param(2.0, ge=0, help="Seconds that may lie between the two firings.")
        strict: bool = param(True, help="Whether rules harvest the buffers that they test.")
        keep: list[str] = param(("goal",), help="Buffers that are never harvested.")

    class In(Fields):
        first: dict[str, Any] = port(help="The earlier firing, as *productions.fire* gives it.")
        second: dict[str, Any] = port(help="The later one.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        rule: dict[str, Any] = port(help="The rule, as it is kept now; absent if there is none.")
        new: bool = port(help="Whether it is new.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        rules = ask(ctx, params.rules, "kv", "all")
        one, other = rules.get(inputs.first["rule"]), rules.get(inputs.second["rule"])
        try:
            if one is None or other is None:
                raise Unlike("one of the two is no more")
            if inputs.second["time"] - inputs.first["time"] > params.within:
                raise Unlike("too much time lay between them")
            conditions, actions = compile_rules(
                one, other, inputs.second["tested"].get(MEMORY, {}),
                strict=setting(inputs.settings, "strict", params.strict), keep=list(params.keep),
            )  # fmt: skip
        except Unlike as why:
            none: Any = Absent(f"the rules cannot be made one: {why}")
            return self.Out(rule=none, new=none)
        known = next((rule for rule in rules.values() if (rule["if"], rule["then"]) == (conditions, actions)), None)
        if known is not None:
            rate = setting(inputs.settings, "utility_rate", params.rate)
            made = {**known, "utility": known["utility"] + rate * (one["utility"] - known["utility"])}
        else:
            rewards = [rule["reward"] for rule in (one, other) if rule["reward"] is not None]
            made = {
                "name": _free(f"{one['name']}+{other['name']}", rules), "if": conditions, "then": actions,
                "utility": params.utility, "reward": max(rewards, default=None),
            }  # fmt: skip
        ask(ctx, params.rules, "kv", "set", key=made["name"], value=made)
        return self.Out(rule=made, new=known is None)


def _free(stem: str, taken: dict[str, Any]) -> str:
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
