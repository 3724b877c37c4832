"""What one can do while stepping, as data: keys, words, what it says in the help, and the move itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from studio.replay.cursor import Cursor


@dataclass(frozen=True)
class Move:
    """One move: `keys` on the screen, `word` and its short forms by line, what to say where it cannot move."""

    keys: tuple[str, ...]
    words: tuple[str, ...]
    help: str
    act: Callable[[Cursor], bool]
    refused: str


MOVES: Final = (
    Move(("right", "n", "l", " "), ("next", "n", ""), "one step on", lambda c: c.move(1), "This is the last step."),
    Move(("left", "p", "h"), ("back", "p", "prev"), "one step back", lambda c: c.move(-1), "This is the first step."),
    Move(("home", "<"), ("first", "home"), "the first step", lambda c: c.first(), "This is the first step."),
    Move(("end", ">"), ("last", "end"), "the last step", lambda c: c.last(), "This is the last step."),
    Move(("t",), ("tick", "t"), "the next tick of this region", lambda c: c.next_tick(),
         "No later tick in this region."),
    Move(("T",), ("T",), "the tick before", lambda c: c.next_tick(back=True), "No earlier tick in this region."),
    Move(("s",), ("same", "s"), "on inside this region or item only", lambda c: c.next_inside(),
         "Nothing more was decided in this region."),
    Move(("S",), ("S",), "back inside this region or item only", lambda c: c.next_inside(back=True),
         "Nothing was decided in this region before."),
    Move(("f",), ("node", "f"), "the next firing of this node", lambda c: c.next_of_node(),
         "This node was not decided again."),
    Move(("F",), ("F",), "the firing of this node before", lambda c: c.next_of_node(back=True),
         "This node was not decided before."),
    Move(("o",), ("other", "o"), "this node's next firing in any item", lambda c: c.next_in_any_item(),
         "This node was not decided again in any item."),
    Move(("O",), ("O",), "this node's firing in any item before", lambda c: c.next_in_any_item(back=True),
         "This node was not decided before in any item."),
    Move(("m",), ("model", "m"), "the next model call", lambda c: c.next_call(), "No model call after this step."),
    Move(("M",), ("M",), "the model call before", lambda c: c.next_call(back=True), "No model call before this step."),
    Move(("e",), ("error", "e"), "the next error", lambda c: c.next_error(), "No error after this step."),
    Move(("E",), ("E",), "the error before", lambda c: c.next_error(back=True), "No error before this step."),
    Move(("a",), ("alarm", "a"), "the next alarm", lambda c: c.next_alarm(), "No alarm after this step."),
    Move(("A",), ("A",), "the alarm before", lambda c: c.next_alarm(back=True), "No alarm before this step."),
    Move(("u",), ("out", "u", "up"), "out to the region around", lambda c: c.out(),
         "This is the top region, or the node around it was never decided."),
    Move(("i",), ("into", "i", "in"), "into this region's first step", lambda c: c.into(), "Nothing is inside it."),
)  # fmt: skip

BY_KEY: Final = {key: move for move in MOVES for key in move.keys}
BY_WORD: Final = {word: move for move in MOVES for word in move.words}


def go_to(cursor: Cursor, text: str) -> str:
    """Go to the step of that number; returns what to tell the person, or nothing."""
    try:
        number = int(text)
    except ValueError:
        return f"`{text}` is no step; give a number from 1 to {len(cursor)}."
    if not 1 <= number <= len(cursor):
        return f"There are steps 1 to {len(cursor)}."
    cursor.seek(number)
    return ""


def find(cursor: Cursor, text: str, *, back: bool = False) -> str:
    """Go to the next step that holds a text; returns what to tell the person, or nothing."""
    return "" if cursor.search(text, back=back) else f"`{text}` is nowhere in this run."
