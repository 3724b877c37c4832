"""PNG files of a few dozen kilobytes: pictures of the window, reduced to the 256 colours that serve them best."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

COLOURS = 256


def save_small(image: QImage, path: Path) -> int:
    """Write a picture with a palette of its own; return its size in bytes. Raises OSError if it cannot be written."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    table = palette(_pixels(plain))
    flags = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    indexed = plain.convertToFormat(QImage.Format.Format_Indexed8, table, flags)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not indexed.save(str(path), quality=0):  # quality 0 is the strongest compression
        raise OSError(f"{path} cannot be written.")
    return path.stat().st_size


def palette(colours: Any) -> list[int]:
    """Return at most 256 colours (0xffRRGGBB) for an array of pixels: the pixels' own if there are no more, else
    those of boxes cut at the median of their longest side."""
    values, counts = np.unique(colours, return_counts=True)
    if len(values) <= COLOURS:
        return [int(value) | 0xFF000000 for value in values]
    points = np.stack([(values >> shift) & 255 for shift in (16, 8, 0)], axis=1).astype(np.int64)
    boxes = [np.arange(len(values))]
    while len(boxes) < COLOURS:
        # The box whose colours differ most, weighted by how often they occur, is cut next.
        worth = [_spread(points[box]) * float(np.sqrt(counts[box].sum())) for box in boxes]
        most = int(np.argmax(worth))
        if worth[most] == 0:
            break
        box = boxes.pop(most)
        side = int(np.argmax(np.ptp(points[box], axis=0)))
        order = box[np.argsort(points[box][:, side], kind="stable")]
        half = np.searchsorted(np.cumsum(counts[order]), counts[order].sum() / 2)
        cut = min(max(int(half), 1), len(order) - 1)
        boxes += [order[:cut], order[cut:]]
    table = []
    for box in boxes:
        # Flat areas keep their exact colour; only mixtures of rare ones are averaged.
        weights = counts[box]
        if weights.max() * 2 >= weights.sum():
            red, green, blue = (int(part) for part in points[box][int(np.argmax(weights))])
        else:
            red, green, blue = (round(float(part)) for part in np.average(points[box], axis=0, weights=weights))
        table.append(0xFF000000 | red << 16 | green << 8 | blue)
    return table


def _spread(points: Any) -> float:
    return float(np.ptp(points, axis=0).max()) if len(points) > 1 else 0.0


def _pixels(image: QImage) -> Any:
    bits = np.frombuffer(image.constBits(), dtype=np.uint32)
    return bits.reshape(image.height(), image.bytesPerLine() // 4)[:, : image.width()] & 0xFFFFFF
