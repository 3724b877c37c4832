"""Tables of a report as values, whatever they are then written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from studio.batch.analysing.conclusions import Arm, Conclusions
from studio.batch.analysing.differences import Difference
from studio.batch.analysing.grouping import Group, Grouping
from studio.batch.analysing.table import MEASURES
from studio.batch.reporting.claims import compared_arms, kind_of, shown_arms
from studio.batch.reporting.figures.modules import ranked
from studio.batch.reporting.report import Report
from studio.batch.reporting.wording import MEASURE_WORDS, counted, ends, number, one_line, p_value, percent
from studio.batch.statistics import Module, Modules, PairOfModules

TOLD_OF_MEASURES: Final = "Each is corrected by itself for all variants. What is the same in all pairs is left out."

MOST_ROWS: Final = 500
"""Rows of one table; records have all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. `arm` names the arm whose runs stand behind it, `kind` is a claim or verdict that marks it."""

    text: str
    arm: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: headers, which of its columns hold numbers, and rows; `told` is what must be known to read it."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()
    told: str = ""


def _sheet(title: str, headers: Sequence[str], rows: Sequence[Sequence[Cell | str]], told: str = "") -> Sheet:
    """Return a table; columns whose header ends in `#` hold numbers."""
    kept = rows[:MOST_ROWS]
    if len(rows) > MOST_ROWS:
        told = f"{told} The first {MOST_ROWS} of {len(rows):,} rows.".strip()
    return Sheet(
        title,
        tuple(one.removesuffix("#") for one in headers),
        tuple(tuple(Cell(one) if isinstance(one, str) else one for one in row) for row in kept),
        frozenset(place for place, one in enumerate(headers) if one.endswith("#")),
        told,
    )


def arms_table(report: Report) -> Sheet:
    """Return the arms with runs, scores and cost."""
    found = report.found
    headers = ["variant", "runs#", "failed#"]
    for score in report.table.scores:
        headers += [f"{one_line(score, 40)}#", f"{percent(found.method.level)} interval#"]
    headers += [f"{MEASURE_WORDS[found.cost]}#", "front"]
    rows = [_arm(one, report) for one in found.arms]
    return _sheet("Variants", headers, rows, _counted(found))


def _arm(one: Arm, report: Report) -> list[Cell | str]:
    row: list[Cell | str] = [_named(one.name), Cell(f"{one.runs:,}", one.name), f"{one.failed:,}"]
    for score in report.table.scores:
        row += [number(one.scores[score].mean), ends(one.scores[score].interval)]
    cost = one.measures.get(report.found.cost)
    on_front = one.standing is not None and one.standing.on_front
    return [*row, number(cost.mean if cost else None), "on the front" if on_front else ""]


def _counted(found: Conclusions) -> str:
    units = {one.scores[found.main].unit for one in found.arms} if found.main else set()
    if units != {"row"}:
        return ""
    return "Intervals are about rows like these: the seeds of a row count as their mean."


def differences_table(report: Report) -> Sheet | None:
    """Return how arms differ from what they are compared with in the main score; None if none is compared."""
    found = report.found
    rows: list[list[Cell | str]] = []
    others = {one.compared_with for one in compared_arms(found)}
    several = len(others) > 1
    for one in compared_arms(found):
        difference = one.differences[found.main]
        comparison = difference.comparison
        rows.append([
            _named(one.name), *([_named(one.compared_with)] if several else []), _verdict(difference, found),
            number(comparison.effect, sign=True), ends(comparison.interval, sign=True), p_value(difference.p_adjusted),
            _share(comparison.better), _share(comparison.equal), _share(comparison.worse), f"{comparison.units:,}",
            f"{comparison.runs:,}", f"{comparison.missing:,}",
        ])  # fmt: skip
    if not rows:
        return None
    unit = compared_arms(found)[0].differences[found.main].comparison.unit
    headers = [
        "variant", *(["compared with"] if several else []), "", "difference#",
        f"{percent(found.method.level)} interval#", "p, corrected#", "better#", "equal#", "worse#", f"{unit}s#",
        "pairs#", "unpaired#",
    ]  # fmt: skip
    against = "" if several else f"Compared with “{one_line(next(iter(others)), 80)}”. "
    told = (
        f"{against}p allows for all variants that are compared (Holm); better, equal and worse are shares of the pairs."
    )
    return _sheet(f"Differences in {one_line(found.main, 60)}", headers, rows, told)


def _verdict(difference: Difference, found: Conclusions) -> Cell:
    kind = kind_of(difference, found)
    slight = ", slightly" if kind in ("better", "worse") and difference.alike else ""
    return Cell(f"{kind}{slight}", kind=kind)


def measures_table(report: Report) -> Sheet | None:
    """Return how arms differ in other scores and in what they took."""
    found = report.found
    rows: list[list[Cell | str]] = []
    for one in shown_arms(found):
        for what in (*report.table.scores, *MEASURES):
            difference = one.differences.get(what)
            if difference is None or what == found.main or difference.comparison.equal == 1:
                continue
            comparison = difference.comparison
            told = "differs" if difference.is_shown else ""
            rows.append([
                _named(one.name), one_line(MEASURE_WORDS.get(what, what), 40), number(comparison.effect, sign=True),
                ends(comparison.interval, sign=True), p_value(difference.p_adjusted), told,
            ])  # fmt: skip
    if not rows:
        return None
    headers = ["variant", "in", "difference#", f"{percent(found.method.level)} interval#", "p, corrected#", ""]
    return _sheet("Other scores, cost and length", headers, rows, TOLD_OF_MEASURES)


def modules_table(modules: Modules, graph: str, report: Report) -> Sheet:
    """Return the verdicts on modules."""
    by_module = {
        one.switched_off[0]: one.name for one in report.found.arms if one.graph == graph and len(one.switched_off) == 1
    }
    rows = [_module(one, by_module.get(one.name, "")) for one in ranked(modules)]
    unit = modules.modules[0].comparison.unit if modules.modules else "row"
    headers = ["module", "verdict", "effect#", "interval#", "p, corrected#", f"{unit}s#", "pairs#", "why"]
    told = (
        f"Effect: with the module minus without it. Intervals and p allow for all {len(modules.modules)} modules; at "
        f"most {percent(modules.error)} of such experiments name a wrong one as mattering or poison. The margin is "
        f"{number(modules.margin)}."
    )
    return _sheet("Modules", headers, rows, told)


def _module(one: Module, arm: str) -> list[Cell | str]:
    interval = one.near if one.verdict == "dead weight" else one.adjusted
    p = one.p_near if one.verdict == "dead weight" else one.p_adjusted
    return [
        Cell(one_line(one.name), arm), Cell(one.verdict, kind=one.verdict), number(one.comparison.effect, sign=True),
        ends(interval, sign=True), p_value(p), f"{one.comparison.units:,}", Cell(f"{one.comparison.runs:,}", arm),
        one_line(one.reason, 300),
    ]  # fmt: skip


def pairs_table(pairs: Sequence[PairOfModules]) -> Sheet:
    """Return what two modules do together."""
    rows: list[list[Cell | str]] = [
        [
            one_line(f"{one.first} + {one.second}"), one.together, number(one.interaction, sign=True),
            ends(one.adjusted, sign=True), p_value(one.p_adjusted), f"{one.units:,}",
        ]
        for one in pairs
    ]  # fmt: skip
    told = (
        "Redundancy: each stands in for the other, so that losing both costs more than the sum. Synergy: one is worth "
        "little without the other. Additive: surely the sum, within the margin."
    )
    return _sheet(
        "Pairs of modules", ["pair", "together", "beyond the sum#", "interval#", "p, corrected#", "n#"], rows, told
    )


def groups_table(grouping: Grouping, found: Conclusions) -> Sheet:
    """Return the results by a variable."""
    by = one_line(grouping.by, 60)
    level = f"{percent(found.method.level)} interval#"
    if not grouping.score:
        counts = [[_value(one), f"{one.runs:,}", f"{one.failed:,}"] for one in grouping.groups]
        return _sheet(f"By {by}", [by, "runs#", "failed#"], counts)
    score = f"{one_line(grouping.score, 40)}#"
    if grouping.kind == "arms":
        rows = [[*_group(one), *_differs(one.difference)] for one in grouping.groups]
        headers = [by, "runs#", "failed#", score, level, "differs by#", level, "p, corrected#", ""]
        told = "Each value is compared with the first that is set, on runs that differ in nothing else."
        return _sheet(f"By {by}", headers, rows, told)
    cells: list[list[Cell | str]] = []
    for group in grouping.groups:
        for one in group.cells:
            cells.append([
                _value(group), _named(one.arm), f"{one.score.count:,}", number(one.score.mean),
                ends(one.score.interval), *_differs(one.difference),
            ])  # fmt: skip
    headers = [by, "variant", "runs#", score, level, "differs by#", level, "p, corrected#", ""]
    told = "p allows for all comparisons of this table." if grouping.kind == "rows" else (
        "What came of a run is no fair ground for comparing: these are counts and means only."
    )  # fmt: skip
    return _sheet(f"By {by}", headers, cells, told)


def _group(one: Group) -> list[Cell | str]:
    score = one.score
    return [
        _value(one), f"{one.runs:,}", f"{one.failed:,}", number(score.mean if score else None),
        ends(score.interval) if score else "",
    ]  # fmt: skip


def _value(one: Group) -> str:
    return one_line(one.value, 80) or "(not set)"


def _differs(difference: Difference | None) -> list[Cell | str]:
    if difference is None:
        return ["", "", "", ""]
    comparison = difference.comparison
    return [
        number(comparison.effect, sign=True), ends(comparison.interval, sign=True), p_value(difference.p_adjusted),
        "differs" if difference.is_shown else "",
    ]  # fmt: skip


def classes_table(report: Report) -> Sheet | None:
    """Return the classes of behaviour: how often each came, and how that shifted."""
    rows: list[list[Cell | str]] = []
    for one in report.found.arms:
        shifts = {} if one.shift is None else {each.name: each for each in one.shift.classes}
        for name in sorted({*one.classes, *shifts}):
            shift = shifts.get(name)
            count, total = one.classes.get(name, 0), sum(one.classes.values())
            row: list[Cell | str] = [
                _named(one.name), one_line(name, 60), Cell(f"{count:,}", one.name),
                percent(count / total) if total else "–",
            ]  # fmt: skip
            if shift is None or shift.shift.effect is None:
                rows.append([*row, "", "", ""])
            else:
                interval = ends(shift.shift.interval, sign=True)
                rows.append([*row, number(shift.shift.effect, sign=True), interval, p_value(shift.p_adjusted)])
    if not rows:
        return None
    headers = ["variant", "class", "runs#", "share#", "shift#", "interval#", "p, corrected#"]
    told = "Shift: the share minus that of what the variant is compared with; p allows for all classes of a variant."
    return _sheet("Classes of behaviour", headers, rows, told)


def failures_table(report: Report) -> Sheet | None:
    """Return why runs failed or have no score."""
    reasons = report.reasons()
    if not reasons:
        return None
    rows: list[list[Cell | str]] = [[_named(arm), why, Cell(f"{count:,}", arm)] for arm, why, count in reasons]
    failures = report.found.method.failures
    how = "count as the worst score" if failures == "worst" else "are left out"
    told = f"{counted(sum(count for _, _, count in reasons), 'run')} failed or lack the score. They {how}."
    return _sheet(
        "Failures and missing scores", ["variant", "reason", "runs#"], rows, told if report.found.main else ""
    )


def _named(name: str) -> Cell:
    return Cell(one_line(name), name)


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)
