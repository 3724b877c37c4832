"""`Scale`: how large a cell is drawn. Whole pixels for a cell, or a whole number of rows folded into one pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STEPS: Final = (1, 2, 3, 4, 6, 8, 11, 15, 20, 26, 34)
"""Pixels of a row, from the first to the last step of zooming in."""

FOLDS: Final = tuple(2**power for power in range(1, 21))
"""Rows in a pixel, from the first to the last step of zooming out."""

LADDER: Final[tuple[int, ...]] = (*(-fold for fold in reversed(FOLDS)), *STEPS)
"""All steps of zooming: rows per pixel as negative numbers, then pixels per row."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A cell is `wide` x `high` pixels, or `fold` rows (and `fold_columns` columns) are one pixel."""

    high: int = 1
    wide: int = 1
    fold: int = 1
    fold_columns: int = 1

    @classmethod
    def at(cls, step: int, wide: int = 0) -> Scale:
        """Return the scale of a step of the ladder (see LADDER for the numbers); square cells if `wide` is 0."""
        high, fold = (step, 1) if step > 0 else (1, -step)
        return cls(high, wide, fold, 1) if wide else cls(high, high, fold, fold)

    @property
    def pixels(self) -> float:
        """Pixels of a row."""
        return self.high / self.fold

    @property
    def across(self) -> float:
        """Pixels of a column."""
        return self.wide / self.fold_columns

    def size(self, rows: int, columns: int) -> tuple[int, int]:
        """Return height and width in pixels of so many cells; a last pixel that is not full counts."""
        return -(-rows // self.fold) * self.high, -(-columns // self.fold_columns) * self.wide


def fitting(rows: int, pixels: int, most: int = STEPS[-1]) -> int:
    """Return the largest step at which so many rows fit into so many pixels, `most` pixels a row at most."""
    fit = [step for step in LADDER if step <= most and _high(rows, step) <= pixels]
    return fit[-1] if fit else LADDER[0]


def _high(rows: int, step: int) -> int:
    return rows * step if step > 0 else -(-rows // -step)


def next_step(step: int, by: int) -> int:
    """Return the step of the ladder that is `by` further in (or out)."""
    return LADDER[min(max(LADDER.index(step) + by, 0), len(LADDER) - 1)]
