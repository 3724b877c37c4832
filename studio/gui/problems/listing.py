"""Which findings the problems panel lists, and in which order. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from studio.graph.diagnostics import Diagnostic

MOST_SIGNS: Final = 400
"""Signs of a sentence that reach a widget; a message may quote a prompt of megabytes."""

Column = Literal["problem", "node", "graph", "code"]
COLUMNS: Final[tuple[Column, ...]] = ("problem", "node", "graph", "code")
TITLES: Final[dict[Column, str]] = {"problem": "Problem", "node": "Node", "graph": "Graph", "code": "Code"}

_SEVERITY = {"error": 0, "warning": 1, "hint": 2}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for: severities, words that must all occur, and one graph (None: any)."""

    errors: bool = True
    warnings: bool = True
    hints: bool = True
    words: str = ""
    graph: str | None = None

    def fits(self, found: Diagnostic) -> bool:
        """True if a finding is to be listed."""
        if not {"error": self.errors, "warning": self.warnings, "hint": self.hints}[found.severity]:
            return False
        if self.graph is not None and found.graph != self.graph:
            return False
        text = " ".join((found.message, found.node, found.graph, found.code)).casefold()
        return all(word in text for word in self.words.casefold().split())

    @property
    def hides(self) -> bool:
        """True if it may leave something out."""
        return self != Filter()


def listed(
    found: Iterable[Diagnostic], wanted: Filter, column: Column | None = None, descending: bool = False
) -> list[Diagnostic]:
    """Return the findings to list: those that fit, by a column; by None errors come first, in document order."""
    fitting = [one for one in found if wanted.fits(one)]
    match column:
        case None | "problem":
            fitting.sort(key=lambda one: _SEVERITY[one.severity], reverse=descending)
        case _:
            fitting.sort(key=lambda one: cell(one, column).casefold(), reverse=descending)
    return fitting


def cell(found: Diagnostic, column: Column) -> str:
    """Return what stands in a column, on one line and cut."""
    match column:
        case "problem":
            return one_line(found.message)
        case "node":
            return one_line(found.node)
        case "graph":
            return one_line(found.graph)
        case "code":
            return found.code


def one_line(text: str, most: int = MOST_SIGNS) -> str:
    """Return a text as it may be shown in a row: cut, white space and unprintable signs as spaces."""
    short = text[:most]
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in short).split())
    return f"{plain} …" if len(text) > most else plain


def counted(errors: int, warnings: int) -> str:
    """Return counts as the title shows them: `2 errors · 5 warnings`, "" if there is nothing."""
    parts = []
    if errors:
        parts.append(f"{errors:,} error{'s' if errors > 1 else ''}")
    if warnings:
        parts.append(f"{warnings:,} warning{'s' if warnings > 1 else ''}")
    return " · ".join(parts)


def key_of(found: Diagnostic) -> tuple[str, str, str, str]:
    """Return by what a finding is known again after the graph was checked anew."""
    return found.graph, found.node, found.code, found.message
