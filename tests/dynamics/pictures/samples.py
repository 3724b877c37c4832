"""Diagrams to look at: rule 110, a made-up run with a circle, and a very long run."""

from __future__ import annotations

import random

import numpy

from studio.dynamics.pictures.building import Firings, of_automaton, of_firings
from studio.dynamics.pictures.diagram import Column, Diagram


def rule_states(
    rule: int, ticks: int, cells: int, seed: int = 1
) -> numpy.ndarray[tuple[int, int], numpy.dtype[numpy.uint8]]:
    """Return the states (ticks, cells) of an elementary rule on a ring from a random start; `seed` 0: one cell."""
    made = numpy.zeros((ticks, cells), numpy.uint8)
    if seed:
        made[0] = numpy.random.default_rng(seed).integers(0, 2, cells)
    else:
        made[0, -2] = 1
    table = numpy.array([rule >> bit & 1 for bit in range(8)], numpy.uint8)
    for tick in range(1, ticks):
        row = made[tick - 1]
        made[tick] = table[4 * numpy.roll(row, 1) + 2 * row + numpy.roll(row, -1)]
    return made


def rule_110(ticks: int = 240, cells: int = 321, seed: int = 1) -> Diagram:
    """Return a diagram of rule 110."""
    return of_automaton(rule_states(110, ticks, cells, seed), title="Rule 110")


MODULES = (
    ("planner", "plan"), ("critic", "plan"), ("memory_search", "memory"), ("memory_write", "memory"),
    ("executor", "act"), ("shell", "act"), ("tests", "act"), ("summary", ""), ("human", ""),
)  # fmt: skip


def agent_run(ticks: int = 160, seed: int = 3) -> Diagram:
    """Return a run that works for a while, goes in a circle of four modules, gets out, then stalls."""
    dice = random.Random(seed)
    rows: list[tuple[int, int, int, bool, bool, bool, float, float, int]] = []
    said = [0] * len(MODULES)

    def fire(tick: int, column: int, symbol: int | None = None, **more: float) -> None:
        news = 0.0
        if symbol is None:
            symbol, news = said[column], dice.uniform(0.35, 1.0)
            said[column] += 1
        empty = bool(more.get("empty", 0))
        rows.append((
            tick, column, symbol, empty, bool(more.get("error", 0)), bool(more.get("write", 0)),
            news, dice.uniform(1, 3) if empty else dice.uniform(6, 60), int(more.get("goal", 0)),
        ))  # fmt: skip

    circle, out, stall = int(ticks * 0.34), int(ticks * 0.62), int(ticks * 0.86)
    for tick in range(ticks):
        goal = min(5, tick * 6 // ticks)
        if tick < circle or out <= tick < stall:
            for column in sorted(dice.sample(range(8), dice.choice((1, 2, 2, 3)))):
                known = said[column] > 2 and dice.random() < 0.18
                fire(
                    tick, column, dice.randrange(said[column]) if known else None, goal=goal,
                    error=column in (5, 6) and dice.random() < 0.16, write=column in (3, 4) and dice.random() < 0.4,
                )  # fmt: skip
        elif tick < out:
            column = (0, 4, 5, 1)[(tick - circle) % 4]
            fire(tick, column, 10_000 + column, goal=2, error=column == 5)
        else:
            fire(tick, (0, 7)[tick % 2], 20_000, empty=1, goal=5)
    fire(out, 8, goal=3)
    made = [numpy.array(one) for one in zip(*rows, strict=True)]
    columns = [Column(name, name, group) for name, group in MODULES]
    columns = [Column(name, name, group) for name, group in MODULES]
    firings = Firings(
        made[0], made[1], made[2], made[3], made[4], made[5], made[6].astype(numpy.float32),
        made[7].astype(numpy.float32), made[8],
    )  # fmt: skip
    done = [int(ticks * part) for part in (0.12, 0.22, 0.31, 0.7, 0.78)]
    goals = [(0, ticks, 1), (2, done[0], 2), (done[0], out, 2), (circle, out, 3), (circle + 6, out, 4), (out, ticks, 2)]
    alarms = [
        (circle + 9, "warn", "circle", "planner, executor, shell, critic say the same again (period 4, 3 repeats)"),
        (circle + 14, "stop", "circle", "planner, executor, shell, critic say the same again (period 4, 4 repeats)"),
        (stall + 10, "stop", "stall", "nothing with content for 10 ticks"),
    ]
    return of_firings(columns, firings, title="A made-up run", goals=goals, progress=done, alarms=alarms)


def long_run(firings: int = 100_000, modules: int = 12, seed: int = 5) -> Diagram:
    """Return a run of so many ticks, one firing each, in which work, circles and repetition take turns."""
    dice = numpy.random.default_rng(seed)
    tick = numpy.arange(firings)
    phase = tick // 2_500 % 4
    column = numpy.where(phase == 1, tick % 5, dice.integers(0, modules, firings))
    fresh = numpy.cumsum(dice.random(firings) < 0.4)
    symbol = numpy.where(
        phase == 1, tick // 2_500 * 7, numpy.where(phase == 2, dice.integers(0, 6, firings), fresh + 100)
    )
    news = numpy.where(phase == 1, 0.0, numpy.where(phase == 2, 0.1, dice.random(firings))).astype(numpy.float32)
    contentless = (phase == 3) & (dice.random(firings) < 0.2)
    error = dice.random(firings) < 0.002
    write = (phase != 1) & (dice.random(firings) < 0.01)
    mass = dice.uniform(4, 80, firings).astype(numpy.float32)
    all_firings = Firings(tick, column, symbol, contentless, error, write, news, mass, tick // 1_000)
    columns = [Column(f"module_{number}", f"module_{number}") for number in range(modules)]
    progress = numpy.flatnonzero(write)[::8].tolist()
    alarms = [(start + 40, "warn", "circle", "five modules go in a circle") for start in range(2_500, firings, 10_000)]
    return of_firings(columns, all_firings, title="A long run", progress=progress, alarms=alarms)
