"""Params as written are checked against their declaration, one sentence per problem."""

from __future__ import annotations

from typing import Any

import pytest

from studio.spec import Fields, param
from studio.spec.fields import MISSING
from studio.spec.params import parse_params


class Params(Fields):
    """Params of a type that does not exist."""

    text: str = param(help="What to write. More words.")
    count: int = param(3, ge=1, le=9, help="How many.")
    share: float = param(0.5, ge=0, le=1, help="A share.")
    take: str = param("first", choices=("first", "last"), help="Which.")
    limit: int | None = param(None, ge=0, help="At most so many.")
    cases: list[str] = param((), help="Cases.")
    shape: dict[str, Any] = param(None, help="An object.", type="json")


def test_good_params_give_an_instance_with_defaults_filled_in() -> None:
    params, problems = parse_params(Params, {"text": "x", "share": 1, "cases": ["a"]})

    assert problems == []
    assert (params.text, params.count, params.share, params.limit, params.cases) == ("x", 3, 1.0, None, ["a"])
    assert type(params.share) is float


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "`text` must be given. What to write."),
        ({"text": 3}, "`text` must be text, not an integer (3)."),
        ({"text": None}, "`text` must be text, not null."),
        ({"text": "\ud800"}, "`text` cannot be stored: text with a lone surrogate (half a character)."),
        ({"text": "x", "count": 0}, "`count` must be at least 1, not 0."),
        ({"text": "x", "count": 10}, "`count` must be at most 9, not 10."),
        ({"text": "x", "count": True}, "`count` must be a whole number, not a boolean (true)."),
        ({"text": "x", "count": "3"}, "`count` must be a whole number, not a text (3)."),
        ({"text": "x", "count": 3.0}, "`count` must be a whole number, not a number (3.0)."),
        ({"text": "x", "share": float("nan")}, "`share` cannot be stored: nan is not a finite number."),
        ({"text": "x", "take": "fist"}, "`take` must be one of first, last, not a text (fist). Did you mean `first`?"),
        ({"text": "x", "limit": -1}, "`limit` must be at least 0, not -1."),
        ({"text": "x", "cases": {"a": 1}}, '`cases` must be a list, not an object ({"a":1}).'),
        ({"text": "x", "Counts": 1}, "There is no param `Counts`. Did you mean `count`?"),
        (
            {"text": "x", "zzz": 1},
            "There is no param `zzz`. Its params: text, count, share, take, limit, cases, shape.",
        ),
    ],
)
def test_a_problem_is_one_sentence_that_names_the_param(given: dict[str, Any], problem: str) -> None:
    params, problems = parse_params(Params, given)

    assert problems == [problem]
    assert params.count == 3


def test_a_missing_param_stays_missing_so_that_ports_can_still_be_asked() -> None:
    params, _ = parse_params(Params, {})

    assert params.text is MISSING


def test_null_fits_where_null_is_the_default() -> None:
    assert parse_params(Params, {"text": "x", "limit": None, "shape": None})[1] == []


def test_all_problems_are_reported_at_once() -> None:
    assert len(parse_params(Params, {"count": 0, "share": 2, "tkae": "x"})[1]) == 4
