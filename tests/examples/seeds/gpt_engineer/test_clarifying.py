"""gpt_engineer asks until it is clear, as the program did and as release 0.3.1 does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.seeds.gpt_engineer.engineer import CODE, ORDER, PROMPT, SCRIPT, engineer, said, talk

CLOSED = "All is clear."


@pytest.mark.parametrize(
    ("reply", "clear"),
    [
        (CLOSED, True),
        pytest.param(f"  {CLOSED}\n", True, marks=pytest.mark.thorough),
        pytest.param("no", True, marks=pytest.mark.thorough),
        pytest.param("NO.", True, marks=pytest.mark.thorough),
        pytest.param("Nothing more to clarify.", True, marks=pytest.mark.thorough),
        ("Not sure: which language?", True),  # the accident of the sheet
        pytest.param("Normally I would ask for the language.", True, marks=pytest.mark.thorough),
        ("all is clear.", False),
        (f"{CLOSED} Shall I begin?", False),
        pytest.param("There is nothing to clarify.", False, marks=pytest.mark.thorough),
        pytest.param("I know enough.", False, marks=pytest.mark.thorough),
    ],
)
def test_clear_is_the_closing_line_or_what_begins_with_no(tmp_path: Path, reply: str, clear: bool) -> None:
    replies = [reply, CODE, SCRIPT] if clear else [reply, "no", CODE, SCRIPT]

    played = engineer(tmp_path, replies, [*([] if clear else ["python"]), "n", "n", ""])

    assert played.output("clear_enough_test", "value") is clear
    assert len(played.fired("human_answer")) == (0 if clear else 1)


def test_release_0_3_1_finds_the_closing_words_anywhere(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["There is nothing to clarify.", CODE, SCRIPT], ["n", "n", ""], version="0.3.1")

    assert played.fired("clarifier", "human_answer") == ["clarifier"]


def test_each_answer_is_followed_by_the_question_whether_anything_else_is_unclear(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["Language?", "Greeting?", "no", CODE, SCRIPT], ["python", "hello", "n", "n", ""])

    assert played.fired("clarifier", "human_answer") == [
        "clarifier", "human_answer", "clarifier", "human_answer", "clarifier",
    ]  # fmt: skip
    words = [text for role, text in talk(played, "clarifier", 2) if role == "user"]
    assert words[0] == PROMPT
    assert words[1].startswith("python\n\nIs anything still unclear?")
    assert words[2].startswith("hello\n\n")


@pytest.mark.parametrize("answer", ["", pytest.param("c", marks=pytest.mark.thorough)])
def test_no_answer_makes_one_more_call_for_assumptions_and_the_step_is_over(tmp_path: Path, answer: str) -> None:
    played = engineer(tmp_path, ["Language?", "I assume Python.", CODE, SCRIPT], [answer, "n", "n", ""])

    assert played.fired(*ORDER)[:5] == ["clarifier", "clear_enough_test", "human_answer", "clarifier", "code_writer"]
    assert talk(played, "clarifier", 1)[-1] == ("assistant", "I assume Python.")
    assert "I assume Python." in said(played, "code_writer")
    played.verify()


def test_after_assumptions_no_reply_is_tested_not_even_one_that_asks(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["Language?", "But which language?", CODE, SCRIPT], ["c", "n", "n", ""])

    assert len(played.fired("clear_enough_test")) == 1


@pytest.mark.parametrize("answer", ["C", " ", "ok"])
def test_anything_else_is_an_answer(tmp_path: Path, answer: str) -> None:
    played = engineer(tmp_path, ["Language?", "no", CODE, SCRIPT], [answer, "n", "n", ""])

    assert len(played.fired("clear_enough_test")) == 2


def test_in_0_3_1_assumptions_lead_back_into_the_loop(tmp_path: Path) -> None:
    replies = ["Language?", "I assume Python.", "Colour?", "no", CODE, SCRIPT]

    played = engineer(tmp_path, replies, ["c", "blue", "n", "n", ""], version="0.3.1")

    assert played.fired("clarifier", "clear_enough_test", "human_answer", "code_writer") == [
        "clarifier", "clear_enough_test", "human_answer",
        "clarifier",
        "clarifier", "clear_enough_test", "human_answer",
        "clarifier", "clear_enough_test",
        "code_writer",
    ]  # fmt: skip
    assert [text for role, text in talk(played, "clarifier", 2) if role == "user"][-1].startswith("c\n\nIs anything")
    played.verify()


@pytest.mark.thorough
def test_clarifying_ends_at_the_bound_of_the_graph_if_it_never_gets_clear(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["And what else?"] * 60, ["more"] * 60)

    assert played.result.ended == "max_ticks"
    assert set(played.fired("clarifier", "code_writer")) == {"clarifier"}
