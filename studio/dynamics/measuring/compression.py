"""How much of a text is new, given others: differences of compressed lengths (dynamics notes, section 7).

zlib looks back 32 KiB; what repeats further away would count as new.  Longer texts are given to LZMA.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable, Sequence

WINDOW = 32 * 1024
MOST = 4 * 2**20
"""Bytes of the end of a text that are looked at, so that a measure takes seconds at most."""
LEAST_GROWTH = 12
"""Outputs below which growth is not shown."""

Size = Callable[[bytes], int]


def deflated(data: bytes) -> int:
    """Return the length in bytes after DEFLATE, without a header."""
    packer = zlib.compressobj(9, wbits=-15)
    return len(packer.compress(data)) + len(packer.flush())


def lzma_size(data: bytes) -> int:
    """Return the length in bytes after LZMA2, without a container; it looks back over all of `data`."""
    depth = max(4096, 1 << max(12, (len(data) - 1).bit_length()))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 4, "dict_size": depth}]
    return len(lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters))


def size_for(total: int) -> tuple[str, Size]:
    """Return the compressor that sees all of so many bytes, with its name."""
    return ("deflate", deflated) if total <= WINDOW else ("lzma", lzma_size)


def new_information(out: str, given: Sequence[str]) -> float | None:
    """Return (C(in+out) − C(in)) / |out|: the share of an output that does not follow from what the module read.

    About 0 for a copy, about 0.4-0.6 for English that is new.  None for an empty output.
    """
    said = out.encode("utf-8", "surrogatepass")[:MOST]
    if not said:
        return None
    read = "\n".join(given).encode("utf-8", "surrogatepass")[-MOST:] + b"\n"
    _, size = size_for(len(read) + len(said))
    return max(0, size(read + said) - size(read)) / len(said)


def growth(texts: Sequence[str]) -> float | None:
    """Return (C(whole) − C(first two thirds)) / |last third|: how much the last third adds to what was said before.

    Measured on synthetic runs (notes, section 7), 10/50/90 %: circle .01/.06/.11, productive .14/.24/.31, wander
    .15/.21/.27; it cannot tell the last two apart.  None below 12 texts or when nothing is said in the last third.
    """
    if len(texts) < LEAST_GROWTH:
        return None
    cut = 2 * len(texts) // 3
    before = _joined(texts[:cut])
    after = _joined(texts[cut:])[:MOST]
    if not after.strip():
        return None
    before = before[-MOST:]
    _, size = size_for(len(before) + len(after))
    return max(0, size(before + after) - size(before)) / len(after)


def _joined(texts: Sequence[str]) -> bytes:
    return b"".join(text.encode("utf-8", "surrogatepass") + b"\n" for text in texts)
