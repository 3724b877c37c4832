"""The software agent, as a pipeline and as a session: its own monitors stop most circles, the guard names them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.dynamics.seeds.playing import Seen, assert_healthy, assert_named, assert_paused, assert_warned, watched
from tests.dynamics.seeds.talk import IDLE, WANDERING
from tests.support.git_repos import git, make_repo

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

TEST = "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"
REPRODUCTION = "```python\nfrom calc import add\n\n\ndef test_sum():\n    assert add(1, 4) == 5\n```"
UNDERSTOOD = ["add returns the sum of its arguments.\nCheck: add(2, 3) is 5.", "calc.py", "add", "2"]
TITLE = "Let add return the sum\n\nIt returned the difference."


def swap(before: str, after: str) -> str:
    return f"calc.py\n<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n"


def turn(thought: str, command: str) -> str:
    return f"DISCUSSION\n{thought}\n```\n{command}\n```"


@pytest.fixture
def repository(tmp_path: Path) -> str:
    repo = make_repo(tmp_path / "theirs")
    (repo / "test_calc.py").write_text(TEST)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Tests")
    return str(repo)


def agent(tmp_path: Path, repository: str, replies: list[str], status: str = "ok", **more: object) -> Seen:
    given = {"repository": repository, "description": "add must add", **more}
    return watched("software_agent", given, replies, tmp_path, status=status)


def session(tmp_path: Path, repository: str, replies: list[str], status: str = "ok") -> Seen:
    return agent(tmp_path, repository, replies, status, form="interactive", max_calls=40)


RIGHT = swap("    return a - b", "    return a + b")


def test_an_edit_that_never_fits_is_a_circle_which_the_agent_ends_itself(tmp_path: Path, repository: str) -> None:
    seen = agent(
        tmp_path, repository, [*UNDERSTOOD, *[swap("    return a + c", "    return a + b")] * 9], max_repairs=9
    )

    assert_warned(seen, "circle", by="patch_writer")
    assert seen.played.result.outputs["outcome"] == "no valid patch"
    assert len(seen.played.prompts) == len(UNDERSTOOD) + 3


def test_other_edits_that_say_the_same_escape_the_agent_and_not_the_guard(tmp_path: Path, repository: str) -> None:
    edits = [swap(f"    return a + {name}", "    return a + b") for name in "cdefghijk"]

    seen = agent(tmp_path, repository, [*UNDERSTOOD, *edits], "paused", max_repairs=9)

    assert_paused(seen, "circle", by="patch_writer", within=len(UNDERSTOOD) + 5)


@pytest.mark.thorough
def test_a_patch_that_passes_is_healthy(tmp_path: Path, repository: str) -> None:
    replies = [*UNDERSTOOD, swap("    return a + c", "    return a + b"), RIGHT, REPRODUCTION, TITLE]

    seen = agent(tmp_path, repository, replies)

    assert_healthy(seen)
    assert seen.played.result.outputs["outcome"] == "ready"


OPENING = (
    "I open the file calc.py to read the function add.", "Let me open calc.py and look at the add function.",
    "Opening calc.py should show me the function add.",
)  # fmt: skip


@pytest.mark.parametrize(
    "thoughts", [pytest.param(OPENING[:1], marks=pytest.mark.thorough), OPENING], ids=["exact", "reworded"]
)
def test_a_command_given_again_is_a_circle_which_the_session_ends_itself(
    tmp_path: Path, repository: str, thoughts: tuple[str, ...]
) -> None:
    replies = [turn(thoughts[n % len(thoughts)], "open calc.py") for n in range(12)]

    seen = session(tmp_path, repository, replies)

    assert_warned(seen, "circle", by="session")
    assert len(seen.played.prompts) == 4, "of its own"


WORK = (
    turn("Where is add defined and used?", "search_dir add"),
    turn("It is in calc.py, which I open.", "open calc.py"),
    turn("Line 2 subtracts; are there other returns?", "search_file return"),
    turn("Only one: I let it add.", "edit 2:2\n    return a + b\nend_of_edit"),
    turn("Now 2 and 3 must give 5.", "python3 -c 'import calc; print(calc.add(2, 3))'"),
    turn("And negative numbers?", "python3 -c 'import calc; print(calc.add(-7, 3))'"),
    turn("Does the test of theirs pass?", "open test_calc.py"),
    turn("It asks for add(2, 3) == 5, which holds: I hand it in.", "submit"),
)


def test_a_session_that_gets_on_is_healthy(tmp_path: Path, repository: str) -> None:
    seen = session(tmp_path, repository, [*WORK, TITLE])

    assert_healthy(seen)
    assert seen.alarms == []
    assert seen.played.result.outputs["outcome"] == "ready"


LOOKS = ("open calc.py", "search_file add", "open test_calc.py", "find_file calc.py", "search_dir add")
PUT_OFF = (
    "Before I change add in calc.py I should look at the code once more.",
    "I need to understand add in calc.py before changing it.",
    "First I look at calc.py again, then I can change add.",
    "To change add in calc.py I must look at it first.",
    "I will change add in calc.py as soon as I have looked at it.",
)


def test_ever_looking_before_the_edit_is_a_circle_to_the_guard(tmp_path: Path, repository: str) -> None:
    """The page calls it procrastination; without a list of goals it shows as the same said again: class II too."""
    replies = [turn(PUT_OFF[n % 5], LOOKS[n % 5]) for n in range(40)]

    seen = session(tmp_path, repository, replies, "paused")

    assert_paused(seen, "circle", by="session", within=5 * 5)


def test_thoughts_that_lead_ever_elsewhere_wander(tmp_path: Path, repository: str) -> None:
    replies = [turn(text, f"find_file {text.split()[1].strip(',;:')}.txt") for text in WANDERING]

    seen = session(tmp_path, repository, [*replies, turn("That is all.", "submit"), "none", "none"])

    assert_warned(seen, "wander", by="session")


def test_a_session_that_says_nothing_is_a_stall(tmp_path: Path, repository: str) -> None:
    seen = session(tmp_path, repository, [IDLE[n % len(IDLE)] for n in range(40)], "paused")

    assert_paused(seen, "stall", by="session", within=21)
    assert_named(seen, "stall", "session")
