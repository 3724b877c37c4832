"""Text in pieces that name their style, and the small words of it: signs of states, amounts, values on one line.

A style is a colour or a weight (`green`, `dim`, `heading`); who prints the text decides what it looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from studio.support.plain import cut, plain, plain_line
from studio.support.tables import number_text
from studio.support.values import Json, preview

Piece: TypeAlias = str | tuple[str, str]
"""Text, or `(style, text)`: the text is made harmless, then styled."""

Line: TypeAlias = tuple[Piece, ...]

STATUS_STYLE: Final = {
    "ok": "green", "error": "red", "failed": "red", "skipped": "dim", "paused": "yellow", "running": "cyan",
    "interrupted": "yellow", "aborted": "yellow",
}  # fmt: skip
"""The style of a run's or a firing's status."""

SIGNS: Final = {"ok": "✓", "error": "✗", "skipped": "·", "running": "…", "interrupted": "!"}


def sign_piece(status: str) -> Piece:
    """Return the one-letter sign of a firing's status, in its style."""
    return (STATUS_STYLE.get(status, ""), SIGNS.get(status, "?"))


def text_of(lines: Iterable[Line]) -> str:
    """Return lines as plain text, made harmless."""
    return "".join("".join(plain(one if isinstance(one, str) else one[1]) for one in line) + "\n" for line in lines)


def brief(values: Mapping[str, Json], limit: int = 72) -> str:
    """Return outputs as one short line: the value alone if there is one, else `port=value …`."""
    if not values:
        return ""
    if len(values) == 1:
        return _short(next(iter(values.values())), limit)
    share = max(12, limit // len(values) - 2)
    return cut("  ".join(f"{port}={_short(value, share)}" for port, value in values.items()), limit)


def _short(value: Json, limit: int) -> str:
    """A value on one line; numbers with as many digits as a person reads."""
    return number_text(value) if isinstance(value, float) else plain_line(preview(value, limit))


def money(usd: float | None) -> str:
    """Return a cost in US dollars; unknown is `?`, never 0."""
    if usd is None:
        return "?"
    if usd == 0:
        return "$0"
    return f"${usd:.4f}" if usd < 1 else f"${usd:.2f}"


def plural(number: int, word: str) -> str:
    """Return `1 firing`, `2 firings`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
