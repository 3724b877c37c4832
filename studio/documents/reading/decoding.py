"""Bytes to text: by the mark at their beginning, as UTF-8, or by what charset-normalizer finds most likely."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from studio.documents.reading.guessing import guessed, no_text
from studio.support.errors import NodeError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    # The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the encoding it was written in (`utf-8`, `cp1252` …). Lines end with one line feed each."""

    text: str
    encoding: str


def decode_text(data: bytes, name: str, *, encoding: str = "") -> Decoded:
    """Return the text of a file's bytes; `encoding` is used if given, else it is found out.

    Raises `NodeError` for what is no text: unknown encodings, bytes that do not fit, NUL characters.
    """
    if encoding:
        return _decoded(data, encoding, name)
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], marked, name)
    try:
        return Decoded(_lines(_without_nul(data.decode("utf-8"), name)), "utf-8")
    except UnicodeDecodeError:
        return _decoded(data, guessed(data, name), name)


def _decoded(data: bytes, encoding: str, name: str) -> Decoded:
    try:
        if not _NAME.fullmatch(encoding):
            raise LookupError
        found = codecs.lookup(encoding).name
        text = data.decode(encoding)
        # What is no encoding of text ("rot13", "hex") decodes to something else, or from something else.
        if type(text) is not str:
            raise LookupError
    except LookupError:
        raise NodeError(
            f"{encoding[:40]!r} is no encoding of text.", hint="Use utf-8, cp1252, or leave it out.", code="documents"
        ) from None
    except (UnicodeError, ValueError) as error:
        place = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        raise NodeError(
            f"`{name}` is no text in {encoding}{place}.", hint="Save it as UTF-8, or name its encoding.",
            code="documents",
        ) from None  # fmt: skip
    return Decoded(_lines(_without_nul(text, name)), found)


def _without_nul(text: str, name: str) -> str:
    if "\0" in text:
        raise no_text(name)
    return text


def _lines(text: str) -> str:
    """Line ends of Windows and old Macs become one line feed, so that lines and characters count alike everywhere."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
