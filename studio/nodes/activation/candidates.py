"""`activation.candidates`: the chunks of a memory that a request may mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.nodes.activation._settings import setting, settings_port
from studio.nodes.activation._terms import likeness
from studio.nodes.chunks._values import same
from studio.nodes.productions._matching import differs
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent, Json

RECENT = ":recently-retrieved"


@node("activation.candidates", title="Candidates for retrieval", category="Activation", icon="filter")
class Candidates(Node):
    """Find the chunks of a memory that a request may mean, and how much each differs from it.

    Without *penalty* a candidate holds all that is asked for.  With it (partial matching) slots that differ are
    forgiven: the term is P·Σ M, where M is 0 for equal values, what *similarities* says, else −1.  `isa`, negations
    and comparisons are never forgiven.  `:recently-retrieved nil` leaves out what was retrieved of late (finsts: the
    last 4, for 3 s).
    """

    class Params(Fields):
        penalty: float | None = param(None, ge=0, help="P, the penalty for a slot that differs; leave it out for none.")
        similarities: dict[str, Any] = param(
            None, help="By value and value a number from −1 to 0, as in `{red: {pink: -0.2}}`."
        )
        finst_count: int = param(4, ge=0, help="How many chunks it is known of that they were retrieved of late.")
        finst_seconds: float = param(3.0, ge=0, help="For how long that is known.")

    class In(Fields):
        request: list[Any] = port(help="Triples of operator, slot and value.")
        memory: dict[str, Any] = port(help="The memory, as *chunks.add* keeps it.")
        recent: list[Any] = port((), help="What was retrieved: objects with `name` and `time`, oldest first.")
        time: float = port(0, help="The second.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        candidates: dict[str, Any] = port(help="The entries of memory that may be meant, by name.")
        terms: dict[str, Any] = port(help="How much each differs, by name: 0 or less; absent without a penalty.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        known = inputs.settings
        penalty = setting(known, "penalty", params.penalty)
        if known is not None and not known.get("subsymbolic", True):
            penalty = None
        table = setting(known, "similarities", params.similarities) or {}
        asked = [part for part in inputs.request if part[1] != RECENT]
        marks = _marked(
            inputs.recent, inputs.time, int(setting(known, "finst_count", params.finst_count)),
            setting(known, "finst_seconds", params.finst_seconds),
        )  # fmt: skip
        late = next((part[2] for part in inputs.request if part[1] == RECENT), "any")
        found = {
            name: entry
            for name, entry in inputs.memory.items()
            if (late == "any" or (name in marks) is _yes(late)) and meets(entry["slots"], asked, penalty is not None)
        }
        if penalty is None:
            exact: Any = Absent("there is no partial matching")
            return self.Out(candidates=found, terms=exact)
        terms = {
            name: penalty
            * sum(likeness(entry["slots"].get(slot), value, table) for sign, slot, value in asked if _soft(sign, slot))
            for name, entry in found.items()
        }
        return self.Out(candidates=found, terms=terms)


def _soft(sign: str, slot: str) -> bool:
    return sign == "=" and slot != "isa"


def meets(slots: Mapping[str, Json], asked: list[Any], forgiving: bool) -> bool:
    """Tell whether slots are what is asked; `forgiving` looks only at what partial matching never forgives."""
    for sign, slot, value in asked:
        if sign != "=":
            if not differs(sign, slots.get(slot), value):
                return False
        elif not (forgiving and _soft(sign, slot)) and not same(slots.get(slot), value):
            return False
    return True


def _marked(recent: list[Any], now: float, count: int, span: float) -> set[str]:
    last = recent[len(recent) - count :] if count < len(recent) else recent
    return {one["name"] for one in last if now - one["time"] <= span}


def _yes(value: Json) -> bool:
    if value in (None, "false", "False", False):
        return False
    if value in ("t", "true", "True", True):
        return True
    raise NodeError(f"`{RECENT}` is `{value}`.", hint="Write t or nil.", code="rules")
