"""What variants answered to the same rows, side by side: read from the trace, bounded, shown as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studio.batch.analysing.conclusions import Conclusions
from studio.batch.analysing.table import Line, Table
from studio.batch.reporting.claims import shown_arms
from studio.batch.reporting.figures.modules import ranked
from studio.batch.reporting.wording import one_line, several_lines
from studio.support.values import Json, encode
from studio.trace import Trace

MOST_ROWS: Final = 4
MOST_ARMS: Final = 6
MOST_SIGNS: Final = 700
"""Signs of one output; the run has all of it."""
MOST_COLUMNS: Final = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run gave: its outputs by name as text, or why there are none."""

    line: Line
    arm: str
    outputs: Mapping[str, str]
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One row under the variants. `given` are its values as text; `apart` is how far scores lie apart, None where they
    do not tell."""

    row: int
    seed: int
    given: Mapping[str, str]
    answers: tuple[Answer, ...]
    apart: float | None


def samples(table: Table, found: Conclusions, db: Path) -> tuple[Sample, ...]:
    """Return the rows on which variants lie furthest apart in the main score, with what each answered to them."""
    arms = _arms(found)
    by_place: dict[tuple[int, int], dict[str, Line]] = {}
    for arm in arms:
        for line in table.by_arm[arm]:
            by_place.setdefault((line.row, line.seed), {})[arm] = line
    if not by_place:
        return ()
    apart = {place: _apart(list(lines.values()), found.main) for place, lines in by_place.items()}
    chosen: dict[int, tuple[int, int]] = {}
    for place in sorted(by_place, key=lambda one: (-(apart[one] or 0.0), one)):
        if len(chosen) < MOST_ROWS:
            chosen.setdefault(place[0], place)
    with Trace(db) as trace:
        return tuple(
            Sample(
                row, seed, _given(table, row),
                tuple(_answer(trace, line, arm) for arm, line in by_place[row, seed].items()), apart[row, seed],
            )
            for row, seed in chosen.values()
        )  # fmt: skip


def _arms(found: Conclusions) -> list[str]:
    """Return the arms that are shown: those told one by one, then runs without the modules that do the most."""
    names = [one.name for one in shown_arms(found)]
    for graph, modules in found.modules.items():
        without = {one.switched_off: one.name for one in found.arms if one.graph == graph}
        names += [without[one.name,] for one in ranked(modules)]
    return names[:MOST_ARMS]


def _apart(lines: Sequence[Line], main: str) -> float | None:
    values = [float(value) for one in lines if (value := one.scores.get(main)) is not None]
    return max(values) - min(values) if len(values) > 1 else None


def _given(table: Table, row: int) -> dict[str, str]:
    values = table.rows[row] if row < len(table.rows) else {}
    return {one_line(name, 40): _text(value, MOST_SIGNS // 2) for name, value in list(values.items())[:MOST_COLUMNS]}


def _answer(trace: Trace, line: Line, arm: str) -> Answer:
    if not trace.has_run(line.run):
        return Answer(line, arm, {}, "the run is no longer in the database")
    outputs = trace.decoded(trace.run(line.run).outputs)
    shown = {one_line(name, 40): _text(value, MOST_SIGNS) for name, value in list(outputs.items())[:MOST_COLUMNS]}
    return Answer(line, arm, shown, "" if shown else one_line(line.error) or "no output")


def _text(value: Json, most: int) -> str:
    return several_lines(value if isinstance(value, str) else encode(value).decode(), most)
