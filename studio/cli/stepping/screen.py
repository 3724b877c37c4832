"""Stepping on a screen: where we are in the run above, the current step below, one key per move."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from studio.cli.showing import Line, sign_piece, status_piece, step_lines, totals_line
from studio.cli.stepping.keys import Keys, raw_terminal
from studio.cli.stepping.moves import BY_KEY, MOVES, find, go_to
from studio.cli.text import Piece, painted, wrapped_line
from studio.replay.cursor import Cursor, Mark
from studio.support.plain import cells, cut

KEYS_HELP = "←/→ step  t tick  m model call  e error  i/u into/out  ↑/↓ scroll  g go to  / search  ? keys  q quit"


class Screen:
    """Draws a cursor on the terminal and obeys keys."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.scroll = 0
        self.message = ""
        self.asking = ""
        self.typed = ""
        self.helping = False

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
        if self.helping:
            self.helping = False
        elif key in BY_KEY:
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
            self.helping = True

    def _type(self, key: str) -> None:
        if key == "escape":
            self.asking = ""
        elif key == "backspace":
            self.typed = self.typed[:-1]
        elif key == "enter":
            told = (go_to if self.asking == "g" else find)(self.cursor, self.typed)
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
        lines = [*self._head(columns), *self._context(columns), _rule(columns)]
        body = self._help() if self.helping else self._body(columns)
        room = rows - len(lines) - 1
        self.scroll = max(0, min(self.scroll, len(body) - room))
        shown = body[self.scroll : self.scroll + room]
        lines += shown + [()] * (room - len(shown))
        lines.append(self._foot(len(body) - self.scroll - room))
        text = "".join(f"\x1b[{i + 1};1H{_cut(line, columns)}\x1b[K" for i, line in enumerate(lines))
        cursor = "\x1b[?25h" if self.asking else "\x1b[?25l"
        sys.stdout.write(f"\x1b[?2026h{text}{cursor}\x1b[?2026l")
        sys.stdout.flush()

    def _head(self, columns: int) -> list[Line]:
        cursor = self.cursor
        run = cursor.run
        ended = f", ended {run.ended}" if run.ended else ""
        first: Line = (("bold", run.graph), "  ", ("dim", run.id), "  ", status_piece(run.status), ("dim", ended))
        count = f" step {cursor.index + 1} of {len(cursor)} "
        used = f" {totals_line(cursor.totals())}"
        bar = max(8, columns - len(count) - len(used) - 2)
        at = round(cursor.index / max(1, len(cursor) - 1) * (bar - 1))
        return [first, (count, ("cyan", "━" * at + "●"), ("dim", "─" * (bar - at - 1)), ("dim", used))]

    def _context(self, columns: int) -> list[Line]:
        cursor = self.cursor
        height = self._context_height()
        first = max(0, min(cursor.index - height // 2, len(cursor) - height))
        lines: list[Line] = []
        for at in range(first, min(first + height, len(cursor))):
            mark = cursor.marks[at]
            here = at == cursor.index
            name = self._name(mark)
            label = f"{mark.tick:>6}  {'  ' * mark.depth}"
            pointer: Piece = ("cyan", "▶ ") if here else "  "
            lines.append((
                pointer, ("dim", label), sign_piece(mark.status), " ", ("bold" if here else "", name),
                ("dim", f"  {mark.type}"), ("magenta", "  asks a model" if cursor.calls_model(at) else ""),
            ))  # fmt: skip
        return lines + [()] * (height - len(lines))

    def _name(self, mark: Mark) -> str:
        """The node's name within its region, with the item in front of it in a map."""
        around = self.cursor.place_of(mark.parent)
        path = "" if around is None else self.cursor.marks[around].node + "/"
        return mark.node.removeprefix(path)

    def _body(self, columns: int) -> list[Line]:
        made: list[Line] = []
        for line in step_lines(self.cursor.step(), width=columns):
            made.extend(wrapped_line(line, columns))
        return made

    def _help(self) -> list[Line]:
        rows: list[Line] = [(("bold", "Keys"),)]
        for move in MOVES:
            keys = " ".join({"right": "→", "left": "←", " ": "space"}.get(key, key) for key in move.keys)
            rows.append(("  ", ("cyan", f"{keys:<14}"), move.help))
        more = (
            ("↑ ↓ j k", "scroll this step"), ("PgUp PgDn", "scroll by pages"), ("g", "go to a step by its number"),
            ("/", "search nodes, values, prompts and replies"), ("q", "quit"),
        )  # fmt: skip
        return rows + [("  ", ("cyan", f"{keys:<14}"), text) for keys, text in more]

    def _foot(self, hidden: int) -> Line:
        if self.asking:
            prompt = "go to step: " if self.asking == "g" else "search: "
            return (("bold", prompt), self.typed)
        if self.message:
            return (("yellow", self.message),)
        below: Line = (("reverse", f" {hidden} more lines ↓ "), "  ") if hidden > 0 else ()
        return (*below, ("dim", KEYS_HELP))


def _rule(columns: int) -> Line:
    return (("dim", "─" * columns),)


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
