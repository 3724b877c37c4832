"""Tables of batches that were never run: as many arms, rows and seeds as wanted, with scores that a test plans."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from studio.batch.analysing.table import Line, Table, arm_name
from studio.batch.design.score import Score
from studio.batch.design.spec import Experiment
from studio.batch.design.variants import WHOLE, Variant
from studio.trace.batches import Batch

Scoring = Callable[[str, str, int, int], float | None]
"""(graph, variant, row, seed) → the score `points`; None for a run that failed."""

CLASSES = ("productive", "loop", "wander", "dead end")


def planted(effects: Mapping[str, float], spread: float = 0.1) -> Scoring:
    """Scores with the effects of variants planted on rows of different difficulty, and noise of a stated spread."""

    def score(graph: str, variant: str, row: int, seed: int) -> float:
        noise = random.Random(f"{graph} {variant} {row} {seed}").gauss(0, spread)
        return round(row % 5 + effects.get(variant, 0.0) + noise, 6)

    return score


def made_table(
    scoring: Scoring | None,
    variants: Sequence[Variant] = (Variant(),),
    *,
    graphs: Sequence[str] = ("sums",),
    rows: int = 12,
    seeds: int = 2,
    status: str = "complete",
    columns: Callable[[int], dict[str, Any]] | None = None,
    dynamics: bool = True,
    **said: Any,
) -> Table:
    """Return the table of a batch in which each variant is compared with the first."""
    experiment = Experiment(
        graphs={name: f"{name}.yaml" for name in graphs},
        **{"name": "planted", "seeds": tuple(range(seeds)), **said},
        scores=(Score("points", "expression", "result"),) if scoring else (),
    )
    several = len(graphs) > 1
    lines: list[Line] = []
    for seed in range(seeds):
        for row in range(rows):
            for graph in graphs:
                for place, one in enumerate(variants):
                    value = scoring(graph, one.name, row, seed) if scoring else 0.0
                    lines.append(_line(len(lines), graph, one.name, row, seed, value, place, bool(scoring), dynamics))
    compared = {
        arm_name(graph, one.name, several=several): arm_name(graph, variants[0].name, several=several)
        for graph in graphs
        for one in variants[1:]
    }
    planned = len(graphs) * len(variants) * rows * seeds
    failed = sum(one.status != "ok" for one in lines)
    batch = Batch("01M8BATCH00000000000000000", "planted", status, "", planned, len(lines), failed, 1e9, 1e9 + 60)
    data = [columns(row) for row in range(rows)] if columns else [{"n": row} for row in range(rows)]
    return Table(batch, experiment, {one.name: one for one in variants}, lines, data, compared)


def _line(
    number: int, graph: str, variant: str, row: int, seed: int, value: float | None, place: int, scored: bool,
    told: bool,
) -> Line:  # fmt: skip
    failed = value is None
    return Line(
        f"01M8RUN{number:019d}", graph, variant, row, seed, "failed" if failed else "ok",
        {"points": value} if scored else {}, {"points": "the run failed"} if failed else {},
        {"cost_usd": 0.0, "tokens": 100.0 + 40 * place + seed, "seconds": 0.5, "calls": 2.0},
        CLASSES[(row + place * seed) % 4] if told and not failed else "", "It broke." if failed else "",
    )  # fmt: skip


def knockouts(names: Sequence[str]) -> tuple[Variant, ...]:
    """The whole, and a variant without each module."""
    return (Variant(WHOLE), *(Variant(f"without {name}", knockouts=(name,)) for name in names))


def settings(**values: Sequence[Any]) -> tuple[Variant, ...]:
    """The whole, and a variant for each value of `writer.NAME`."""
    made = [Variant(WHOLE)]
    for name, each in values.items():
        made += [Variant(f"writer.{name}={value}", settings={f"writer.{name}": value}) for value in each]
    return tuple(made)
