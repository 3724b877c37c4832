"""The manual: Markdown pages, shown by `studio help PAGE` and in the window's Help panel."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent


def page_names() -> list[str]:
    """Return the names of all pages."""
    return sorted(path.stem for path in _FOLDER.glob("*.md"))


def page_text(name: str) -> str:
    """Return a page as Markdown. Raises KeyError if there is none of this name."""
    if name not in page_names():
        raise KeyError(name)
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
