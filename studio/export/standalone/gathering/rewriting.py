"""A definition as it stands in the script: its own text, with what it uses under the names that the script has."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio.export.formatting import LINE, formatted
from studio.export.standalone.gathering.closure import Link
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


def rewritten(piece: Piece, links: list[Link], uses: Uses, names: Mapping[Key, str]) -> str:
    """Return the text of a definition with all names as the script has them."""
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
    for member in uses.declarations:
        _leave_out(text, member, alone=False)
    for statement in uses.own_imports:
        _leave_out(text, statement, alone=id(statement) in uses.alone)
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


def _leave_out(text: dict[int, str], statement: ast.stmt, *, alone: bool) -> None:
    """Take out an import inside of a function or a member of a class, with the comments above it."""
    decorators = [one.lineno for one in getattr(statement, "decorator_list", [])]
    first, last = min([statement.lineno, *decorators]) - 1, (statement.end_lineno or statement.lineno) - 1
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
