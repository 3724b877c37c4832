"""What a played case is measured by: its expectations, the recorded outputs, and that it could be played at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from studio.cases.case import Case, Expectation
from studio.cases.playing import Played
from studio.graph.model import Place
from studio.support.differences import first_difference
from studio.support.expressions import Expression, ExpressionError
from studio.support.values import ABSENT, Json, encode, preview

SHOWN = 100
"""Characters shown of each value in a failed expectation."""

KNOWN = ("outputs", "inputs", "status", "ended", "error", "calls", "firings", "ticks", "prompts", "replies")
"""What an expectation may name beside the outputs."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is not as it should be. `what`: play, status, equal or expect; `values` shows, shortened, what
    was recorded and what is now, or what an expectation named."""

    what: str
    message: str
    place: Place = field(default_factory=Place)
    hint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """Return the failure for programs."""
        return {
            "what": self.what,
            "message": self.message,
            "where": str(self.place) if self.place.file else "",
            "hint": self.hint,
            "values": dict(self.values),
        }


def judge(case: Case, played: Played, *, again: str) -> list[Failure]:
    """Return what is wrong. `again` says how to record the case anew."""
    if played.problem:
        found = None if played.miss is None else played.miss.difference
        values = {} if found is None else {"recorded": found.expected, "now": found.got}
        return [Failure("play", played.problem, case.place, again if played.unrecorded else "", values)]
    return [*_status(case, played), *_equal(case, played), *_expected(case, played)]


def values_of(case: Case, played: Played) -> dict[str, Json]:
    """Return what an expectation may name: the outputs by name (unless a name of `KNOWN` hides one), and `KNOWN`."""
    return {
        **played.outputs,
        "outputs": played.outputs,
        "inputs": dict(case.inputs),
        "status": played.status,
        "ended": played.ended,
        "error": played.error,
        "calls": played.calls,
        "firings": played.firings,
        "ticks": played.ticks,
        "prompts": played.prompts,
        "replies": played.replies,
    }


def _status(case: Case, played: Played) -> Iterator[Failure]:
    """A failure nobody expected fails the case, and so does a success where a failure was recorded and is expected."""
    if played.status == case.recorded.status:
        return
    if any({"status", "error"} & set(_names(one)) for one in case.expect):
        return
    if played.status in ("failed", "error"):
        yield Failure("status", f"It failed: {played.error}", case.place)
    elif case.equal is True:
        yield Failure("status", f"It was {case.recorded.status} when recorded, and is {played.status} now.", case.place)


def _equal(case: Case, played: Played) -> Iterator[Failure]:
    for port in case.equal_ports:
        before, now = case.recorded.outputs.get(port, ABSENT), played.outputs.get(port, ABSENT)
        if (before is ABSENT) != (now is ABSENT) or (before is not ABSENT and encode(before) != encode(now)):
            found = first_difference(before, now)
            place = f", first in `{found.place}`" if found.place else ""
            values = {"recorded": found.expected, "now": found.got}
            yield Failure("equal", f"`{port}` is not as recorded{place}.", case.place, values=values)


def _expected(case: Case, played: Played) -> Iterator[Failure]:
    values = values_of(case, played)
    for one in case.expect:
        try:
            result = Expression.parse(one.text).evaluate(values)
        except ExpressionError as error:
            yield Failure("expect", f"`{one.text}` cannot be told: {error.message}", one.place, error.hint)
            continue
        if result is True:
            continue
        what = "is false" if result is False else f"is neither true nor false but “{preview(result, SHOWN)}”"
        shown = {name: preview(values[name], SHOWN) for name in _names(one) if name in values}
        yield Failure("expect", f"`{one.text}` {what}.", one.place, values=shown)


def _names(expectation: Expectation) -> tuple[str, ...]:
    try:
        return Expression.parse(expectation.text).names
    except ExpressionError:
        return ()
