"""`Theme`: named colours. Widgets ask for roles, never for colours of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from studio.export.drawing.style import DARK_TONE, LIGHT_TONE, colours
from studio.support.resources import resource_root

NAMES = ("light", "dark")


class Theme:
    """The colour roles of `assets/themes/NAME.toml`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_dark = name == "dark"
        self._colours = {role: QColor(value) for role, value in colours(name).items()}

    def colour(self, role: str) -> QColor:
        """Return the colour of a role. Raises KeyError for a role that the theme does not name."""
        return self._colours[role]

    def type_colour(self, port_type: str) -> QColor:
        """Return the colour of a port type (see `spec.types`)."""
        role = _TYPE_ROLES.get(port_type, port_type)
        return self._colours[f"type_{role}"]

    def hue(self, degrees: int) -> QColor:
        """Return the colour of a category's hue, as drawings show it."""
        return QColor.fromHslF(degrees / 360, *(DARK_TONE if self.is_dark else LIGHT_TONE))

    def css(self, text: str) -> str:
        """Return a style sheet in which `@role` stands for that role's colour."""
        for role in sorted(self._colours, key=len, reverse=True):
            text = text.replace(f"@{role}", self._colours[role].name())
        return text


_TYPE_ROLES = {
    "integer": "number", "message": "messages", "image": "blob", "audio": "blob", "file": "blob",
}  # fmt: skip


class _Current(QObject):
    """Which theme is shown; `changed` is emitted after palette and style sheet are in place."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme | None = None


@cache
def themes() -> _Current:
    """Return the holder of the current theme, for its signal `changed`."""
    return _Current()


def current_theme() -> Theme:
    """Return the theme that is shown (light, before any was applied)."""
    holder = themes()
    if holder.theme is None:
        holder.theme = Theme("light")
    return holder.theme


@contextmanager
def as_theme(name: str) -> Iterator[Theme]:
    """Let what is painted inside look as in another theme; the application keeps its own and hears of nothing."""
    holder = themes()
    before, holder.theme = current_theme(), _theme(name)
    try:
        yield holder.theme
    finally:
        holder.theme = before


@cache
def _theme(name: str) -> Theme:
    return Theme(name)


def apply_theme(name: str) -> Theme:
    """Show a theme (`light`, `dark`, or `system`: as the desktop is set) in the whole application."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if name not in NAMES:
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        name = "dark" if dark else "light"
    theme = Theme(name)
    holder = themes()
    holder.theme = theme
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    sheet, folder = _style_sheet()
    app.setStyleSheet(theme.css(sheet).replace("$folder", folder).replace("$theme", name))
    holder.changed.emit()
    return theme


@cache
def _style_sheet() -> tuple[str, str]:
    """The text of all style sheets, and their folder, in which their pictures lie."""
    folder = Path(str(resource_root("assets") / "styles"))
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.qss"))), folder.as_posix()


def _palette(theme: Theme) -> QPalette:
    role, c = QPalette.ColorRole, theme.colour
    palette = QPalette()
    for name, colour in (
        (role.Window, "window"), (role.WindowText, "text"), (role.Base, "field"), (role.AlternateBase, "panel"),
        (role.Text, "text"), (role.Button, "button"), (role.ButtonText, "text"), (role.BrightText, "bad"),
        (role.ToolTipBase, "card"), (role.ToolTipText, "text"), (role.Highlight, "accent"),
        (role.HighlightedText, "accent_ink"), (role.Link, "accent"), (role.PlaceholderText, "soft"),
        (role.Light, "card"), (role.Mid, "line"), (role.Dark, "edge"), (role.Shadow, "edge"), (role.Midlight, "line"),
    ):  # fmt: skip
        palette.setColor(name, c(colour))
    faint = c("soft")
    for name in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, faint)
    return palette


def small_font(base: QFont) -> QFont:
    """Return the font of captions: a little smaller than the window's."""
    font = QFont(base)
    font.setPointSizeF(max(7.0, base.pointSizeF() * 0.88))
    return font


def mixed(base: QColor, other: QColor, part: float) -> QColor:
    """Return `base` with `part` (0 to 1) of another colour in it."""
    keep = 1.0 - part
    return QColor.fromRgbF(
        base.redF() * keep + other.redF() * part,
        base.greenF() * keep + other.greenF() * part,
        base.blueF() * keep + other.blueF() * part,
    )
