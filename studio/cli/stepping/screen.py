"""Stepping on a screen: where we are in the run above, the current step below, one key per move."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from studio.cli.showing import Line, sign_piece, status_piece, totals_line
from studio.cli.stepping.keys import Keys, raw_terminal
from studio.cli.stepping.moves import BY_KEY, MOVES, find, go_to
from studio.cli.stepping.views import SIGNS, VIEWS
from studio.cli.text import Piece, painted, plural, wrapped_line
from studio.replay.cursor import Cursor
from studio.support.plain import cells, cut
from studio.trace.decided import Decided

KEYS_HELP = (
    "←/→ step", "1-5 view", "? keys", "q quit", "g go to", "/ search", "t tick", "i/u in/out", "e error", "m model",
    "↑/↓ scroll",
)  # fmt: skip
"""The keys named at the foot, those first that one needs first: as many as fit."""


class Screen:
    """Draws a cursor on the terminal and obeys keys."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.scroll = 0
        self.message = ""
        self.asking = ""
        self.typed = ""
        self.helping = False
        self.view = VIEWS[0]
        self.sought = ""

    def run(self) -> None:
        """Show the screen until the person quits."""
        with raw_terminal(sys.stdin.fileno()) as keys, _own_screen(), _resizes():
            self._loop(keys)

    def _loop(self, keys: Keys) -> None:
        while True:
            self._draw()
            key = keys.read()
            if key in ("eof", "interrupt"):
                return
            if self.asking:
                self._type(key)
            elif key in ("q", "escape") and not self.helping:
                return
            else:
                self._press(key)

    def _press(self, key: str) -> None:
        self.message = ""
        page = max(1, self._room() - 2)
        if self.helping and key not in ("down", "j", "up", "k", "pagedown", "pageup"):
            self.helping, self.scroll = False, 0
        elif key in BY_KEY and not self.helping:
            move = BY_KEY[key]
            if move.act(self.cursor):
                self.scroll = 0
            else:
                self.message = move.refused
        elif key in ("down", "j", "enter"):
            self.scroll += 1
        elif key in ("up", "k"):
            self.scroll -= 1
        elif key == "pagedown":
            self.scroll += page
        elif key == "pageup":
            self.scroll -= page
        elif key in ("g", "/"):
            self.asking, self.typed = key, ""
        elif key == "?":
            self.helping, self.scroll = True, 0
        elif key == "tab":
            self._look((VIEWS.index(self.view) + 1) % len(VIEWS))
        elif key.isdigit() and 1 <= int(key) <= len(VIEWS):
            self._look(int(key) - 1)
        elif key in (".", ",") and self.sought:
            self.message, self.scroll = find(self.cursor, self.sought, back=key == ","), 0

    def _look(self, number: int) -> None:
        self.view, self.scroll = VIEWS[number], 0

    def _type(self, key: str) -> None:
        if key == "escape":
            self.asking = ""
        elif key == "backspace":
            self.typed = self.typed[:-1]
        elif key == "enter":
            if self.asking == "/":
                self.sought = self.typed or self.sought
                told = find(self.cursor, self.sought)
            else:
                told = go_to(self.cursor, self.typed)
            self.message, self.asking, self.scroll = told, "", 0
        elif len(key) == 1:
            self.typed += key

    # -- drawing ------------------------------------------------------------------------------

    def _size(self) -> tuple[int, int]:
        size = shutil.get_terminal_size((80, 24))
        return max(20, size.columns), max(8, size.lines)

    def _context_height(self) -> int:
        return max(3, min(9, self._size()[1] // 4))

    def _room(self) -> int:
        return self._size()[1] - self._context_height() - 5

    def _draw(self) -> None:
        columns, rows = self._size()
        lines = [*self._head(columns), *self._context(), self._tabs(columns)]
        body = self._help() if self.helping else self._body(columns)
        room = rows - len(lines) - 1
        self.scroll = max(0, min(self.scroll, len(body) - room))
        shown = body[self.scroll : self.scroll + room]
        lines += shown + [()] * (room - len(shown))
        lines.append(self._foot(len(body) - self.scroll - room, columns))
        text = "".join(f"\x1b[{i + 1};1H{_cut(line, columns)}\x1b[K" for i, line in enumerate(lines))
        cursor = "\x1b[?25h" if self.asking else "\x1b[?25l"
        sys.stdout.write(f"\x1b[?2026h{text}{cursor}\x1b[?2026l")
        sys.stdout.flush()

    def _head(self, columns: int) -> list[Line]:
        cursor = self.cursor
        run = cursor.run
        ended = f", ended {run.ended}" if run.ended else ""
        first: Line = (("bold", run.graph), "  ", ("dim", run.id), "  ", status_piece(run.status), ("dim", ended))
        last = len(cursor)
        count = f" step {cursor.seq} of {last} "
        used = f" {totals_line(cursor.totals())}"
        bar = max(8, columns - len(count) - len(used) - 2)
        at = round((cursor.seq - 1) / max(1, last - 1) * (bar - 1))
        return [first, (count, ("cyan", "━" * at + "●"), ("dim", "─" * (bar - at - 1)), ("dim", used))]

    def _context(self) -> list[Line]:
        cursor = self.cursor
        height = self._context_height()
        lines: list[Line] = []
        for one in cursor.steps.near(cursor.seq, height // 2, height):
            here = one.seq == cursor.seq
            pointer: Piece = ("cyan", "▶ ") if here else "  "
            label = f"{one.seq:>{len(str(len(cursor)))}}  {one.tick:<6} "
            asks = one.seq is not None and cursor.calls_model(one.seq)
            lines.append((
                pointer, ("dim", label), sign_piece(one.status), " ", *_path(one, here),
                ("dim", f"  {one.type}"), ("magenta", "  asks a model" if asks else ""),
            ))  # fmt: skip
        return lines + [()] * (height - len(lines))

    def _tabs(self, columns: int) -> Line:
        """The names of the views, the one shown marked, in the rule above it."""
        pieces: list[Piece] = [("dim", "── ")]
        used = 3
        for view in VIEWS:
            text = f" {view.key} {view.name} "
            pieces += [("reverse" if view is self.view and not self.helping else "dim", text), ("dim", "─")]
            used += len(text) + 1
        return (*pieces, ("dim", "─" * max(0, columns - used)))

    def _body(self, columns: int) -> list[Line]:
        made: list[Line] = []
        for line in self.view.lines(self.cursor, columns):
            made.extend(wrapped_line(line, columns) if line else [line])
        return made

    def _help(self) -> list[Line]:
        rows: list[Line] = [(("bold", "Keys"),)]
        for move in MOVES:
            keys = " ".join({"right": "→", "left": "←", " ": "space"}.get(key, key) for key in move.keys)
            rows.append(("  ", ("cyan", f"{keys:<14}"), move.help))
        more = (
            *((view.key, "show " + view.help) for view in VIEWS),
            ("tab", "show the next of these"), ("↑ ↓ j k", "scroll"), ("PgUp PgDn", "scroll by pages"),
            ("g", "go to a step by its number"), ("/", "search nodes, values, prompts and replies"),
            (". ,", "the next and the last place of what was searched"), ("q", "quit"),
        )  # fmt: skip
        rows += [("  ", ("cyan", f"{keys:<14}"), text) for keys, text in more]
        rows.append(
            (("dim", "Signs: "), *(piece for name, sign in SIGNS.items() for piece in (sign, ("dim", f" {name}  "))))
        )
        return rows

    def _foot(self, hidden: int, columns: int) -> Line:
        if self.asking:
            prompt = "go to step: " if self.asking == "g" else "search: "
            return (("bold", prompt), self.typed)
        if self.message:
            return (("yellow", self.message),)
        more = f" {plural(hidden, 'more line')} ↓ "
        below: Line = (("reverse", more), "  ") if hidden > 0 else ()
        left = columns - (cells(more) + 2 if below else 0)
        return (*below, ("dim", _as_many_as_fit(KEYS_HELP, left)))


def _path(one: Decided, here: bool) -> tuple[Piece, ...]:
    """A node path, what is around the node less bright than its name."""
    around = one.node[: one.node.rfind("/") + 1]
    return (("dim", around), ("bold" if here else "", one.node[len(around) :]))


def _as_many_as_fit(parts: Sequence[str], columns: int) -> str:
    """The first of the parts, whole ones only, two blanks between them."""
    text = ""
    for part in parts:
        longer = f"{text}  {part}" if text else part
        if cells(longer) > columns:
            break
        text = longer
    return text


def _cut(line: Line, columns: int) -> str:
    """Paint a line, cut to the width."""
    made, left = "", columns
    for piece in line:
        style, text = ("", piece) if isinstance(piece, str) else piece
        text = text.replace("\t", "    ").replace("\n", " ")
        if left <= 0:
            break
        text = cut(text, left)
        left -= cells(text)
        made += painted((style, text), True)
    return made


@contextmanager
def _own_screen() -> Iterator[None]:
    """Use the terminal's second screen, so that what was there before comes back."""
    sys.stdout.write("\x1b[?1049h\x1b[2J")
    try:
        yield
    finally:
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()


@contextmanager
def _resizes() -> Iterator[None]:
    """A change of the window's size interrupts waiting for a key, so that the screen is drawn anew."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise InterruptedError

    before = signal.signal(signal.SIGWINCH, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
