"""Bytes to text: by the mark at their beginning, as UTF-8, or by what charset-normalizer finds most likely."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

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
_USUAL: Final = "cp1252"
"""What most files of one byte per character are written in."""
_MAINFRAMES: Final = ("cp037", "cp1026", "cp1140", "cp273", "cp424", "cp500", "cp875")
"""Encodings of mainframes: no text file of today is in them, but many bytes could be."""
_SAMPLE: Final = 100_000
"""How many bytes the encoding is guessed from: guessing is slow, and the rest of a file says little more."""


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
        return _decoded(data, _guessed(data, name), name)


def _decoded(data: bytes, encoding: str, name: str) -> Decoded:
    try:
        if not _NAME.fullmatch(encoding):
            raise LookupError
        found = codecs.lookup(encoding).name
        text = data.decode(encoding)
        # What is no encoding of text ("rot13", "hex") decodes to something else, or from something else.
        if not isinstance(text, str):
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


def _guessed(data: bytes, name: str) -> str:
    """Return the most likely encoding. Bytes that hold NUL are text only in UTF-16 and its like, which have marks."""
    if b"\0" in data:
        raise _no_text(name)
    from charset_normalizer import from_bytes

    sample = data
    if len(data) > _SAMPLE:
        # Cut at a blank or a line feed, which are no part of a longer character in any encoding: half of one at the
        # end would rule out the right encoding.
        end = max(data.rfind(b"\n", 0, _SAMPLE), data.rfind(b" ", 0, _SAMPLE))
        sample = data[: end if end > 0 else _SAMPLE]
    matches = from_bytes(sample, cp_exclusion=list(_MAINFRAMES))
    best = matches.best()
    if best is None:
        raise _no_text(name)
    # The rest of the file holds what the sample does not: it is no UTF-8, or nobody would guess.
    if best.encoding in ("utf_8", "ascii"):
        return _USUAL
    # A few words tell the code pages of neighbours apart no better than chance: the usual one wins if it fits as well.
    alike = [match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    if any(_USUAL in (match.encoding, *match.could_be_from_charset) for match in alike):
        return _USUAL
    return str(best.encoding)


def _without_nul(text: str, name: str) -> str:
    if "\0" in text:
        raise _no_text(name)
    return text


def _no_text(name: str) -> NodeError:
    return NodeError(
        f"`{name}` is no text: its bytes fit no encoding, or hold NUL.",
        hint="Convert it to text first, or choose the kind of document it is.",
        code="documents",
    )


def _lines(text: str) -> str:
    """Line ends of Windows and old Macs become one line feed, so that lines and characters count alike everywhere."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
