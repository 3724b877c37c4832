"""Colours, pens and fonts of the canvas, made once for each theme; and the text measures that painting needs."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from studio.export.drawing.card import SMALL_SIZE, TITLE_SIZE
from studio.export.drawing.style import hue_of
from studio.gui.theme import Theme, current_theme, themes
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.small_cards import Box, BoxKey

FAMILIES = ["Inter", "Segoe UI", "Helvetica Neue", "Arial", "DejaVu Sans"]
"""As in `export.style.FONT`, so that drawings and canvas agree."""

SMALL, TINY = 0.56, 0.3
"""Below these scales (pixels per scene unit) a card shows its title only, and nothing but its colour."""

NAMED = 0.2
"""Down to this scale even a card that is shown tiny has its title, cut to its width, if few are in view."""

RADIUS = 9.0
PORT = 4.5
WIRE = 2.0


class Look:
    """What painting takes from a theme."""

    def __init__(self, theme: Theme) -> None:
        c = theme.colour
        self.theme = theme
        self.paper, self.grid = c("paper"), c("grid")
        self.card, self.edge, self.line = c("card"), c("edge"), c("line")
        self.ink, self.text, self.soft = c("ink"), c("text"), c("soft")
        self.wire, self.back, self.bad = c("wire"), c("back"), c("bad")
        self.accent = c("accent")
        self.ok, self.warn, self.replay = c("ok"), c("warn"), c("replay")
        self.frame, self.comment, self.comment_ink = c("frame"), c("comment"), c("comment_ink")
        self.statuses = {
            "waiting": self.soft, "running": c("running"), "ok": self.ok, "error": self.bad, "skipped": c("skipped"),
            "held": c("skipped"), "paused": self.warn, "asks": self.warn,
        }  # fmt: skip
        self.title_font = _font(TITLE_SIZE, QFont.Weight.DemiBold)
        self.small_font = _font(SMALL_SIZE)
        self.italic_font = _font(SMALL_SIZE)
        self.italic_font.setItalic(True)
        self.tiny_font = _font(10.0)
        self.tiny_bold = _font(10.0, QFont.Weight.DemiBold)
        self.heading_font = _font(15.0, QFont.Weight.DemiBold)
        self.shadow = QColor(0, 0, 0, 70 if theme.is_dark else 16)
        self.pens: dict[object, QPen] = {}
        """Pens of wires by what they depend on (see `wire_painting`)."""
        self.boxes: dict[BoxKey, Box] = {}
        """Cards that are shown very small, by what they depend on (see `small_cards`)."""
        self._bands: dict[str, QColor] = {}
        self._tiny: dict[tuple[str, bool], QColor] = {}
        self._dots: dict[str, QColor] = {}
        self._hues: dict[str, QColor] = {}
        self._types: dict[str, QColor] = {}

    def hue(self, category: str) -> QColor:
        """The colour of a category's names and stripes."""
        found = self._hues.get(category)
        if found is None:
            found = self._hues[category] = self.theme.hue(hue_of(category))
        return found

    def band(self, category: str) -> QColor:
        """The colour of a card's head: the category's, mixed into the card's."""
        found = self._bands.get(category)
        if found is None:
            found = self._bands[category] = mixed(self.card, self.hue(category), 0.15)
        return found

    def tiny(self, category: str, broken: bool) -> QColor:
        """The colour of a card that is shown very small."""
        key = "" if broken else category
        found = self._tiny.get((key, broken))
        if found is None:
            found = mixed(self.card, self.bad if broken else self.hue(category), 0.3)
            self._tiny[key, broken] = found
        return found

    def dot(self, category: str) -> QColor:
        """The colour of a card on the map."""
        found = self._dots.get(category)
        if found is None:
            found = self._dots[category] = mixed(self.card, self.hue(category), 0.6)
        return found

    def type_colour(self, port_type: str) -> QColor:
        """The colour of ports and wires of a type."""
        found = self._types.get(port_type)
        if found is None:
            found = self._types[port_type] = self.theme.type_colour(port_type)
        return found


_looks: dict[str, Look] = {}


def look() -> Look:
    """Return what painting takes from the theme that is shown now."""
    theme = current_theme()
    found = _looks.get(theme.name)
    if found is None or found.theme is not theme:
        found = _looks[theme.name] = Look(theme)
    return found


def theme_changed() -> object:
    """Return the signal that tells of another theme."""
    return themes().changed


def faded(colour: QColor, alpha: float) -> QColor:
    """Return the colour with another opacity (0 to 1)."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def pen(colour: QColor, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a pen with round ends."""
    made = QPen(colour, width, style)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


def _font(size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont(FAMILIES)
    font.setPixelSize(round(size))
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@cache
def _metrics(key: str) -> QFontMetricsF:
    font = QFont()
    font.fromString(key)
    return QFontMetricsF(font)


@lru_cache(maxsize=8192)
def _cut(text: str, key: str, room: int) -> str:
    return _metrics(key).elidedText(text, Qt.TextElideMode.ElideRight, room)


@lru_cache(maxsize=8192)
def _wide(text: str, key: str) -> float:
    return _metrics(key).horizontalAdvance(text)


_keys: dict[int, str] = {}


def _key(font: QFont) -> str:
    found = _keys.get(id(font))
    if found is None:
        found = _keys[id(font)] = font.toString()
        _kept.append(font)
    return found


_kept: list[QFont] = []
"""Fonts whose identity is a key: they must live as long as the keys."""


def fits(text: str, font: QFont, room: float) -> str:
    """Return the text, cut with `…` to the room it has in this font."""
    return _cut(text[:300], _key(font), max(0, int(room)))


def width_of(text: str, font: QFont) -> float:
    """Return how wide a text is in this font."""
    return _wide(text[:300], _key(font))


def wrapped(text: str, font: QFont, room: float, lines: int, *, tail: bool = False) -> list[str]:
    """Return at most `lines` lines of a text that is on one line; `tail` keeps its end, else its beginning."""
    words = text.split(" ")
    made: list[str] = []
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, font) > room:
            made.append(line)
            line = word
            if not tail and len(made) == lines:
                made[-1] = f"{made[-1]} {word}…"
                return [fits(part, font, room) for part in made]
        else:
            line = longer
    made.append(line)
    kept = made[-lines:] if tail else made[:lines]
    if tail and len(made) > lines:
        kept[0] = "…" + kept[0]
    return [fits(part, font, room) for part in kept]
