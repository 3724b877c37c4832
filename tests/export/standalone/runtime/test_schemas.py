"""A script finds the same faults of a value as jsonschema, in the same words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from studio.export.standalone.runtime import schemas as twin
from studio.support import schemas as original
from studio.support.errors import UsageError
from studio.support.schema_sentences import MAX_FAULTS, plain_problem
from tests.support.thorough import draws

NAMES = st.sampled_from(["a", "b", "c", "a1"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from([0.5, 1.0, 2.0, 1e300, "", "a", "ab", "a1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=6,
)
KINDS = st.sampled_from(["array", "boolean", "integer", "null", "number", "object", "string"])
SMALL = st.integers(0, 3)
PATTERNS = st.sampled_from(["^a", "b$", "[0-9]", r"\\s"])
REFERENCES = st.sampled_from(["#", "#/$defs/x", "#/$defs/none", "#/properties/a"])


def schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": KINDS | st.lists(KINDS, min_size=1, max_size=3, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "const": VALUES,
            "minimum": st.integers(-2, 5),
            "exclusiveMaximum": st.sampled_from([1, 2.5]),
            "multipleOf": st.sampled_from([2, 0.5, 0.1]),
            "minLength": SMALL,
            "maxLength": SMALL,
            "minItems": SMALL,
            "maxItems": SMALL,
            "minProperties": SMALL,
            "pattern": PATTERNS,
            "uniqueItems": st.booleans(),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "properties": st.dictionaries(NAMES, inner, max_size=3),
            "additionalProperties": inner,
            "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
            "propertyNames": inner,
            "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=2),
            "dependentSchemas": st.dictionaries(NAMES, inner, max_size=1),
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "items": inner,
            "contains": inner,
            "minContains": SMALL,
            "maxContains": SMALL,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=3),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "$ref": REFERENCES,
        },
    )


# Few rules at once, else no value gets far.
FEW: st.SearchStrategy[Any] = st.deferred(
    lambda: st.booleans() | schemas(FEW).map(lambda schema: dict(list(schema.items())[:3]))
)
SHUFFLED = st.tuples(FEW, FEW, st.randoms(use_true_random=False)).map(lambda it: shuffled(*it))


def shuffled(schema: Any, defined: Any, random: Any) -> Any:
    if isinstance(schema, bool):
        return schema
    items = list({**schema, "$defs": {"x": defined}}.items())
    random.shuffle(items)
    return dict(items)


def outcome(module: Any, schema: Any, value: Any) -> Any:
    try:
        return module.schema_faults(schema, value)
    except UsageError as error:
        return str(error)


@settings(max_examples=draws(15, 40))
@given(SHUFFLED, st.lists(VALUES, min_size=1, max_size=4))
@example({"type": "object", "properties": {"a": False}, "required": ["b"]}, [{"a": 1}])
@example({"uniqueItems": True, "enum": [[1, 1.0]]}, [[1, 1.0], [1, True]])
@example({"oneOf": [{"type": "integer"}, {"minimum": 0}, True]}, [1, "a"])
def test_the_same_faults_are_found_in_the_same_words(schema: Any, values: list[Any]) -> None:
    assume(not original.schema_problem(schema))
    assert plain_problem(schema) == ""
    for value in values:
        assert outcome(twin, schema, value) == outcome(original, schema, value)


def test_what_cannot_be_checked_is_told_before() -> None:
    assert "unevaluatedItems" in plain_problem({"items": {"unevaluatedItems": False}})
    assert "https" in plain_problem({"properties": {"a": {"$ref": "https://example.org/a"}}})
    assert "$id" in plain_problem({"$id": "a", "$defs": {"b": {"$id": "c"}}})
    assert plain_problem({"$id": "https://example.org/a", "$ref": "#/$defs/b", "$defs": {"b": True}}) == ""


DOUBLING = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": {"type": "number"}}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"$ref": "#/$defs/none"}, 1),
        ({"$ref": "#"}, 1),
        ({"$defs": DOUBLING, "$ref": "#/$defs/d0"}, 1),
    ],
    ids=["nowhere", "endless", "work"],
)
def test_schemas_that_lead_nowhere_fail_in_the_same_words(schema: Any, value: Any) -> None:
    found = outcome(twin, schema, value)

    assert found == outcome(original, schema, value)
    assert isinstance(found, str)


def test_a_value_with_many_faults_is_told_of_some() -> None:
    schema = {"items": {"type": "string"}}
    assert len(twin.schema_faults(schema, list(range(100)))) == MAX_FAULTS
    assert outcome(twin, schema, list(range(100))) == outcome(original, schema, list(range(100)))
