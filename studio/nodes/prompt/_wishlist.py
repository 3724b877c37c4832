"""What `prompt.wishlist` does, in the studio and in a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from studio.documents.counting import count as count_parts
from studio.nodes.prompt._counting import chosen_counter
from studio.support.errors import NodeError
from studio.support.values import Json, preview


class Wish:
    """One element: its place in the document, and the places of those it needs or shuts out."""

    def __init__(self, place: int, text: str, kind: str, priority: float, size: int) -> None:
        self.place = place
        self.text = text
        self.kind = kind
        self.priority = priority
        self.size = size
        self.needs: list[int] = []
        self.excludes: list[int] = []

    def told(self) -> dict[str, Json]:
        """Return it as the object that flows along wires."""
        return {"kind": self.kind, "text": self.text, "priority": self.priority, "size": self.size}


def fulfil(
    wishes: Sequence[Json], budget: int | None = None, counter: str | None = None, *, size: int = 1_548,
    count: str = "tokens",
) -> dict[str, Any]:  # fmt: skip
    """Return the text that fits into a budget, the most important elements first, in document order."""
    room = size if budget is None else budget
    counted = chosen_counter(counter, count)

    def measure(text: str) -> int:
        return count_parts(text, counted)

    elements = _elements(wishes, measure)
    chosen, text, length = fill(elements, room, measure)
    places = {one.place for one in chosen}
    return {
        "text": text,
        "size": length,
        "used": [one.told() for one in chosen],
        "left_out": [one.told() for one in elements if one.place not in places],
    }


def fill(elements: Sequence[Wish], room: int, measure: Callable[[str], int]) -> tuple[list[Wish], str, int]:
    """Return the elements that fit, in document order, their text and its size."""
    chosen, missed = _choose(elements, room)
    text, length = _joined(chosen, measure)
    while length > room and chosen:
        chosen.remove(min(chosen, key=lambda one: (one.priority, one.place)))
        missed = None
        text, length = _joined(chosen, measure)
    if missed is not None:
        more, longer = _joined([*chosen, missed], measure)
        if longer <= room:
            chosen, text, length = [*chosen, missed], more, longer
    return sorted(chosen, key=lambda one: one.place), text, length


def _choose(elements: Sequence[Wish], room: int) -> tuple[list[Wish], Wish | None]:
    """Take by priority, the later first among equals; and the first that did not fit."""
    chosen: list[Wish] = []
    included: set[int] = set()
    shut_out: set[int] = set()
    missed: Wish | None = None
    left = room
    for one in sorted(elements, key=lambda one: (-one.priority, -one.place)):
        if left < 0 or (left == 0 and missed is not None) or one.place in shut_out:
            continue
        if not all(place in included for place in one.needs):
            continue
        if left >= one.size + _joint(one, chosen):
            left -= one.size + _joint(one, chosen)
            included.add(one.place)
            shut_out.update(one.excludes)
            chosen.append(one)
        elif missed is None:
            missed = one
    return chosen, missed


def _joint(one: Wish, chosen: Sequence[Wish]) -> int:
    """A blank line before text that does not begin with blanks is a token of its own."""
    behind = [other for other in chosen if other.place > one.place]
    following = min(behind, key=lambda other: other.place, default=None)
    return int(
        one.text.endswith("\n\n") and following is not None and re.match(r"\s", following.text) is None
    )  # fmt: skip


def _joined(chosen: Sequence[Wish], measure: Callable[[str], int]) -> tuple[str, int]:
    text = "".join(one.text for one in sorted(chosen, key=lambda one: one.place))
    return text, measure(text)


def _elements(wishes: Sequence[Json], measure: Callable[[str], int]) -> list[Wish]:
    made: list[Wish] = []
    first: dict[str, int] = {}
    links: list[tuple[list[Wish], Mapping[str, Json]]] = []
    for number, wish in enumerate(wishes):
        if (
            not isinstance(wish, Mapping)
            or not isinstance(wish.get("text"), str)
            or type(wish.get("priority")) not in (int, float)
        ):
            raise NodeError(
                f"Element {number} of `wishes` is {preview(wish)}, but it must have a `text` and a `priority`.",
                hint="Correct it.",
                code="input",
            )
        kind, priority = str(wish.get("kind", "")), float(wish["priority"])
        texts = _lines(wish["text"]) if wish.get("lines") else [wish["text"]]
        group = [Wish(len(made) + step, text, kind, priority, measure(text)) for step, text in enumerate(texts)]
        for one, following in pairwise(group):
            one.needs.append(following.place)
        name = wish.get("id")
        if isinstance(name, str) and group:
            first.setdefault(name, group[0].place)
        made.extend(group)
        links.append((group, wish))
    for group, wish in links:
        for one in group[:1]:
            # Whoever names an element that is not there needs nothing and shuts out nothing.
            one.needs.extend(first[name] for name in wish.get("needs", ()) if name in first)
            one.excludes.extend(first[name] for name in wish.get("excludes", ()) if name in first)
    return made


def _lines(text: str) -> list[str]:
    """Part a text into lines with their line feeds; a blank line goes with the line before, once."""
    made: list[str] = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        if line == "\n" and made and not made[-1].endswith("\n\n"):
            made[-1] += line
        else:
            made.append(line)
    return made
