"""The recurrence plot: which rows say the same. Circles are diagonals, stalls squares, wandering leaves it empty
(Eckmann, Kamphorst & Ruelle, Europhysics Letters 4 (1987) 973)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.pictures.colours import Look
from studio.dynamics.pictures.diagram import Diagram
from studio.dynamics.pictures.words import dense, row_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shares = NDArray[numpy.float32]

MOST: Final = 2_000
"""Pixels of a side, at most."""


def recurrence(diagram: Diagram, pixels: int, rows: tuple[int, int] | None = None) -> Shares:
    """Return how many of the pairs of rows in each pixel say the same, (n, n) of 0 to 1.

    n is the number of rows, or `pixels` if there are more rows. Pixels hold as many rows each, but for the last ones.
    """
    first, last = rows or (0, diagram.rows)
    words, _ = dense(row_words(diagram)[first:last])
    many = len(words)
    side = min(max(1, pixels), MOST, many)
    if not many:
        return numpy.zeros((0, 0), numpy.float32)
    if side == many:
        same: Shares = (words[:, None] == words[None, :]).astype(numpy.float32)
        return same
    from scipy import sparse  # type: ignore[import-untyped]

    block = numpy.arange(many) * side // many
    ones = numpy.ones(many, numpy.float32)
    counts = sparse.csr_matrix((ones, (block, words)), (side, int(words.max()) + 1))
    both = numpy.asarray((counts @ counts.T).todense(), numpy.float32)
    sizes = numpy.bincount(block, minlength=side).astype(numpy.float32)
    shares: Shares = both / (sizes[:, None] * sizes[None, :])
    return shares


def recurrence_picture(shares: Shares, look: Look) -> NDArray[numpy.uint8]:
    """Return a recurrence plot as pixels (n, n, 4). Of rows that share a pixel a few that recur are seen already."""
    ground = numpy.array(look.ground, numpy.float32)
    ink = numpy.array(look.role("replay"), numpy.float32)
    part = numpy.where(shares > 0, 0.25 + 0.75 * numpy.sqrt(shares), 0.0)[..., None]
    made = numpy.full((*shares.shape, 4), 255, numpy.uint8)
    made[..., :3] = (ground + part * (ink - ground) + 0.5).astype(numpy.uint8)
    return made
