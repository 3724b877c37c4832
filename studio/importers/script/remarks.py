"""Comments of a script → comments of the graph: each is tied to the statement, argument or entry it stands beside.

The counterpart of `export.script.remarks`: what is written there comes back here under the same path. Comments outside
of the functions that make graphs are the script's own.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from studio.graph.comments import BEHIND, END, FOOTER, HEADER
from studio.graph.model import Graph
from studio.importers.script.source import Comment, Source

Position = tuple[int, int]


class _Item(NamedTuple):
    start: Position
    path: str


@dataclass(slots=True)
class _Bracket:
    """What stands between two brackets: a call, a list or a dict, with its entries."""

    start: Position
    end: Position
    path: str
    items: list[_Item] = field(default_factory=list)


class Remarks:
    """The comments of a script, handed to graphs as the statements that make them are read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._comments = source.comments
        self._lines = [comment.line for comment in source.comments]

    def between(self, begin: int, end: int) -> list[Comment]:
        """Return the comments that have a line to themselves after one line and before another."""
        first, last = bisect_left(self._lines, begin + 1), bisect_left(self._lines, end)
        return [comment for comment in self._comments[first:last] if not comment.behind]

    def keep(self, graph: Graph, key: str, comments: Sequence[Comment], before: int = 0) -> None:
        """Note the lines under a key, with a gap where blank lines part them, and before line `before` if given."""
        if not comments:
            return
        kept = graph.comments.setdefault(key, [])
        last = 0
        for comment in comments:
            if last and kept and self._blank(last, comment.line):
                kept.append("")
            kept.append(comment.text)
            last = comment.line
        if before and self._blank(last, before):
            kept.append("")

    def _blank(self, begin: int, end: int) -> bool:
        return any(number in self._source.blank for number in range(begin + 1, min(end, begin + 100)))

    def keep_inside(self, graph: Graph, statement: ast.stmt, call: ast.Call, path: str) -> None:
        """Note the comments within a statement and behind it. `path` is that of the item it makes, "" for the graph."""
        end = statement.end_lineno or statement.lineno
        first, last = bisect_left(self._lines, statement.lineno), bisect_left(self._lines, end + 1)
        if first == last:
            return
        brackets = list(self._brackets(call, path))
        whole = _Item((statement.lineno, self._column(statement.lineno, statement.col_offset)), path)
        begun: dict[str, list[Comment]] = {}
        for comment in self._comments[first:last]:
            key = _key(comment, brackets, whole)
            if key.endswith(BEHIND) and (key in graph.comments or key in begun):
                key = key.removesuffix(BEHIND)
            begun.setdefault(key, []).append(comment)
        for key, comments in begun.items():
            self.keep(graph, key, comments)

    # -- where things stand ------------------------------------------------------------------

    def _column(self, line: int, offset: int) -> int:
        """Return the column in characters of an offset in bytes, which is what the tree counts in."""
        text = self._source.lines[line - 1]
        return offset if text.isascii() else len(text.encode()[:offset].decode(errors="replace"))

    def _start(self, node: ast.expr | ast.keyword) -> Position:
        return node.lineno, self._column(node.lineno, node.col_offset)

    def _end(self, node: ast.expr) -> Position:
        line = node.end_lineno or node.lineno
        return line, self._column(line, node.end_col_offset or 0)

    def _brackets(self, call: ast.Call, path: str) -> Iterator[_Bracket]:
        own = _Bracket(self._end(call.func), self._end(call), path)
        yield own
        names = _positional(call, path)
        own.items.extend(_Item(self._start(argument), name) for argument, name in zip(call.args, names, strict=False))
        for keyword in call.keywords:
            if keyword.arg is None:
                yield from self._within(keyword.value, path, items=True)
                continue
            inner = _argument_path(keyword.arg, path)
            own.items.append(_Item(self._start(keyword), inner))
            yield from self._within(keyword.value, "" if inner == "extra" else inner, items=True)

    def _within(self, node: ast.expr, path: str, *, items: bool = False) -> Iterator[_Bracket]:
        if isinstance(node, ast.Dict):
            own = _Bracket(self._start(node), self._end(node), path)
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    inner = f"{path}.{key.value}" if path else key.value
                    own.items.append(_Item(self._start(key), inner))
                    yield from self._within(value, inner)
            yield own
        elif isinstance(node, ast.List | ast.Tuple):
            own = _Bracket(self._start(node), self._end(node), path)
            for index, value in enumerate(node.elts):
                own.items.append(_Item(self._start(value), f"{path}.{index}"))
                yield from self._within(value, f"{path}.{index}")
            yield own


def _positional(call: ast.Call, path: str) -> list[str]:
    """Return the paths of the first two arguments."""
    if not path:
        return ["name"]
    typed = path.startswith(("nodes.", "stores."))
    return [f"{path}.type" if typed else path, path]


def _argument_path(name: str, path: str) -> str:
    if path.startswith(("edges.", "graphs.")):
        return path
    return f"{path}.{name}" if path else name


def _key(comment: Comment, brackets: Sequence[_Bracket], whole: _Item) -> str:
    """Return where a comment within a statement is kept."""
    at = (comment.line, comment.column)
    around = [bracket for bracket in brackets if bracket.start <= at < bracket.end]
    inner = max(around, key=lambda bracket: bracket.start) if around else None
    if comment.behind:
        begun = [item for bracket in brackets for item in bracket.items if item.start[0] == comment.line]
        begun = [item for item in (whole, *begun) if item.start[0] == comment.line and item.start < at]
        if begun:
            return _behind(min(begun).path)
        if inner is None:
            return _behind(whole.path)
        earlier = [item for item in inner.items if item.start < at]
        return _behind(max(earlier).path if earlier else inner.path)
    if inner is None:
        return whole.path or HEADER
    later = [item for item in inner.items if item.start > at]
    if later:
        return min(later).path or HEADER
    return inner.path + END if inner.path else FOOTER


def _behind(path: str) -> str:
    return path + BEHIND if path else HEADER
