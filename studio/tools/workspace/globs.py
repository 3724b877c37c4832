"""Patterns for names of files: `*.py`, `src/*.c`, `docs/**/*.md`, `*.{yaml,yml}`, `!` not among them.

A pattern without a slash is for names in every folder, one with a slash for the whole name from the top.  They become
RE2 patterns, because Python's own can be kept busy by a hostile one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from studio.support.errors import NodeError, UsageError
from studio.support.patterns import Pattern, compile_pattern


@lru_cache(maxsize=64)
def compile_glob(pattern: str) -> Pattern:
    """Return the pattern for whole names relative to the top. Raises `NodeError` if it cannot be read."""
    try:
        return compile_pattern(glob_as_pattern(pattern))
    except UsageError:
        raise NodeError(
            f"`{pattern[:80]}` is no pattern for names of files.", hint="Write it as in `*.py` or `src/**/*.md`."
        ) from None


def glob_as_pattern(pattern: str) -> str:
    """Return the regular expression for whole names relative to the top."""
    plain = pattern.removeprefix("./")
    anywhere = "" if "/" in plain else "(?:.*/)?"
    return f"(?s){anywhere}{_translated(plain.lstrip('/'))}"


def _translated(glob: str) -> str:
    out: list[str] = []
    at, open_braces = 0, 0
    while at < len(glob):
        sign = glob[at]
        if glob.startswith("**/", at) and (at == 0 or glob[at - 1] == "/"):
            out.append("(?:.*/)?")
            at += 3
            continue
        if glob.startswith("**", at):
            out.append(".*")
            at += 2
            continue
        if sign == "*":
            out.append("[^/]*")
        elif sign == "?":
            out.append("[^/]")
        elif sign == "[" and (end := glob.find("]", at + 2)) > 0:
            inside = glob[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
            out.append(f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside}]")
            at = end
        elif sign == "{" and "}" in glob[at:]:
            out.append("(?:")
            open_braces += 1
        elif sign == "}" and open_braces:
            out.append(")")
            open_braces -= 1
        elif sign == "," and open_braces:
            out.append("|")
        else:
            out.append(re.escape(sign))
        at += 1
    return "".join(out) + ")" * open_braces
