"""Says in words what is drawn at a point: the cell with what was said, or the mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from studio.dynamics.pictures.diagram import Diagram, Period
from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.painting import Marks
from studio.gui.widgets.spacetime.places import DEPTH, LANE, TRACK, Places
from studio.support.plain import plain_line

Text = Callable[[int, int], str]
"""(row, column) -> what was said there, "" if it is not known."""

QUOTE: Final = 300
"""Characters of a quote."""


def cell(diagram: Diagram, row: int, column: int, text: Text | None) -> str:
    """Return what is told of a cell."""
    lines = [f"{plain_line(diagram.columns[column].name)}, tick {diagram.tick_of(row):,}"]
    if diagram.is_automaton:
        lines = [f"cell {plain_line(diagram.columns[column].name)}, tick {diagram.tick_of(row):,}"]
        lines.append(f"state {int(diagram.symbol[row, column])}{_since(diagram, row, column)}")
        return "\n".join(lines)
    if diagram.symbol[row, column] < 0:
        return "\n".join([*lines, "has said nothing yet"])
    quote = plain_line(text(row, column))[:QUOTE] if text is not None else ""
    if quote:
        lines.append(f"«{quote}»")
    lines.append(f"{_state(diagram, row, column)}{_since(diagram, row, column)}")
    facts = []
    if (novelty := float(diagram.novelty[row, column])) >= 0:
        facts.append(f"novelty {novelty:.0%}")
    if (mass := float(diagram.mass[row, column])) >= 0:
        facts.append(f"mass {mass:g}")
    if (goal := int(diagram.goal[row, column])) >= 0:
        facts.append(f"goal {goal + 1}")
    return "\n".join([*lines, ", ".join(facts)] if facts else lines)


def _state(diagram: Diagram, row: int, column: int) -> str:
    at = (row, column)
    said = "said now" if diagram.fired[at] else "held"
    more = [
        word for word, there in (
            ("failed", diagram.error[at]), ("without content", diagram.contentless[at]),
            ("changed the world", diagram.write[at]),
        ) if there
    ]  # fmt: skip
    return ", ".join([said, *more])


def _since(diagram: Diagram, row: int, column: int) -> str:
    age = int(diagram.age[row, column])
    return f", the same for {age:,} tick{'s' if age != 1 else ''}" if age > 0 else ""


def period(diagram: Diagram, one: Period) -> str:
    """Return what is told of a bracket."""
    span = f"Ticks {diagram.tick_of(one.start):,} to {diagram.tick_of(one.end):,}"
    said = f"{span}: the same {one.count:,} times, every {one.period:,} tick{'s' if one.period != 1 else ''}"
    names = [plain_line(diagram.columns[number].name) for number in one.columns[:8]]
    return "\n".join(part for part in (said, ", ".join(names), plain_line(one.text)) if part)


def returned(diagram: Diagram, row: int, first: int) -> str:
    """Return what is told of an arc."""
    return f"Tick {diagram.tick_of(row):,} says what tick {diagram.tick_of(first):,} said first"


def at_point(axis: TimeAxis, where: Places, marks: Marks, x: float, y: float, text: Text | None) -> str:
    """Return what is told of a point of the view; "" where there is nothing."""
    diagram, row = axis.diagram, axis.row_at(y - where.head)
    if y < where.head or row < 0:
        column = where.column_at(x)
        if y >= where.head or not 0 <= column < diagram.width or diagram.is_automaton:
            return ""
        group = diagram.columns[column].group
        name = plain_line(diagram.columns[column].name)
        return f"{name} (in {plain_line(group)})" if group else name
    column = where.column_at(x)
    if 0 <= column < diagram.width:
        return cell(diagram, row, column, text)
    if where.depth >= 0 and where.depth <= x < where.depth + DEPTH and diagram.depth is not None:
        depth = int(diagram.depth[row])
        return f"{depth} goal{'s' if depth != 1 else ''} open one within another" if depth else "no goal is open"
    return _margin(axis, where, marks, x, y)


def _margin(axis: TimeAxis, where: Places, marks: Marks, x: float, y: float) -> str:
    diagram, pixels = axis.diagram, axis.scale.pixels
    exact = (y - where.head + axis.offset) / pixels - 0.5
    near = max(1.0, 6 / pixels)
    if where.alarms >= 0 and where.alarms - 1 <= x < where.alarms + TRACK:
        found = [diagram.alarms[one] for one in marks.alarms_in(axis.seen())]
        close = sorted((one for one in found if abs(one.row - exact) <= near), key=lambda one: abs(one.row - exact))
        said = [f"Tick {diagram.tick_of(one.row):,}, {one.kind} ({one.level}): {plain_line(one.text)}" for one in close]
        return "\n".join(said[:4])
    if where.progress >= 0 and where.progress <= x < where.progress + TRACK:
        ticks = [diagram.tick_of(row) for row in diagram.progress if abs(row - exact) <= near]
        return f"Progress at tick {ticks[0]:,}" if ticks else ""
    if where.brackets >= 0 and where.brackets - 3 <= x < where.brackets + LANE * marks.lanes:
        lane = int((x - where.brackets + 3) // LANE)
        inside = [
            one for one, at in marks.brackets_in(axis.seen()) if at == lane and one.start <= exact + 0.5 < one.end + 1
        ]
        return period(diagram, inside[0]) if inside else ""
    if where.arcs >= 0 and x >= where.arcs - 2:
        ends = [(min(abs(back - exact), abs(first - exact)), back, first) for back, first in marks.arcs_in(axis.seen())]
        return "\n".join(returned(diagram, back, first) for away, back, first in sorted(ends)[:4] if away <= near)
    return ""
