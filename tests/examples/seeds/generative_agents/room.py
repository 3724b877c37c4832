"""A small world for one inhabitant of generative_agents.

A room of 9 by 5 tiles. The inhabitant is Ann, who has a plan already unless a test takes it away, so that each test
needs only the replies of what it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.seeds import Played, play

SIX = 5e-7
ROOM: dict[str, Any] = {
    "name": "town",
    "blocked": "#",
    "rows": ["#########", "#..s....#", "#.......#", "#....t..#", "#########"],
    "legend": {".": "house:room", "s": "house:room:stove", "t": "house:room:table"},
}
NINE = 1676278800
"""09:00 on Monday 13 February 2023, in seconds."""


def ann(**fields: Any) -> dict[str, Any]:
    """Ann, reading at a table since nine o'clock, for two hours."""
    return {
        "name": "Ann Lee", "age": 30, "innate": "calm", "learned": "Ann bakes.", "currently": "Ann rests.",
        "lifestyle": "Ann gets up at 5 am.", "daily_plan_req": "", "living_area": "house:room", "tile": [5, 2],
        "planned": True,
        "day": "Monday February 13", "address": "town:house:room:table", "activity": "reading a book",
        "event": ["Ann Lee", "read", "book"], "start": NINE, "duration": 120, "requirements": ["reading"],
        "hourly": [["sleeping", 480], ["reading a book", 240], ["baking bread", 720]],
        "schedule": [["sleeping", 480], ["reading a book", 240], ["baking bread", 720]],
    } | fields  # fmt: skip


def bob(**fields: Any) -> dict[str, Any]:
    return (
        ann(
            name="Bob Orr",
            tile=[4, 2],
            activity="eating a cake",
            event=["Bob Orr", "eat", "cake"],
            living_area="house:room",
        )
        | fields
    )


def live(
    tmp_path: Path,
    person: dict[str, Any],
    replies: Sequence[Any] = (),
    *,
    others: Sequence[dict[str, Any]] = (),
    graph: Any = "generative_agents",
    **inputs: Any,
) -> Played:
    """Let a person live a step with the constants of the sheet; an input of None has what stands in the graph."""
    given = {
        "person": person,
        "others": list(others),
        "town": ROOM,
        "start": "2023-02-13T09:00:10",
        "steps": 1,
        "rounds": 8,
    } | inputs
    given = {name: value for name, value in given.items() if value is not None}
    return play(graph, given, replies=replies, tmp_path=tmp_path)


def record(played: Played, nth: int = -1) -> dict[str, Any]:
    """Ann's scratch memory at the end of a step."""
    found: dict[str, Any] = played.output("scratch_kept", "value", nth)
    return found


def memories(played: Played) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = played.output("memories", "items", -1)
    return found


SEEN = ["5", "6"]
"""The importance of what Ann does and of what Bob does."""


def meet(tmp_path: Path, replies: Sequence[Any], mine: dict[str, Any], theirs: dict[str, Any], **inputs: Any) -> Played:
    return live(tmp_path, ann(**mine), [*SEEN, *replies], others=[bob(**theirs)], **inputs)


def words(text: str, end: bool = False) -> str:
    return f'{{"line": "{text}", "end": {str(end).lower()}}}'


TALK = ["a neighbour", words("Hello."), "a friend", words("Goodbye.", True), "the weather"]
MENDED = ["12:00 -- reading a book", "12:00 -- eating a cake"]
