"""What was read of outputs when they fired is judged as the outputs themselves: to the byte, in every kind of run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from studio.dynamics.analysis import analyse, steps
from studio.dynamics.exchange.reading import run_from
from studio.dynamics.exchange.run import Event, Run
from studio.dynamics.verdict import Verdict
from tests.dynamics.generator import KINDS, SUBS, TRAINING, generate, held_out, second_held_out, third_held_out
from tests.support.thorough import thorough_but

FAMILIES = (*TRAINING, held_out(), second_held_out(), third_held_out())


def stored(run: Run) -> Run:
    """Return the run as a trace keeps it: readings with their symbols in the place of texts."""
    events = (
        Event(step.t, step.module, reading=step.reading, err="" if step.failed else None, effect=event.effect)
        for step, event in zip(steps(run), run.ordered(), strict=True)
    )
    return replace(run, events=tuple(events))


def told(verdict: Verdict) -> str:
    return json.dumps([verdict.as_json(), [alarm.evidence for alarm in verdict.alarms]])


@pytest.mark.parametrize("seed", thorough_but((11).__eq__, [11, 23]))
@pytest.mark.parametrize("kind", thorough_but({"circle", "wander", "productive"}.__contains__, KINDS))
def test_stored_readings_are_judged_as_the_texts_they_were_read_from(kind: str, seed: int) -> None:
    for at, family in enumerate(FAMILIES):
        sub = SUBS[kind][(seed + at) % len(SUBS[kind])]
        run = run_from(generate(kind, family, seed, sub).run)

        assert told(analyse(stored(run))) == told(analyse(run)), (family.name, sub)


def test_another_symbol_makes_another_verdict() -> None:
    run = run_from(generate("circle", TRAINING[0], 11, "exact").run)
    kept = stored(run)
    events = [
        replace(event, reading=event.reading and event.reading.with_symbol(at)) for at, event in enumerate(kept.events)
    ]

    assert analyse(kept).kind == "circle"
    assert analyse(replace(kept, events=tuple(events))).kind != "circle"
