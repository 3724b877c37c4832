"""Patterns match in linear time and say why they are not usable."""

from __future__ import annotations

import time

import pytest

from studio.support.errors import UsageError
from studio.support.patterns import compile_pattern


def test_a_pattern_that_would_blow_up_elsewhere_is_done_at_once() -> None:
    started = time.process_time()

    assert compile_pattern(r"(a+)+$").search("a" * 50_000 + "b") is None

    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(a", "missing"),
        (r"(a)\1", "Back-references are not supported"),
        ("(?=a)", "Look-around is not supported"),
        ("(?:a{1000}){1000}", "not usable"),
        ("a" * 3000, "more than 2000"),
        ("\ud800", "half a character"),
    ],
)
def test_an_unusable_pattern_says_why(pattern: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        compile_pattern(pattern)


def test_groups_and_places_are_those_of_the_text_not_of_its_bytes() -> None:
    found = compile_pattern(r"(?P<word>\p{L}+)é", ignore_case=True).search("→ CaFÉ")

    assert found is not None
    assert (found.start(), found.end(), found.groupdict()) == (2, 6, {"word": "CaF"})
