"""Generated source laid out in the style that people are used to: Black's, with lines of 120 columns."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import unicodedata
from typing import Final

from studio.export.literals import text_literal

LINE: Final = 120
"""Columns of a line, as in the rules of this repository."""

_ROUNDS: Final = 9
"""How often literals are joined and brackets put: each time others may come to stand side by side, or on two lines."""

_OPENERS: Final = ("(", "[", "{", ",", "=", ":")
"""What stands before brackets that call nothing."""

_QUOTED: Final = re.compile(r"""(r?)(["'])(?!\2\2)(.*)\2""", re.DOTALL)
"""A literal on one line: prefix, quotes, what stands between them."""


def formatted(source: str) -> str:
    """Return the Python source laid out, with the meaning it had.

    Black is loaded when this is first called. Raises `ValueError` for source that is no Python: a fault of ours, since
    whatever people wrote comes in as literals.
    """
    import black
    from black.mode import TargetVersion
    from black.parsing import InvalidInput

    mode = black.Mode(line_length=LINE, target_versions={TargetVersion.PY311})
    try:
        laid_out = black.format_str(source, mode=mode)
        for _ in range(_ROUNDS):
            joined = _bracketed(_joined(laid_out))
            if joined == laid_out:
                break
            laid_out = black.format_str(joined, mode=mode)
        return _excused(laid_out)
    except InvalidInput as error:
        raise ValueError(f"generated source does not parse: {error}") from error


def _joined(source: str) -> str:
    """Make one literal of those that follow one another where there is room for all of it on a line, as other
    formatters do."""
    lines = source.splitlines(keepends=True)
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    cuts: list[tuple[int, int, str]] = []
    run: list[tokenize.TokenInfo] = []
    before: tokenize.TokenInfo | None = None
    earlier = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NL:
            continue
        if token.type == tokenize.STRING and _QUOTED.match(token.string):
            run.append(token)
            continue
        if not run:
            earlier, before = before.string if before is not None else "", token
            continue
        made = _one_literal(run) if len(run) > 1 else run[0].string if "\n" not in run[0].string else ""
        first, last = run[0], run[-1]
        bracketed = before is not None and before.string == "(" and token.string == ")" and earlier in _OPENERS
        if made and bracketed and before is not None and before.start[1] + _columns(made) < LINE:
            # Brackets around one literal on one line say nothing.
            opening = offsets[before.start[0] - 1] + before.start[1]
            cuts.append((opening, offsets[token.end[0] - 1] + token.end[1], made))
        elif made and len(run) > 1:
            behind = 1 if token.string == "," else 0
            column = first.start[1] + behind
            if before is not None and before.string == "(" and token.string == ")":
                column = min(column, before.start[1] + len("(),"))  # all of it beside its brackets
            if first.start[0] == last.end[0] or column + _columns(made) <= LINE:
                cuts.append(
                    (offsets[first.start[0] - 1] + first.start[1], offsets[last.end[0] - 1] + last.end[1], made)
                )
        run = []
        earlier, before = "", token
    for begin, end, made in reversed(cuts):
        source = source[:begin] + made + source[end:]
    return source


def _bracketed(source: str) -> str:
    """Put brackets as other formatters and linters do: around what a lambda computes where that takes several lines;
    around a choice behind the `else` of another where both take several, or they differ in how they break them; and
    around what `and` joins inside of `or`."""
    if not any(word in source for word in ("lambda", " else ", " or ")):
        return source
    data = source.encode()
    starts = _starts(data)
    cuts: list[tuple[int, bytes]] = []
    for node in ast.walk(ast.parse(source)):
        inner: list[ast.expr] = []
        if isinstance(node, ast.Lambda) and isinstance(node.body, ast.BinOp | ast.BoolOp | ast.Compare):
            inner = [node.body] if node.body.lineno != node.body.end_lineno else []
        elif isinstance(node, ast.IfExp) and isinstance(node.orelse, ast.IfExp):
            inner = [node.orelse] if node.lineno != node.end_lineno else []
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            inner = [one for one in node.values if isinstance(one, ast.BoolOp)]
        for one in inner:
            begin, end = _start_of(one, starts), _end_of(one, starts)
            if not (data[:begin].rstrip().endswith(b"(") and data[end:].lstrip().startswith(b")")):
                cuts += [(begin, b"("), (end, b")")]
    for place, sign in sorted(cuts, reverse=True):
        data = data[:place] + sign + data[place:]
    return data.decode()


def _excused(source: str) -> str:
    """Tell linters of the lines that cannot be shorter: the names of what a lambda takes stand on one."""
    if "lambda" not in source or all(len(line) <= LINE for line in source.splitlines()):
        return source
    heads = {
        node.body.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Lambda) and node.lineno == node.body.lineno and node.body.col_offset >= LINE
    }
    lines = list(io.StringIO(source))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        # Where a line ends inside of a text there is no such token.
        if token.type in (tokenize.NL, tokenize.NEWLINE) and token.start[0] in heads:
            lines[token.start[0] - 1] = f"{token.line.rstrip()}  # noqa: E501\n"
    return "".join(lines)


def _starts(data: bytes) -> list[int]:
    """Return the byte at which each line begins."""
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _start_of(node: ast.expr, starts: list[int]) -> int:
    """Return the byte at which a node begins; `starts` are those of the lines."""
    return starts[node.lineno - 1] + node.col_offset


def _end_of(node: ast.expr, starts: list[int]) -> int:
    """Return the byte behind a node."""
    return starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def _one_literal(run: list[tokenize.TokenInfo]) -> str:
    """Return one literal for several, "" if they are not of one kind."""
    found = [_QUOTED.match(token.string) for token in run]
    kinds = {(one[1], one[2]) for one in found if one is not None}
    if len(kinds) == 1:
        prefix, quote = kinds.pop()
        return prefix + quote + "".join(one[3] for one in found if one is not None) + quote
    if {prefix for prefix, _ in kinds} == {""}:
        return text_literal("".join(ast.literal_eval(token.string) for token in run))
    return ""


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
