"""What a TypeScript file imports from files beside it, as declarations without bodies.

After GitHub Copilot's import reader (copilot-explorer, extension 1.57), which asks a parser; here the text is read, so
that braces within strings are taken for braces.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Final

_IMPORT: Final = re.compile(r"^\s*import\s*(?:type\s*)?\{([^}]*)\}\s*from\s*['\"](\.[^'\"]*)['\"]", re.MULTILINE)
_EXPORT: Final = re.compile(
    r"(?P<doc>(?:^[ \t]*//[^\n]*\n|^[ \t]*/\*(?:[^*]|\*(?!/))*\*/\s*\n)*)"
    r"^export\s+(?:declare\s+)?(?:abstract\s+)?(?P<kind>function|class|interface|enum|type)\s+(?P<name>[\w$]+)",
    re.MULTILINE,
)
_MEMBER: Final = re.compile(r"^(?:public |protected |static |async |readonly )*[\w$]+[?!]?\s*(?:\([^{;]*|:[^={;]*)?")


def imported_declarations(file: str, text: str, files: Mapping[str, str]) -> list[str]:
    """Return the declarations of the names that a TypeScript file imports from the others, in order."""
    found: list[str] = []
    for names, where in _IMPORT.findall(text):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(file), where))
        suffix = posixpath.splitext(path)[1]
        if suffix not in ("", ".ts"):
            continue
        source = files.get(path if suffix else f"{path}.ts")
        if source is None:
            continue
        exported = _exports(source)
        for name in names.split(","):
            found.extend(exported.get(name.strip().removeprefix("type ").split(" as ")[0].strip(), []))
    return found


def _exports(source: str) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for match in _EXPORT.finditer(source):
        start = match.start("kind")
        text = _declaration(source, start, match["kind"])
        made.setdefault(match["name"], []).append(match["doc"] + text)
    return made


def _declaration(source: str, start: int, kind: str) -> str:
    if kind == "type":
        end = source.find(";", start)
        return source[start : end + 1 if end >= 0 else len(source)]
    brace = source.find("{", start)
    if kind == "function":
        semicolon = source.find(";", start)
        ends = [place for place in (brace, semicolon) if place >= 0]
        return "declare " + source[start : min(ends, default=len(source))].rstrip() + ";"
    end = _closing(source, brace)
    if kind != "class":
        return source[start:end]
    members = [_signature(line) for line in _outer_lines(source[brace + 1 : end - 1])]
    return "declare " + source[start : brace + 1] + "".join(f"\n  {one}" for one in members if one) + "\n}"


def _closing(source: str, brace: int) -> int:
    """Return the place behind the brace that closes the one at `brace`; the end of the text if none does."""
    depth = 0
    for place in range(max(0, brace), len(source)):
        depth += {"{": 1, "}": -1}.get(source[place], 0)
        if depth == 0 and source[place] == "}":
            return place + 1
    return len(source)


def _outer_lines(body: str) -> list[str]:
    """Return the lines of a class that are not within the braces of a member."""
    depth, lines = 0, []
    for line in body.split("\n"):
        if depth == 0 and line.strip() and not line.strip().startswith(("//", "/*", "*", "}")):
            lines.append(line.strip())
        depth += line.count("{") - line.count("}")
    return lines


def _signature(line: str) -> str:
    if line.startswith(("private ", "#")):
        return ""
    match = _MEMBER.match(line)
    return match[0].rstrip() + ";" if match and match[0].strip() else ""
