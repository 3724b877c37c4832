"""What a person may type at the debugger: keys and short words for orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from studio.control.orders import ORDERS, read_words
from studio.support.errors import UsageError
from studio.support.values import Json


@dataclass(frozen=True, slots=True)
class Word:
    """A key (and short word) for an order; `asks` is what is asked for on a terminal if the order needs more."""

    key: str
    order: str
    asks: str = ""


WORDS: Final = (
    Word("n", "step"),
    Word("t", "tick"),
    Word("o", "over"),
    Word("i", "into"),
    Word("u", "out"),
    Word("c", "resume"),
    Word("g", "to", "to which node: "),
    Word("b", "break", "break at NODE[:CONDITION]: "),
    Word("f", "freeze", "freeze NODE.PORT[=VALUE]: "),
    Word("k", "knockout", "knock out NODE [pass]: "),
    Word("p", "print", "print NODE: "),
    Word("w", "status"),
    Word("q", "leave"),
    Word("x", "abort"),
)

BY_KEY: Final = {word.key: word for word in WORDS}

LEGEND: Final = (
    "n step  t tick  o over  i into  u out  c continue  g to  b break  f freeze  k knock out  p print  w where  "
    "q leave  x abort  : any command  ? help"
)

GOES: Final = frozenset({"step", "tick", "over", "into", "out", "resume", "to", "only", "leave", "abort"})
"""Orders after which the run goes on, or ends."""


def read_line(line: str) -> dict[str, Json]:
    """Return the order that a typed line stands for; an empty line is a step. Raises UsageError."""
    words = line.split()
    if not words:
        return {"do": "step", "count": 1}
    short = BY_KEY.get(words[0])
    first = (
        short.order
        if short is not None
        else {"next": "step", "continue": "resume", "quit": "leave"}.get(words[0], words[0])
    )
    if first not in ORDERS:
        raise UsageError(f"`{words[0]}` is no command; `?` lists them.")
    return read_words([first, *words[1:]])


def help_rows() -> list[tuple[str, str]]:
    """Each command with what it does."""
    rows = []
    keys = {word.order: word.key for word in WORDS}
    for name, kind in ORDERS.items():
        usage = f"{name} {kind.usage}".strip()
        rows.append((f"{keys.get(name, ' ')}  {usage}", kind.help))
    return [*rows, ("?  help", "this list"), ("   Ctrl-C", "pause the run; once more: abort it")]
