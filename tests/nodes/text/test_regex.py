"""`text.regex` finds and replaces what matches, and never hangs."""

from __future__ import annotations

import time
from typing import Any

import pytest

from studio.nodes.text.regex import Regex
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import present, run_node

DATE = r"(?P<year>\d{4})-(?P<month>\d\d)(-\d\d)?"


async def test_the_first_match_comes_with_its_groups_as_ports() -> None:
    out = await run_node(Regex, {"pattern": DATE}, {"text": "on 2023-02 and 2024-03-01"})

    assert present(out) == {
        "found": True,
        "match": "2023-02",
        "groups": ["2023", "02", None],
        "year": "2023",
        "month": "02",
    }


async def test_without_a_match_only_found_is_present() -> None:
    out = await run_node(Regex, {"pattern": DATE}, {"text": "no date"})

    assert present(out) == {"found": False}
    assert out.year.reason == "nothing matched the pattern"


async def test_a_group_that_took_no_part_is_absent_with_its_reason() -> None:
    out = await run_node(Regex, {"pattern": "(?P<a>x)|(?P<b>y)"}, {"text": "y"})

    assert present(out) == {"found": True, "match": "y", "groups": [None, "y"], "b": "y"}
    assert out.a.reason == "the group `a` took no part in the match"


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"\d+", "1 a 22", ["1", "22"]),
        (r"(\d)\w", "1a 2b", ["1a", "2b"]),
        (r"(?P<k>\w)=(?P<v>\d)?", "a=1 b=", [{"k": "a", "v": "1"}, {"k": "b", "v": None}]),
        (r"\d", "none", []),
    ],
)
async def test_all_matches_come_as_a_list(pattern: str, text: str, matches: list[Any]) -> None:
    out = await run_node(Regex, {"pattern": pattern, "find": "all"}, {"text": text})

    assert present(out) == {"matches": matches, "found": bool(matches)}


@pytest.mark.parametrize(
    ("pattern", "replacement", "text", "result", "count"),
    [
        ("a", "b", "banana", "bbnbnb", 3),
        (r"(?P<a>\w)(\w)", r"\2\g<a>", "abcd", "badc", 2),
        (r"(x)?y", r"[\1]\\", "xy y", "[x]\\ []\\", 2),
        ("é", "e", "café é", "cafe e", 2),
        ("z", "", "abc", "abc", 0),
        ("", "-", "ab", "-a-b-", 3),
    ],
)
async def test_replace_fills_groups_in(pattern: str, replacement: str, text: str, result: str, count: int) -> None:
    out = await run_node(Regex, {"pattern": pattern, "find": "replace", "replacement": replacement}, {"text": text})

    assert present(out) == {"text": result, "found": count > 0, "count": count}


async def test_capitals_may_be_ignored() -> None:
    assert (await run_node(Regex, {"pattern": "abc", "ignore_case": True}, {"text": "ABC"})).found


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"pattern": "(a"}, "not usable"),
        ({"pattern": "(?P<match>a)"}, "has the name of another output"),
        ({"pattern": "(a)", "find": "replace", "replacement": r"\2"}, "asks for the group `2`"),
        ({"pattern": "(a)", "find": "replace", "replacement": r"\g<b>"}, "asks for the group `b`"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_told(params: dict[str, Any], problem: str) -> None:
    assert problem in " ".join(Regex.problems(parse_params(Regex.Params, params)[0]))


async def test_what_grows_without_bound_is_stopped() -> None:
    with pytest.raises(NodeError, match="more than 10000 times"):
        await run_node(Regex, {"pattern": "a", "find": "all"}, {"text": "a" * 10_001})
    with pytest.raises(NodeError, match="beyond 20000000 characters"):
        await run_node(Regex, {"pattern": "a", "find": "replace", "replacement": "b" * 10_000}, {"text": "a" * 2_001})


async def test_a_pattern_that_hangs_elsewhere_is_done_at_once() -> None:
    started = time.process_time()

    out = await run_node(Regex, {"pattern": "^(a+)+$"}, {"text": "a" * 10_000 + "b"})

    assert not out.found
    assert time.process_time() - started < 2
