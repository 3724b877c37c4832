"""`python -m tests.support.make_days`: write `graphs/experiments/days.jsonl`, days to compare greenhouse keepers on.

A day is drawn from a seed: a night that is cold or mild, a noon that is cool or hot, one to five finds of pests, four
to eight visitors. Each day has a question of all four topics. No sentence stands among the examples or days of the
graphs. The generator was fixed before any keeper had lived one of these days, and was not touched after.
"""

from __future__ import annotations

import math
from random import Random
from typing import Final

from studio.support.resources import resource_root
from studio.support.values import Json, encode

DAYS: Final = 12
SEED: Final = 2026
HOURS: Final = 24
BEDS: Final = ("tomatoes", "orchids", "beans")
COLDEST_HOUR: Final = 4
DAYLIGHT: Final = (6, 20)
OPEN: Final = range(8, 19)

QUESTIONS: Final = {
    "bloom": (
        "When are the orchids at their best?",
        "Which week should I come to see blossoms?",
        "Do the orchids flower in winter?",
        "Is anything blooming at the moment?",
        "When does the flower season start?",
        "How long do the flowers last?",
    ),
    "price": (
        "How much is the entrance fee?",
        "What do two adults pay?",
        "Do students get in for less?",
        "Is the entry free for babies?",
        "What would a ticket for a family be?",
        "How much do you charge for a guided visit?",
    ),
    "hours": (
        "At what time do you open tomorrow?",
        "Are you closed on Mondays?",
        "How late can we still come in?",
        "Is the house open on holidays?",
        "When do you shut the doors today?",
        "Are you still open at six?",
    ),
    "care": (
        "Why do the leaves of my basil turn yellow?",
        "How much water does a cactus take?",
        "What do I do about greenfly on my beans?",
        "Should I cut back my tomatoes?",
        "Which soil is right for orchids?",
        "My lemon tree drops its fruit. How can I help it?",
    ),
}


def day_of(number: int) -> list[Json]:
    """Return the hours of a day: the same for the same number."""
    random = Random(f"{SEED} day {number}")
    mean, swing = random.uniform(5, 22), random.uniform(3, 9)
    bright = random.uniform(0.4, 2)
    pests = {random.randrange(HOURS - 1): random.choice(BEDS) for _ in range(random.randint(1, 5))}
    visits = dict(zip(sorted(random.sample(OPEN, random.randint(4, 8))), _asked(random), strict=False))
    hours: list[Json] = []
    for hour in range(HOURS):
        warmth = mean - swing * math.cos(2 * math.pi * (hour - COLDEST_HOUR) / HOURS) + random.uniform(-1, 1)
        topic, says = visits.get(hour, ("", ""))
        hours.append(
            {"outside": round(warmth), "sun": _sun(hour, bright), "pest": pests.get(hour, ""), "visitor": says,
             "wants": topic}
        )  # fmt: skip
    return hours


def _asked(random: Random) -> list[tuple[str, str]]:
    """Return questions in the order in which they come: one of each topic first, in any order, then as it falls."""
    drawn = {topic: random.sample(questions, len(questions)) for topic, questions in QUESTIONS.items()}
    topics = random.sample(list(drawn), len(drawn)) + random.choices(list(drawn), k=4)
    return [(topic, drawn[topic].pop()) for topic in topics]


def _sun(hour: int, bright: float) -> float:
    rise, set_ = DAYLIGHT
    return round(bright * math.sin(math.pi * (hour - rise) / (set_ - rise)), 1) if rise < hour < set_ else 0


def days() -> str:
    """Return the file: a day a line, named by its number."""
    return "".join(encode({"name": f"day {one}", "day": day_of(one)}).decode() + "\n" for one in range(1, DAYS + 1))


def main() -> None:
    """Write the file."""
    (resource_root("graphs") / "experiments" / "days.jsonl").write_text(days(), encoding="utf-8")


if __name__ == "__main__":
    main()
