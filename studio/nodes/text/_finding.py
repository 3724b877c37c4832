"""What `text.regex` does, in the studio and in a script."""

from __future__ import annotations

import re

from studio.support.errors import NodeError
from studio.support.patterns import Match, Pattern
from studio.support.values import Absent, Json

MAX_MATCHES = 10_000
MAX_CHARACTERS = 20_000_000
REFERENCE = re.compile(r"\\(?:(\d{1,2})|g<(\w+)>|(\\))")


def find_first(text: str, pattern: Pattern) -> dict[str, Json | Absent]:
    """Return the first match, what its groups matched, and whether there is one."""
    match = pattern.search(text)
    if match is None:
        why = Absent("nothing matched the pattern")
        return {"found": False, **dict.fromkeys(("match", "groups", *pattern.groupindex), why)}
    named: dict[str, Json | Absent] = {
        name: Absent(f"the group `{name}` took no part in the match") if part is None else part
        for name, part in match.groupdict().items()
    }
    return {"found": True, "match": match[0], "groups": list(match.groups()), **named}


def find_all(text: str, pattern: Pattern) -> dict[str, Json]:
    """Return all matches: texts, or objects of the named groups if there are any."""
    matches: list[Json] = []
    for match in pattern.finditer(text):
        if len(matches) == MAX_MATCHES:
            raise NodeError(f"the pattern matched more than {MAX_MATCHES} times.", hint="Split the text first.")
        matches.append(match.groupdict() if pattern.groupindex else match[0])
    return {"matches": matches, "found": bool(matches)}


def replace_all(text: str, pattern: Pattern, replacement: str = "") -> dict[str, Json]:
    """Return the text with every match replaced; `\\1` and `\\g<name>` in the replacement stand for groups."""
    parts: list[str] = []
    at, count, size = 0, 0, len(text)
    for match in pattern.finditer(text):
        new = _expanded(replacement, match)
        size += len(new)
        if size > MAX_CHARACTERS:
            raise NodeError(f"the text grows beyond {MAX_CHARACTERS} characters.", hint="Split the text first.")
        parts += (text[at : match.start()], new)
        at = match.end()
        count += 1
    return {"text": "".join((*parts, text[at:])), "found": count > 0, "count": count}


def _expanded(replacement: str, match: Match) -> str:
    def group(reference: re.Match[str]) -> str:
        number, name, backslash = reference.groups()
        return backslash or match[int(number) if number else name] or ""

    return REFERENCE.sub(group, replacement) if "\\" in replacement else replacement
