"""Prompts for tests: runs made at random from a few words, and a plain reading of what a search must find in them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.trace import open_run
from studio.trace.runlog import FileRunLog
from tests.trace.declaring import declare
from tests.trace.runs import start_of

WORDS = ("tide", "tides", "crab", "pool", "sand", "Ebbe", "ÜBER", "x1", "no", "the")
NODES = ("draft", "town/0/plan", "town/1/plan", "judge")
MODELS = ("small", "large")


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as it was put into the trace."""

    run: str
    firing: int
    n: int
    node: str
    model: str
    messages: tuple[tuple[str, str], ...]
    reply: str
    status: str
    tokens: int
    cost: float
    finish: str
    origin: int
    at: int

    def texts(self, role: str = "") -> list[str]:
        """Return what a search looks at."""
        return [text for of, text in (*self.messages, ("reply", self.reply)) if role in ("", of) and text]


def tokens_of(text: str) -> list[str]:
    """Return the words of a text as the index tells them apart: without marks, in small letters."""
    plain = text.lower().replace("ü", "u")
    return re.findall(r"[a-z0-9]+", plain)


def holds(text: str, words: str, *, begins: bool = False) -> bool:
    """Return whether a text holds words in a row."""
    wanted, there = tokens_of(words), tokens_of(text)
    for at in range(len(there) - len(wanted) + 1):
        part = there[at : at + len(wanted)]
        if part == wanted or (begins and part[:-1] == wanted[:-1] and part[-1].startswith(wanted[-1])):
            return True
    return False


def random_text(dice: random.Random) -> str:
    """Return a short text with signs between its words."""
    return "".join(
        dice.choice(WORDS) + dice.choice((" ", " ", ", ", "-", '" ', "\n")) for _ in range(dice.randint(1, 7))
    )


def put_prompt(log: FileRunLog, asked: Asked, *, path: int) -> None:
    """Put a call and the decision of its firing."""
    log.open_firing(asked.firing, path, f"a{asked.firing}", 0, 0, asked.at)
    request = {"model": asked.model, "messages": [{"role": role, "content": text} for role, text in asked.messages]}
    log.effect_intent(asked.firing, asked.n, "chat", asked.model, request, 1, asked.at)
    if asked.status != "unanswered":
        response: dict[str, Any] | None = {"text": asked.reply} if asked.status == "ok" else None
        log.effect_result(
            asked.firing, asked.n, asked.status, response, "" if response else "it broke", 5_000_000, asked.tokens, 0,
            asked.cost, asked.finish, None, asked.origin,
        )  # fmt: skip
    log.firing(
        asked.firing, asked.firing, path, f"a{asked.firing}", 0, 0, 0, "", 0, asked.at, 5_000, {}, {"text": b'"x"'}, 1
    )


def random_runs(db: Path, dice: random.Random, runs: int = 3, calls: int = 30) -> list[Asked]:
    """Record some runs; return their calls, newest run first and latest call first."""
    made: list[list[Asked]] = []
    for number in range(runs):
        id = f"01RUN{number}"
        log = open_run(db, start_of(id))
        for path, node in enumerate(NODES, 1):
            declare(log, path, node, "toy.work", 1, path - 1, 0)
        made.append(list(_calls(log, id, dice, calls)))
        log.flush()
    return [asked for run in reversed(made) for asked in reversed(run)]


def _calls(log: FileRunLog, run: str, dice: random.Random, calls: int) -> Iterator[Asked]:
    system = random_text(dice)
    for firing in range(1, calls + 1):
        path = dice.randint(1, len(NODES))
        status = dice.choice(("ok", "ok", "ok", "error", "unanswered"))
        asked = Asked(
            run=run, firing=firing, n=1, node=NODES[path - 1], model=dice.choice(MODELS),
            messages=(("system", system), ("user", random_text(dice))),
            reply=random_text(dice) if status == "ok" else "", status=status, tokens=dice.randint(0, 2000),
            cost=dice.random(), finish=dice.choice(("stop", "length")) if status == "ok" else "",
            origin=dice.choice((0, 0, 1)), at=firing * 1_000_000_000,
        )  # fmt: skip
        put_prompt(log, asked, path=path)
        yield asked
