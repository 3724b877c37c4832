"""What a batch shows, in the terminal: arms with their scores, what differs, and the verdicts on modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.cli.output import Output
from studio.cli.text import Piece, plural
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.batch.analysing.conclusions import Arm, Conclusions
    from studio.batch.statistics import Interval, Module, Modules, Summary

STYLES: Mapping[str, str] = {"matters": "green", "poison": "red", "dead weight": "yellow", "undecided": "dim"}
MOST = 40
"""Lines of a table of arms or modules; the report has all."""


def tell(found: Conclusions, out: Output) -> None:
    """Print what a batch shows."""
    _arms(found, out)
    for graph, modules in found.modules.items():
        out.say()
        _modules(graph if len(found.modules) > 1 else "", modules, out)


def _arms(found: Conclusions, out: Output) -> None:
    arms = [one for one in found.arms if not _is_knockout(one, found)] or list(found.arms)
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
        cells: list[Piece] = [one.name, str(one.runs), str(one.failed), _number(score.mean), _range(score)]
        if compared:
            cells += _difference(one, found)
        cost = one.measures.get(found.cost)
        cells += [_number(None if cost is None else cost.mean), "*" if one.standing and one.standing.on_front else ""]
        rows.append(cells)
    out.table(headers, rows[:MOST], right=[1, 2, 3])
    if len(rows) > MOST:
        out.note(("dim", f"and {len(rows) - MOST} more; the report has them all"))
    lacking = {why: count for one in arms for why, count in one.unscored.items()}
    for why, count in list(lacking.items())[:3]:
        out.note(("yellow", f"{plural(count, 'run')} without a score: {plain_line(why)}"))


def _difference(one: Arm, found: Conclusions) -> list[Piece]:
    difference = one.differences.get(found.main)
    if difference is None:
        return [("dim", "compared with"), ""]
    comparison = difference.comparison
    style = "" if not difference.is_shown else _good(comparison.effect, found)
    effect = f"{_number(comparison.effect, sign=True)} {_ends(comparison.interval)}"
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
        one.name, (STYLES[one.verdict], one.verdict), _number(one.comparison.effect, sign=True), _ends(one.adjusted),
        f"{one.p_adjusted:.3f}", ("dim", one.reason),
    ]  # fmt: skip


def _is_knockout(arm: Arm, found: Conclusions) -> bool:
    return bool(found.modules) and arm.name.rpartition(": ")[2].startswith("without ")


def _good(effect: float | None, found: Conclusions) -> str:
    if not effect:
        return ""
    return "green" if (effect > 0) == (found.method.better == "higher") else "red"


def _range(score: Summary) -> str:
    return _ends(score.interval)


def _ends(interval: Interval) -> str:
    if not interval.known:
        return ""
    return f"{_number(interval.low)} … {_number(interval.high)}"


def _number(value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    return f"{value:+.3g}" if sign else f"{value:.4g}"
