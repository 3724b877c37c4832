"""Which encoding bytes are in that are no UTF-8 and have no mark: by charset-normalizer."""

from __future__ import annotations

from typing import Final

from studio.support.errors import NodeError

_USUAL: Final = "cp1252"
"""What most files of one byte per character are written in."""
_MAINFRAMES: Final = ("cp037", "cp1026", "cp1140", "cp273", "cp424", "cp500", "cp875")
"""Encodings of mainframes: no text file of today is in them, but many bytes could be."""
_SAMPLE: Final = 100_000
"""How many bytes the encoding is guessed from: guessing is slow, and the rest of a file says little more."""


def guessed(data: bytes, name: str) -> str:
    """Return the most likely encoding. Bytes that hold NUL are text only in UTF-16 and its like, which have marks."""
    if b"\0" in data:
        raise no_text(name)
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
        raise no_text(name)
    # The rest of the file holds what the sample does not: it is no UTF-8, or nobody would guess.
    if best.encoding in ("utf_8", "ascii"):
        return _USUAL
    # A few words tell the code pages of neighbours apart no better than chance: the usual one wins if it fits as well.
    alike = [match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    if any(_USUAL in (match.encoding, *match.could_be_from_charset) for match in alike):
        return _USUAL
    return str(best.encoding)


def no_text(name: str) -> NodeError:
    """Return the error for bytes that are no text in any encoding."""
    return NodeError(
        f"`{name}` is no text: its bytes fit no encoding, or hold NUL.",
        hint="Convert it to text first, or choose the kind of document it is.",
        code="documents",
    )
