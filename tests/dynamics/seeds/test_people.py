"""generative_agents and smallville: people who say the same to each other, and people who have something to say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.dynamics.seeds.playing import Seen, assert_paused, assert_warned, watched
from tests.dynamics.seeds.talk import WANDERING
from tests.examples.seeds.generative_agents.room import MENDED, ROOM, SEEN, ann, bob, words

ONE = {"start": "2023-02-13T09:00:10", "steps": 1, "rounds": 8, "town": ROOM}
KNOWN = "They are friends who met at the cafe."


def meet(tmp_path: Path, graph: str, lines: Sequence[str], status: str) -> Seen:
    """Two notice each other and talk, sixteen lines at most; before each line the model says how they stand."""
    people = [ann(), bob(attention=0)]
    given = {"people": people} if graph == "smallville" else {"person": people[0], "others": [bob()]}
    talk = [reply for line in lines for reply in (KNOWN, words(line))]
    return watched(graph, ONE | given, [*SEEN, "yes", *talk, "the day", *MENDED, *["5"] * 20], tmp_path, status=status)


BOTH = pytest.mark.parametrize("graph", ["generative_agents", pytest.param("smallville", marks=pytest.mark.thorough)])
SAME = (
    "I am planning a Valentine's party at the cafe, will you come?",
    "I have to study for my chemistry test this afternoon.",
)
REWORDED = (
    "Will you come to the Valentine's party that I plan at the cafe?", SAME[1],
    "At the cafe I plan a party for Valentine's day, do come.",
    "This afternoon I must study for the chemistry test.", SAME[0],
    "For my chemistry test I have to study in the afternoon.",
)  # fmt: skip


@BOTH
@pytest.mark.parametrize("lines", [pytest.param(SAME, marks=pytest.mark.thorough), REWORDED], ids=["exact", "reworded"])
def test_a_conversation_that_goes_round_is_a_circle(tmp_path: Path, graph: str, lines: Sequence[str]) -> None:
    seen = meet(tmp_path, graph, [lines[n % len(lines)] for n in range(16)], "paused")

    assert_paused(seen, "circle", by="line", within=3 + 5 * 4)


@BOTH
def test_a_conversation_that_drifts_wanders(tmp_path: Path, graph: str) -> None:
    seen = meet(tmp_path, graph, WANDERING[:16], "ok")

    assert_warned(seen, "wander", by="line")


MILL = (
    "Did you hear that Tom bought the old mill?", "No! What does he want with a mill?",
    "He will grind spelt for the bakery.", "The bakery imports flour from Lyon, that must be dear.",
    "Spelt grows on the Hartmann meadow anyway.", "Would the stream still drive the wheel of the mill?",
    "Klaus measured it: 40 litres a second in spring.", "Then the wheel needs new paddles at least.",
    "Tom found oak planks for paddles in the barn.", "My uncle was a cartwright, he could fit them.",
    "Would your uncle come on Saturday? There is soup.", "He never says no to lentil soup.",
    "Good, then I tell Tom to borrow the tractor.", "I bring the lamps, it gets dark at five.",
    "Bring gloves too, the oak has splinters.", "I will. See you on Saturday at the mill!",
)  # fmt: skip


@BOTH
def test_a_conversation_that_gets_on_is_not_stopped(tmp_path: Path, graph: str) -> None:
    """It is warned of wandering, which is a limit: that common words (mill, paddles) are taken up is not seen."""
    seen = meet(tmp_path, graph, MILL, "ok")

    assert_warned(seen, "wander", by="line")
    assert len(seen.played.outputs("line")) >= 16
