"""Cards tinted by something that was measured of their nodes, and the line below that says what tints mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from studio.export.drawing.measure import text_width
from studio.export.drawing.paths import number as _n

LINE = 21.0
"""Pixels that a line of tints takes."""


@dataclass(frozen=True, slots=True)
class Tint:
    """How a card is tinted: a colour as `#rrggbb` and how strongly (0 to 1), or hatched; `words` stand on it in short,
    `told` is what it says when pointed at."""

    colour: str
    strength: float
    hatched: bool = False
    words: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Tints:
    """The tints of cards by (dotted graph name, node), and what is said of them below: tints with their meaning."""

    cards: Mapping[tuple[str, str], Tint]
    key: Sequence[tuple[Tint, str]] = ()

    def key_height(self, width: float) -> float:
        """Pixels that the lines below take in a drawing of this width."""
        return LINE * len(_lines(self.key, width)) + 5 if self.key else 0.0


HATCH = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="wire" style="stroke-opacity:.4" d="M0 0V7"/></pattern></defs>'
)


def tint_rect(tint: Tint, width: float, height: float, radius: float) -> str:
    """Return the tint as a rectangle from (0, 0)."""
    box = f'width="{_n(width)}" height="{_n(height)}" rx="{_n(radius)}"'
    if tint.hatched:
        return f'<rect {box} fill="url(#hatch)"/>'
    return f'<rect {box} fill="{tint.colour}" fill-opacity="{tint.strength:.2f}" stroke="{tint.colour}"/>'


def tint_words(tint: Tint, right: float) -> str:
    """Return the words of a tint on a small label astride the upper edge of a card."""
    if not tint.words:
        return ""
    width = text_width(tint.words, 10) + 14
    x = right - width - 8
    return (
        f'<rect class="pill" x="{_n(x)}" y="-9" width="{_n(width)}" height="18" rx="9" style="stroke:{tint.colour}"/>'
        f'<text class="pilltext" x="{_n(x + width / 2)}" y="3.6">{escape(tint.words)}</text>'
    )


def tints_key(tints: Tints, x: float, y: float, width: float) -> str:
    """Return the lines that say what tints mean, with their corner at (x, y), in a drawing of this width."""
    parts = []
    for number, line in enumerate(_lines(tints.key, width)):
        at = x
        for tint, words in line:
            parts.append(
                f'<g transform="translate({_n(at)} {_n(y + LINE * number)})">{tint_rect(tint, 22, 14, 4)}'
                f'<text class="key" x="29" y="10.5">{escape(words)}</text></g>'
            )
            at += _room(words)
    return "".join(parts)


def _room(words: str) -> float:
    return 29 + text_width(words, 10) + 20


def _lines(key: Sequence[tuple[Tint, str]], width: float) -> list[list[tuple[Tint, str]]]:
    lines: list[list[tuple[Tint, str]]] = []
    at = width
    for entry in key:
        if at + _room(entry[1]) > width - 60:
            lines.append([])
            at = 0.0
        lines[-1].append(entry)
        at += _room(entry[1])
    return lines
