"""The step lists of gpt_engineer: which modules each fires, and what each of them gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.seeds.gpt_engineer.engineer import (
    AFTER_CODE,
    CODE,
    ORDER,
    SCRIPT,
    engineer,
    files,
    said,
    talk,
)

TDD = ["spec_writer", "test_writer", "file_reader", "code_writer", "file_reader"]


@pytest.mark.parametrize(
    ("steps", "replies", "answers", "order"),
    [
        ("clarify", ["no", CODE, SCRIPT], ["", "y", "y"],
         ["clarifier", "clear_enough_test", "code_writer", "file_reader", *AFTER_CODE]),
        pytest.param("simple", [CODE, SCRIPT], [""], ["code_writer", "file_reader", *AFTER_CODE[:3]],
                     marks=pytest.mark.thorough),
        ("benchmark", [CODE, SCRIPT], [], ["code_writer", "file_reader", "start_script_writer"]),
        pytest.param("tdd", ["spec", "tests", CODE, SCRIPT], ["", "y", "y"], [*TDD, *AFTER_CODE],
                     marks=pytest.mark.thorough),
        pytest.param("tdd+", ["spec", "tests", CODE, CODE, SCRIPT], ["", "y", "y"],
         [*TDD, "code_writer", "file_reader", *AFTER_CODE], marks=pytest.mark.thorough),
        pytest.param("tdd_plus", ["spec", "tests", CODE, CODE, SCRIPT], ["", "y", "y"],
         [*TDD, "code_writer", "file_reader", *AFTER_CODE], marks=pytest.mark.thorough),
        ("respec", ["spec", "review", "better spec", "tests", CODE, CODE, SCRIPT], ["", "y", "y"],
         ["spec_writer", "spec_reviewer", "spec_reviewer", *TDD[1:], "code_writer", "file_reader", *AFTER_CODE]),
    ],
)  # fmt: skip
def test_each_step_list_fires_each_step_once(
    tmp_path: Path, steps: str, replies: list[str], answers: list[str], order: list[str]
) -> None:
    played = engineer(tmp_path, replies, answers, steps=steps)

    assert played.fired(*ORDER) == order
    assert played.result.calls == len(replies)
    played.verify()


def test_the_specification_reaches_tests_and_code_through_the_memory(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["SPEC ONE", "TESTS ONE", CODE, SCRIPT], ["n", "n", ""], steps="tdd")

    assert "Specification:\n\nSPEC ONE" in said(played, "test_writer")
    assert "Specification:\n\nSPEC ONE" in said(played, "code_writer")
    assert "Unit tests:\n\nTESTS ONE" in said(played, "code_writer")
    assert {name: played.held("memory")[name] for name in ("specification", "unit_tests")} == {
        "specification": "SPEC ONE", "unit_tests": "TESTS ONE",
    }  # fmt: skip


def test_the_reviewer_goes_on_from_the_writers_log_and_its_second_reply_counts(tmp_path: Path) -> None:
    replies = ["SPEC ONE", "TOO VAGUE", "SPEC TWO", "tests", CODE, CODE, SCRIPT]

    played = engineer(tmp_path, replies, ["n", "n", ""], steps="respec")

    assert "SPEC ONE" in said(played, "spec_reviewer", 0)
    assert "TOO VAGUE" in said(played, "spec_reviewer", 1)
    assert "Specification:\n\nSPEC TWO" in said(played, "test_writer")
    assert "SPEC ONE" not in said(played, "test_writer")
    assert played.held("memory")["specification"] == "SPEC TWO"
    assert len(played.fired("memory")) == 4  # specification twice, tests, review


def test_the_tests_are_files_too_and_the_code_comes_after_them(tmp_path: Path) -> None:
    tests = "tests/test_main.py\n```python\nassert True\n```\n"

    played = engineer(tmp_path, ["spec", tests, CODE, SCRIPT], ["n", "n", ""], steps="tdd")

    assert files(played)["tests/test_main.py"] == "assert True\n"
    assert files(played)["all_output.txt"] == CODE.strip()


def test_the_fix_call_gets_the_code_of_the_step_before_and_nothing_of_the_specification(tmp_path: Path) -> None:
    fixed = "main.py\n```python\nprint('fixed')\n```\n"

    played = engineer(tmp_path, ["SPEC ONE", "tests", CODE, fixed, SCRIPT], ["n", "n", ""], steps="tdd_plus")

    assert CODE.strip() in said(played, "code_writer", 1)
    assert "SPEC ONE" not in said(played, "code_writer", 1)
    assert [role for role, _ in talk(played, "code_writer", 1)] == [
        "system",
        "user",
        "user",
        "system",
        "user",
        "assistant",
    ]
    assert files(played)["main.py"] == "print('fixed')\n"
    assert files(played)["util/helper.py"] == 'word = "hello"\n'


def test_feedback_is_one_call_with_the_old_output(tmp_path: Path) -> None:
    before = {"all_output.txt": "OLD OUTPUT", "main.py": "print('old')\n"}

    played = engineer(tmp_path, [CODE, SCRIPT], ["", "y", "y"], steps="use_feedback", feedback="It is rude.",
                      workspace_before=before)  # fmt: skip

    assert played.fired(*ORDER) == ["code_writer", "file_reader", *AFTER_CODE]
    assert ("assistant", "OLD OUTPUT") in talk(played, "code_writer")
    assert talk(played, "code_writer")[-2] == ("user", "It is rude.")
    assert not played.fired("archive")


def test_without_feedback_the_list_ends_before_anything_is_asked(tmp_path: Path) -> None:
    before = {"all_output.txt": "OLD OUTPUT"}

    played = engineer(tmp_path, [], steps="use_feedback", feedback=" \n", workspace_before=before)

    assert played.result.ended == "stop"
    assert played.fired("no_feedback", *ORDER) == ["no_feedback"]
    assert played.held("workspace") == before
    played.verify()


def test_code_that_is_there_can_be_run_and_judged_without_a_model(tmp_path: Path) -> None:
    before = {"run.sh": "echo here\n"}

    played = engineer(tmp_path, [], ["yes", "y", "u", "y", "slow"], steps="evaluate", workspace_before=before)

    assert played.fired(*ORDER) == ["run_gate", "runner", "review"]
    assert played.output("runner", "stdout") == "here\n"
    alone = engineer(tmp_path, [], ["yes"], steps="execute_only", workspace_before=before)
    assert alone.fired(*ORDER) == ["run_gate", "runner"]
