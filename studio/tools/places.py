"""Places in source code: what a file defines, which lines a model's reply means, and those lines with some around.

The steps of localisation in Agentless (Xia et al. 2024, section 3.1): skeletons of files, elements of them, lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from studio.documents.code.languages import language_of
from studio.documents.code.outline import outline
from studio.documents.code.skeleton import skeleton
from studio.support.errors import NodeError
from studio.tools.lines import lines_of
from studio.tools.mentions import mentioned

GAP: Final = "⋮"
MOST_PLACES: Final = 1_000
_LINES = re.compile(r"(?<![\w.])(\d{1,7})(?:\s*(?:-|–|to|:)\s*(\d{1,7}))?(?![\w.]\w)")


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file, from 1, inclusive; `name` and `kind` are those of what is defined there, "" for mere lines."""

    source: str
    first: int
    last: int
    name: str = ""
    kind: str = ""


def elements_of(name: str, text: str) -> tuple[str, list[Place]]:
    """Return the skeleton of a file, and what it defines, in order; nothing for files in no known language."""
    language = language_of(name)
    if not language:
        return "", []
    try:
        found = outline(text, language, name)
    except NodeError:
        return "", []
    places = [Place(name, one.first_line, one.last_line, one.path, one.kind) for one in found.all()]
    return skeleton(_lines(text), found.definitions, [one.line for one in found.all()]), places


def places_in(reply: str, texts: Mapping[str, str], elements: Sequence[Place]) -> list[Place]:
    """Return the places that a reply means, in its order.

    It is read line by line: the name of a file says where what follows stands (before that it is the file of the first
    element, or the first file), numbers are lines or ranges of lines, and a name of an element stands for its lines.
    Lines that the file does not have are left out.
    """
    source = elements[0].source if elements else next(iter(texts), "")
    found: dict[Place, None] = {}
    for line in reply.splitlines():
        rest = line
        for name in mentioned(line, texts)[:1]:
            source = name
            rest = rest.replace(name, " ")
        count = len(lines_of(texts.get(source, "")))
        numbers = [(int(one[1]), int(one[2] or one[1])) for one in _LINES.finditer(rest)]
        if numbers:
            inside = [(first, min(last, count)) for first, last in numbers if 1 <= first <= min(last, count)]
            found |= dict.fromkeys(Place(source, first, last) for first, last in inside)
            continue
        for name in mentioned(rest, [one.name for one in elements]):
            here = [one for one in elements if one.name == name]
            best = next((one for one in here if one.source == source), here[0])
            found[Place(best.source, best.first, best.last)] = None
    return list(found)[:MOST_PLACES]


def excerpt(texts: Mapping[str, str], places: Iterable[Place], around: int, *, numbered: bool = False) -> str:
    """Return the lines of the places with so many around them, file by file in the order of the places; what lies
    between is shown as `⋮`."""
    shown: dict[str, set[int]] = {}
    for place in places:
        if place.source in texts:
            count = len(lines_of(texts[place.source]))
            wanted = range(max(1, place.first - around), min(count, place.last + around) + 1)
            shown.setdefault(place.source, set()).update(wanted)
    return "\n\n".join(_shown(name, _lines(texts[name]), numbers, numbered) for name, numbers in shown.items())


def _lines(text: str) -> list[str]:
    return [line.rstrip("\r\n") for line in lines_of(text)]


def _shown(name: str, lines: Sequence[str], numbers: set[int], numbered: bool) -> str:
    out, before = [], 0
    for number in sorted(numbers):
        if number > before + 1 and before:
            out.append(GAP)
        out.append(f"{number}: {lines[number - 1]}" if numbered else lines[number - 1])
        before = number
    return "\n".join((name, "```", *out, "```"))


def normalised(name: str, text: str) -> str:
    """Return code without what makes no difference: comments, docstrings and layout for Python, else blanks."""
    if language_of(name) == "python":
        try:
            tree = ast.parse(text)
            for item in ast.walk(tree):
                if isinstance(item, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    first = item.body[0] if item.body else None
                    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                    if said and isinstance(first.value.value, str):  # type: ignore[union-attr]
                        item.body = item.body[1:] or [ast.Pass()]
            return ast.unparse(tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # then it is compared as any text
    return "\n".join(" ".join(line.split()) for line in _lines(text) if line.strip())
