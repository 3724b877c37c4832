"""What the studio and the bridge tell each other, and messages cut into pieces and put together again."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from studio.batch.work.messages import LARGEST

PIECE: Final = 64 * 1024
"""Bytes of a piece: Ray sends up to 100 KB with the call itself, and takes the way over its object store beyond."""

_HEAD: Final = struct.Struct(">BI")


class Kind(IntEnum):
    """What is told. From the studio: OPEN, BEGIN, KILL, CLOSE; from the bridge: OPENED, REFUSED, BEGUN, LOST; PIECE
    goes both ways. OPEN, REFUSED and BEGIN carry JSON, BEGUN and LOST text, PIECE bytes of a stream of messages."""

    OPEN = 1
    OPENED = 2
    REFUSED = 3
    BEGIN = 4
    BEGUN = 5
    PIECE = 6
    KILL = 7
    LOST = 8
    CLOSE = 9


def tell(kind: Kind, line: int = 0, body: bytes = b"") -> bytes:
    """Return something told, as bytes. `line` is the number of the worker that it is about, 0 for the cluster."""
    return _HEAD.pack(kind, line) + body


def told(data: bytes) -> tuple[Kind, int, bytes]:
    """Return what `tell` made into bytes. Raises `ValueError` for anything else."""
    if len(data) < _HEAD.size:
        raise ValueError("cut off")
    kind, line = _HEAD.unpack_from(data)
    return Kind(kind), line, data[_HEAD.size :]


def framed(message: bytes) -> bytes:
    """Return a message as it stands in a stream: its length in four bytes, and its bytes."""
    return len(message).to_bytes(4, "big") + message


class Joiner:
    """Puts the messages of a stream together, however it was cut."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take the next piece and yield the messages that it completes. Raises `ValueError` for an absurd length."""
        self._data += piece
        start = 0
        while len(self._data) - start >= 4:
            size = int.from_bytes(self._data[start : start + 4], "big")
            if size > LARGEST:
                raise ValueError(f"a message of {size} bytes")
            if len(self._data) - start - 4 < size:
                break
            yield bytes(self._data[start + 4 : start + 4 + size])
            start += 4 + size
        del self._data[:start]
