"""Undoes the compression of what a server sends, never beyond the bytes that are asked for."""

from __future__ import annotations

import zlib
from typing import Any


class Decoder:
    """Takes pieces of a body and keeps what they decode to in `data`.

    A few kilobytes may decode to gigabytes, so the bound holds after decoding, before anything is held.
    """

    def __init__(self, encoding: str, most_bytes: int) -> None:
        """`encoding` is the `Content-Encoding` of the answer. Raises `ValueError` at `feed` for one we do not know."""
        self.data = bytearray()
        self._names = [name for part in encoding.split(",") if (name := part.strip().lower()) not in ("", "identity")]
        self._most = most_bytes
        self._inflate: Any = None
        self._raw = False

    def feed(self, chunk: bytes) -> None:
        """Take the next piece. Raises `ValueError` as a phrase: too large, or not what it says it is."""
        if not self._names:
            self._add(chunk)
            return
        if len(self._names) > 1 or self._names[0] not in ("gzip", "x-gzip", "deflate"):
            raise ValueError(f"it is encoded as {', '.join(self._names)[:80]}, which was not asked for")
        while chunk:
            if self._inflate is None:
                # `deflate` means zlib's wrapping, but some servers leave the wrapping out (RFC 9110, 8.4.1.2).
                self._raw = self._names[0] == "deflate" and chunk[0] & 0x0F != 8
                self._inflate = zlib.decompressobj(-15 if self._raw else 47)
            try:
                self._add(self._inflate.decompress(chunk, self._most - len(self.data) + 1))
            except zlib.error:
                raise ValueError(f"it is no {self._names[0]}") from None
            chunk = self._inflate.unconsumed_tail
            if self._inflate.eof:  # gzip may have members one after another
                chunk, self._inflate = self._inflate.unused_data, None
                if chunk and self._names[0] == "deflate":
                    raise ValueError("something follows its end")

    def end(self) -> None:
        """Say that nothing follows. Raises `ValueError` if the compressed body was cut short."""
        if self._inflate is not None and not self._inflate.eof:
            raise ValueError("it was cut short")

    def _add(self, data: bytes) -> None:
        if len(self.data) + len(data) > self._most:
            raise ValueError(f"it holds more than {self._most} bytes")
        self.data += data
