"""A definition as it stands in the script: its own text, with what it uses under the names that the script has."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studio.export.brackets import LINE
from studio.export.formatting import formatted
from studio.export.standalone.gathering.closure import Link
from studio.export.standalone.gathering.members import Part
from studio.export.standalone.gathering.naming import Key, key_of
from studio.export.standalone.gathering.scoping import Uses
from studio.export.standalone.gathering.sources import Piece


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    """Characters of a line (from 0) that are replaced."""

    line: int
    start: int
    end: int
    text: str


def rewritten(
    piece: Piece, links: list[Link], uses: Uses, names: Mapping[Key, str], left_out: Iterable[Part] = ()
) -> str:
    """Return the text of a definition with all names as the script has them, without the parts that are left out."""
    lines = piece.source.lines
    edits: set[_Edit] = set()
    for link in links:
        name = names[key_of(link.target, link.of)]
        node = link.use.node
        if isinstance(node, ast.Constant):
            edits |= _in_literal(lines, node, link.use.name, name)
        elif link.use.inside is not None:
            edits.add(_edit(lines, link.use.inside, f"{link.use.name}.{link.use.inside.attr}", name))
        elif name != link.use.name:
            edits.add(_edit(lines, node, link.use.name, name))
    for statement in piece.statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = names[id(piece), statement.name]
            if name != statement.name:
                edits.add(_definition(lines, statement, name))
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call) and statement.value.args:
            told = statement.value.args[0]  # `T = TypeVar("T")`, `Pair = NewType("Pair", …)`
            if isinstance(told, ast.Constant) and told.value == piece.name:
                edits |= _in_literal(lines, told, piece.name, names[id(piece), piece.name])
    text = dict(enumerate(lines))
    for edit in sorted(edits, reverse=True):
        line = text[edit.line]
        text[edit.line] = line[: edit.start] + edit.text + line[edit.end :]
    gone = [span for part in left_out for span in part.lines]
    gone += [_lines_of(member) for member in uses.declarations]
    for first, last in sorted(gone):
        _leave_out(text, first, last)
    if gone:
        _tidy(text, piece.statements[0])
    for statement in uses.own_imports:
        first, last = _lines_of(statement)
        if first - 1 in text:  # and not gone with what is around it
            _leave_out(text, first, last, alone=id(statement) in uses.alone)
    made = "\n\n\n".join(
        "\n".join(text[place] for place in range(first - 1, last) if place in text) for first, last in piece.lines
    )
    if edits and any(len(line) > LINE for line in made.split("\n")):
        return formatted(made).rstrip("\n")  # a longer name has made a line too long
    return made


def _edit(lines: list[str], node: ast.expr, old: str, new: str) -> _Edit:
    """Return the edit that puts a name in the place of another, or of an attribute of a module."""
    line = node.lineno - 1
    raw = lines[line].encode()
    start = len(raw[: node.col_offset].decode(errors="replace"))
    if lines[line][start : start + len(old)] == old:
        return _Edit(line, start, start + len(old), new)
    # Python 3.11 does not always know where in a formatted text a name stands.
    for line in range(node.lineno - 1, min(node.lineno + 40, len(lines))):
        if found := re.search(rf"(?<=[{{(\[,\s!+*-]){re.escape(old)}\b(?!\s*=[^=])", lines[line]):
            return _Edit(line, found.start(), found.end(), new)
    raise LookupError(f"`{old}` is not where it was read, in line {node.lineno}")


def _in_literal(lines: list[str], node: ast.Constant, old: str, new: str) -> set[_Edit]:
    """Return the edits of a type that is written as a text, as in `cast("Fields", …)`."""
    if old == new:
        return set()
    line = node.lineno - 1
    start = len(lines[line].encode()[: node.col_offset].decode())
    end = len(lines[line].encode()[: node.end_col_offset].decode())
    found = re.finditer(rf"\b{re.escape(old)}\b", lines[line][start:end])
    return {_Edit(line, start + one.start(), start + one.end(), new) for one in found}


def _definition(lines: list[str], statement: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, name: str) -> _Edit:
    line = statement.lineno - 1
    found = re.search(rf"\b(?:def|class)\s+({statement.name})\b", lines[line])
    assert found is not None
    return _Edit(line, found.start(1), found.end(1), name)


def _lines_of(statement: ast.stmt) -> tuple[int, int]:
    """Return first and last line of a statement with its decorators, counted from 1."""
    decorators = [one.lineno for one in getattr(statement, "decorator_list", [])]
    return min([statement.lineno, *decorators]), statement.end_lineno or statement.lineno


def _leave_out(text: dict[int, str], first: int, last: int, *, alone: bool = False) -> None:
    """Take out lines, counted from 1, with the comments above them; `pass` stands for what is `alone` in its block."""
    first, last = first - 1, last - 1
    if alone:
        indent = text[first][: len(text[first]) - len(text[first].lstrip())]
        text[first] = f"{indent}pass"
        first += 1
    else:
        while first - 1 in text and text[first - 1].lstrip().startswith("#"):
            first -= 1
    for place in range(first, last + 1):
        text.pop(place, None)
    if not alone and last + 1 in text and not text[last + 1].strip():
        del text[last + 1]


def _tidy(text: dict[int, str], statement: ast.stmt) -> None:
    """Close the gaps of a class or a table of which parts are gone; a class with nothing in it gets a `pass`."""
    first, last = _lines_of(statement)
    places = [place for place in range(first - 1, last) if place in text]
    for before, place in itertools.pairwise(places):
        if place != before + 1 and not text[place].strip() and not text[before].strip():
            del text[place]
    kept = [place for place in places if place in text and text[place].strip()]
    for place, after in itertools.pairwise([*kept, last]):
        if _is_heading(text[place]) and (after == last or _is_heading(text[after])):
            for gone in range(place, after if after < last else last):
                text.pop(gone, None)
    while places and (places[-1] not in text or not text[places[-1]].strip()):
        text.pop(places.pop(), None)
    if isinstance(statement, ast.ClassDef) and places and places[-1] < statement.body[0].lineno - 1:
        text[places[-1] + 1] = "    pass"


def _is_heading(line: str) -> bool:
    """True for `# -- maps ------` inside of a class, which says what the members below it are for."""
    return line.lstrip().startswith("# --")
