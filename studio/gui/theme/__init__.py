"""How the window looks: colour roles of a theme, the palette and style sheet made of them, who hears of changes."""

from studio.gui.theme.theme import Theme, apply_theme, as_theme, current_theme, themes

__all__ = ["Theme", "apply_theme", "as_theme", "current_theme", "themes"]
