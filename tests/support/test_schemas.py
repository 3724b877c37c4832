"""Schemas of strangers are applied without hanging, without fetching, and faults are sentences."""

from __future__ import annotations

import socket
import sys
import time
from typing import Any

import pytest

from studio.support import schemas
from studio.support.errors import UsageError
from studio.support.schemas import schema_faults, schema_problem

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 2}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("schema", "value", "faults"),
    [
        (PERSON, {"name": "Ada", "age": 36}, []),
        (
            PERSON,
            {"name": "A", "age": -1},
            ["`name` must have at least 2 characters and has 1.", "`age` must be at least 0, not -1."],
        ),
        (
            PERSON,
            {"nam": "Ada"},
            ["`name` is missing.", "`age` is missing.", "The value has a key that is not expected: nam."],
        ),
        (PERSON, [], ["The value must be of type object, not []."]),
        ({"items": {"enum": [1, 2]}}, [1, 3], ["`[1]` must be one of [1,2], not 3."]),
        ({"properties": {"a": {"items": PERSON}}}, {"a": [{"name": "Ada"}]}, ["`a[0].age` is missing."]),
        ({"type": ["string", "null"]}, 1, ["The value must be of type string or null, not 1."]),
        ({"const": "x"}, "y", ["The value must be x, not y."]),
        ({"uniqueItems": True}, [1, "1", True, [1], {"a": 1}], []),
        ({"uniqueItems": True}, [{"a": 1, "b": 2}, {"b": 2, "a": 1.0}], ["The value has elements that are the same."]),
        ({"uniqueItems": False}, [1, 1], []),
        ({"exclusiveMaximum": 1}, 1, ["The value must be less than 1, not 1."]),
        ({"maxItems": 1}, [1, 2], ["The value must have at most 1 elements and has 2."]),
        ({"pattern": "^a+$"}, "b", ["The value must match the pattern ^a+$, which b does not."]),
        (
            {"anyOf": [{"type": "null"}]},
            1,
            ["The value breaks the rule `anyOf`: 1 is not valid under any of the given schemas."],
        ),
        ({"patternProperties": {"^x": {"type": "null"}}, "additionalProperties": False}, {"x1": None}, []),
        ({"patternProperties": {"^x": {"type": "null"}}}, {"x1": 1}, ["`x1` must be of type null, not 1."]),
        (
            {"additionalProperties": {"type": "null"}, "properties": {"a": True}},
            {"a": 1, "b": 2},
            ["`b` must be of type null, not 2."],
        ),
        (
            {"$defs": {"n": {"type": "number"}}, "items": {"$ref": "#/$defs/n"}},
            [1, "a"],
            ["`[1]` must be of type number, not a."],
        ),
    ],
)
def test_each_fault_is_a_sentence_with_its_place(schema: Any, value: Any, faults: list[str]) -> None:
    assert schema_faults(schema, value) == faults


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "strin"}, "no valid JSON Schema"),
        ([], "no valid JSON Schema"),
        ({"pattern": "("}, "not a 'regex'"),
        ({"pattern": r"(a)\1"}, "Back-references"),
        ({"patternProperties": {"(?=a)": {}}}, "Look-around"),
        ({"patternProperties": {}, "unevaluatedProperties": False}, "not supported"),
    ],
)
def test_a_schema_that_is_not_usable_is_told(schema: Any, message: str) -> None:
    assert message in schema_problem(schema)
    with pytest.raises(UsageError, match=message):
        schema_faults(schema, {})


def test_no_reference_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **keys: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)

    with pytest.raises(UsageError, match=r"refers to `http://127\.0\.0\.1/s\.json`, which is not in it"):
        schema_faults({"$ref": "http://127.0.0.1/s.json"}, 1)


def test_a_schema_that_contains_itself_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be applied"):
        schema_faults({"$ref": "#"}, 1)


def test_a_pattern_cannot_hang_it() -> None:
    started = time.process_time()

    assert len(schema_faults({"pattern": "^(a+)+$"}, "a" * 40 + "b")) == 1
    assert len(schema_faults({"patternProperties": {"^(a+)+$": False}}, {"a" * 40 + "b": 1})) == 0
    assert (
        len(schema_faults({"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}, {"a" * 40 + "b": 1}))
        == 1
    )

    assert time.process_time() - started < 2


def test_references_that_double_at_each_step_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "MAX_WORK", 3000)
    doubling = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {
        "d40": {"type": "number"}
    }

    with pytest.raises(UsageError, match="takes more than 3000 steps"):
        schema_faults({"$defs": doubling, "$ref": "#/$defs/d0"}, 1)


def test_many_different_elements_are_compared_in_linear_time() -> None:
    started = time.process_time()

    assert schema_faults({"uniqueItems": True}, [{"n": n} for n in range(20_000)]) == []

    assert time.process_time() - started < 2


def test_a_schema_that_meets_the_end_of_the_stack_is_refused_wherever_that_is() -> None:
    """Below jsonschema stands compiled code, which panics where Python's stack ends inside of it."""
    schema = {"$ref": "#/$defs/a", "$defs": {"a": {"type": "object", "properties": {"x": {"$ref": "#/$defs/a"}}}}}
    value: dict[str, Any] = {}
    for _ in range(40):
        value = {"x": value}

    def deep(left: int) -> list[str]:
        return deep(left - 1) if left else schema_faults(schema, value)

    ended = 0
    for left in range(300, sys.getrecursionlimit() - 60, 3):
        try:
            assert deep(left) == []
        except (UsageError, RecursionError):
            ended += 1
    assert ended  # the control: some of them did meet it
