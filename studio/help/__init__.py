"""The manual: Markdown pages, shown by `studio help PAGE` and in the window's Help panel."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
_ELSEWHERE = {"trace": _FOLDER.parent / "trace" / "tables.md"}
"""Pages that stand beside what they describe."""


def page_names() -> list[str]:
    """Return the names of all pages."""
    return sorted(
        {path.stem for path in _FOLDER.glob("*.md")} | {n for n, path in _ELSEWHERE.items() if path.is_file()}
    )


def page_text(name: str) -> str:
    """Return a page as Markdown. Raises KeyError if there is none of this name."""
    if name not in page_names():
        raise KeyError(name)
    return _ELSEWHERE.get(name, _FOLDER / f"{name}.md").read_text(encoding="utf-8")
