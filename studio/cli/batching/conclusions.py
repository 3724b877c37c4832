"""What a batch shows, in the terminal: arms with their scores, what differs, and the verdicts on modules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.batch.reporting.claims import shown_arms
from studio.batch.reporting.wording import ends, number
from studio.cli.output import Output
from studio.cli.text import Piece, plural
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.batch.analysing.conclusions import Arm, Conclusions
    from studio.batch.reporting.report import Report
    from studio.batch.statistics import Module, Modules

STYLES: Mapping[str, str] = {"matters": "green", "poison": "red", "dead weight": "yellow", "undecided": "dim"}
MOST = 40
"""Lines of a table of arms or modules; the report has all."""


CLAIMS: Mapping[str, str] = {"better": "green", "worse": "red", "alike": "yellow", "undecided": "dim", "told": ""}


def tell_report(report: Report, out: Output) -> None:
    """Print what a report tells: the answer, then the tables of `tell`, then the results by a variable."""
    from studio.batch.reporting.tables import classes_table, groups_table

    out.say(("bold", report.title))
    if report.table.experiment.hypothesis:
        out.wrapped("Hypothesis: ", plain_line(report.table.experiment.hypothesis))
    for claim in report.claims:
        out.wrapped((CLAIMS[claim.kind], "● " if claim.kind != "told" else "  "), plain_line(claim.text))
    if report.table.lines:
        out.say()
        tell(report.found, out)
    for sheet in (
        classes_table(report),
        None if report.grouping is None else groups_table(report.grouping, report.found),
    ):
        if sheet is not None:
            out.say()
            out.say(("bold", sheet.title))
            rows: list[list[Piece]] = [[cell.text for cell in row] for row in sheet.rows[:MOST]]
            out.table(list(sheet.headers), rows, right=sorted(sheet.numbers))
            if len(sheet.rows) > MOST:
                out.note(("dim", f"and {len(sheet.rows) - MOST} more; a report in a file has them all"))
            if sheet.told:
                out.note(("dim", sheet.told))


def tell(found: Conclusions, out: Output) -> None:
    """Print what a batch shows."""
    _arms(found, out)
    for graph, modules in found.modules.items():
        out.say()
        _modules(graph if len(found.modules) > 1 else "", modules, out)


def _arms(found: Conclusions, out: Output) -> None:
    arms = shown_arms(found) or list(found.arms)
    if not found.main:
        rows: list[list[Piece]] = [[one.name, str(one.runs), str(one.failed)] for one in arms]
        out.table(["variant", "runs", "failed"], rows[:MOST], right=[1, 2])
        return
    compared = any(one.differences for one in arms)
    headers = ["variant", "runs", "failed", found.main, "interval"]
    headers += ["differs by", "p"] if compared else []
    headers += [found.cost, "front"]
    rows = []
    for one in arms:
        score = one.scores[found.main]
        cells: list[Piece] = [one.name, str(one.runs), str(one.failed), number(score.mean), ends(score.interval)]
        if compared:
            cells += _difference(one, found)
        cost = one.measures.get(found.cost)
        cells += [number(None if cost is None else cost.mean), "*" if one.standing and one.standing.on_front else ""]
        rows.append(cells)
    out.table(headers, rows[:MOST], right=[1, 2, 3])
    if len(rows) > MOST:
        out.note(("dim", f"and {len(rows) - MOST} more; the report has them all"))
    lacking = Counter[str]()
    for one in found.arms:
        lacking.update(one.unscored)
    for why, count in lacking.most_common(3):
        out.note(("yellow", f"{plural(count, 'run')} without a score: {plain_line(why)}"))


def _difference(one: Arm, found: Conclusions) -> list[Piece]:
    difference = one.differences.get(found.main)
    if difference is None:
        return [("dim", "compared with"), ""]
    comparison = difference.comparison
    style = "" if not difference.is_shown else _good(comparison.effect, found)
    effect = f"{number(comparison.effect, sign=True)} {ends(comparison.interval)}"
    p = "" if difference.p_adjusted is None else f"{difference.p_adjusted:.3f}"
    return [(style, effect) if style else effect, p]


def _modules(graph: str, modules: Modules, out: Output) -> None:
    order = ("matters", "poison", "dead weight", "undecided")
    ranked = sorted(modules.modules, key=lambda one: (order.index(one.verdict), -abs(one.comparison.effect or 0)))
    head = f"Modules of {graph}" if graph else "Modules"
    counts = ", ".join(f"{len(modules.named(verdict))} {verdict}" for verdict in order if modules.named(verdict))  # type: ignore[arg-type]
    out.say(("bold", head), f"  {counts}")
    rows = [_module(one) for one in ranked[:MOST]]
    out.table(["module", "verdict", "effect", "interval", "p", "why"], rows, right=[2, 4])
    if len(ranked) > MOST:
        out.note(("dim", f"and {len(ranked) - MOST} more; the report has them all"))
    out.note(
        ("dim", f"Effect: whole minus without it. Corrected for {len(ranked)} modules ({modules.family}); at most "
         f"{modules.error:.0%} of such experiments make one wrong claim.")
    )  # fmt: skip


def _module(one: Module) -> list[Piece]:
    return [
        one.name, (STYLES[one.verdict], one.verdict), number(one.comparison.effect, sign=True), ends(one.adjusted),
        f"{one.p_adjusted:.3f}", ("dim", one.reason),
    ]  # fmt: skip


def _good(effect: float | None, found: Conclusions) -> str:
    if not effect:
        return ""
    return "green" if (effect > 0) == (found.method.better == "higher") else "red"
