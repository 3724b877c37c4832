"""Comments of a graph file: found in the text, tied to the items they speak of, so that they survive load and save.

A comment is kept under the dotted path of its item, relative to its graph (`nodes.writer`, `nodes.writer.labels.0`,
`edges.a.out -> b.in`): lines before the item under the path itself, a comment behind it on its line under
`path + BEHIND`, lines after the last item of a section under `path + END`, the rest under HEADER and FOOTER.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, NamedTuple

from studio.graph.tree import Parsed, Tree
from studio.support.errors import GraphError

BEHIND: Final = " #"
END: Final = " end"
HEADER: Final = "#header"
FOOTER: Final = "#footer"

Path = tuple[str | int, ...]
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BREAKS = "\n\r\x85\u2028\u2029"

MAX_COMMENTS: Final = 100_000


class Found(NamedTuple):
    """A comment, tied: `kind` is "", BEHIND, END, HEADER or FOOTER; `path` names the item."""

    path: Path
    kind: str
    text: str
    gap: bool
    """A blank line stands between this comment and the one before it."""


class _Item(NamedTuple):
    start: int
    column: int
    path: Path
    flow: int
    """Which `{` or `[` the item stands in, innermost, or -1."""


class _Flow(NamedTuple):
    start: int
    end: int
    path: Path
    outer: int


def find_comments(text: str, parsed: Parsed, file: str) -> list[Found]:
    """Return every comment of the text, tied to its item. Raises GraphError if there are absurdly many."""
    if "#" not in text:
        return []
    raw = _comments(text, parsed.scalars)
    if not raw:
        return []
    if len(raw) > MAX_COMMENTS:
        raise GraphError(f"The file holds more than {MAX_COMMENTS:,} comments.", where=file)
    return _Ties(text, parsed.root).tie(raw)


def _comments(text: str, scalars: list[tuple[int, int]]) -> list[tuple[int, str]]:
    """Return (index, text) of each comment: a `#` outside all scalars, up to the end of its line."""
    starts = [start for start, _ in scalars]
    found = []
    at = text.find("#")
    while at >= 0:
        before = bisect_right(starts, at) - 1
        if before >= 0 and at < scalars[before][1]:
            at = text.find("#", scalars[before][1])
            continue
        line_end = _BREAK.search(text, at)
        end = line_end.start() if line_end else len(text)
        found.append((at, text[at:end].rstrip()))
        if len(found) > MAX_COMMENTS:
            break
        at = text.find("#", end)
    return found


class _Ties:
    def __init__(self, text: str, root: Tree) -> None:
        self.text = text
        self.items: list[_Item] = []
        self.flows: list[_Flow] = []
        self._walk(root, (), -1)
        self.starts = [item.start for item in self.items]
        self.flow_starts = [flow.start for flow in self.flows]
        self.by_path = {item.path: item for item in self.items}

    def _walk(self, tree: Tree, path: Path, flow: int) -> None:
        if tree.flow:
            self.flows.append(_Flow(tree.start.index, tree.end.index, path, flow))
            flow = len(self.flows) - 1
        if type(tree.value) is dict:
            for key, child in tree.value.items():
                mark = tree.keys[key]
                # All keys of a block stand in its column, also one written `? key`.
                column = mark.column if tree.flow else tree.start.column
                self.items.append(_Item(mark.index, column, (*path, key), flow))
                if type(child.value) in (dict, list):
                    self._walk(child, (*path, key), flow)
        else:
            for index, child in enumerate(tree.value):
                # An entry of a block list begins at its dash, which is where the list's own mark stands.
                column = child.start.column if tree.flow else tree.start.column
                self.items.append(_Item(child.start.index, column, (*path, index), flow))
                if type(child.value) in (dict, list):
                    self._walk(child, (*path, index), flow)

    def tie(self, raw: list[tuple[int, str]]) -> list[Found]:
        found: list[Found] = []
        behind: set[Path] = set()
        last_end = header_end = -1
        for at, comment in raw:
            line_start = at
            while line_start > 0 and self.text[line_start - 1] in " \t":
                line_start -= 1
            own_line = line_start == 0 or self.text[line_start - 1] in _BREAKS
            nth = bisect_right(self.starts, at)
            following = self.items[nth] if nth < len(self.items) else None
            flow = self._flow_around(at)
            if flow is not None:
                path, kind = self._inside_flow(flow, nth, following, own_line)
            elif own_line:
                path, kind = self._own_line(at - line_start, nth, following)
            else:
                path, kind = self._behind(nth)
            if kind == BEHIND:
                if path in behind:
                    kind = ""
                behind.add(path)
            between = self.text[last_end:at] if last_end >= 0 and own_line else "x"
            found.append(Found(path, kind, comment, not between.strip() and len(_BREAK.findall(between)) > 1))
            last_end = at + len(comment)
            if kind == HEADER:
                header_end = last_end
        if header_end >= 0 and self.items:
            # The blank line that parts a file's header from its first key is kept.
            between = self.text[header_end : self.items[0].start]
            if len(_BREAK.findall(between)) > 1:
                found.append(Found((), HEADER, "", False))
        return found

    def _flow_around(self, at: int) -> _Flow | None:
        nth = bisect_right(self.flow_starts, at) - 1
        while nth >= 0 and self.flows[nth].end <= at:
            nth = self.flows[nth].outer
        return self.flows[nth] if nth >= 0 else None

    def _inside_flow(self, flow: _Flow, nth: int, following: _Item | None, own_line: bool) -> tuple[Path, str]:
        depth = len(flow.path)
        last = self.items[nth - 1].path if nth else ()
        if not own_line and len(last) > depth and last[:depth] == flow.path:
            return last[: depth + 1], BEHIND
        if following is not None and following.path[:-1] == flow.path:
            return following.path, ""
        return flow.path, END

    def _own_line(self, column: int, nth: int, following: _Item | None) -> tuple[Path, str]:
        if nth == 0:
            return (), HEADER
        if following is None and column == 0:
            return (), FOOTER
        if following is not None and column <= following.column:
            return following.path, ""
        # Deeper than what follows: it closes the innermost section that still reaches so far.
        item: _Item | None = self._last_block_item(nth)
        while item is not None and item.column > column:
            item = self.by_path.get(item.path[:-1])
        section = item.path[:-1] if item is not None else ()
        if following is not None and following.path[:-1] == section:
            return following.path, ""
        return (section, END) if section else ((), FOOTER)

    def _behind(self, nth: int) -> tuple[Path, str]:
        item = self._last_block_item(nth)
        return (item.path, BEHIND) if item is not None else ((), HEADER)

    def _last_block_item(self, nth: int) -> _Item | None:
        """Return the last item before the nth that stands outside `{}` and `[]`."""
        item = self.items[nth - 1] if nth else None
        while item is not None and item.flow >= 0:
            item = self.by_path.get(item.path[:-1])
        return item
