"""A seeded generator of labelled agent runs, in the exchange format of `dynamics.md` section 5.

    one = generate("circle", family("coder"), seed=3, sub="reworded")
    many = dataset(seed=7, per_kind=20)                # the seven families to tune by
    unseen = dataset(seed=7, per_kind=20, families=(held_out(),))

Everything follows from the seed: two processes give the same bytes. Texts are made from a family's sentence shapes,
a domain's matter and made-up names; nothing here knows the analyser. What is generated, and the limits of it: such
runs are cleaner than real ones, and labels hold by construction only ("nothing is taken up" is how a wander is made).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tests.dynamics.generator import circles, procrastination, productive, stalls, wandering
from tests.dynamics.generator.families import (
    TRAINING,
    held_out,
    kept,
    second_held_out,
    third_held_out,
)
from tests.dynamics.generator.labelled import FAILURES, KINDS, Labelled, Step
from tests.dynamics.generator.pen import Pen
from tests.dynamics.generator.phrasing import Family
from tests.dynamics.generator.stage import Stage

SUBS: Final[dict[str, tuple[str, ...]]] = {
    "stall": stalls.SUBS,
    "circle": circles.SUBS,
    "procrastination": procrastination.SUBS,
    "wander": wandering.SUBS,
    "productive": tuple(productive.SCRIPTS),
    "undetermined": ("few", "few_and_idle"),
}
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "chat": ("human",),
    "pipeline": ("human", "worker"),
    "review": ("critic",),
    "reading": ("tool",),
}

__all__ = [
    "FAILURES",
    "KINDS",
    "SUBS",
    "TRAINING",
    "Family",
    "Labelled",
    "dataset",
    "family",
    "generate",
    "held_out",
    "kept",
    "long_run",
    "second_held_out",
    "third_held_out",
]


def family(name: str) -> Family:
    """Return a family to tune by, by its name."""
    return next(one for one in TRAINING if one.name == name)


def generate(kind: str, phrasing: Family, seed: int, sub: str = "") -> Labelled:
    """Return one run of the kind, of the given or the next sub-kind."""
    sub = sub or SUBS[kind][seed % len(SUBS[kind])]
    name = f"{phrasing.name}-{kind}-{sub}-{seed}"
    pen = Pen(name)
    stage = Stage(pen, phrasing, NEEDS.get(sub, ()), most=30 if pen.chance(0.3) else 9)
    period: int | None = None
    trailing = 0
    before = productive.prefix(stage) if kind not in ("productive", "undetermined") else []
    match kind:
        case "stall":
            steps, trailing = stalls.stalled(stage, sub)
        case "circle":
            steps, period = circles.circling(stage, sub)
        case "procrastination":
            steps = procrastination.procrastinating(stage, sub)
        case "wander":
            steps = wandering.wandering(stage, sub)
        case "productive":
            steps = productive.SCRIPTS[sub](stage, pen.size(14, 380 if pen.chance(0.3) else 90))
            if pen.chance(0.5):
                steps[-1].closes = (*steps[-1].closes, "g0")
        case _:
            steps = _few(stage, sub)
    run, marks = stage.run(name, before + steps, trailing)
    levels, cycles = tuple(marks.get("level", ())), tuple(marks.get("cycle", ()))
    onset = next(iter((*levels, *cycles, *marks.get("onset", ()))), None)
    return Labelled(run, kind, sub, phrasing.name, onset, period, levels, cycles)


def dataset(seed: int, per_kind: int, families: Sequence[Family] = TRAINING) -> Iterator[Labelled]:
    """Yield so many runs of each kind in each family; sub-kinds take turns, beginning at another one for each seed."""
    for phrasing in families:
        for kind in KINDS:
            for number in range(per_kind):
                yield generate(kind, phrasing, seed * 10_000 + number)


def long_run(firings: int, seed: int = 1) -> dict[str, Any]:
    """Return one long productive session of that many firings, nearly all of them with a text of their own: always in
    the first family, so that figures of today can be set beside earlier ones."""
    stage = Stage(Pen(f"long-{seed}"), TRAINING[0])
    run, _ = stage.run(f"long-{seed}", productive.session(stage, firings)[:firings])
    return run


def _few(stage: Stage, sub: str) -> list[Step]:
    """At most five contentful firings, too few to say anything, over fewer than eight ticks."""
    pen = stage.pen
    steps = productive.session(stage, 8)[: pen.between(1, 5)]
    if sub == "few_and_idle":
        steps += [stage.bare("worker", "idle") for _ in range(pen.between(1, 2))]
    return steps
