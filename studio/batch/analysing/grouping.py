"""Results by the values of one variable: what a prompt, a model, a seed or a column of the data makes of the score.

A variable of the arms (graph, variant, a setting) is compared value by value, over all else that was varied; one of the
rows (seed, a column) shows each arm within each value, and how it differs there. What only comes of a run (status,
class of behaviour) is told and not compared: who looks at outcomes of one kind alone compares unlike runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

from studio.batch.analysing.conclusions import Conclusions
from studio.batch.analysing.differences import Difference
from studio.batch.analysing.table import OUTCOMES, Line, Table
from studio.batch.statistics import Comparison, Scores, Summary, holm, paired, summary
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.values import Json, sorted_encode

MOST: Final = 200
"""Values of a variable, at most: with more, nobody reads the table."""

Kind = Literal["arms", "rows", "runs"]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Cell:
    """The runs of one arm within one value of a variable."""

    arm: str
    score: Summary
    difference: Difference | None
    """From what the arm is compared with, within the same value."""

    def as_json(self) -> dict[str, Json]:
        """Return it as a JSON object."""
        return {
            "arm": self.arm, "score": self.score.as_json(),
            "difference": None if self.difference is None else self.difference.as_json(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """All runs with one value of a variable; "" stands for those that have none."""

    value: str
    runs: int
    failed: int
    score: Summary | None
    """None if nothing was scored."""
    difference: Difference | None
    """From the first value, for variables of the arms."""
    cells: tuple[Cell, ...]

    def as_json(self) -> dict[str, Json]:
        """Return it as a JSON object."""
        return {
            "value": self.value, "runs": self.runs, "failed": self.failed,
            "score": None if self.score is None else self.score.as_json(),
            "difference": None if self.difference is None else self.difference.as_json(),
            "arms": [one.as_json() for one in self.cells],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grouping:
    """The results by the values of the variable `by`, in order of appearance."""

    by: str
    kind: Kind
    score: str
    groups: tuple[Group, ...]

    def as_json(self) -> dict[str, Json]:
        """Return it as a JSON object."""
        return {"by": self.by, "kind": self.kind, "groups": [one.as_json() for one in self.groups]}


def group_by(table: Table, by: str, found: Conclusions) -> Grouping:
    """Return the results by a variable. Raises UsageError if there is none of that name, or it has too many values."""
    if by not in table.variables:
        known = table.variables
        raise UsageError(
            f"Nothing in this batch is called `{by}`.", hint=near(by, known) or f"There are {', '.join(known[:12])}."
        )
    lines = table.grouped(by)
    if len(lines) > MOST:
        raise UsageError(
            f"`{by}` has {len(lines):,} values, too many for a table.",
            hint="Take a variable with fewer, or make a .csv of all runs.",
        )
    kind: Kind = "runs" if by in OUTCOMES else "arms" if by in table.settings else "rows"
    groups = [_group(table, value, some, found, kind) for value, some in lines.items()]
    if kind == "arms" and found.main:
        groups = _compared(table, by, groups, lines, found)
    if kind == "rows" and found.main:
        groups = _adjusted(groups)
    return Grouping(by, kind, found.main, tuple(groups))


def _group(table: Table, value: str, lines: Sequence[Line], found: Conclusions, kind: Kind) -> Group:
    failed = sum(line.status != "ok" for line in lines)
    if not found.main:
        return Group(value, len(lines), failed, None, None, ())
    by_arm: dict[str, dict[tuple[int, int], float | None]] = {}
    for line in lines:
        by_arm.setdefault(table.arm_of(line), {})[line.row, line.seed] = line.scores.get(found.main)
    method = table.method_for(found.main, found.method)
    cells = []
    for arm, scores in by_arm.items() if kind != "arms" else ():
        other = by_arm.get(table.compared.get(arm, ""))
        compared = Difference(paired(scores, other, method), None) if other and kind == "rows" else None
        cells.append(Cell(arm, summary(scores, method), compared))
    whole = summary(_scores(table, lines, found.main, ""), method)
    return Group(value, len(lines), failed, whole, None, tuple(cells))


def _compared(
    table: Table, by: str, groups: Sequence[Group], lines: Mapping[str, Sequence[Line]], found: Conclusions
) -> list[Group]:
    """Compare each value with the first that is set, over all else that was varied."""
    scores = {value: _scores(table, some, found.main, by) for value, some in lines.items()}
    first = next((value for value in scores if value), "")
    method = table.method_for(found.main, found.method)
    made = {value: paired(some, scores[first], method) for value, some in scores.items() if value not in ("", first)}
    adjusted = _with_holm(made)
    return [replace(one, difference=adjusted.get(one.value)) for one in groups]


def _adjusted(groups: Sequence[Group]) -> list[Group]:
    """Allow for all comparisons of the table."""
    made = {
        (group.value, cell.arm): cell.difference.comparison
        for group in groups
        for cell in group.cells
        if cell.difference is not None
    }
    adjusted = _with_holm(made)
    return [
        replace(one, cells=tuple(replace(cell, difference=adjusted.get((one.value, cell.arm))) for cell in one.cells))
        for one in groups
    ]


def _with_holm(made: Mapping[Key, Comparison]) -> dict[Key, Difference]:
    tested = {key: one.p for key, one in made.items() if one.p is not None}
    adjusted = dict(zip(tested, map(float, holm(list(tested.values()))), strict=True))
    return {key: Difference(one, adjusted.get(key)) for key, one in made.items()}


def _scores(table: Table, lines: Sequence[Line], score: str, by: str) -> Scores:
    """Return scores by row and by seed with all that differs beside `by`, so that runs have partners that differ in
    nothing else. Where there is one row, seeds are what counts as one observation."""
    lone = len({line.row for line in table.lines}) < 2
    found: dict[tuple[int, str], float | None] = {}
    for line in lines:
        rest = _rest(table, line, by)
        key = (line.seed, rest) if lone else (line.row, f"{line.seed} {rest}")
        found[key] = line.scores.get(score)
    return found


def _rest(table: Table, line: Line, by: str) -> str:
    if by == "variant":
        return line.graph
    if by == "graph":
        return line.variant
    said = table.variants[line.variant]
    left = replace(
        said,
        settings={key: value for key, value in said.settings.items() if key != by},
        inputs={key: value for key, value in said.inputs.items() if f"input:{key}" != by},
        model=None if by == "model" else said.model,
    )
    return sorted_encode([line.graph, left.to_json()]).decode()
