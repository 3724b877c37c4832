"""Two rows and scripted replies for each experiment that ships: enough to run all of it in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from studio.support.resources import resource_root
from studio.support.values import Json, decode

COPIES: Final = 16
OPEN_HOURS: Final = slice(9, 13)
"""Hours of a day in which visitors come."""


@dataclass(frozen=True)
class Played:
    """Rows that take the place of an experiment's data, the replies of the model, and the mean of the main score that
    each arm has then."""

    rows: list[Json]
    replies: list[Json]
    means: dict[str, float]


def of_node(node: str, *replies: Json, times: int = 1) -> list[Json]:
    """Return script lines: what a node is answered, one after the other, so many times over."""
    return [{"node": node, "reply": reply} for reply in replies] * times


def _days() -> list[Json]:
    lines = (resource_root("graphs") / "experiments" / "days.jsonl").read_bytes().splitlines()
    return [{**row, "day": row["day"][OPEN_HOURS]} for row in map(decode, lines[:2])]


ORDER: Final[Json] = {
    "id": "a", "message": "I would like to buy the red kayak. Ann Lee",
    "want": {"kind": "order", "mood": "calm", "product": "kayak"},
}  # fmt: skip
MAIL: Final[Json] = {
    "id": "a", "mail": "A tent. We would like to buy a tent. Ann Lee",
    "want": {"department": "sales", "mood": "neutral", "product": "tent"},
}  # fmt: skip
KEEPER: Final[list[Json]] = [
    *of_node("perception/eye", {"label": "dry"}, times=4), *of_node("perception/ear", {"label": "price"}, times=4),
    *of_node("keeper", {"do": "wait", "bed": "beans", "topic": "care", "look": "beans"}, times=4),
]  # fmt: skip

PLAYED: Final[dict[str, Played]] = {
    "more_modules": Played(_days(), KEEPER, {}),
    "which_modules": Played(_days(), KEEPER, {}),
    # The free clerk answers in a form of its own and is read all the same; it mistakes the mood.
    "narrow_or_general_orders": Played(
        [ORDER, {**ORDER, "id": "b"}],
        [
            *of_node("kind_of", {"label": "order"}), *of_node("mood_of", {"label": "calm"}),
            *of_node("product_of", {"product": "red kayak"}),
            *of_node("clerk", "The customer is angry and wants to Order it.\nPRODUCT = kayak."),
        ],
        {"narrow: whole": 1.0, "free: whole": 2 / 3},
    ),
    # The free clerk says nothing to the point, and is asked a second time: what is still missing counts as wrong.
    "narrow_or_general_mails": Played(
        [MAIL, {**MAIL, "id": "b"}],
        [
            *of_node("department_of", {"label": "jobs"}), *of_node("mood_of", {"label": "neutral"}),
            *of_node("product_of", {"product": "tent"}),
            *of_node("clerk", "Dear Ann, thank you."), *of_node("clerk_again", "department: sales; mood: fine"),
        ],
        {"narrow: whole": 2 / 3, "free: whole": 1 / 3},
    ),
    # The first copy is wrong and all others are right: of two the first stands, of more the majority is right.
    "lamps": Played(
        [ORDER, {**ORDER, "id": "b"}],
        [
            *of_node("lamps/0/reader", {"reason": "gives it back", "kind": "return"}),
            *(one for copy in range(1, COPIES)
              for one in of_node(f"lamps/{copy}/reader", {"reason": "wants a kayak", "kind": "order"})),
            *of_node("reader", {"reason": "buys", "kind": "order"}),
        ],
        {"lamp: whole": 0.0, "lamp: 2 copies": 0.0, "lamp: 4 copies": 1.0, "lamp: 8 copies": 1.0,
         "lamp: 16 copies": 1.0, "informed: whole": 1.0},
    ),
}  # fmt: skip
