"""Texts of a graph on a Markdown page: shown as they are written, never as headings, links or HTML."""

from __future__ import annotations

import re
from typing import Final

from studio.trust.showing import seen_line

_SIGNS: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&$:@=\"'/])")


def markdown_text(text: str) -> str:
    """Return a text for a line of Markdown: its words on one line, every sign of the language escaped, and what cannot
    be seen written out."""
    return _SIGNS.sub(r"\\\1", " ".join(seen_line(" ".join(text.split())).split()))
