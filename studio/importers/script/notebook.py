"""A notebook → the graph its cells make, read as a script is: nothing is executed, outputs are not looked at.

Cells count up to the one that runs the graph (`await arun(graph, …)`): what comes after looks at the run.
"""

from __future__ import annotations

import ast
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from studio.importers.files import read_start
from studio.importers.script.reading import Opened, read_script_text
from studio.importers.script.source import MAX_BYTES, parse, refuse
from studio.support.errors import GraphError

MAX_NOTEBOOK: Final = 5 * MAX_BYTES
"""Bytes of a notebook: its outputs count too."""

_RUN: Final = "arun"
_MAGIC: Final = re.compile(r"^[ \t]*[%!]")
_PIECE: Final = re.compile(r"""\"{3}|'{3}|["'#()\[\]{}]|\\.?""")
"""What says whether the next line is within a text, or brackets."""


def read_notebook(path: Path) -> Opened:
    """Read the graph that the code cells of a notebook make. Raises GraphError with cell and line for what is not
    understood; EnvironmentProblem if the file cannot be read."""
    data = read_start(path, MAX_NOTEBOOK, GraphError, "This is a folder, not a notebook.", "Name a file in it.")
    return read_notebook_text(data, file=str(path), base=path.parent)


def read_notebook_text(data: bytes, *, file: str = "<notebook>", base: Path | None = None) -> Opened:
    """Read the graph of a notebook's bytes."""
    cells = _up_to_the_run(_cells(data, file), file)
    text = "\n".join(cells)
    if len(text) > MAX_BYTES:
        raise refuse(file, 0, "The code of the notebook is too long.", "Keep data in other files.")
    try:
        return read_script_text(text, file=file, base=base)
    except GraphError as error:
        line = error.where.removeprefix(f"{file}:")
        if not line.isdigit():
            raise
        raise GraphError(error.message, where=_place(file, cells, int(line)), hint=error.hint) from None


def _cells(data: bytes, file: str) -> list[str]:
    """Return the code cells, lines that speak to the notebook's kernel (`%time`, `!pip`) as comments."""
    if len(data) > MAX_NOTEBOOK:
        raise refuse(file, 0, f"The notebook is larger than {MAX_NOTEBOOK // 1_000_000} MB.", "Clear its outputs.")
    try:
        made = json.loads(data)
    except (ValueError, RecursionError):
        raise refuse(file, 0, "This is no notebook: it is no JSON.", "Open it in Jupyter and save it again.") from None
    cells = made.get("cells") if isinstance(made, dict) else None
    if not isinstance(cells, list) or made.get("nbformat") != 4:
        raise refuse(file, 0, "This is no notebook of format 4.", "Open it in Jupyter and save it again.")
    return [_source(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]


def _up_to_the_run(cells: list[str], file: str) -> list[str]:
    """Return the cells that make the graph; the last one ends by saying which is run."""
    for at, cell in enumerate(cells):
        if _RUN not in cell:
            continue
        for statement in parse(cell, f"{file}, code cell {at + 1}").tree.body:
            graph = _graph_run_by(statement)
            if graph:
                before = cell.split("\n")[: statement.lineno - 1]
                return [*cells[:at], "\n".join([*before, f"{_RUN}({graph})"])]
    return cells


def _graph_run_by(statement: ast.stmt) -> str:
    """Return the name of the graph that a statement runs by `await arun(NAME, …)`, or ""."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    call = value.value if isinstance(value, ast.Await) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != _RUN or not call.args:
        return ""
    return call.args[0].id if isinstance(call.args[0], ast.Name) else ""


def _source(cell: dict[str, Any]) -> str:
    given = cell.get("source", "")
    text = "".join(filter(_is_text, given)) if isinstance(given, list) else given if isinstance(given, str) else ""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].startswith("%%"):  # the whole cell is in another language
        return "\n".join(f"# {line}" for line in lines)
    return "\n".join(_without_magics(lines))


def _without_magics(lines: list[str]) -> Iterator[str]:
    """Yield the lines, those that speak to the kernel as comments: where a statement may begin, not inside of a text or
    of brackets."""
    quote, depth, goes_on = "", 0, False
    for line in lines:
        if not quote and not depth and not goes_on and _MAGIC.match(line):
            yield f"# {line}"
            continue
        yield line
        goes_on = False
        for found in _PIECE.finditer(line):
            piece = found[0]
            if piece[0] == "\\":
                goes_on = len(piece) == 1  # nothing follows it on the line
            elif quote:
                # Where one quote began a text, three of them end it and are an empty one beside it.
                quote = "" if piece in (quote, quote * 3) else quote
            elif piece == "#":
                break
            elif piece[0] in "\"'":
                quote = piece
            else:
                depth = max(0, depth + (1 if piece in "([{" else -1))
        if len(quote) == 1 and not goes_on:
            quote = ""  # a text on one line ends there, or it is no Python


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _place(file: str, cells: list[str], line: int) -> str:
    """Return where a line of the joined cells stands; code cells count from 1."""
    ends = list(accumulate(cell.count("\n") + 1 for cell in cells))
    at = min(bisect_right(ends, line - 1), len(cells) - 1)
    return f"{file}, code cell {at + 1}, line {line - (ends[at - 1] if at else 0)}"
