"""Whatever is typed is read as words, and what it was read as is said."""

from __future__ import annotations

import pytest

from studio.trace.prompt_words import LONGEST, MOST, Word, read_words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("tide pool", [Word("tide"), Word("pool")]),
        ('"tide pool" crab', [Word("tide pool"), Word("crab")]),
        ("tid*", [Word("tid", begins=True)]),
        ('"tide po"*', [Word("tide po", begins=True)]),
        ("tide -crab", [Word("tide"), Word("crab", without=True)]),
        ('-"tide pool"', [Word("tide pool", without=True)]),
        ("-tid*", [Word("tid", begins=True, without=True)]),
        ("  tide\t\n tide ", [Word("tide")]),
        ("", []),
    ],
)
def test_the_small_language_is_read_without_a_word_about_it(typed: str, words: list[Word]) -> None:
    found = read_words(typed)

    assert list(found.all) == words
    assert found.note == ""


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ('say "tide', "Read as: say tide"),
        ("NEAR(tide crab)", "Read as: NEAR(tide crab)"),
        ("tide OR crab", "Read as: tide OR crab"),
        ("text:tide", "Read as: text:tide"),
        ('* - ""', "There is no word in it."),
        ("a**b", "Read as: a**b"),
    ],
)
def test_what_means_something_elsewhere_is_told_as_it_was_read(typed: str, read: str) -> None:
    assert read_words(typed).note == read


@pytest.mark.parametrize("sign", ['"', "*", "-", "(", "\0", "'", ";", "\\", "^", "\ud800", "\u202e"])
def test_signs_in_great_numbers_do_no_harm(sign: str) -> None:
    found = read_words(sign * 100_000 + " tide " + (sign + "a") * 100)

    assert len(found.all) <= MOST
    assert all(len(word.text) <= LONGEST for word in found.all)
    assert len(found.note) < 1_000


def test_a_long_query_is_cut_and_says_so() -> None:
    found = read_words(" ".join(f"word{number}" for number in range(20_000)))

    assert len(found.all) == MOST
    assert f"Only the first {MOST} words" in found.note


def test_quotes_inside_a_word_do_not_end_it() -> None:
    assert read_words('a"b').all == (Word("a"), Word("b"))
    assert Word('a"b').match == '"a""b"'
