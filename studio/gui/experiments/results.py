"""What a batch shows, for the window: read from the database and judged, on any thread. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from studio.trace.batches import Batch, Batches, facts_of

if TYPE_CHECKING:
    from studio.batch.analysing.conclusions import Arm, Conclusions
    from studio.batch.analysing.table import Line, Table
    from studio.batch.reporting.claims import Claim
    from studio.batch.statistics import Module

Stamp = tuple[int, str]
"""Tells whether there is more of a batch than before: how many runs have ended, and its status."""

SUMMED: Final = 40
"""Batches, the newest, whose cost is added up for the list."""

ROLES: Final = {
    "better": "ok", "worse": "bad", "alike": "soft", "undecided": "soft", "told": "soft", "matters": "accent",
    "poison": "back", "dead weight": "soft",
}  # fmt: skip
"""The role of colour of each kind of verdict."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is found of an arm or a module: a kind (see `ROLES`) and a few words."""

    kind: str
    words: str


@dataclass(frozen=True, eq=False)
class Results:
    """A batch with all it shows, as it stood at `stamp`."""

    db: Path
    table: Table
    found: Conclusions
    claims: Sequence[Claim]
    stamp: Stamp
    files: Mapping[str, Path]
    """The files of its graphs, by the names that they have in it."""

    @cached_property
    def modules(self) -> list[JudgedModule]:
        """All modules that were switched off alone, graph by graph."""
        arms = {(one.graph, one.switched_off[0]): one.name for one in self.found.arms if len(one.switched_off) == 1}
        return [
            JudgedModule(graph, one, arms.get((graph, one.name), ""))
            for graph, modules in self.found.modules.items()
            for one in modules.modules
        ]

    @cached_property
    def _verdicts(self) -> dict[str, Module]:
        return {one.arm: one.module for one in self.modules if one.arm}

    def judged(self, arm: Arm) -> Judged:
        """Return in words how an arm compares in the main score."""
        from studio.batch.reporting.claims import kind_of
        from studio.batch.reporting.wording import p_words

        module = self._verdicts.get(arm.name)
        if module is not None:
            return Judged(module.verdict, f"{module.verdict} (adjusted {p_words(module.p_adjusted)})")
        difference = arm.differences.get(self.found.main)
        if difference is None:
            is_measure = any(one.compared_with == arm.name for one in self.found.arms)
            return Judged("told", "others are compared with it" if is_measure else "")
        kind, p = kind_of(difference, self.found), p_words(difference.p_adjusted)
        words: dict[Literal["better", "worse", "alike", "undecided", "told"], str] = {
            "better": f"better, shown ({p})", "worse": f"worse, shown ({p})",
            "alike": "alike within the margin", "undecided": f"no difference shown ({p})",
        }  # fmt: skip
        return Judged(kind, words.get(kind, ""))


@dataclass(frozen=True, slots=True)
class JudgedModule:
    """The verdict on a module of a graph, and the arm whose runs were made without it ("" if none is there)."""

    graph: str
    module: Module
    arm: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as the list shows it: the name of its arm, and its main score."""

    line: Line
    arm: str
    score: float | None
    why: str


def read_results(db: Path, batch: str) -> Results:
    """Read a batch and judge it. Raises UsageError if there is none of that name, EnvironmentProblem for a file that
    cannot be read."""
    from studio.batch.analysing.conclusions import conclude
    from studio.batch.analysing.table import read_table
    from studio.batch.reporting.claims import claims

    table = read_table(db, batch)
    found = conclude(table)
    with Batches(db) as batches:
        told: Any = batches.experiment(table.batch.id)
    said = table.experiment
    folder = Path(told["from"]) if "graphs" in said.own else said.folder("graphs")
    files = {name: folder / file for name, file in said.graphs.items()}
    return Results(db, table, found, claims(table, found), (table.batch.done, table.batch.status), files)


def run_lines(results: Results, arm: str = "") -> list[RunLine]:
    """Return the runs of a batch in the order of its plan, of one arm or of all."""
    main, table = results.found.main, results.table
    lines = table.by_arm.get(arm, []) if arm else table.lines
    return [
        RunLine(one, table.arm_of(one), one.scores.get(main) if main else None, one.error or one.missing.get(main, ""))
        for one in lines
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """The batches of a database, newest first, and what those cost of which it is known, in US dollars by id."""

    batches: Sequence[Batch] = ()
    costs: dict[str, float] = field(default_factory=dict)


class Lister:
    """Lists the batches of a database; what a batch cost is added up anew only when more of its runs have ended."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[int, float]] = {}

    def listed(self, db: Path) -> Listed:
        """Return what there is. Raises EnvironmentProblem for a file that cannot be read."""
        if not db.is_file():
            return Listed()
        with Batches(db) as batches:
            found = batches.batches()
            for one in found[:SUMMED]:
                if self._sums.get(one.id, (-1, 0.0))[0] != one.done:
                    facts = map(facts_of, batches.results(one.id))
                    cost = sum(float(known["cost_usd"]) for known in facts if known.get("cost_usd") is not None)
                    self._sums[one.id] = (one.done, cost)
        return Listed(found, {one.id: self._sums[one.id][1] for one in found if one.id in self._sums})
