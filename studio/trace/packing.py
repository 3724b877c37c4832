"""Values that `studio db compact` has packed: how they are stored, and the SQL function by which readers unpack them.

`_blob.enc` says how `data` is stored: null as it is, 1 by zlib. `hash` and `size` are those of the plain bytes. Every
reading connection has the function `unpacked(data, enc, size)`; other programs read `enc` in the view `blob`.
"""

from __future__ import annotations

import zlib

ZLIB = 1

WORTH_BYTES = 200
"""Smaller values are left as they are."""

_LEVEL = 6
_LARGEST = 1 << 30
"""What SQLite itself holds in one value; a size beyond it is damage, or meant to fill the memory."""


def packed(data: bytes) -> bytes | None:
    """Return the value as it is stored under `ZLIB`, None if that saves less than a tenth."""
    if len(data) < WORTH_BYTES:
        return None
    small = zlib.compress(data, _LEVEL)
    return small if len(small) * 10 <= len(data) * 9 else None


def unpacked(data: bytes | str | None, enc: int | None, size: int | None) -> bytes | str | None:
    """Return a stored value as it was; None if it does not give so many bytes, or is stored in an unknown way."""
    if enc is None:
        return data
    if enc != ZLIB or not isinstance(data, bytes) or not isinstance(size, int) or not 0 <= size <= _LARGEST:
        return None
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(data, size + 1)
    except zlib.error:
        return None
    return plain if len(plain) == size and reader.eof else None
