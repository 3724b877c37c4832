"""Causes as a tree that a person can read: what came from where, root first. `why` prints it, the window lists it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.replay.causes.closure import MORE
from studio.replay.causes.records import (
    ENTERS,
    FAILURE,
    FEEDBACK,
    FIRST_FROM,
    ITEM,
    LEAVES,
    OUTSIDE,
    SAME_QUESTION,
    STORE,
)
from studio.support.pieces import Line, Piece, brief, money, plural, sign_piece
from studio.support.plain import cells
from studio.trace.log import CALLS

if TYPE_CHECKING:
    from studio.replay.causes import Absence, Ancestry, Cause, Causes
    from studio.trace.found import Firing

_WORDS: Final = {
    FEEDBACK: "fed back",
    FIRST_FROM: "first value",
    ENTERS: "from around",
    ITEM: "from the items",
    LEAVES: "out of its body",
    FAILURE: "its failure",
    SAME_QUESTION: "asked the same before",
}
"""What is said of a relation beside the ports; a plain wire needs no word."""

_QUIET: Final = frozenset({"race", "timeout", "log", "store"})
"""Effects that asked nobody."""

NARROW = 24
"""Cells that a value gets at least."""

MARK = 2
"""Bars in whose place it stands how many there are more."""


class Row(NamedTuple):
    """One line of the tree. `edge` is how it hangs on the line above it (None: the root), `other` the firing it shows
    (OUTSIDE: a first value). `depth` are the branches that are come back to further down; of a firing's branches the
    `last` one goes on in the same column, if it `goes_on`. `again`: the firing stands in full above."""

    edge: Cause | None
    other: int
    depth: int = 0
    last: bool = True
    goes_on: bool = False
    again: bool = False


class Rows:
    """An ancestry (or, with `down`, what something led to) in the order in which it is read."""

    def __init__(self, found: Ancestry, *, down: bool) -> None:
        self.found = found
        self.down = down
        self._next: dict[int, list[Cause]] = {}
        for edge in found.edges:
            self._next.setdefault(edge.source if down else edge.of, []).append(edge)
        self._shown: set[int] = set()

    def all(self) -> Iterator[Row]:
        """Yield the rows, root first, each firing in full once."""
        root = self.found.root
        self._shown = {root}
        yield Row(None, root)
        # An explicit stack: a loop of a thousand ticks is a chain of that depth.
        stack: list[tuple[Iterator[tuple[Cause, bool]], int]] = [(self._children(root), 0)]
        while stack:
            children, depth = stack[-1]
            step = next(children, None)
            if step is None:
                stack.pop()
                continue
            edge, last = step
            other = edge.of if self.down else edge.source
            known = other == OUTSIDE or other in self._shown
            yield Row(
                edge, other, depth, last, last and not known and bool(self._next.get(other)), other in self._shown
            )
            if not known:
                self._shown.add(other)
                # The last branch goes on in the same column, so that a loop does not wander off to the right.
                stack.append((self._children(other), depth if last else depth + 1))

    def _children(self, id: int) -> Iterator[tuple[Cause, bool]]:
        """What hangs on a firing, the short branches first, each with whether it is the last."""
        edges = self._next.get(id, [])
        once: dict[tuple[int, str], Cause] = {}
        for edge in edges:
            once.setdefault((edge.of if self.down else edge.source, "" if self.down else edge.port), edge)
        ordered = sorted(once.values(), key=self._is_long)
        for nth, edge in enumerate(ordered):
            yield edge, nth == len(ordered) - 1

    def _is_long(self, edge: Cause) -> bool:
        other = edge.of if self.down else edge.source
        return other != OUTSIDE and other not in self._shown and bool(self._next.get(other))


def relation(edge: Cause) -> str:
    """Return what an edge is in a word or two, "" for a plain wire, which needs none."""
    return f"{edge.output} of store `{edge.port}`" if edge.why == STORE else _WORDS.get(edge.why, "")


class Tree:
    """Draws an ancestry (or, with `down`, what something led to) as lines, each firing in full once."""

    def __init__(self, causes: Causes, found: Ancestry, *, down: bool, width: int) -> None:
        self.causes = causes
        self.found = found
        self.down = down
        self.width = width
        self._hidden = set(found.more)

    def lines(self) -> Iterator[Line]:
        """Yield the lines, root first."""
        for row in Rows(self.found, down=self.down).all():
            if row.edge is None:
                yield from self._root(self.found.firings[row.other])
                continue
            branch = "└→ " if row.goes_on else "└─ " if row.last else "├─ "
            yield self._line(row.edge, self._open(row.depth) + branch, again=row.again)
        if self.found.more:
            yield (("dim", f"… and {left_out(self.found)} not followed: raise --depth or --limit to go on"),)

    def _open(self, depth: int) -> str:
        """The branches that are come back to further down, as bars: of many the last ones, and how many more."""
        most = max(MARK, self.width // 8)
        if depth <= most:
            return "│  " * depth
        shown = most - MARK
        return f"⋯{depth - shown}".ljust(MARK * 3) + "│  " * shown

    # -- lines --------------------------------------------------------------------------------

    def _root(self, firing: Firing) -> Iterator[Line]:
        head: list[Piece] = [sign_piece(firing.status), " ", ("heading", firing.node), ("dim", f"  tick {firing.tick}")]
        if self.found.port:
            head += ["  ", ("cyan", self.found.port)]
        yield (*head, *self._end(firing, self.found.port, _width(head)))

    def _line(self, edge: Cause, branch: str, *, again: bool) -> Line:
        if edge.source == OUTSIDE:
            value = self.causes.first_value(self.causes.get(edge.of), edge.port)
            shown = '""' if value == "" else brief({"": value}, NARROW * 2)
            return (("dim", branch), ("cyan", edge.port), ("dim", " ← its first value  "), shown)
        firing = self.causes.get(edge.of if self.down else edge.source)
        line: list[Piece] = [("dim", branch)]
        word = relation(edge)
        if self.down:
            into = edge.port if edge.why not in (STORE, SAME_QUESTION, LEAVES, FAILURE) else ""
            line += [("heading" if not again else "", firing.node)]
            line += [("cyan", f".{into}")] if into else []
        else:
            named = edge.port and edge.why not in (STORE, SAME_QUESTION, FAILURE)
            line += [("cyan", edge.port), ("dim", " ← ")] if named else []
            line += [("heading" if not again else "", firing.node)]
            line += [("cyan", f".{edge.output}")] if edge.output and edge.why not in (STORE, LEAVES, FAILURE) else []
        line += [("dim", f"  tick {firing.tick}")]
        if not word and not self.down and not firing.parent and firing.type == "flow.input":
            word = "given to the run"
        line += [("yellow", f"  {word}")] if word else []
        if again:
            return (*line, ("dim", "  (above)"))
        more = ("dim", "  …") if firing.id in self._hidden else ""
        port = "" if self.down or edge.why in (STORE, SAME_QUESTION, FAILURE) else edge.output
        return (*line, *self._end(firing, port, _width(line) + (3 if more else 0)), more)

    def _end(self, firing: Firing, port: str, used: int) -> tuple[Piece, ...]:
        """The value and what was asked for it, in the room that is left."""
        asked = self._asked(firing)
        room = max(NARROW, self.width - used - sum(cells(piece[1]) for piece in asked) - 3)
        if firing.status == "skipped":
            return (("dim", f"  {firing.reason}"),)
        if firing.status == "error" and port not in firing.outputs:
            return (("red", f"  {firing.reason[:room]}"), *asked)
        value = {port: self.causes.value(firing, port)} if port else self.causes.trace.outputs(firing)
        if not port and not value:
            return tuple(asked)
        return ("  ", brief(value, room), *asked)

    def _asked(self, firing: Firing) -> list[tuple[str, str]]:
        effects = [one for one in self.causes.effects(firing) if one.kind not in _QUIET]
        pieces: list[tuple[str, str]] = []
        calls = [one for one in effects if one.kind in CALLS]
        if calls:
            request = calls[-1].request
            name = str(request.get("model") or calls[-1].name) if isinstance(request, dict) else calls[-1].name
            tokens = sum((one.tokens_in or 0) + (one.tokens_out or 0) for one in calls)
            times = f"{len(calls)} × " if len(calls) > 1 else ""
            paid = [one.cost_usd for one in calls if one.cost_usd]
            pieces.append(("magenta", f"  {times}{name}"))
            used = [f"{tokens:,} tokens"] if tokens else []
            pieces.append(("dim", "".join(f" {part}" for part in [*used, *([money(sum(paid))] if paid else [])])))
        others = dict.fromkeys(one.kind for one in effects if one.kind not in CALLS)
        if others:
            pieces.append(("magenta", f"  asked: {', '.join(others)}"))
        if firing.origin != "executed":
            pieces.append(("dim", f"  {firing.origin}"))
        return pieces


def left_out(found: Ancestry) -> str:
    """Return how many firings an ancestry left out, in words."""
    return plural(len(found.more), "more firing") + (" or more" if len(found.more) >= MORE else "")


def absence_lines(absence: Absence, *, node: str, tick: str, port: str = "") -> Iterator[Line]:
    """Yield why there is nothing: what was asked for, then the way back to the root."""
    what: list[Piece] = [("heading", node), ("dim", f"  tick {tick}")]
    yield (*what, *([("cyan", f"  {port}")] if port else []), "  ", ("yellow", _SAID.get(absence.kind, "has nothing")))
    for nth, link in enumerate(absence.links):
        last = nth == len(absence.links) - 1
        place: list[Piece] = [("dim", "└─ " if last else "├─ ")]
        if nth:
            place += [("bold", link.node), ("dim", f"  tick {link.tick}"), "  "]
        yield (*place, ("bold" if last and not nth else "", link.why))


_SAID: Final = {
    "steady": "was not decided anew", "frozen": "was frozen", "ended": "was never reached", "paused": "was not decided",
    "failed": "has nothing: a failure", "aborted": "was not decided", "interrupted": "was not decided",
    "running": "is not decided yet", "route": "has nothing: another way was taken", "knockout": "is switched off",
    "race": "lost a race", "when": "was closed", "not fed": "had nothing to start with", "cut off": "was cut off",
    "not wired": "lacks a wire", "not given": "was given nothing", "no entry": "had no entry",
    "stopped": "was stopped",
}  # fmt: skip


def _width(line: list[Piece]) -> int:
    return sum(cells(piece if isinstance(piece, str) else piece[1]) for piece in line)
