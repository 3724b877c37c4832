"""Faults of syntax in source code, and which of them an edit brought in.

Python is read by its own parser, whose first fault ends it; other languages by tree-sitter, which goes on after each.
Nothing is run: to parse is not to import.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from studio.documents.code.languages import grammar, language_of
from studio.tools.lines import lines_of

MOST_CHARACTERS: Final = 2_000_000
MOST_FAULTS: Final = 20
SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where (line and column counted from 1), what, and the line it stands in."""

    name: str
    line: int
    column: int
    message: str
    text: str

    @property
    def told(self) -> str:
        """The fault as compilers tell it: `calc.py:2:5: invalid syntax: return a +`."""
        return f"{self.name}:{self.line}:{self.column}: {self.message}" + (f": {self.text}" if self.text else "")


def is_checked(name: str) -> bool:
    """Whether files of this name can be checked."""
    return language_of(name) != "" or name.endswith(".json")


def faults_of(name: str, text: str) -> list[Fault]:
    """Return the faults of a file in order, at most 20; none for a language that is not known."""
    if len(text) > MOST_CHARACTERS:
        return [Fault(name, 1, 1, f"the file has more than {MOST_CHARACTERS} characters", "")]
    language = language_of(name)
    found = []
    if name.endswith(".json"):
        found = list(_json_faults(text))
    elif language == "python":
        found = list(_python_faults(text))
    elif language:
        found = _tree_faults(text, language)
    lines = lines_of(text)
    return [
        Fault(name, line, column, message, lines[line - 1].strip()[:SHOWN] if 0 < line <= len(lines) else "")
        for line, column, message in found[:MOST_FAULTS]
    ]


def new_faults(before: Mapping[str, str], after: Mapping[str, str]) -> list[Fault]:
    """Return the faults of the files after an edit that were not there before, wherever lines have moved to."""
    found = []
    for name in sorted(after):
        if before.get(name) == after[name]:
            continue
        known = Counter((fault.message, fault.text) for fault in faults_of(name, before.get(name, "")))
        for fault in faults_of(name, after[name]):
            if known[fault.message, fault.text]:
                known[fault.message, fault.text] -= 1
            else:
                found.append(fault)
    return found


def _python_faults(text: str) -> Iterator[tuple[int, int, str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `"\\d"` is a warning, not a fault
            ast.parse(text)
    except SyntaxError as error:
        yield error.lineno or 1, error.offset or 1, error.msg
    except ValueError:
        yield 1, 1, "source code cannot hold NUL characters"
    except (RecursionError, MemoryError):
        yield 1, 1, "the code is nested too deeply"


def _json_faults(text: str) -> Iterator[tuple[int, int, str]]:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        yield error.lineno, error.colno, error.msg
    except RecursionError:
        yield 1, 1, "the values are nested too deeply"


def _tree_faults(text: str, language: str) -> list[tuple[int, int, str]]:
    from tree_sitter import Parser

    tree = Parser(grammar(language)).parse(text.encode())
    cursor = tree.walk()
    found: list[tuple[int, int, str]] = []
    while len(found) < MOST_FAULTS:
        node: Any = cursor.node
        if node.is_missing:
            found.append((*_place(node), f"`{node.type}` is missing"))
        elif node.is_error:
            said = " ".join(node.text[: 4 * SHOWN].decode("utf-8", "replace").split())[:SHOWN]
            found.append((*_place(node), f"this does not belong here: `{said}`"))
        if node.has_error and not node.is_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
    return found


def _place(node: Any) -> tuple[int, int]:
    row, column = node.start_point
    return row + 1, column + 1
