"""Brackets that a formatter leaves to those who write: around what takes a line of its own, and nothing else."""

from __future__ import annotations

import ast
import itertools
import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from studio.export.literals import columns

LINE: Final = 120
"""Columns of a line, as in the rules of this repository."""

_INDENT: Final = 4

_NEAR: Final = 500
"""Bytes beside a part within which its brackets are looked for: white space of the deepest indent."""

_OPENERS: Final = (b"(", b"[", b"{", b",", b"=", b":")
"""What stands before brackets that call nothing."""

_CANDIDATE: Final = re.compile(r"""^ +else |\((?:\n *)?r?["']""", re.MULTILINE)
"""The end of a choice that takes several lines, or a literal behind a bracket."""

_Edit = tuple[int, int, bytes]
"""First byte, byte behind the last, and what takes their place."""


def bracketed(source: str) -> str:
    """Return source that was laid out with the brackets that it should have; lay it out anew if these are others.

    A text too long for the line on which it has a name gets some if it fits into one of its own, and loses those that
    keep it from standing beside its name; a choice of several lines gets some.
    """
    long = long_lines(source)
    if not long and not _CANDIDATE.search(source):
        return source
    text = _Source(source)
    edits: list[_Edit] = []
    for node, is_named in _parts(ast.parse(source)):
        if isinstance(node, ast.IfExp) and node.lineno != node.end_lineno:
            edits += text.around_choice(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.lineno == node.end_lineno:
            edits += text.around_literal(node, too_long=is_named and node.lineno in long)
    return text.edited(edits)


def long_lines(source: str) -> set[int]:
    """Return the lines, counted from 1, that are longer than they should be."""
    return {number for number, line in enumerate(source.split("\n"), start=1) if columns(line) > LINE}


def _parts(tree: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """Yield all nodes, each with whether it has a name where it stands (as a keyword, under a key).

    What is in a formatted text is left out: Python 3.11 does not always know where it stands.
    """
    left = deque([(tree, False)])
    while left:
        node, is_named = left.popleft()
        yield node, is_named
        if isinstance(node, ast.JoinedStr):
            continue
        named = {node.value} if isinstance(node, ast.keyword) else {*node.values} if isinstance(node, ast.Dict) else ()
        left.extend((inner, inner in named) for inner in ast.iter_child_nodes(node))


class _Source:
    """Source as bytes, as the places of its nodes count them."""

    def __init__(self, source: str) -> None:
        self._data = source.encode()
        self._starts = list(itertools.accumulate((len(line) + 1 for line in self._data.split(b"\n")), initial=0))

    def around_choice(self, node: ast.IfExp) -> Iterator[_Edit]:
        """Yield brackets around a choice of several lines, and around the one behind its `else`."""
        for one in (node, node.orelse) if _is_short_choice(node.orelse) else (node,):
            begin, end = self._span(one)
            if self._brackets(begin, end) is None:
                yield from _put(begin, end)

    def around_literal(self, node: ast.Constant, *, too_long: bool) -> Iterator[_Edit]:
        """Yield the brackets that a text gets, on a line that is `too_long`, or loses."""
        begin, end = self._span(node)
        taken = columns(self._data[begin:end].decode())
        around = self._brackets(begin, end)
        if around is not None and self._data[max(0, around[0] - _NEAR) : around[0]].rstrip()[-1:] in _OPENERS:
            if self._column(around[0]) + taken + len(",") <= LINE:
                yield around[0], begin, b""
                yield end, around[1] + 1, b""
        elif too_long and self._indent(begin) + _INDENT + taken <= LINE:
            yield from _put(begin, end)

    def edited(self, edits: list[_Edit]) -> str:
        data = self._data
        for begin, end, text in sorted(edits, reverse=True):
            data = data[:begin] + text + data[end:]
        return data.decode()

    def _span(self, node: ast.expr) -> tuple[int, int]:
        """Return the first byte of a node, and the one behind it."""
        last = self._starts[(node.end_lineno or node.lineno) - 1]
        return self._starts[node.lineno - 1] + node.col_offset, last + (node.end_col_offset or 0)

    def _brackets(self, begin: int, end: int) -> tuple[int, int] | None:
        """Return where the round brackets around a part stand, if it has any."""
        before, behind = self._data[max(0, begin - _NEAR) : begin], self._data[end : end + _NEAR]
        opening = begin - (len(before) - len(before.rstrip())) - 1
        closing = end + (len(behind) - len(behind.lstrip()))
        found = self._data[max(0, opening) : opening + 1] + self._data[closing : closing + 1]
        return (opening, closing) if found == b"()" else None

    def _column(self, place: int) -> int:
        line = self._data[self._data.rfind(b"\n", 0, place) + 1 : place]
        return columns(line.decode())

    def _indent(self, place: int) -> int:
        line = self._data[self._data.rfind(b"\n", 0, place) + 1 : place]
        return len(line) - len(line.lstrip())


def _put(begin: int, end: int) -> tuple[_Edit, _Edit]:
    return (begin, begin, b"("), (end, end, b")")


def _is_short_choice(node: ast.expr) -> bool:
    """True for a choice on one line; one of several is met by itself."""
    return isinstance(node, ast.IfExp) and node.lineno == node.end_lineno
