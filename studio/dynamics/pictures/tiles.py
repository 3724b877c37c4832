"""`Tiles`: pictures of the parts of a diagram, kept as long as there is room, so that panning draws nothing anew."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from studio.dynamics.pictures.raster import Raster
from studio.dynamics.pictures.scale import Scale

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

HIGH: Final = 256
WIDE: Final = 512
"""Pixels of a tile, about: it holds whole cells."""

ROOM: Final = 64 * 2**20
"""Bytes of the pixels that are kept."""

Image = TypeVar("Image")


@dataclass(frozen=True, slots=True)
class Tile(Generic[Image]):
    """A picture and where it lies, in pixels from the upper left corner of the whole diagram."""

    image: Image
    x: int
    y: int
    width: int
    height: int


class Tiles(Generic[Image]):
    """The tiles of one raster; `make` turns pixels (height, width, 4) into what the caller paints with."""

    def __init__(self, raster: Raster, make: Callable[[NDArray[numpy.uint8]], Image], room: int = ROOM) -> None:
        self.raster = raster
        self._make = make
        self._room = room
        self._bytes = 0
        self._kept: OrderedDict[tuple[Scale, int, int], Tile[Image]] = OrderedDict()
        self.made = 0
        """Tiles that were drawn so far."""

    def __len__(self) -> int:
        return len(self._kept)

    def within(self, scale: Scale, x: int, y: int, width: int, height: int) -> Iterator[Tile[Image]]:
        """Yield the tiles that cover a part of the diagram, made where they are missing."""
        rows, columns = _cells(scale)
        high, wide = rows // scale.fold * scale.high, columns // scale.fold_columns * scale.wide
        all_high, all_wide = scale.size(self.raster.diagram.rows, self.raster.diagram.width)
        for down in range(max(0, y) // high, -(-min(y + height, all_high) // high)):
            for across in range(max(0, x) // wide, -(-min(x + width, all_wide) // wide)):
                yield self._tile(scale, down, across)

    def has(self, scale: Scale, y: int) -> bool:
        """Whether the first tile at a height is there (or would lie outside)."""
        high = _cells(scale)[0] // scale.fold * scale.high
        whole = scale.size(self.raster.diagram.rows, self.raster.diagram.width)[0]
        return not 0 <= y < whole or (scale, y // high, 0) in self._kept

    def _tile(self, scale: Scale, down: int, across: int) -> Tile[Image]:
        key = (scale, down, across)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        rows, columns = _cells(scale)
        diagram = self.raster.diagram
        top, left = down * rows, across * columns
        pixels = self.raster.picture(
            scale, (top, min(top + rows, diagram.rows)), (left, min(left + columns, diagram.width))
        )
        high, wide = pixels.shape[:2]
        tile = Tile(
            self._make(pixels), left // scale.fold_columns * scale.wide, top // scale.fold * scale.high, wide, high
        )
        self.made += 1
        self._kept[key] = tile
        self._bytes += _size(tile)
        while self._bytes > self._room and len(self._kept) > 1:
            self._bytes -= _size(self._kept.popitem(last=False)[1])
        return tile


def _cells(scale: Scale) -> tuple[int, int]:
    """Rows and columns of a tile; folded rows come in pairs of pixels (see `Raster.picture`)."""
    rows = max(1, HIGH // scale.high) * scale.fold
    return rows, max(1, WIDE // scale.wide) * scale.fold_columns


def _size(tile: Tile[Image]) -> int:
    return tile.width * tile.height * 4
