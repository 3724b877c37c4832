"""The language of filters: what it lets pass, what it refuses, and that it agrees with a plain reading of its rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.support.filters import (
    MAX_DEPTH,
    MAX_PARTS,
    FilterError,
    filter_problem,
    matches,
    order_problem,
    parse_filter,
    same,
)

NOTE = {"kind": "note", "n": 3, "tags": ["a", 1], "done": False, "none": None, "author": {"name": "Ann"}, "a.b": 1}


@pytest.mark.parametrize(
    ("filter", "passes"),
    [
        (None, True),
        ({}, True),
        ({"kind": "note"}, True),
        ({"kind": "Note"}, False),
        ({"kind": "note", "n": 4}, False),
        ({"n": 3.0}, True),
        ({"n": "3"}, False),
        ({"done": False}, True),
        ({"done": 0}, False),
        ({"none": None}, True),
        ({"missing": None}, False),
        ({"missing": {"ne": 1}}, True),
        ({"missing": {"nin": [1]}}, True),
        ({"missing": {"exists": False}}, True),
        ({"none": {"exists": True}}, True),
        ({"n": {"gte": 3, "lt": 4}}, True),
        ({"n": {"gt": 3}}, False),
        ({"kind": {"gt": "mote"}}, True),
        ({"kind": {"gt": 1}}, False),
        ({"done": {"lt": 1}}, False),
        ({"missing": {"lte": 1}}, False),
        ({"n": {"in": [1, 3]}}, True),
        ({"n": {"in": []}}, False),
        ({"done": {"in": [0]}}, False),
        ({"n": {"nin": [1, 2]}}, True),
        ({"tags": {"contains": 1}}, True),
        ({"tags": {"contains": True}}, False),
        ({"kind": {"contains": "ot"}}, True),
        ({"n": {"contains": 3}}, False),
        ({"kind": {"starts_with": "no"}}, True),
        ({"tags": ["a", 1]}, True),
        ({"tags": ["a"]}, False),
        ({"author": {"eq": {"name": "Ann"}}}, True),
        ({"author.name": "Ann"}, True),
        ({"author.age": {"exists": False}}, True),
        ({"a.b": 1}, True),
        ({"kind.of": {"exists": True}}, False),
        ({"or": [{"kind": "mail"}, {"n": {"lt": 5}}]}, True),
        ({"or": []}, False),
        ({"and": []}, True),
        ({"and": [{"kind": "note"}, {"not": {"done": True}}]}, True),
        ({"not": {}}, False),
        ({"not": {"or": [{"n": 1}, {"n": 2}]}, "kind": "note"}, True),
    ],
)
def test_what_a_filter_lets_pass(filter: Any, passes: bool) -> None:
    assert filter_problem(filter) == ""
    assert matches(filter, NOTE) is passes


@pytest.mark.parametrize(
    ("filter", "problem"),
    [
        (3, "the filter is 3, but a filter is an object. Write"),
        ([], "the filter is [], but a filter is an object."),
        ({"n": {"gtee": 3}}, "`gtee` of `n` is no operator of a filter. Did you mean `gte`?"),
        ({"n": {"$gt": 3}}, "no operator of a filter."),
        ({"n": {"name": 3}}, "To compare with an object, write `eq`."),
        ({"n": {}}, "the filter says nothing of `n`."),
        ({"or": {"n": 1}}, '`or` is {"n":1}, but it takes a list of filters.'),
        ({"and": [3]}, "a part of `and` is 3, but a filter is an object."),
        ({"not": [1]}, "`not` is [1], but a filter is an object."),
        ({"n": {"gt": None}}, "`gt` of `n` is null, but only numbers and texts have an order."),
        ({"n": {"lt": True}}, "only numbers and texts have an order."),
        ({"n": {"in": 3}}, "`in` of `n` is 3, but it takes a list of values."),
        ({"n": {"starts_with": 3}}, "`starts_with` of `n` is 3, but it takes a text."),
        ({"n": {"exists": 1}}, "`exists` of `n` is 1, but it is true or false."),
        ({"n": {"in": list(range(MAX_PARTS + 1))}}, f"has {MAX_PARTS + 1} values, more than {MAX_PARTS}."),
        ({f"k{n}": n for n in range(MAX_PARTS + 1)}, f"more than {MAX_PARTS} conditions"),
    ],
)
def test_what_is_no_filter_is_told_in_one_sentence(filter: Any, problem: str) -> None:
    assert problem in filter_problem(filter)
    with pytest.raises(FilterError):
        matches(filter, {})


def nested(depth: int) -> Any:
    filter: Any = {"n": 3}
    for _ in range(depth - 1):
        filter = {"not": filter}
    return filter


def test_nesting_is_bounded_and_not_a_level_sooner() -> None:
    assert filter_problem(nested(MAX_DEPTH)) == ""
    assert "nested deeper than" in filter_problem(nested(MAX_DEPTH + 1))
    assert "nested deeper than" in filter_problem(nested(5_000))


SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 0.5]) | st.sampled_from(["", "a", "ab"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, max_size=3)
ORDERED = st.integers(-2, 2) | st.sampled_from([0.5, "", "a", "ab"])
CONDITIONS = st.one_of(
    st.fixed_dictionaries({"eq": VALUES}), st.fixed_dictionaries({"ne": VALUES}),
    *(st.fixed_dictionaries({name: ORDERED}) for name in ("gt", "gte", "lt", "lte")),
    *(st.fixed_dictionaries({name: st.lists(VALUES, max_size=3)}) for name in ("in", "nin")),
    st.fixed_dictionaries({"contains": VALUES}), st.fixed_dictionaries({"starts_with": st.sampled_from(["", "a"])}),
    st.fixed_dictionaries({"exists": st.booleans()}),
    st.fixed_dictionaries({"gte": ORDERED, "lte": ORDERED}),
    VALUES.filter(lambda value: not isinstance(value, dict)),
)  # fmt: skip
FILTERS = st.recursive(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), CONDITIONS, max_size=2),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"and": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"or": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=5,
)


def told(value: Any) -> Any:
    """A value in a form in which Python's own equality is the one of filters."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return ("list", [told(one) for one in value])
    if isinstance(value, dict):
        return ("object", {key: told(one) for key, one in value.items()})
    return value


def holds(filter: Any, value: dict[str, Any]) -> bool:
    """The rules of the module's docstring, one after the other."""
    for key, wanted in filter.items():
        if key == "not":
            fine = not holds(wanted, value)
        elif key == "and":
            fine = all(holds(part, value) for part in wanted)
        elif key == "or":
            fine = any(holds(part, value) for part in wanted)
        elif isinstance(wanted, dict):
            fine = all(operates(name, operand, key in value, value.get(key)) for name, operand in wanted.items())
        else:
            fine = operates("eq", wanted, key in value, value.get(key))
        if not fine:
            return False
    return True


def operates(name: str, operand: Any, there: bool, value: Any) -> bool:
    if name in ("ne", "nin"):
        return not operates({"ne": "eq", "nin": "in"}[name], operand, there, value)
    if name == "exists":
        return there is operand
    if not there:
        return False
    if name == "eq":
        return bool(told(value) == told(operand))
    if name == "in":
        return told(value) in [told(one) for one in operand]
    if name == "contains":
        if isinstance(value, list):
            return told(operand) in [told(one) for one in value]
        return isinstance(value, str) and isinstance(operand, str) and operand in value
    if name == "starts_with":
        return isinstance(value, str) and value[: len(operand)] == operand
    sorts = [str if isinstance(one, str) else float if type(one) in (int, float) else None for one in (value, operand)]
    if sorts[0] is None or sorts[0] is not sorts[1]:
        return False
    return bool({"gt": value > operand, "gte": value >= operand, "lt": value < operand, "lte": value <= operand}[name])


@given(FILTERS, OBJECTS)
def test_a_filter_does_what_its_rules_say(filter: Any, value: dict[str, Any]) -> None:
    assert filter_problem(filter) == ""
    assert matches(filter, value) is holds(filter, value)
    assert parse_filter(filter)(value) is matches(filter, value)
    assert matches({"not": filter}, value) is not matches(filter, value)


@given(
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["a", "or", "not", "gt", "in"]), inner, max_size=3)
        ),
    )
)
def test_anything_is_a_filter_or_a_sentence(filter: Any) -> None:
    problem = filter_problem(filter)

    if problem:
        assert problem[-1] in ".`?"
        assert "\n" not in problem
    else:
        assert matches(filter, NOTE) in (True, False)


@given(VALUES, VALUES, VALUES)
def test_being_the_same_is_an_equivalence_and_an_order_needs_two_of_a_sort(a: Any, b: Any, c: Any) -> None:
    assert same(a, a)
    assert same(a, b) is same(b, a)
    assert not (same(a, b) and same(b, c)) or same(a, c)
    assert order_problem(a, b) is order_problem(b, a)
