"""Texts as edits see them: with `\\n` as line end and no mark at the beginning; what a file had is put back."""

from __future__ import annotations

from dataclasses import dataclass

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Dress:
    """How a file writes its text: with a byte order mark, with `\\r\\n`."""

    has_mark: bool = False
    has_returns: bool = False

    def put_on(self, text: str) -> str:
        """Return the text as the file writes it."""
        dressed = text.replace("\n", "\r\n") if self.has_returns else text
        return _MARK + dressed if self.has_mark else dressed


def undressed(text: str) -> tuple[str, Dress]:
    """Return the plain text and its dress. Only a text all of whose lines end in `\\r\\n` counts as such."""
    plain = text.removeprefix(_MARK)
    returns = plain.count("\r\n")
    has_returns = returns > 0 and returns == plain.count("\n") == plain.count("\r")
    dress = Dress(plain != text, has_returns)
    return (plain.replace("\r\n", "\n") if has_returns else plain), dress
