"""`rules.support`: what new instantiations make, and for how long it stands."""

from __future__ import annotations

from typing import Any

from studio.nodes.rules._making import Making
from studio.nodes.rules._memories import facts_of, reasons_of, rules_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent


@node(
    "rules.support", title="Fire with support", category="Rules", icon="support",
    stores={"facts": "read", "rules": "read"},
)  # fmt: skip
class Support(Node):
    """Fire instantiations, and say of everything they make what it stands on.

    *Instantiation support*: it vanishes when the conditions of the rule no longer hold.  *Operator support*: it stays,
    because the rule applies the selected operator.  What a rule of a substate makes for a state above is a *result*: it
    stands on the facts of the states above that it was made from, and *rules.learn* can make a rule of it.
    Source: Soar manual 9.6, sections 2.3 and 4.
    """

    class Params(Fields):
        facts: str = store_param("facts")
        rules: str = store_param("kv")

    class In(Fields):
        found: dict[str, Any] = port(help="What *rules.match* found.")

    class Out(Fields):
        changes: dict[str, Any] = port(help="What is to change among the facts, for *facts.change*.")
        preferences: dict[str, Any] = port(help="What is to change among the preferences, for *preferences.change*.")
        results: Any = port(type="list", help="Results, with the rule that each comes to; absent if there are none.")
        fired: list[Any] = port(help="The names of the rules that fired, in order.")
        said: Any = port(type="text", help="What `write` actions say; absent if they say nothing.")
        halt: Any = port(type="boolean", help="True if a `(halt)` fired, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        names = ask(ctx, params.facts, "facts", "names")
        making = Making(
            facts_of(ctx, params.facts), reasons_of(ctx, params.facts, past=True), rules_of(ctx, params.rules), names
        )
        making.fire(inputs.found["fire"])
        gone = list(inputs.found["gone"])
        return self.Out(
            changes={"gone": gone, **making.changes()},
            preferences={"gone": gone, **making.preferences()},
            results=making.results or Absent("nothing was made for a state above"),
            fired=making.fired,
            said="".join(making.said) or Absent("no rule says anything"),
            halt=True if making.halted else Absent("no rule halts"),
        )
