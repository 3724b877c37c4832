"""Where the `{variables}` of a template stand, line by line, in the syntax of `support.templates`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(r"\{\{|\{([^\W\d]\w*)\}|\}\}")


class Spot(NamedTuple):
    """A placeholder (`name`) or a brace written twice (""), from `start` to `end` of its line."""

    start: int
    end: int
    name: str


def spots(line: str) -> Iterator[Spot]:
    """Yield the placeholders and doubled braces of one line; neither ever spans two."""
    for found in _TOKEN.finditer(line):
        yield Spot(found.start(), found.end(), found[1] or "")


def name_at(line: str, place: int) -> Spot | None:
    """Return the placeholder around a place of a line."""
    return next((spot for spot in spots(line) if spot.name and spot.start <= place <= spot.end), None)
