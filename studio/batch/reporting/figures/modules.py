"""The forest plot of modules: what each is worth, with the interval that allows for all, and the verdict."""

from __future__ import annotations

from typing import Final

from studio.batch.analysing.conclusions import Conclusions
from studio.batch.reporting.figures.colours import MARKS, VERDICTS
from studio.batch.reporting.figures.paper import Paper, Picture
from studio.batch.reporting.wording import one_line, p_words
from studio.batch.statistics import Module, Modules
from studio.dynamics.pictures.colours import Look

MOST: Final = 60
"""Modules in one figure, the most telling first."""

ORDER: Final = ("matters", "poison", "dead weight", "undecided")


def ranked(modules: Modules) -> list[Module]:
    """Return modules by verdict, those of the largest effect first."""
    return sorted(modules.modules, key=lambda one: (ORDER.index(one.verdict), -abs(one.comparison.effect or 0)))


def forest(graph: str, modules: Modules, found: Conclusions, look: Look) -> Picture:
    """Draw the effect of each module on the main score, with its adjusted interval and verdict."""
    some = ranked(modules)[:MOST]
    paper = Paper(look, [one.name for one in some], right=190)
    axes = paper.axes
    if modules.margin:
        axes.axvspan(-modules.margin, modules.margin, color=look.roles["panel"], zorder=0)
    axes.axvline(0, color=look.roles["soft"], linewidth=1, zorder=1)
    for place, module in enumerate(some):
        colour = VERDICTS[look.name][module.verdict]
        effect = module.comparison.effect
        interval = module.near if module.verdict == "dead weight" else module.adjusted
        if interval.low is not None and interval.high is not None:
            axes.plot([interval.low, interval.high], [place, place], color=colour, linewidth=2.4, zorder=3)
        if effect is not None:
            face = look.roles["field"] if module.verdict == "undecided" else colour
            axes.plot(
                [effect], [place], MARKS[module.verdict], color=face, markeredgecolor=colour, markersize=8,
                markeredgewidth=1.6, zorder=4,
            )  # fmt: skip
        words = module.verdict + (f", {p_words(module.p_adjusted)}" if module.verdict in ("matters", "poison") else "")
        role = colour if module.verdict in ("matters", "poison") else "soft"
        paper.text(1.015, place, words, role=role, verticalalignment="center", transform=axes.get_yaxis_transform())
    low, high = axes.get_xlim()
    if high - low < 1e-12:
        axes.set_xlim(-0.5, 0.5)
    paper.below(f"{found.main}: with the module minus without it")
    told = (
        "Blue circles matter (without them the score gets worse), orange diamonds are poison (it gets better), squares "
        "are dead weight (surely within the band of the margin), hollow marks are undecided. Intervals allow for all "
        f"{len(modules.modules)} modules."
    )
    if len(modules.modules) > MOST:
        told += f" The {MOST} most telling are drawn; the table has all."
    of = f" of {one_line(graph, 60)}" if len(found.modules) > 1 else ""
    number = list(found.modules).index(graph) + 1
    return Picture(f"modules-{number}", f"What modules{of} are worth", told, paper.figure)
