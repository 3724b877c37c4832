"""Reads the effects of a recorded run, and of the runs that it continues, for `RecordedEffects`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

from studio.engine.recorded import Answer, FiringRecord, SetAside
from studio.support.errors import UsageError
from studio.support.values import Absent, Json
from studio.trace.log import REPLAYED

if TYPE_CHECKING:
    from studio.trace.found import Firing
    from studio.trace.reading import Trace

Key = tuple[str, str, int]
"""Node path, tick path and attempt: by these a firing is found again in the run that it was taken over from."""

LOST = "lost the race"
KNOCKED_OUT = "is knocked out"


def recollect(trace: Trace, run: str, keeps: Callable[[Firing], bool]) -> dict[str, Any]:
    """Return the keywords of `RecordedEffects`; firings that `keeps` names are not executed again.

    Raises UsageError if there is no such run.
    """
    found = trace.run(run)
    records: dict[tuple[str, str], list[FiringRecord]] = {}
    lost: dict[tuple[str, str], str] = {}
    set_aside: dict[tuple[str, str], SetAside] = {}
    here: dict[int, FiringRecord] = {}
    above: dict[Key, FiringRecord] = {}
    kept: dict[int, tuple[str, str]] = {}
    for firing in sorted(trace.firings(found.id), key=lambda one: one.id):
        identity = (firing.node, firing.tick)
        if firing.origin == "frozen":
            set_aside[identity] = SetAside(_outputs(trace, firing))
        if firing.status == "skipped":
            if firing.reason.startswith(LOST):
                lost[identity] = firing.reason
            elif firing.reason == f"`{firing.node.rpartition('/')[2]}` {KNOCKED_OUT}":
                set_aside[identity] = SetAside()
            continue
        if firing.origin == "replayed" and keeps(firing):
            kept[firing.id] = identity
            set_aside[identity] = SetAside(
                _outputs(trace, firing), firing.reason, firing.absent.get("error", "node"), [], firing.attempt, REPLAYED
            )
            continue
        record = FiringRecord(is_decided=firing.seq is not None)
        records.setdefault(identity, []).append(record)
        here[firing.id] = record
        if firing.origin == "replayed":
            above[(firing.node, firing.tick, firing.attempt)] = record
    names: dict[tuple[str, str, str], Answer] = {}
    _take(trace, found.id, here, names, "")
    for done in trace.store_ops(found.id):
        if done.firing in here:
            here[done.firing].store_results[done.n] = (done.op, done.result)
        elif done.firing in kept:
            aside = set_aside[kept[done.firing]]
            set_aside[kept[done.firing]] = aside._replace(store_ops=[*aside.store_ops, done])
    last = found
    for last in islice(trace.lineage(found.id), 1, None):
        if not above:
            break
        there = {}
        for firing in trace.firings(last.id):
            key = (firing.node, firing.tick, firing.attempt)
            if firing.origin != "replayed" and key in above:
                record = there[firing.id] = above.pop(key)
                record.run = last.id
        _take(trace, last.id, there, names, last.id)
    if above and last.parent_run and not trace.has_run(last.parent_run):
        raise UsageError(
            f"The run {found.id} continues the run {last.parent_run}, which is not in this file.",
            where=str(trace.path),
            hint="`studio db merge` brings it here.",
        )
    return {
        "records": records, "lost": lost, "names": names, "set_aside": set_aside,
        "ordered_races": found.ordered_races,
    }  # fmt: skip


def _take(
    trace: Trace, run: str, records: dict[int, FiringRecord], names: dict[tuple[str, str, str], Answer], of: str
) -> None:
    """Note the effects of one run with the firings they belong to, and what names stood for in it."""
    for effect in trace.effects(run):
        answer = Answer.of(effect)
        if effect.firing == 0:
            names[(of, effect.kind, effect.name)] = answer
        elif effect.firing in records:
            records[effect.firing].add(effect.n, effect.attempt, answer)


def _outputs(trace: Trace, firing: Firing) -> dict[str, Json]:
    held: dict[str, Json] = {port: Absent(reason) for port, reason in firing.absent.items()}
    return {**held, **trace.outputs(firing)}
