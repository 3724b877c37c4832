"""Lines as editors, git and diffs count them: `\\n` ends one, nothing else does."""

from __future__ import annotations


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends; the last may have none. (`str.splitlines` also ends lines at form feeds.)"""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
