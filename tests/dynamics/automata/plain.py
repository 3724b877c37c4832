"""Automata as slowly and plainly as they can be written: what the fast steps are compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Row = list[int]
Plane = list[Row]


def elementary_step(row: Row, number: int) -> Row:
    width = len(row)
    return [number >> (4 * row[i - 1] + 2 * row[i] + row[(i + 1) % width]) & 1 for i in range(width)]


def ring_step(row: Row, reach: int, becomes: Callable[[Row], int]) -> Row:
    width = len(row)
    return [becomes([row[(i + off) % width] for off in range(-reach, reach + 1)]) for i in range(width)]


def totalistic_result(code: int, k: int, total: int) -> int:
    return code // int(k**total) % k


def life_step(plane: Plane, born: Sequence[int], stays: Sequence[int], states: int) -> Plane:
    high, wide = len(plane), len(plane[0])
    new = [[0] * wide for _ in range(high)]
    for y in range(high):
        for x in range(wide):
            around = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]
            alive = sum(plane[(y + dy) % high][(x + dx) % wide] == 1 for dy, dx in around)
            state = plane[y][x]
            if state == 0:
                new[y][x] = int(alive in born)
            elif state == 1:
                new[y][x] = 1 if alive in stays else 2 % states
            else:
                new[y][x] = (state + 1) % states
    return new
