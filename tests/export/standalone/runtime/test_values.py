"""The values of a script are those of the studio, byte for byte."""

from __future__ import annotations

import collections
import json
import struct
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.export.standalone.runtime import values as twin
from studio.support import values as original

ANY_FLOAT = st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats()
    | ANY_FLOAT
    | st.text(max_size=8)
    | st.text(st.characters(codec=None, categories=None), max_size=4)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
        | st.dictionaries(st.integers(0, 3) | st.text("a\ud800", max_size=2), inner, max_size=2)
    ),
    max_leaves=12,
)


def outcome(function: Any, value: Any) -> Any:
    try:
        return function(value)
    except original.NotJson as error:
        return f"refused: {error}"


def verdict(function: Any, value: Any) -> Any:
    """The bytes, or that there are none: of two faults in one value either may be told."""
    found = outcome(function, value)
    return "refused" if isinstance(found, str) else found


@given(VALUES)
@example(1e16)
@example(1e-5)
@example(-1.5e-5)
@example(1e-6)
@example(-0.0)
@example(2**64)
@example({"b": 1, "a": [1.0, None], "": "\x7f\x1f\u2028"})
def test_a_value_is_written_in_the_same_bytes_or_refused_by_both(value: Any) -> None:
    assert verdict(twin.encode, value) == verdict(original.encode, value)
    assert verdict(twin.sorted_encode, value) == verdict(original.sorted_encode, value)


@given(ANY_FLOAT | st.floats(1e-7, 1e-3) | st.floats(1e14, 1e18))
def test_a_number_is_written_in_the_same_bytes(value: float) -> None:
    assert outcome(twin.encode, value) == outcome(original.encode, value)


def test_what_python_alone_writes_is_not_what_the_studio_writes() -> None:
    """Control: the plain way of the standard library gives other bytes."""
    assert json.dumps(1e-6).encode() != original.encode(1e-6) == twin.encode(1e-6)
    assert json.dumps(1e-5).encode() != original.encode(1e-5) == twin.encode(1e-5)


def nested(depth: int, *, objects: bool) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value} if objects else [value]
    return value


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        float("nan"), [1, float("-inf")], "\ud800", {"\udfff": 1}, 2**64, -(2**63) - 1, {1: 2}, {Text("a"): 1}, b"x",
        {1}, Text("a"), object(), nested(255, objects=False), nested(255, objects=True),
    ],
    ids=[
        "nan", "infinity", "half", "half-key", "large", "small", "number-key", "kind-of-key", "bytes",
        "set", "kind-of-text", "object", "deep-list", "deep-object",
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_in_the_same_words(value: Any) -> None:
    assert outcome(twin.encode, value) == outcome(original.encode, value)
    assert str(outcome(twin.encode, value)).startswith("refused: ")


def test_a_kind_of_object_with_an_order_of_its_own_is_refused_by_both() -> None:
    value = collections.OrderedDict(a=1)
    assert verdict(twin.encode, value) == verdict(original.encode, value) == "refused"


@pytest.mark.parametrize("objects", [False, True])
def test_the_deepest_value_is_written(objects: bool) -> None:
    value = nested(254, objects=objects)
    assert twin.encode(value) == original.encode(value)


JSON_TEXTS = VALUES.map(lambda value: json.dumps(value, default=str, skipkeys=True)) | st.text(
    '[]{}:,"\\udabcef01289.eE+- \ntruenlNaN\ud800', max_size=12
)


def read(function: Any, text: str) -> str:
    try:
        return repr(function(text))
    except ValueError:
        return "refused"


@given(JSON_TEXTS)
@example("1e400")
@example("123456789012345678901234567890")
@example('"\\ud800"')
@example('"\\ud83d\\ude00"')
@example("NaN")
@example("-0")
@example("\ufeff1")
def test_a_text_is_read_as_the_same_value_or_refused_by_both(text: str) -> None:
    assert read(twin.decode, text) == read(original.decode, text)
    assert repr(twin.typed_value(text)) == repr(original.typed_value(text))


@given(st.binary(max_size=6))
def test_bytes_are_read_as_the_same_value_or_refused_by_both(data: bytes) -> None:
    assert read(twin.decode, data) == read(original.decode, data)  # type: ignore[arg-type]


@given(VALUES, VALUES)
@example(1, 1.0)
@example([1, 2], (1, 2))
@example({"a": 1, "b": 2}, {"b": 2, "a": 1})
def test_two_values_are_the_same_to_both(one: Any, other: Any) -> None:
    assert twin.same_value(one, other) == original.same_value(one, other)
    assert twin.same_value(one, one) == original.same_value(one, one)


@given(VALUES, st.integers(1, 80))
def test_a_preview_reads_the_same(value: Any, limit: int) -> None:
    def shown(function: Any) -> Any:
        return verdict(lambda one: function(one, limit).encode("utf-8", "surrogatepass"), value)

    assert shown(twin.preview) == shown(original.preview)
