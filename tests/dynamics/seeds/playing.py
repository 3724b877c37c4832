"""Plays a seed graph under watch: it pauses where its dynamics asks to stop.

seen = watched("babyagi", {"objective": …}, replies, tmp_path)
assert_paused(seen, "circle", by="executor", within=5 * 3)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from studio import Graph, Trace
from studio.dynamics.verdict import Verdict
from studio.replay.dynamics import verdict_of
from tests.support.seeds import Played, play

CLASSES = {"stall": "I", "circle": "II", "procrastination": "II", "wander": "III"}


class Seen(NamedTuple):
    """A run that was watched, and what `studio dynamics` says of its record."""

    played: Played
    verdict: Verdict

    @property
    def alarms(self) -> list[dict[str, Any]]:
        return self.played.result.alarms

    @property
    def stops(self) -> list[dict[str, Any]]:
        return [alarm for alarm in self.alarms if alarm["level"] == "stop"]

    @property
    def ended(self) -> tuple[str, str | None]:
        return self.played.result.status, self.played.result.ended


def watched(
    graph: str | Graph,
    inputs: dict[str, Any],
    replies: Sequence[Any],
    tmp_path: Path,
    *,
    answers: Sequence[Any] = (),
    status: str = "paused",
    on_alarm: str = "pause",
    **options: Any,
) -> Seen:
    """Run it; what a reader of the record sees must be what was noticed while it ran."""
    played = play(
        graph,
        inputs,
        replies=replies,
        answers=answers,
        tmp_path=tmp_path,
        status=status,
        on_alarm=on_alarm,
        **options,
    )
    with Trace(played.db) as trace:
        verdict = verdict_of(trace, played.result.run_id)
    assert [alarm.as_json() for alarm in verdict.alarms] == played.result.alarms
    return Seen(played, verdict)


def assert_named(seen: Seen, kind: str, by: str) -> None:
    """The record is judged to be that failure, of its class, with what the module `by` said as evidence."""
    assert (seen.verdict.kind, seen.verdict.wolfram) == (kind, CLASSES[kind]), seen.verdict.evidence
    assert any(by in line for line in seen.verdict.evidence), seen.verdict.evidence


def assert_paused(seen: Seen, kind: str, *, by: str, within: int) -> None:
    """The run paused for this failure and no other, after at most `within` calls of a model, naming the module `by`."""
    assert seen.ended == ("paused", f"limit:{kind}"), seen.alarms
    assert [alarm["kind"] for alarm in seen.stops] == [kind]
    assert seen.played.result.error is not None
    assert seen.stops[0]["msg"] in str(seen.played.result.error["message"])
    assert_named(seen, kind, by)
    assert len(seen.played.prompts) <= within


def assert_warned(seen: Seen, kind: str, *, by: str) -> None:
    """The run was warned of this failure and of no other, and went on to its end."""
    assert seen.ended[0] == "ok"
    assert {(alarm["kind"], alarm["level"]) for alarm in seen.alarms} == {(kind, "warn")}, seen.alarms
    assert_named(seen, kind, by)


def assert_healthy(seen: Seen) -> None:
    """The run came to its own end, asked for no stop, and is not judged to fail."""
    assert seen.ended[0] == "ok", seen.alarms
    assert seen.stops == []
    assert seen.verdict.kind in ("productive", "undetermined"), seen.verdict
