"""gpt_engineer: a clarifier that never gets clear, a cure that does not cure, and both when they work."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.dynamics.seeds.playing import Seen, assert_healthy, assert_paused, assert_warned, watched
from tests.dynamics.seeds.talk import WANDERING
from tests.support.seeds import graph_of
from tests.support.thorough import thorough_but

GRAPH = graph_of("gpt_engineer")
"""Loaded once: what a graph means is worked out once per graph."""
PROMPT = {"prompt": "Make a greeting program"}
CODE = "main.py\n```python\nprint('hello')\n```\n"
SCRIPT = "```\npython3 main.py\n```"
CLEAR = "Nothing more to clarify."


def engineer(
    tmp_path: Path, replies: Sequence[str], answers: Sequence[str], status: str = "paused", **more: Any
) -> Seen:
    return watched(
        GRAPH, PROMPT | more, replies, tmp_path, answers=answers, status=status, clock="2023-07-01T12:34:56Z"
    )


ASKED = (
    "Which language should the greeting be printed in?",
    "In which language do you want the greeting printed?",
    "Should the greeting be printed in a particular language?",
    "What language will the printed greeting use?",
)


@pytest.mark.parametrize(
    "questions",
    [
        pytest.param(ASKED[:1], marks=pytest.mark.thorough),
        [f"{ASKED[0]} (attempt {n}, 12:3{n % 10}:05)" for n in range(60)],
        ASKED,
    ],
    ids=["exact", "counted", "reworded"],
)
@pytest.mark.parametrize(
    "answer", thorough_but("English".__eq__, ["English", "Please print it in English, as I have said before."])
)
def test_a_question_that_was_answered_and_is_asked_again_is_a_circle(
    tmp_path: Path, questions: Sequence[str], answer: str
) -> None:
    seen = engineer(tmp_path, [questions[n % len(questions)] for n in range(60)], [answer] * 60)

    assert_paused(seen, "circle", by="clarifier", within=5)


def test_a_clarifier_that_has_nothing_to_say_is_a_stall(tmp_path: Path) -> None:
    idle = ["I am ready.", "Standing by.", "Ready when you are."]  # without a word that would make all clear
    replies = [idle[n % 3] for n in range(40)]

    seen = engineer(tmp_path, replies, ["ok"] * 60)

    assert_paused(seen, "stall", by="clarifier", within=21)


def test_questions_that_lead_ever_elsewhere_wander(tmp_path: Path) -> None:
    questions = [f"{text} Would you agree?" for text in WANDERING]

    seen = engineer(tmp_path, [*questions, CLEAR, CODE, SCRIPT], [*["Maybe."] * 26, *["y"] * 4], "ok")

    assert_warned(seen, "wander", by="clarifier")


BROKEN = "main.py\n```python\nraise SystemExit('it is broken')\n```\n"
AGAIN = """```diff
--- main.py
+++ main.py
@@ -1,1 +1,1 @@
-raise SystemExit('it is broken')
+raise SystemExit('it is broken')
```"""
CURES = {
    "no idea": ["I cannot see what is wrong with main.py."],
    "the same": [AGAIN],
    "reworded": [
        "The exit in main.py must be removed.", "You have to remove the exit from main.py.",
        "Removing the exit in main.py would help.",
    ],
}  # fmt: skip


@pytest.mark.parametrize("cures", thorough_but(CURES["reworded"].__eq__, CURES.values()), ids=CURES)
def test_a_cure_that_changes_nothing_is_a_circle(tmp_path: Path, cures: list[str]) -> None:
    replies = [BROKEN, SCRIPT, *(cures[n % len(cures)] for n in range(30))]

    seen = engineer(tmp_path, replies, [], mode="self_heal", steps="simple", heal_attempts=20)

    assert_paused(seen, "circle", by="improve", within=2 + 5)
    assert any("runner" in line for line in seen.verdict.evidence)


STAGES = ("line 1: NameError: greet", "line 4: TypeError: name is None", "line 9: no such file: names.txt")


def test_a_cure_that_gets_on_is_healthy(tmp_path: Path) -> None:
    def raises(text: str) -> str:
        return f"raise SystemExit('{text}')"

    def mend(before: str, after: str) -> str:
        return f"```diff\n--- main.py\n+++ main.py\n@@ -1,1 +1,1 @@\n-{before}\n+{after}\n```"

    code = [*map(raises, STAGES), "print('hello')"]
    cures = [mend(before, after) for before, after in pairwise(code)]
    replies = [f"main.py\n```python\n{code[0]}\n```\n", SCRIPT, *cures]

    seen = engineer(tmp_path, replies, ["y"] * 4, "ok", mode="self_heal", steps="simple", heal_attempts=10)

    assert_healthy(seen)
    assert seen.alarms == []
    assert seen.played.result.outputs["exit_code"] == 0


GOOD = (
    ("Which language should the greeting be in?", "English and Swedish"),
    ("Should it greet by a name from the command line or from names.txt?", "from names.txt, one a line"),
    ("What shall happen if names.txt is missing?", "print a hint and exit with 2"),
    ("Does the hour matter, such as good evening after 18:00?", "yes, by local time"),
    ("Do you want tests with pytest?", "three will do"),
    ("Which Python must it run on?", "3.9 and later"),
    ("Should Swedish letters in names be kept as UTF-8?", "yes"),
)


def test_questions_that_get_answers_are_healthy(tmp_path: Path) -> None:
    replies = [*(question for question, _ in GOOD), CLEAR, CODE, SCRIPT]

    seen = engineer(tmp_path, replies, [*(answer for _, answer in GOOD), "y", "y", "y", ""], "ok")

    assert_healthy(seen)
    assert seen.played.result.outputs["files"]["main.py"] == "print('hello')\n"
