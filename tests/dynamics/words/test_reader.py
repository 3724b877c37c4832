"""From a text to salient tokens, content words, rare words, mass."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.dynamics.words.lists import common_words
from studio.dynamics.words.normalise import READ_CHARACTERS
from studio.dynamics.words.reader import Reader
from studio.dynamics.words.reading import Reading
from studio.dynamics.words.stems import stem
from tests.dynamics.building import READER


@pytest.mark.parametrize(
    ("text", "salient"),
    [
        ("Saved row 17 to /data/orders.csv", {"17", "/data/orders.csv"}),
        ("see https://example.org/a?b", {"https://example.org/a"}),
        ("call parse_order in src/main", {"parse_order", "src/main"}),
        ("use numpy.linalg and std::sort", {"numpy.linalg", "std::sort"}),
        ("write to ann@example.org", {"ann@example.org"}),
        ("this and/or that, e.g. yes/no", set()),
        ("It is done.Next comes rest", set()),
        ("_really_ *good* #tag", set()),
        ("booking.com answers", {"booking.com"}),
    ],
)
def test_salient_tokens_are_those_that_name_one_thing(text: str, salient: set[str]) -> None:
    assert READER.read(text).salient == salient


def test_line_breaks_and_quotes_inside_json_are_no_part_of_words() -> None:
    reading = READER.read({"say": 'the kitchen.\nthe wall\tis "green" in C:\\new\\house'})

    assert {"kitchen", "wall", "green"} <= reading.content
    assert reading.salient == {"c:\\new\\house"}


def test_grammar_and_talk_about_the_task_are_no_content() -> None:
    reading = READER.read("Now I will continue to work on the next step of the goal: repair the violin")

    assert reading.content == {"repair", "violin"} | reading.rare


def test_names_and_made_up_words_are_rare_and_common_words_are_not() -> None:
    reading = READER.read("Travel with Zorbanek to Lisbon and paint the kitchen wall")

    assert reading.rare == {"zorbanek", "lisbon"}
    assert {"kitchen", "wall"} <= reading.content
    assert reading.distinctive == reading.rare


@pytest.mark.parametrize(
    "text",
    [
        "Ready when you are.",
        "Awaiting further instructions.",
        "Standing by for input.",
        "I am ready to help. Please tell me what you need.",
        "No action required at this time.",
        "ok",
        "",
        "...",
        "null",
        {"status": "ok", "message": ""},
        [],
    ],
)
def test_idle_outputs_have_less_mass_than_counts(text: object) -> None:
    assert READER.read(text).mass < 4


@pytest.mark.parametrize(
    "text", ["Paint the kitchen wall green", "Row 17 of 40 done", {"do": "paint", "what": "the green kitchen wall"}]
)
def test_outputs_that_say_something_have_mass(text: object) -> None:
    assert READER.read(text).mass >= 4


def test_mass_counts_distinctive_tokens_twice_and_field_names_not_at_all() -> None:
    assert READER.read("kitchen wall").mass == 2
    assert READER.read("kitchen 17").mass == 3
    assert READER.read({"kitchen": "wall"}).mass == 1
    assert READER.read("kitchen Zorbanek").mass == 3
    assert READER.read({"kitchen": "wall"}).content == {"kitchen", "wall"}


def test_the_numbers_of_a_failure_are_codes_without_mass() -> None:
    assert READER.read("kitchen 500", err="").mass == 1
    assert READER.read("kitchen 500").mass == 3
    assert READER.read("kitchen 500", err="").hash != READER.read("kitchen 500").hash


@pytest.mark.parametrize(
    ("text", "waiting"),
    [
        ("The build is still running", True),
        ("job 7: pending", True),
        ("No word of the order yet", True),
        ("job 7 state=running", True),
        ("Waiting for approval", True),
        ("Running the tests of the parser", False),
        ("The output is still wrong", False),
        ("Building a boat from old oak", False),
    ],
)
def test_outputs_about_waiting_are_told_apart(text: str, waiting: bool) -> None:
    assert READER.read(text).waiting is waiting


def test_unknown_words_of_another_language_are_not_rare() -> None:
    german = READER.read("Ich werde jetzt die Buchung der Reise nach Lissabon vorbereiten und dann bestätigen")
    chinese = READER.read("我将预订去里斯本的航班并且确认酒店的价格")

    assert german.rare == frozenset()
    assert chinese.rare == frozenset()
    assert chinese.mass >= 4


def test_without_a_list_no_word_is_rare() -> None:
    assert Reader(frozenset()).read("Zorbanek travels to Lisbon").rare == frozenset()


def test_the_list_of_common_words_knows_words_but_no_names() -> None:
    common = common_words()

    assert 5000 < len(common) <= 11_000
    assert {stem(word) for word in ("kitchen", "organised", "running", "verify")} <= common
    assert not {"lisbon", "london", "david"} & common


@pytest.mark.parametrize(
    "group",
    [
        ("verify", "verifies", "verified", "verifying"),
        ("plan", "plans", "planned", "planning"),
        ("organise", "organized", "organising", "organisation"),
        ("search", "searches", "searched", "searching"),
        ("use", "uses"),
        ("city", "cities"),
    ],
)
def test_forms_of_a_word_have_one_stem(group: tuple[str, ...]) -> None:
    assert len({stem(word) for word in group}) == 1


@pytest.mark.parametrize(("one", "other"), [("general", "generate"), ("access", "acces"), ("bus", "bu")])
def test_unlike_words_keep_their_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@given(st.one_of(st.text(max_size=300), st.dictionaries(st.text(max_size=5), st.integers(), max_size=4)))
def test_any_output_gives_a_reading_that_survives_being_stored(out: object) -> None:
    reading = READER.read(out)

    assert Reading.from_mapping(json.loads(json.dumps(reading.as_mapping()))) == reading
    assert reading.rare <= reading.content
    assert reading.mass >= 0


@pytest.mark.parametrize(
    "stored",
    [
        [],
        {},
        {"hash": 7},
        {"hash": "a", "mass": -1},
        {"hash": "a", "mass": True},
        {"hash": "a", "salient": "x"},
        {"hash": "a", "content": [1]},
        {"hash": "a", "rare": ["x"] * 5000},
        {"hash": "a", "numbers": [float("nan")]},
        {"hash": "a", "symbol": -1},
        {"hash": "a", "waiting": "no"},
        {"hash": "a", "quote": "x" * 2000},
    ],
)
def test_a_stored_reading_that_is_none_is_refused(stored: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Reading.from_mapping(stored)


def test_of_a_long_text_the_beginning_is_read_and_the_rest_makes_it_another() -> None:
    long = "kitchen wall " * READ_CHARACTERS
    one, other = READER.read(long + "one"), READER.read(long + "two")

    assert one.hash != other.hash
    assert {"kitchen", "wall"} <= one.content == other.content
    assert one.salient == frozenset()


def test_identifiers_made_of_idle_words_are_identity_and_no_matter() -> None:
    assert READER.read("do_nothing").mass == READER.read("wait_for_input").mass == 0
    assert READER.read("do_nothing").salient == {"do_nothing"}
    assert READER.read("list_files").mass == 2
