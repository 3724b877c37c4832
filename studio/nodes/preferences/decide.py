"""`preferences.decide`: the decision procedure, over the stack of states."""

from __future__ import annotations

from typing import Any

from studio.nodes.facts.substate import items
from studio.nodes.preferences._procedure import Decision, Impasse, decide, numeric, value_of
from studio.nodes.preferences._stack import of_state, rows_of, selected
from studio.nodes.rules._matching import Facts
from studio.nodes.rules._memories import facts_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent


@node(
    "preferences.decide", title="Decide by preferences", category="Preferences", icon="decide",
    stores={"facts": "write", "preferences": "read"},
)  # fmt: skip
class Decide(Node):
    """Decide what to do next: an operator, a choice among equals, or an impasse.

    From the top of the stack down, the first state that can be decided anew is.  The tests, in this order: *required*
    (exactly one that is not prohibited; else constraint failure); *acceptable* without *prohibited* and *rejected*
    (none: state no-change; one: that); *better* and *worse* (what another candidate beats is out; nobody left:
    conflict); *best* (if there is any, only these); *worst* (out, unless all are); one left: that; all *indifferent* or
    with a number: equal; else a tie.  If the selected operator still stands, it is stuck: operator no-change.
    Source: Soar manual 9.6, section 2.4.
    """

    class Params(Fields):
        facts: str = store_param("facts")
        preferences: str = store_param("table")

    class Out(Fields):
        state: str = port(help="The state that is decided.")
        outcome: str = port(help="`chosen`, `equal` or `impasse`.")
        operator: Any = port(type="text", help="The operator, if one is chosen; else absent.")
        candidates: Any = port(type="list", help="Candidates that are equal, each with its `value`; else absent.")
        impasse: Any = port(type="json", help="The impasse: state, kind, attribute, items, numeric; else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        state, outcome, found = anew(ctx, params.facts, facts_of(ctx, params.facts), rows_of(ctx, params.preferences))
        without = Absent(f"{state} came to: {outcome}")
        return self.Out(
            state=state,
            outcome=outcome,
            operator=found if outcome == "chosen" else without,
            candidates=found if outcome == "equal" else without,
            impasse=found if outcome == "impasse" else without,
        )


def anew(ctx: RunContext, store: str, facts: Facts, rows: list[dict[str, Any]]) -> tuple[str, str, Any]:
    """Return the first state of the stack that can be decided anew, the outcome, and the operator, the candidates or
    the impasse it comes to. Substates whose candidates are others now are told."""
    for depth, state in enumerate(facts.stack):
        below = facts.states[depth + 1] if depth + 1 < len(facts.states) else None
        preferences = of_state(rows, state)
        if selected(facts, state) is not None:
            if below is None:
                return state, "impasse", Impasse(state, "no-change", "operator")._asdict()
            continue
        found = decide(preferences)
        if found.outcome == "chosen":
            return state, "chosen", found.candidates[0]
        if found.outcome == "equal":
            return state, "equal", [{"operator": one, "value": value_of(one, preferences)} for one in found.candidates]
        having = numeric(found.candidates, preferences)
        impasse = Impasse(state, "no-change", "state")
        if found.outcome == "impasse":
            impasse = Impasse(state, found.kind, "operator", found.candidates, having)
        if below is None or below.get("impasse") != impasse.kind:
            return state, "impasse", impasse._asdict()
        tell(ctx, store, facts, str(below["id"]), found, having)
    raise AssertionError("the lowest state can always be decided")


def tell(ctx: RunContext, store: str, facts: Facts, substate: str, found: Decision, having: list[str]) -> None:
    """Tell a substate that its candidates are others now."""
    wanted = items(substate, found.candidates, having)
    kept = ("item", "item-count", "non-numeric", "non-numeric-count")
    there = facts.by_id.get(substate, ())
    standing = [[one.id, one.attribute, one.value] for one in there if one.attribute in kept]
    remove = [one for one in standing if one not in wanted]
    add = [[*one, False, "given", True] for one in wanted if one not in standing]
    if remove or add:
        ask(ctx, store, "facts", "change", remove=remove, add=add)
