"""Stepping by line: commands from standard input, one step printed after each; for pipes and scripts."""

from __future__ import annotations

import sys
from collections.abc import Callable

from studio.cli.output import Output
from studio.cli.showing import totals_line
from studio.cli.stepping.moves import BY_WORD, MOVES, find, go_to
from studio.cli.stepping.views import BY_NAME, VIEWS, View
from studio.replay.cursor import Cursor
from studio.support.values import Json

HELP = [
    *((", ".join(word for word in move.words if word) or "enter", move.help) for move in MOVES),
    ("g N", "step N"),
    ("/TEXT", "the next step that holds TEXT"),
    *((view.name, "show " + view.help) for view in VIEWS if view.name != "step"),
    ("?", "this list"),
    ("q", "quit"),
]


def step_by_line(cursor: Cursor, out: Output, as_json: Callable[[Cursor], Json]) -> None:
    """Print the current step, then obey one command per line until `q` or the end of the input."""
    _print(cursor, out, as_json)
    while True:
        if sys.stdin.isatty():
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line or line.strip() in ("q", "quit", "exit"):
            return
        told = _obey(cursor, line.strip(), out)
        if told is None:
            continue
        if told:
            out.note(told)
        else:
            _print(cursor, out, as_json)


def _obey(cursor: Cursor, line: str, out: Output) -> str | None:
    """Do what a line says: "" if it moved, None if there is nothing to print, else what to tell."""
    if line in ("?", "help"):
        for words, text in HELP:
            out.note(f"  {words:<14} {text}")
        return None
    if line in BY_NAME and not out.as_json:
        _show(cursor, BY_NAME[line], out)
        return None
    if line.startswith("/"):
        return find(cursor, line[1:])
    move = BY_WORD.get(line)
    if move is not None:
        return "" if move.act(cursor) else move.refused
    word, _, rest = line.partition(" ")
    if word in ("g", "go") or (line.isdigit()):
        return go_to(cursor, rest.strip() if word in ("g", "go") else line)
    return f"`{line}` is no command; `?` lists them."


def _print(cursor: Cursor, out: Output, as_json: Callable[[Cursor], Json]) -> None:
    if out.as_json:
        out.json(as_json(cursor))
        return
    out.say(("dim", f"step {cursor.seq} of {len(cursor)} · {totals_line(cursor.totals())}"))
    _show(cursor, BY_NAME["step"], out)


def _show(cursor: Cursor, view: View, out: Output) -> None:
    for line in view.lines(cursor, out.columns or 100):
        out.line(line)
    out.say()
    sys.stdout.flush()
