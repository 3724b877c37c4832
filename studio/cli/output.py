"""What a command prints: results on standard output, notes on standard error, one JSON value with `--json`."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import TextIO

from studio.cli.text import Piece, painted, table, wrapped_line
from studio.support.plain import cells, plain
from studio.support.values import Json

_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that move a cursor or change the direction, and halves of signs, which no terminal takes."""


class Output:
    """Where a command writes. Everything passes through `plain`, so no text can drive the terminal."""

    def __init__(self, json: bool = False) -> None:
        self.as_json = json

    @property
    def interactive(self) -> bool:
        """True if a person reads standard output on a terminal."""
        return not self.as_json and _is_terminal(sys.stdout)

    @property
    def columns(self) -> int | None:
        """The terminal's width in cells; None if the output goes to a file or a pipe."""
        return shutil.get_terminal_size((100, 24)).columns if self.interactive else None

    def say(self, *pieces: Piece) -> None:
        """Print one line of the result (pieces are joined as they are)."""
        colour = _wants_colour(sys.stdout)
        print("".join(painted(piece, colour) for piece in pieces))

    def line(self, pieces: Sequence[Piece]) -> None:
        """Print one line of the result; on a terminal its last piece is wrapped under itself."""
        for part in [pieces] if self.columns is None else wrapped_line(pieces, self.columns):
            self.say(*part)

    def note(self, *pieces: Piece) -> None:
        """Print one line beside the result, on standard error; nothing with `--json`."""
        if self.as_json:
            return
        colour = _wants_colour(sys.stderr)
        print("".join(painted(piece, colour) for piece in pieces), file=sys.stderr)

    def table(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[Piece]],
        *,
        right: Sequence[int] = (),
        indent: str = "",
    ) -> None:
        """Print an aligned table, shortened to the terminal's width."""
        room = None if self.columns is None else self.columns - len(indent)
        for line in table(headers, rows, right=right, columns=room, colour=_wants_colour(sys.stdout)):
            print(indent + line)

    def wrapped(self, *pieces: Piece) -> None:
        """Print pieces as one entry; the last one is wrapped under itself to the terminal's width."""
        last = pieces[-1]
        style, text = ("", last) if isinstance(last, str) else last
        indent = sum(cells(piece if isinstance(piece, str) else piece[1]) for piece in pieces[:-1])
        room = self.columns
        if room is None or room - indent < 20:
            self.say(*pieces)
            return
        lines = textwrap.wrap(plain(text), room - indent) or [""]
        self.say(*pieces[:-1], (style, lines[0]))
        for line in lines[1:]:
            self.say(" " * indent, (style, line))

    def json(self, value: Json) -> None:
        """Print one JSON value; what could drive a terminal or reverse the reading is written as an escape."""
        import json

        text = json.dumps(value, ensure_ascii=not _takes_unicode(sys.stdout), indent=None if not self.pretty else 2)
        print(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))

    @property
    def takes_unicode(self) -> bool:
        """True if any letter can be printed."""
        return _takes_unicode(sys.stdout)

    @property
    def pretty(self) -> bool:
        """True if JSON is read by a person: it goes to a terminal."""
        return _is_terminal(sys.stdout)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _wants_colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return _is_terminal(stream)


def _takes_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") == "utf8"
