"""What the debugger says, on standard error: where the run is held, who is next with which inputs, what was done."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence

from studio.cli.debugging.words import LEGEND, help_rows
from studio.cli.output import Output
from studio.cli.showing import Line, brief, sign_piece, value_lines
from studio.cli.text import Piece, painted, plural, wrapped_line
from studio.control import Done, Frontier, Held, Hit
from studio.support.plain import cut
from studio.support.values import Json

SHOWN = 6
"""Nodes listed of those that were decided, and of those that wait beside the next."""

LINES = 12
"""Lines shown of one input."""


class Talk:
    """Prints to standard error, so that outputs stay alone on standard output."""

    def __init__(self, out: Output) -> None:
        self._colour = sys.stderr.isatty() and not out.as_json
        self._fixed = None if sys.stderr.isatty() else 100

    @property
    def columns(self) -> int:
        """Cells in a line."""
        return self._fixed or shutil.get_terminal_size((100, 24)).columns

    def say(self, *pieces: Piece) -> None:
        """Print one entry, its last piece wrapped under itself."""
        for line in wrapped_line(pieces, self.columns) if pieces else [()]:
            print("".join(painted(piece, self._colour) for piece in line), file=sys.stderr)
        sys.stderr.flush()

    def held(self, frontier: Frontier, why: str) -> None:
        """Say where the run is held."""
        for line in frontier_lines(frontier, why, self.columns):
            self.say(*line)

    def legend(self) -> None:
        """Name the keys."""
        self.say(("dim", LEGEND))

    def hit(self, hit: Hit) -> None:
        """Say that a breakpoint was met."""
        place = f" at {hit.node}, tick {hit.tick}" if hit.node else ""
        self.say(("yellow", f"● breakpoint {hit.breakpoint.id}"), f"  {hit.breakpoint}", ("dim", place))

    def help(self) -> None:
        """List all commands."""
        rows = help_rows()
        wide = max(len(usage) for usage, _ in rows)
        for usage, text in rows:
            self.say("  ", ("cyan", f"{usage:<{wide}}"), "  ", text)

    def answer(self, order: Mapping[str, Json], answer: Json) -> None:
        """Say what came of an order that lets nobody go."""
        for line in answer_lines(order, answer, self.columns):
            self.say(*line)


def answer_lines(order: Mapping[str, Json], answer: Json, columns: int) -> Iterator[Line]:
    """Yield what came of an order, as a controller answered it."""
    do = order["do"]
    if do == "print":
        if not answer:
            yield (("dim", f"{order['node']} has given nothing yet"),)
        yield from values_lines(answer, columns, full=True)
    elif do == "status":
        yield from _status_lines(answer, columns)
    elif do in ("break", "enable", "disable"):
        yield (("dim", f"breakpoint {answer['id']} is {'on' if answer['enabled'] else 'off'}"),)
    else:
        yield (("dim", "done"),)


def _status_lines(status: Json, columns: int) -> Iterator[Line]:
    yield (("bold", status["state"]), ("dim", f"  {status['why']}" if status["why"] else ""))
    if status["under_way"]:
        yield ("  ", ("dim", f"{plural(status['under_way'], 'firing')} under way"))
    for at, one in enumerate(status["waiting"][: SHOWN + 1]):
        mark: Piece = ("cyan", "▶ ") if at == 0 else "  "
        instead = f"  {one['instead']}" if one["instead"] else ""
        yield (mark, ("bold", one["node"]), ("dim", f"  {one['type']}  tick {one['tick']}"), ("magenta", instead))
        if at == 0:
            yield from values_lines(one["inputs"], columns)
    if len(status["waiting"]) > SHOWN + 1:
        yield ("  ", ("dim", f"… {len(status['waiting']) - SHOWN - 1} more wait"))
    for one in status["breakpoints"]:
        where = f"{one['when']} {one['node'] or 'any node'}" + (f" if {one['if']}" if one["if"] else "")
        off = "" if one["enabled"] else ", off"
        yield (f"  breakpoint {one['id']}  {where}", ("dim", f"  {plural(one['hits'], 'hit')}{off}"))
    for path, ports in status["frozen"].items():
        for port, value in ports.items():
            shown = "as it was last" if value == {"$last": True} else brief({port: value})
            yield (f"  frozen  {path}.{port}  ", shown)
    for path, how in status["knocked_out"].items():
        yield (f"  off  {path}", ("dim", "  its input passes through" if how == "pass" else ""))


def frontier_lines(frontier: Frontier, why: str, columns: int) -> Iterator[Line]:
    """Yield where a run is held: what was done since, why, the next firing with its inputs, who else waits."""
    left_out = len(frontier.done) - SHOWN
    if left_out > 0:
        yield ("  ", ("dim", f"… {left_out} more before"))
    for done in frontier.done[-SHOWN:]:
        yield _done_line(done, columns)
    yield (("yellow", "held"), ("dim", f"  {why}"))
    if not frontier.waiting:
        return
    first, *others = frontier.waiting
    yield (
        ("cyan", "▶ "), ("heading", first.node), ("dim", f"  {first.type}  tick {first.tick}"),
        ("magenta", _marks(first)),
    )  # fmt: skip
    yield from values_lines(first.inputs, columns)
    for held in others[:SHOWN]:
        yield ("  ", held.node, ("dim", f"  {held.type}  tick {held.tick} waits too"), ("magenta", _marks(held)))
    if len(others) > SHOWN:
        yield ("  ", ("dim", f"… {len(others) - SHOWN} more wait"))


def values_lines(values: Mapping[str, Json], columns: int, *, full: bool = False) -> Iterator[Line]:
    """Yield values by port, long ones cut unless `full`."""
    wide = max((len(name) for name in values), default=0)
    for name, value in values.items():
        lines: Sequence[str] = value_lines(value, width=max(40, columns - wide - 8))
        room = max(16, columns - wide - 6)
        shown = lines if full else [cut(line, room) for line in lines[:LINES]]
        head: Piece = ("cyan", f"{name:<{wide}}")
        for at, line in enumerate(shown):
            yield ("    ", head if at == 0 else " " * wide, "  ", line if line or len(lines) > 1 else '""')
        if len(shown) < len(lines):
            yield (
                "    ",
                " " * wide,
                "  ",
                ("dim", f"… {plural(len(lines) - len(shown), 'more line')} (p prints all)"),
            )


def _done_line(done: Done, columns: int) -> Line:
    label = f" {done.node} @{done.tick}  "
    shown = done.reason or brief(done.outputs, max(16, columns - len(label) - 4))
    return ("  ", sign_piece(done.status), label, ("dim", shown))


def _marks(held: Held) -> str:
    marks = (["has an inside (i)"] if held.is_region else []) + ([held.instead] if held.instead else [])
    return "".join(f"  {mark}" for mark in marks)
