"""A source of words that no list holds: made-up names, paths, numbers, addresses; all from one seed."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

ONSETS = ("b", "br", "d", "dr", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w", "z")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "io")
CODAS = ("", "l", "n", "r", "s", "m", "th", "k", "nd", "rt", "x")
PARTS = (
    "order", "user", "mail", "cache", "index", "report", "price", "stock", "login", "batch", "image", "event", "tax",
    "parser", "client", "export", "import", "queue", "token", "session", "score", "route", "invoice", "label", "chart",
)  # fmt: skip
FOLDERS = ("src", "lib", "app", "core", "services", "tools", "pkg", "jobs")
SUFFIXES = ("py", "ts", "md", "json", "yaml", "csv", "txt", "go")


class Pen:
    """Draws everything a text needs; the same seed draws the same."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.rng.randrange(len(choices))]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """Return so many different choices, fewer where there are fewer."""
        return self.rng.sample(list(choices), min(count, len(choices)))

    def chance(self, part: float) -> bool:
        return self.rng.random() < part

    def between(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)

    def size(self, low: int, high: int) -> int:
        """Return a number from low to high, small ones as likely as large ones on a scale of doublings."""
        ratio = self.rng.random()
        return round(low * float((high / low) ** ratio))

    def word(self) -> str:
        """A made-up word of two or three syllables."""
        return "".join(
            self.pick(ONSETS) + self.pick(VOWELS) + (self.pick(CODAS) if last else "")
            for last in ([False, True] if self.chance(0.6) else [False, False, True])
        )

    def name(self) -> str:
        return self.word().capitalize()

    def ident(self) -> str:
        return f"{self.pick(PARTS)}_{self.pick((self.pick(PARTS), self.word()))}"

    def path(self) -> str:
        return f"{self.pick(FOLDERS)}/{self.word()}/{self.ident()}.{self.pick(SUFFIXES)}"

    def url(self) -> str:
        return f"https://www.{self.word()}.{self.pick(('org', 'com', 'net', 'io'))}/{self.pick(PARTS)}/{self.word()}"

    def stamp(self) -> str:
        return (
            f"2024-{self.between(1, 12):02}-{self.between(1, 28):02}T{self.between(0, 23):02}:"
            f"{self.between(0, 59):02}:{self.between(0, 59):02}Z"
        )

    def hex(self, length: int) -> str:
        return "".join(self.pick("0123456789abcdef") for _ in range(length))

    def uuid(self) -> str:
        return "-".join(self.hex(length) for length in (8, 4, 4, 4, 12))

    def fill(self, pattern: str, **given: str) -> str:
        """Fill `{slot}`s: from `given`, else with something new of that kind; each place anew."""
        return re.sub(r"\{([a-z]+)\}", lambda found: self._slot(found[1], given), pattern)

    def _slot(self, slot: str, given: dict[str, str]) -> str:
        if slot in given:
            return given[slot]
        match slot:
            case "n":
                return str(self.between(2, 60))
            case "big":
                return str(self.between(100, 98000))
            case "pct":
                return f"{self.between(1, 99)}.{self.between(0, 9)}"
            case "name" | "word" | "ident" | "path" | "url" | "stamp" | "uuid":
                return str(getattr(self, slot)())
        raise ValueError(f"a pattern names the unknown slot {slot!r}")
