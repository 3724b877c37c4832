"""Rules as they stand in files: what is read, and what is refused with which sentence."""

from __future__ import annotations

from typing import Any

import pytest

from studio.dynamics.automata.life import lifelike
from studio.dynamics.automata.rules import elementary, totalistic
from studio.dynamics.automata.specs import parse_spec
from studio.support.errors import UsageError


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"kind": "eca", "rule": 110}, elementary(110)),
        ({"kind": "totalistic", "k": 3, "r": 1, "code": 1599}, totalistic(3, 1, 1599)),
        ({"kind": "totalistic", "k": 3, "r": 1, "code": "1599"}, totalistic(3, 1, 1599)),
        ({"kind": "lifelike", "B": [3], "S": [2, 3]}, lifelike([3], [2, 3])),
        ({"kind": "lifelike", "B": "36", "S": "32"}, lifelike([3, 6], [2, 3])),
        ({"kind": "generations", "B": "2", "S": "", "C": 3}, lifelike([2], [], 3)),
        ({"kind": "eca", "rule": 110, "k": None, "note": "Cook", "expected": "IV"}, elementary(110)),
    ],
)
def test_a_spec_is_read(given: dict[str, Any], rule: object) -> None:
    assert parse_spec({"id": "a", **given}).rule == rule


def test_a_table_is_read_as_the_rule_it_spells_out() -> None:
    table = [110 >> triple & 1 for triple in range(8)]

    rule = parse_spec({"kind": "table", "k": 2, "r": 1, "table": table}).rule

    assert rule.disguises()[0] == elementary(110).disguises()[0]


def test_without_an_id_the_rule_names_itself() -> None:
    assert parse_spec({"kind": "lifelike", "B": [3], "S": [2, 3]}).id == "B3/S23"
    assert parse_spec({"id": 7, "kind": "eca", "rule": 1}).id == "7"


def test_a_rule_with_a_code_of_a_thousand_digits_has_a_short_name() -> None:
    name = parse_spec({"kind": "totalistic", "k": 36, "r": 10, "code": str(36**700)}).id

    assert name == "totalistic code 258077734163… of 1090 digits (k 36, r 10)"


HOSTILE: list[tuple[object, str]] = [
    (None, "A rule is an object"),
    ([1, 2], "A rule is an object"),
    ("eca", "A rule is an object"),
    ({}, "kind"),
    ({"kind": ["eca"]}, "kind"),
    ({"kind": "ECA", "rule": 1}, "kind"),
    ({"kind": "eca"}, "`rule` is missing"),
    ({"kind": "eca", "rule": "110"}, "`rule` must be a whole number"),
    ({"kind": "eca", "rule": 110.0}, "`rule` must be a whole number"),
    ({"kind": "eca", "rule": True}, "`rule` must be a whole number"),
    ({"kind": "eca", "rule": -1}, "`rule` must be a whole number"),
    ({"kind": "eca", "rule": 10**6000}, "thousands of digits"),
    ({"kind": "eca", "rule": 1, "code": 20}, "`code` has no meaning"),
    ({"kind": "totalistic", "k": 2, "code": 20}, "`r` is missing"),
    ({"kind": "totalistic", "k": 2, "r": 2, "code": 64}, "from 0 to 63"),
    ({"kind": "totalistic", "k": 10**9, "r": 2, "code": 1}, "`k` must be"),
    ({"kind": "totalistic", "k": 2, "r": 10**9, "code": 1}, "`r` must be"),
    ({"kind": "totalistic", "k": 36, "r": 10, "code": -1}, "10^"),
    ({"kind": "totalistic", "k": 36, "r": 10, "code": 1e30}, "as a text"),
    ({"kind": "totalistic", "k": 2, "r": 2, "code": "9" * 5000}, "`code` must be"),
    ({"kind": "lifelike", "B": [3, 3], "S": []}, "each once"),
    ({"kind": "lifelike", "B": [9], "S": []}, "`B` must be"),
    ({"kind": "lifelike", "B": "3", "S": "2,3"}, "`S` must be"),
    ({"kind": "lifelike", "B": "٣", "S": ""}, "`B` must be"),
    ({"kind": "lifelike", "B": [True], "S": []}, "`B` must be"),
    ({"kind": "lifelike", "B": [[3]], "S": []}, "`B` must be"),
    ({"kind": "lifelike", "B": {"3": 1}, "S": []}, "`B` must be"),
    ({"kind": "lifelike", "B": list(range(9)) * 1000, "S": []}, "`B` must be"),
    ({"kind": "generations", "B": "2", "S": "", "C": 1}, "`C` must be"),
    ({"kind": "generations", "B": "2", "S": "", "C": 10**9}, "`C` must be"),
    ({"kind": "table", "k": 2, "r": 1, "table": [0] * 7}, "must be 8 whole numbers"),
    ({"kind": "table", "k": 2, "r": 1, "table": [0] * 7 + [2]}, "from 0 to 1"),
    ({"kind": "table", "k": 2, "r": 1, "table": [0] * 7 + [[]]}, "from 0 to 1"),
    ({"kind": "table", "k": 2, "r": 1, "table": "01101110"}, "`table` must be a list"),
    ({"kind": "table", "k": 256, "r": 10, "table": [0]}, "more than 1,000,000 entries"),
    ({"kind": "table", "k": 2, "r": 1, "dims": 3, "table": [0] * 8}, "`dims` must be"),
    ({"kind": "eca", "rule": 1, "id": ""}, "`id` must be"),
    ({"kind": "eca", "rule": 1, "id": "x" * 10**6}, "`id` must be"),
    ({"kind": "eca", "rule": 1, "id": True}, "`id` must be"),
    ({"kind": "eca", "rule": 1, "id": "\ud800"}, "`id` must be"),
    ({"kind": "eca", "rule": 1, "id": 10**6000}, "`id` must be"),
]


@pytest.mark.parametrize(("given", "says"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_spec_that_is_none_is_refused_in_a_short_sentence_with_its_place(given: object, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_spec(given, where="rules.json:3")

    said = str(caught.value)
    assert said.startswith("rules.json:3: ")
    assert says in said
    assert len(said) < 400
    assert "\n" not in said
