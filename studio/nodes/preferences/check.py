"""`preferences.check`: does what was decided still follow from the preferences?"""

from __future__ import annotations

from typing import Any

from studio.nodes.preferences._procedure import Preference, decide
from studio.nodes.preferences._stack import forget, of_state, rows_of, selected
from studio.nodes.rules._memories import facts_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent


@node(
    "preferences.check", title="Check past decisions", category="Preferences", icon="check",
    stores={"facts": "write", "preferences": "write"},
)  # fmt: skip
class Check(Node):
    """Take back a decision that no longer follows from the preferences, with all states below it.

    A selected operator must still be among those that could be chosen; a substate must still be about an impasse that
    is there.  States are looked at from the top; only those above `depth`, if it is wired.  Source: Soar manual 9.6,
    section 2.2 (consistency of decisions).
    """

    class Params(Fields):
        facts: str = store_param("facts")
        preferences: str = store_param("table")

    class In(Fields):
        depth: int = port(None, help="How many states of the stack to look at; all if nothing is wired.")

    class Out(Fields):
        sound: Any = port(type="boolean", help="True if nothing was taken back, else absent.")
        broken: Any = port(type="text", help="The state whose decision was taken back, else absent.")
        lost: Any = port(type="list", help="The facts that went when states ended, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        facts = facts_of(ctx, params.facts)
        rows = rows_of(ctx, params.preferences)
        for depth, state in enumerate(facts.stack[: inputs.depth]):
            operator = selected(facts, state)
            below = facts.states[depth + 1] if depth + 1 < len(facts.states) else None
            if operator is None and below is None:
                continue
            opened = "" if below is None else str(below.get("impasse", ""))
            if follows(of_state(rows, state), operator, opened):
                continue
            done = ask(
                ctx, params.facts, "facts", "change", pop=facts.stack[depth + 1 : depth + 2],
                unchoose=[] if operator is None else [[state, "operator", operator]],
            )  # fmt: skip
            forget(ctx, params.preferences, done["gone"], done["popped"])
            lost = done["removed"] if done["popped"] else Absent("no state ended")
            return self.Out(sound=Absent(f"the decision of {state} was taken back"), broken=state, lost=lost)
        stands = Absent("all decisions follow from the preferences")
        return self.Out(sound=True, broken=stands, lost=stands)


def follows(preferences: list[Preference], operator: str | None, opened: str) -> bool:
    """Tell whether a decision follows from preferences: an operator that was selected, or the impasse of the state
    that was opened below."""
    now = decide(preferences)
    if operator is not None:
        return now.outcome in ("chosen", "equal") and operator in now.candidates
    if now.outcome == "none":
        return opened == "no-change"
    return now.outcome == "impasse" and now.kind == opened
