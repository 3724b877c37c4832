"""Filler of many words is told by its shape; wordings of one thought, and things said in order, are circles."""

from __future__ import annotations

import random

import pytest

from studio.dynamics.analysis import judge
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Module
from tests.dynamics.building import SEARCH, said, watched

GOAL = "Repair the clock of the village church"
STOCK = (
    "A fresh pot of coffee is brewing and spirits are high in this corner of the room.",
    "Let the dust settle before anyone rushes off in a hurry, shall we.",
    "What a fine bunch we are, sitting together with such good cheer.",
    "Deep breaths all round, shoulders loose, and a smile for whoever walks by.",
    "Every pencil is sharpened and the afternoon is young.",
)
WAIT = (
    "The mill grinds slowly, and the weathercock with it, so fingers crossed.",
    "One could knit a scarf while the weathercock makes up its mind.",
    "There is little to do but drum our fingers on the desk for the weathercock.",
    "The weathercock dangles somewhere between the smith and the cart.",
)
STRAY = (
    "My cousin paints boats in Harlingen",
    "Perhaps herons sleep on one leg",
    "The opera opens with a drum roll",
    "Saffron is dearer than silver",
    "Nobody skates on the canal in June",
    "A kite got caught in the poplar",
)
WORDINGS = (
    "I will ask the smith for a longer pendulum rod of brass",
    "A longer rod of brass for the pendulum is what the smith should make",
    "The smith shall be asked to make the brass pendulum rod longer",
    "Let us have a longer brass rod made for the pendulum, by the smith",
)


def drawn(texts: tuple[str, ...], modules: tuple[str, ...], count: int) -> list[tuple[str, str]]:
    """Return what these modules say in turn, each time one of the texts by chance."""
    choice = random.Random(3)
    return [(modules[at % len(modules)], choice.choice(texts)) for at in range(count)]


def after_work(lines: list[tuple[str, str]], kinds: dict[str, str] | None = None) -> Watch:
    modules = tuple(Module(name, kind) for name, kind in (kinds or {}).items())
    return watched(said([*SEARCH, *lines]), root_goal=GOAL, modules=modules)[0]


def test_sentences_that_come_as_they_come_and_have_nothing_in_common_are_a_stall() -> None:
    verdict = judge(after_work(drawn(STOCK, ("one", "two"), 40)))

    assert verdict.kind == "stall"
    assert "idle" in verdict.evidence[0]


def test_the_silence_begins_with_the_first_of_them() -> None:
    watch = after_work(drawn(STOCK, ("one",), 30))

    assert watch.stall.since < len(SEARCH) + len(STOCK) + 4


def test_the_same_sentences_in_one_order_are_a_circle_with_noise_too() -> None:
    lines = [("one", STOCK[at % 5]) for at in range(60)]
    assert judge(after_work(lines)).kind == "circle"

    for at, stray in zip(range(7, 60, 10), STRAY, strict=True):
        lines[at] = ("one", stray)
    assert judge(after_work(lines)).kind == "circle"


@pytest.mark.parametrize("speakers", [("one",), ("one", "two")])
def test_one_thought_in_several_wordings_is_a_circle_however_it_is_ordered(speakers: tuple[str, ...]) -> None:
    assert judge(after_work(drawn(WORDINGS, speakers, 40))).kind == "circle"


def test_sentences_about_the_goal_are_no_filler() -> None:
    lines = drawn(tuple(f"{text[:-1]}, says the clock." for text in STOCK), ("one",), 40)

    assert judge(after_work(lines)).kind == "circle"


def test_a_wait_for_a_name_is_a_stall_if_tools_say_so_or_one_says_what_another_said() -> None:
    tools = {"one": "llm", "two": "tool"}

    assert judge(after_work(drawn(WAIT, ("one", "two"), 60), tools)).kind == "stall"
    assert judge(after_work(drawn(WAIT, ("one", "two"), 60))).kind == "stall"
    assert judge(after_work(drawn(WAIT, ("one",), 60))).kind == "circle", "who says so alone may have a thought of it"


def test_a_write_among_them_or_new_sentences_end_the_silence() -> None:
    stock = drawn(STOCK, ("one",), 30)
    watch = after_work(stock)
    assert watch.stall.holds

    for event in said(
        [("two", f"The cogwheel {name} is of oak, says {name}") for name in ("Ame", "Bru", "Cor")], start=36
    ):
        watch.see(event)

    assert not watch.stall.holds
