"""Figures about arms: what each scored, how it differs from what it is compared with, what it costs, how it behaved."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from studio.batch.analysing.conclusions import Arm, Conclusions
from studio.batch.analysing.table import Line, Table
from studio.batch.reporting.claims import compared_arms, kind_of, shown_arms
from studio.batch.reporting.figures.colours import CLAIMS, CLASSES, MARKS, VERDICTS
from studio.batch.reporting.figures.paper import SMALL, Paper, Picture
from studio.batch.reporting.wording import MEASURE_WORDS, cut_middle, one_line
from studio.batch.statistics import Interval
from studio.dynamics.pictures.colours import Look

Address = Callable[[str], str]
"""Where a run is told of, "" if it is not."""

MOST_ARMS: Final = 40
LETTER: Final = 6.2
"""Pixels that a letter of small text takes, about."""

ASIDE: Final = 10
"""Pixels from a mark to its name."""

MOST_DOTS: Final = 200
"""Runs of an arm that are drawn as dots, spread evenly over the plan."""

STEP: Final = 0.6180339887498949
"""Dots are moved up and down by multiples of it (the golden ratio's), which spread evenly however many there are."""


def scores(table: Table, found: Conclusions, look: Look, address: Address) -> Picture:
    """Draw the main score of each arm: its runs as dots, its mean with the interval."""
    arms = shown_arms(found)[:MOST_ARMS]
    paper = Paper(look, [one.name for one in arms])
    for place, arm in enumerate(arms):
        lines = [one for one in table.by_arm[arm.name] if one.scores.get(found.main) is not None]
        some = _spread(lines)
        _dots(paper, [float(one.scores[found.main] or 0) for one in some], place, some, address)
        score = arm.scores[found.main]
        _interval(paper, place, score.mean, score.interval, look.roles["accent"], "o")
    _single_value(paper)
    paper.below(found.main)
    told = "Dots are runs, the large mark is the mean, the bar its interval."
    return Picture("scores", f"{_title(found.main)} by variant", told + _left(found, arms, table), paper.figure)


def differences(table: Table, found: Conclusions, look: Look, address: Address) -> Picture:
    """Draw how each arm differs from what it is compared with: pairs of runs as dots, the effect with its interval."""
    arms = compared_arms(found)[:MOST_ARMS]
    paper = Paper(look, [one.name for one in arms])
    if found.margin is not None:
        paper.axes.axvspan(-found.margin, found.margin, color=look.roles["panel"], zorder=0)
    paper.axes.axvline(0, color=look.roles["soft"], linewidth=1, zorder=1)
    for place, arm in enumerate(arms):
        other = table.scores_of(arm.compared_with, found.main)
        pairs = [
            (float(own) - float(theirs), one)
            for one in table.by_arm[arm.name]
            if (own := one.scores.get(found.main)) is not None
            and (theirs := other.get((one.row, one.seed))) is not None
        ]
        some = _spread(pairs)
        _dots(paper, [value for value, _ in some], place, [one for _, one in some], address)
        difference = arm.differences[found.main]
        verdict = CLAIMS[kind_of(difference, found)]
        colour = VERDICTS[look.name][verdict]
        comparison = difference.comparison
        _interval(paper, place, comparison.effect, comparison.interval, colour, MARKS[verdict], verdict == "undecided")
    _single_value(paper)
    others = list(dict.fromkeys(one.compared_with for one in arms))
    paper.below(f"{found.main}: difference from {others[0] if len(others) == 1 else 'what each is compared with'}")
    told = "Dots are pairs of runs on the same row and seed; the bar is the interval of the mean difference. Blue "
    told += "circles are better, orange diamonds worse, squares alike within the margin, hollow marks undecided."
    if found.margin is not None:
        told += " The band is the margin."
    return Picture("differences", "Differences, pair by pair", told + _left(found, arms, table), paper.figure)


def front(found: Conclusions, look: Look) -> Picture:
    """Draw what each arm costs against what it scored; those on the front are beaten by none in both."""
    arms = [one for one in found.arms if one.standing is not None]
    paper = Paper(look, height=420, left=80)
    axes = paper.axes
    axes.grid(axis="y", color=look.roles["line"], linewidth=0.8)
    accent, soft = look.roles["accent"], look.roles["soft"]
    best = [one for one in arms if one.standing and one.standing.on_front]
    named = best if len(arms) > 14 else arms
    for arm in arms:
        assert arm.standing is not None
        on_front = arm in best
        axes.plot(
            [arm.standing.cost], [arm.standing.quality], "o", markersize=8 if on_front else 6, zorder=4,
            color=accent if on_front else look.roles["field"], markeredgecolor=accent if on_front else soft,
        )  # fmt: skip
    line = sorted((one.standing.cost, one.standing.quality) for one in best if one.standing)
    if len(line) > 1:
        axes.plot(*zip(*line, strict=True), color=accent, linewidth=1.2, drawstyle="steps-post", alpha=0.6, zorder=3)
    axes.margins(0.1, 0.14)
    axes.autoscale_view()
    _labels(paper, named)
    axes.set_ylabel(one_line(found.main, 50), color=soft, fontsize=SMALL, parse_math=False, labelpad=6)
    paper.below(f"{MEASURE_WORDS[found.cost]} of a run, on average")
    worth = "higher" if found.method.better == "higher" else "lower"
    told = f"Filled marks stand on the front: nothing scores {worth} without costing more. Only means are compared."
    return Picture("front", "Cost and quality", told, paper.figure)


def _labels(paper: Paper, arms: Sequence[Arm]) -> None:
    """Name marks beside them, on the side with room, moved down where they would cover each other."""
    axes = paper.axes
    to_place = axes.transData.inverted()
    taken: list[tuple[float, float, float]] = []
    for arm in sorted(arms, key=lambda one: (-one.standing.quality, one.standing.cost) if one.standing else (0, 0)):
        assert arm.standing is not None
        text = cut_middle(one_line(arm.name), 40)
        x, y = axes.transData.transform((arm.standing.cost, arm.standing.quality))
        wide = LETTER * len(text)
        left = x + wide + ASIDE > axes.bbox.x1
        start = x - wide - ASIDE if left else x + ASIDE
        while any(abs(y - other) < 13 and start < end and begin < start + wide for begin, end, other in taken):
            y -= 13
        taken.append((start, start + wide, y))
        at = to_place.transform((x - ASIDE if left else x + ASIDE, y))
        paper.text(at[0], at[1], text, horizontalalignment="right" if left else "left", verticalalignment="center")


def classes(found: Conclusions, look: Look) -> Picture:
    """Draw how runs of each arm behaved: the share of each class, stacked."""
    arms = [one for one in found.arms if one.classes][:MOST_ARMS]
    total = Counter[str]()
    for arm in arms:
        total.update(arm.classes)
    colours = CLASSES[look.name]
    kept = [name for name, _ in total.most_common(len(colours) - 1)]
    names = sorted(kept) + (["all others"] if len(total) > len(kept) else [])
    lines = _legend_lines(names)
    paper = Paper(look, [one.name for one in arms], right=60, top=14 + 20 * len(lines))
    paper.axes.grid(visible=False)
    paper.axes.set_xlim(0, 1)
    paper.axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    for place, arm in enumerate(arms):
        counts = {name: arm.classes.get(name, 0) for name in sorted(kept)}
        counts["all others"] = sum(arm.classes.values()) - sum(counts.values())
        _stack(paper, place, [counts[name] for name in names], colours)
        paper.text(1.012, place, f"n = {sum(arm.classes.values())}", role="soft", verticalalignment="center")
    _legend(paper, lines, names, colours)
    paper.below("share of runs")
    told = "How runs went, as the studio judges their dynamics. Runs without a judgement are left out."
    return Picture("classes", "Classes of behaviour", told, paper.figure)


def _stack(paper: Paper, place: int, counts: Sequence[int], colours: Sequence[str]) -> None:
    whole, left = sum(counts), 0.0
    for count, colour in zip(counts, colours, strict=False):
        share = count / whole if whole else 0.0
        paper.axes.barh(
            [place], [share], left=left, height=0.62, color=colour, edgecolor=paper.colour("field"), linewidth=1
        )
        if share > 0.06:
            paper.text(
                left + share / 2, place, f"{100 * share:.0f} %", role=_ink_on(colour), horizontalalignment="center",
                verticalalignment="center",
            )  # fmt: skip
        left += share


def _ink_on(colour: str) -> str:
    """Return black or white, whichever is easier to read on a colour (luminance as WCAG 2 weighs it)."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return "#10141a" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.2 else "#ffffff"


def _legend_lines(names: Sequence[str]) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    room = 0
    for name in names:
        wide = 34 + 6 * len(one_line(name, 40))
        if room + wide > 620 and lines[-1]:
            lines.append([])
            room = 0
        lines[-1].append(name)
        room += wide
    return lines


def _legend(paper: Paper, lines: Sequence[Sequence[str]], names: Sequence[str], colours: Sequence[str]) -> None:
    box = paper.axes.bbox
    for number, line in enumerate(lines):
        x, y = box.x0, paper.height - 16 - 20 * number
        for name in line:
            text = one_line(name, 40)
            at = paper.axes.transData.inverted().transform([(x, y - 5), (x + 11, y + 5), (x + 17, y)])
            paper.axes.fill_between(
                [at[0][0], at[1][0]], at[0][1], at[1][1], color=colours[names.index(name)], clip_on=False, linewidth=0
            )
            paper.text(at[2][0], at[2][1], text, verticalalignment="center")
            x += 34 + 6 * len(text)


# -- parts -------------------------------------------------------------------------------------------


def _spread(values: Sequence[Any]) -> list[Any]:
    """Return at most MOST_DOTS of all, evenly from first to last."""
    if len(values) <= MOST_DOTS:
        return list(values)
    return [values[round(place)] for place in np.linspace(0, len(values) - 1, MOST_DOTS)]


def _dots(paper: Paper, values: Sequence[float], place: int, lines: Sequence[Line], address: Address) -> None:
    if not values:
        return
    heights = [place + 0.54 * ((number * STEP) % 1.0 - 0.5) for number in range(len(values))]
    drawn = paper.axes.scatter(values, heights, s=14, color=paper.colour("wire"), alpha=0.42, linewidths=0, zorder=2)
    addresses = [address(one.run) for one in lines]
    if any(addresses):
        drawn.set_urls([one or None for one in addresses])  # type: ignore[list-item, arg-type, unused-ignore]


def _interval(
    paper: Paper, place: int, middle: float | None, found: Interval, colour: str, mark: str, hollow: bool = False
) -> None:
    """Draw a mean and its interval; an open end is an arrow to the edge."""
    if middle is None:
        paper.text(0.01, place, "no score", role="soft", transform=paper.axes.get_yaxis_transform(), va="center")
        return
    if found.low is not None and found.high is not None:
        paper.axes.plot(
            [found.low, found.high], [place, place], color=colour, linewidth=2.4, zorder=3, solid_capstyle="butt"
        )
    face = paper.colour("field") if hollow else colour
    paper.axes.plot(
        [middle], [place], mark, color=face, markeredgecolor=colour, markersize=8, markeredgewidth=1.6, zorder=4
    )


def _single_value(paper: Paper) -> None:
    """Give the scale some room where all values are one."""
    low, high = paper.axes.get_xlim()
    if not math.isfinite(low) or high - low < 1e-12:
        paper.axes.set_xlim(low - 0.5, low + 0.5)


def _left(found: Conclusions, arms: Sequence[Arm], table: Table) -> str:
    """Say what a figure leaves out."""
    most = max((len(table.by_arm[one.name]) for one in arms), default=0)
    words = f" Of each variant {MOST_DOTS} runs are drawn." if most > MOST_DOTS else ""
    if len(shown_arms(found)) > MOST_ARMS:
        words += f" The first {MOST_ARMS} variants are drawn; the tables have all."
    return words


def _title(text: str) -> str:
    text = one_line(text, 60)
    return text[:1].upper() + text[1:]
