"""The manual: Markdown pages, shown by `studio help PAGE` and in the window's Help panel."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
"""Where the pages stand, and the pictures in them."""

_LINK = re.compile(r"\[([^\]]*)\]\((\w+)\.md\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")
_NAMED = re.compile(r"(?<=page )`(\w+)`|`studio help (\w+)`")


def page_names() -> list[str]:
    """Return the names of all pages."""
    return sorted(path.stem for path in FOLDER.glob("*.md"))


def page_text(name: str) -> str:
    """Return a page as Markdown. Raises KeyError if there is none of this name."""
    if name not in page_names():
        raise KeyError(name)
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def contents() -> dict[str, list[str]]:
    """Return the names of the pages under the headings of the page `index`, in its order."""
    parts = re.split(r"^## (.+)\n", page_text("index"), flags=re.MULTILINE)
    return {
        heading: [name for _, name in _LINK.findall(part)]
        for heading, part in zip(parts[1::2], parts[2::2], strict=True)
    }


def with_links(text: str) -> str:
    """Make links of the pages that a page names in words, for who shows it with a pointer at hand."""
    known = set(page_names())

    def link(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return f"[{found[0]}]({name}.md)" if name in known else found[0]

    return _NAMED.sub(link, text)


def without_links(text: str) -> str:
    """Leave of links between pages their words and of pictures where they are, for who shows a page as letters."""
    return _LINK.sub(r"\1", _PICTURE.sub(lambda found: f"*{found[1]}: {FOLDER / found[2]}*", text))
