"""The key of a diagram: small cells of each kind, drawn as the diagram draws its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.pictures.diagram import Column, Diagram
from studio.dynamics.pictures.raster import Raster
from studio.dynamics.pictures.scale import Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS: Final = ("said now", "held", "no content", "failed", "changed the world")
"""Kinds of cells, each drawn from its row."""

SAMPLE: Final = 29
"""The symbol of the sample, a blue one."""


def key_cells(raster: Raster, high: int = 16, wide: int = 26) -> list[tuple[str, NDArray[numpy.uint8]]]:
    """Return what each kind of cell means, with pixels (high, wide, 4) of one in the look of a raster."""
    kind = numpy.arange(len(KINDS))[:, None]
    many = numpy.full((len(KINDS), 1), 0.8, numpy.float32)
    sample = Diagram(
        (Column("sample"),), numpy.full((len(KINDS), 1), SAMPLE, numpy.int32), kind != 1, kind == 2, kind == 3,
        kind == 4, many, many, many, numpy.full((len(KINDS), 1), SAMPLE, numpy.int32),
    )  # fmt: skip
    drawn = Raster(sample, raster.colouring, raster.look).picture(Scale(high, wide))
    return [(text, drawn[at * high : (at + 1) * high]) for at, text in enumerate(KINDS)]
