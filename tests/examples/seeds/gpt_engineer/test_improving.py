"""gpt_engineer improves code by diffs, and mends by itself what fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.examples.seeds.gpt_engineer.engineer import ORDER, PROMPT, engineer, files, said, talk
from tests.support.seeds import Played

OLD = {"main.py": "def greet():\n    return 'hello'\n\nprint(greet())", "notes.txt": "one\ntwo"}
DIFF = """```diff
--- main.py
+++ main.py
@@ -1,2 +1,2 @@
 def greet():
-    return 'hello'
+    return 'good day'
```"""
BAD = "```diff\n--- main.py\n+++ main.py\n@@ -1,1 +1,1 @@\n-completely different\n+nothing\n```"


def improve(tmp_path: Path, replies: list[str], **inputs: Any) -> Played:
    return engineer(tmp_path, replies, mode="improve", prompt="Be formal.", workspace_before=OLD, **inputs)


def test_improving_shows_numbered_files_and_the_request_and_applies_the_diff(tmp_path: Path) -> None:
    played = improve(tmp_path, [f"Here:\n\n{DIFF}"])

    told = said(played, "improver")
    assert "File: main.py\n1 def greet():\n2     return 'hello'\n3 \n4 print(greet())\n" in told
    assert told.endswith("Request: Be formal.")
    assert [role for role, _ in talk(played, "improver")] == ["system", "user", "user", "assistant"]
    assert files(played) == {**OLD, "main.py": OLD["main.py"].replace("hello", "good day")}
    assert played.fired("archive", *ORDER) == []
    played.verify()


def test_bad_hunks_are_reported_and_asked_for_again(tmp_path: Path) -> None:
    played = improve(tmp_path, [BAD, DIFF])

    assert len(played.fired("improver")) == 2
    assert "completely different" in talk(played, "improver", 1)[-2][1]
    assert files(played)["main.py"] == OLD["main.py"].replace("hello", "good day")


def test_good_hunks_are_kept_while_bad_ones_are_mended(tmp_path: Path) -> None:
    both = DIFF[:-3] + "@@ -9,1 +9,1 @@\n-completely different\n+nothing\n```"

    played = improve(tmp_path, [both, "I give up."])

    assert len(played.fired("improver")) == 2
    assert files(played)["main.py"] == OLD["main.py"].replace("hello", "good day")


@pytest.mark.parametrize(("rounds", "calls"), [(2, 3), (0, 1), (1, 2)])
def test_there_are_at_most_two_refinements_or_as_many_as_are_set(tmp_path: Path, rounds: int, calls: int) -> None:
    played = improve(tmp_path, [BAD] * 9, refinement_rounds=rounds)

    assert len(played.fired("improver")) == calls
    assert files(played) == OLD


def test_a_reply_without_a_diff_changes_nothing_and_is_not_asked_about(tmp_path: Path) -> None:
    played = improve(tmp_path, ["It is formal enough."])

    assert files(played) == OLD


FAILS = "```\npython3 main.py\n```"
BROKEN = "main.py\n```python\nraise SystemExit('it is broken')\n```\n"
MENDED = "```diff\n--- main.py\n+++ main.py\n@@ -1,1 +1,1 @@\n-raise SystemExit('it is broken')\n+print('mended')\n```"


def heal(tmp_path: Path, replies: list[str], answers: Sequence[str] = (), **inputs: Any) -> Played:
    return engineer(tmp_path, replies, answers, mode="self_heal", steps="simple", **inputs)


def test_what_fails_is_mended_and_run_again_without_asking(tmp_path: Path) -> None:
    played = heal(tmp_path, [BROKEN, FAILS, MENDED])

    assert played.fired("run_gate", "runner", "improver") == ["runner", "improver", "runner"]
    assert "it is broken" in said(played, "improver")
    assert PROMPT in said(played, "improver")
    assert played.output("runner", "stdout", 1) == "mended\n"
    assert played.result.outputs["exit_code"] == 0
    played.verify()


@pytest.mark.parametrize(("code", "calls"), [(0, 2), (2, 2), (1, 3), (3, 3)])
def test_exit_codes_0_and_2_are_left_alone(tmp_path: Path, code: int, calls: int) -> None:
    played = heal(tmp_path, [BROKEN, f"```\nexit {code}\n```", "nothing"], heal_attempts=1)

    assert played.result.calls == calls


@pytest.mark.thorough
def test_it_is_run_at_most_ten_times_and_improved_after_each(tmp_path: Path) -> None:
    played = heal(tmp_path, [BROKEN, "```\nexit 1\n```", *["No idea."] * 20])

    assert len(played.fired("runner")) == len(played.fired("improver")) == 10
    assert played.result.ended == "quiet"


def test_healing_takes_the_place_of_the_run_in_any_step_list(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["no", BROKEN, FAILS, MENDED], ["y", "y"], mode="self_heal")

    assert played.fired(*ORDER) == [
        "clarifier", "clear_enough_test", "code_writer", "file_reader", "start_script_writer", "runner", "runner",
        "review",
    ]  # fmt: skip
