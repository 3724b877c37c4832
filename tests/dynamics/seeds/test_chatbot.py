"""The chatbot: it has no goal, so it can only repeat itself, fall silent or drift; and a talk that gets somewhere."""

from __future__ import annotations

from pathlib import Path

from tests.dynamics.seeds.playing import assert_healthy, assert_paused, assert_warned, watched
from tests.dynamics.seeds.talk import IDLE, WANDERING

BRIEF = {"system_text": "be brief please"}


def test_the_same_question_and_the_same_answer_are_a_circle(tmp_path: Path) -> None:
    told = ["On a small balcony tomatoes, lettuce and radishes grow best."] * 20

    seen = watched("chatbot", BRIEF, told, tmp_path, answers=["What grows best on my balcony?"] * 20)

    assert_paused(seen, "circle", by="model", within=5)
    assert seen.verdict.period == 2


def test_answers_without_a_word_of_matter_are_a_stall(tmp_path: Path) -> None:
    seen = watched("chatbot", BRIEF, IDLE * 4, tmp_path, answers=["Go on.", "And?", "Yes.", "Ok."] * 10)

    assert_paused(seen, "stall", by="model", within=21)


def test_a_talk_that_drifts_wanders_and_goes_on(tmp_path: Path) -> None:
    asks = ["Go on.", "And then?", "Tell me more.", "I see."] * 6

    seen = watched("chatbot", BRIEF, WANDERING, tmp_path, answers=[*asks, "/quit"], status="ok")

    assert_warned(seen, "wander", by="model")


TALK = (
    ("What grows on a north balcony in Ghent?", "Chard, mint and Morello cherries in tubs bear a north side in Ghent."),
    ("How large a tub for a Morello cherry?", "Take 60 litres for the cherry, with holes and 5 cm of gravel."),
    ("And the chard?", "Chard is content with a box of 20 cm depth, 25 cm apart."),
    ("When do I sow it?", "Sow chard from April; under fleece from mid March."),
    ("What eats chard?", "Leaf miners eat chard: look for white lines and pick those leaves."),
    ("Does mint stop them?", "Mint does not stop leaf miners, fine netting does."),
    ("What mesh?", "A mesh of 0.8 mm keeps the flies of leaf miners out."),
    ("Does the cherry need netting too?", "The cherry needs netting against starlings only when it reddens."),
    ("How often do I water?", "Water the tub every other day in July, the box daily."),
    ("What does the cherry get in winter?", "Wrap the tub in coconut mats below minus 10 degrees."),
    ("Thanks, and which Morello is best?", "Take `Gerema`, which fruits late and bears monilia well."),
)


def test_questions_and_answers_are_healthy(tmp_path: Path) -> None:
    asks, told = zip(*TALK, strict=True)

    seen = watched("chatbot", BRIEF, told, tmp_path, answers=[*asks, "/quit"], status="ok")

    assert_healthy(seen)
    assert seen.played.result.ended == "stop"
