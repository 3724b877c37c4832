"""Writes runs in the exchange format, one JSON object per line, as `reading` takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson

from studio.dynamics.exchange.run import Event, Goal, Run


def write_runs(runs: Iterable[Run], stream: BinaryIO) -> int:
    """Write each run as one line to an open binary stream and return how many there were."""
    count = 0
    for count, run in enumerate(runs, 1):  # noqa: B007 - the last number is the answer
        stream.write(as_line(run) + b"\n")
    return count


def as_line(run: Run) -> bytes:
    """Return a run as one line of JSON, without its end."""
    return orjson.dumps(as_mapping(run))


def as_mapping(run: Run) -> dict[str, Any]:
    """Return a run as the JSON object of the exchange format; what is absent is left out."""
    return {
        "id": run.id,
        "root_goal": run.root_goal,
        "modules": [{"id": each.id, "kind": each.kind, "in": list(each.inputs)} for each in run.modules],
        "goals": [_goal(goal) for goal in run.goals],
        "events": [_event(event) for event in run.events],
        "finished": run.finished,
        "t_end": run.t_end,
    }


def _goal(goal: Goal) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": goal.id,
        "parent": goal.parent,
        "text": goal.text,
        "status": "done" if goal.done else "open",
        "t": goal.t,
    }
    if goal.t_done is not None:
        entry["t_done"] = goal.t_done
    if goal.call:
        entry["call"] = True
    return entry


def _event(event: Event) -> dict[str, Any]:
    entry: dict[str, Any] = {"t": event.t, "m": event.module}
    if event.metric is not None:
        return entry | {"metric": event.metric}
    if event.reading is None or event.out is not None:
        entry["out"] = event.out
    if event.err is not None:
        entry["err"] = event.err or True
    if event.effect is not None:
        entry["effect"] = event.effect
    if event.reading is not None:
        entry["reading"] = event.reading.as_mapping()
    return entry
