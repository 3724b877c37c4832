"""What stands in the tables of results: variants, modules, runs. Loads the statistics: made with the first results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studio.batch.reporting.wording import MEASURE_WORDS, ends, number, p_words
from studio.gui.experiments.results import ROLES, JudgedModule, RunLine
from studio.gui.panels.experiments.columns import money
from studio.gui.panels.experiments.rows import Column
from studio.support.pieces import plural

if TYPE_CHECKING:
    from studio.batch.analysing.conclusions import Arm
    from studio.gui.experiments.results import Results


def arm_columns(results: Results) -> Sequence[Column[Arm]]:
    """The variants of a batch, with the main score if there is one."""
    found = results.found
    main = found.main

    def effect(arm: Arm) -> float | None:
        difference = arm.differences.get(main)
        return None if difference is None else difference.comparison.effect

    def told(arm: Arm) -> str:
        difference = arm.differences.get(main)
        if difference is None:
            return results.judged(arm).words
        interval = ends(difference.comparison.interval, sign=True) or "unknown"
        return (
            f"{results.judged(arm).words}\nDiffers from {arm.compared_with} by {number(effect(arm), sign=True)}, "
            f"interval {interval}; {plural(difference.comparison.units, difference.comparison.unit)}."
        )

    def difference(arm: Arm) -> str:
        one = arm.differences.get(main)
        if one is None or one.comparison.effect is None:
            return ""
        interval = ends(one.comparison.interval, sign=True)
        return number(one.comparison.effect, sign=True) + (f"  ({interval})" if interval else "")

    columns: list[Column[Any]] = [Column("Variant", lambda arm: arm.name, 0)]
    if main:
        columns += [
            Column("Mean", lambda arm: number(arm.scores[main].mean), 56, key=lambda arm: arm.scores[main].mean,
                   is_number=True, help=f"Mean of {main}"),
            Column("Interval", lambda arm: ends(arm.scores[main].interval), 116, may_go=1,
                   key=lambda arm: arm.scores[main].interval.low, help=f"Where the mean of {main} surely lies"),
            Column("Difference", difference, 168, key=effect, tip=told,
                   help="How it differs, by row and seed, from what it is compared with"),
            Column("Verdict", lambda arm: results.judged(arm).words, 200, tip=told,
                   role=lambda arm: ROLES.get(results.judged(arm).kind, ""),
                   help="What is shown, allowing for all variants that were compared"),
        ]  # fmt: skip
    cost = found.cost
    columns += [
        Column("Runs", lambda arm: f"{arm.runs:,}", 48, key=lambda arm: arm.runs, may_go=2, is_number=True),
        Column("Failed", lambda arm: f"{arm.failed:,}" if arm.failed else "", 52, key=lambda arm: arm.failed, may_go=3,
               role=lambda arm: "bad", is_number=True),
        Column("Cost" if cost == "cost_usd" else cost.capitalize(), lambda arm: _cost(arm, cost), 66, may_go=4,
               key=lambda arm: None if (one := arm.measures.get(cost)) is None else one.mean, is_number=True,
               help=f"Mean {MEASURE_WORDS[cost]} of a run"),
    ]  # fmt: skip
    return columns


def _cost(arm: Arm, measure: str) -> str:
    found = arm.measures.get(measure)
    if found is None:
        return ""
    return money(found.mean) if measure == "cost_usd" else number(found.mean)


def module_columns(several: bool) -> Sequence[Column[JudgedModule]]:
    """Modules that were switched off, with what they are worth."""

    def effect(one: JudgedModule) -> float | None:
        return one.module.comparison.effect

    return (
        Column("Module", lambda one: f"{one.graph}: {one.module.name}" if several else one.module.name, 0),
        Column("Verdict", lambda one: one.module.verdict, 92, role=lambda one: ROLES[one.module.verdict],
               tip=lambda one: one.module.reason),
        Column("Effect", lambda one: number(effect(one), sign=True), 60, key=effect, is_number=True,
               help="How much better the score is with it than without"),
        Column("Adjusted interval", lambda one: ends(one.module.adjusted, sign=True), 120, may_go=1,
               key=lambda one: one.module.adjusted.low, help="Where the effect surely lies, allowing for all modules"),
        Column("p", lambda one: p_words(one.module.p_adjusted), 78, may_go=2, key=lambda one: one.module.p_adjusted,
               help="Adjusted for all modules"),
        Column("Why", lambda one: one.module.reason, 320, may_go=3),
    )  # fmt: skip


def run_columns(main: str) -> Sequence[Column[RunLine]]:
    """Runs of a batch."""
    return (
        Column("Variant", lambda one: one.arm, 0),
        Column("Row", lambda one: str(one.line.row + 1), 44, key=lambda one: one.line.row, is_number=True),
        Column("Seed", lambda one: str(one.line.seed), 46, key=lambda one: one.line.seed, is_number=True),
        Column("Status", lambda one: one.line.status, 66, tip=lambda one: one.why or one.line.status,
               role=lambda one: "" if one.line.status == "ok" else "bad"),
        Column(main or "Score", lambda one: number(one.score) if one.score is not None else "–", 70,
               key=lambda one: one.score, is_number=True, tip=lambda one: one.why or number(one.score)),
        Column("Seconds", lambda one: number(one.line.measures.get("seconds")), 64, may_go=1,
               key=lambda one: one.line.measures.get("seconds"), is_number=True),
    )  # fmt: skip
