"""Filters: which objects of a store are meant, written as JSON. One small language for every kind of store.

    {"kind": "note", "n": {"gte": 3}}            # both hold
    {"or": [{"kind": "note"}, {"not": {"done": true}}]}

A key with a value asks for that very value; a key with an object asks what the object's operators say: `eq`, `ne`,
`gt`, `gte`, `lt`, `lte`, `in`, `nin`, `contains`, `starts_with`, `exists`. A key that the object does not have is
looked for as a path: `author.name`. `and`, `or` (lists of filters) and `not` (a filter) join filters; keys of
these three names cannot be asked for.

Nothing is converted: `1` is `1.0`, but neither `"1"` nor true, and an order holds only between two numbers or two
texts. For a key that is not there every operator is false but `ne`, `nin` and `exists: false`; null is a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.values import Json, preview

MAX_PARTS: Final = 1_000
"""Most conditions of a filter, and most values of one `in` or `nin`."""
MAX_DEPTH: Final = 20
"""Deepest nesting of `and`, `or`, `not`."""

MISSING: Final = object()
"""Stands for the value of a key that an object does not have."""
Test = Callable[[Mapping[str, Json]], bool]


class FilterError(UsageError):
    """A filter that cannot be understood: one sentence, with the place in the filter."""

    code = "filter"


def parse_filter(filter: Json) -> Test:
    """Return the test that a filter stands for: a function of an object. Null and `{}` let everything pass.

    The test never raises, whatever the object holds. Raises `FilterError` for what is no filter.
    """
    if filter is None:
        return _everything
    return _Reading().filter(filter, "the filter", 1)


def matches(filter: Json, object: Mapping[str, Json]) -> bool:
    """True if a filter lets an object pass; parse it once with `parse_filter` to ask many. Raises `FilterError`."""
    return parse_filter(filter)(object)


def filter_problem(filter: Json) -> str:
    """Return what is wrong with a filter, one sentence, or ""."""
    try:
        parse_filter(filter)
    except FilterError as error:
        return str(error)
    return ""


def same(one: Json, other: Json) -> bool:
    """True if two values are equal to a filter: numbers by size, true and false only to themselves, objects whatever
    the order of their keys."""
    stack = [(one, other)]
    while stack:
        a, b = stack.pop()
        if isinstance(a, bool) or isinstance(b, bool):
            if a is not b:
                return False
        elif isinstance(a, dict) and isinstance(b, dict):
            if a.keys() != b.keys():
                return False
            stack.extend((value, b[key]) for key, value in a.items())
        elif isinstance(a, list | tuple) and isinstance(b, list | tuple):
            if len(a) != len(b):
                return False
            stack.extend(zip(a, b, strict=True))
        elif a != b:
            return False
    return True


def order_problem(one: Json, other: Json) -> bool:
    """True if two values have no order: they are not two numbers, nor two texts."""
    return not (_is_number(one) and _is_number(other)) and not (isinstance(one, str) and isinstance(other, str))


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _everything(object: Mapping[str, Json]) -> bool:
    return True


class _Reading:
    """Reads one filter and counts its parts."""

    def __init__(self) -> None:
        self._parts = 0

    def filter(self, filter: Json, where: str, depth: int) -> Test:
        if not isinstance(filter, Mapping):
            raise FilterError(
                f"{where} is {preview(filter, 40)}, but a filter is an object.", hint='Write `{"kind": "note"}`.'
            )
        if depth > MAX_DEPTH:
            raise FilterError(f"the filter is nested deeper than {MAX_DEPTH}.", hint="Write it flatter.")
        tests = [self._entry(key, value, depth) for key, value in filter.items()]
        return tests[0] if len(tests) == 1 else _all(tests)

    def _entry(self, key: Json, value: Json, depth: int) -> Test:
        if not isinstance(key, str):
            raise FilterError(f"the key {preview(str(key), 40)} of the filter is no text.")
        self._count(1)
        if key == "not":
            inner = self.filter(value, "`not`", depth + 1)
            return lambda object: not inner(object)
        if key in ("and", "or"):
            if not isinstance(value, list | tuple):
                raise FilterError(
                    f"`{key}` is {preview(value, 40)}, but it takes a list of filters.",
                    hint='Write `[{"kind": "note"}, {"n": 3}]`.',
                )
            parts = [self.filter(part, f"a part of `{key}`", depth + 1) for part in value]
            return _all(parts) if key == "and" else _any(parts)
        if not isinstance(value, Mapping):
            return _on(key, _equal(value))
        return _on(key, self._operators(key, value))

    def _operators(self, key: str, operators: Mapping[str, Json]) -> Callable[[Json], bool]:
        self._count(len(operators))
        if not operators:
            raise FilterError(
                f"the filter says nothing of `{preview(key, 40)}`.", hint="Give an operator such as `exists`."
            )
        tests = []
        for name, operand in operators.items():
            make = _OPERATORS.get(name)
            if make is None:
                raise FilterError(
                    f"`{preview(str(name), 40)}` of `{preview(key, 40)}` is no operator of a filter.",
                    hint=did_you_mean(str(name), _OPERATORS, then="To compare with an object, write `eq`.")
                    if did_you_mean(str(name), _OPERATORS)
                    else f"Operators: {', '.join(_OPERATORS)}. To compare with an object, write `eq`.",
                )
            tests.append(make(operand, f"`{name}` of `{preview(key, 40)}`"))
        return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)

    def _count(self, more: int) -> None:
        self._parts += more
        if self._parts > MAX_PARTS:
            raise FilterError(f"the filter has more than {MAX_PARTS} conditions.", hint="Use `in` for many values.")


def _all(tests: list[Test]) -> Test:
    return lambda object: all(test(object) for test in tests)


def _any(tests: list[Test]) -> Test:
    return lambda object: any(test(object) for test in tests)


def _on(key: str, test: Callable[[Json], bool]) -> Test:
    path = key.split(".") if "." in key else None
    return lambda object: test(found(object, key, path))


def found(object: Mapping[str, Json], key: str, path: list[str] | None) -> Json:
    """Return what a filter's key means in an object, or `MISSING`; `path` is the key split at its dots."""
    if key in object:
        return object[key]
    if path is None:
        return MISSING
    value: Json = object
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return MISSING
        value = value[step]
    return value


def _equal(operand: Json, where: str = "") -> Callable[[Json], bool]:
    if isinstance(operand, str):
        return lambda value: isinstance(value, str) and value == operand
    return lambda value: value is not MISSING and same(value, operand)


def _unequal(operand: Json, where: str) -> Callable[[Json], bool]:
    equal = _equal(operand)
    return lambda value: not equal(value)


def _ordered(decide: Callable[[Json, Json], bool]) -> Callable[[Json, str], Callable[[Json], bool]]:
    def make(operand: Json, where: str) -> Callable[[Json], bool]:
        if order_problem(operand, operand):
            raise FilterError(f"{where} is {preview(operand, 40)}, but only numbers and texts have an order.")
        return lambda value: not order_problem(value, operand) and decide(value, operand)

    return make


def _among(operand: Json, where: str) -> Callable[[Json], bool]:
    if not isinstance(operand, list | tuple):
        raise FilterError(f"{where} is {preview(operand, 40)}, but it takes a list of values.")
    if len(operand) > MAX_PARTS:
        raise FilterError(f"{where} has {len(operand)} values, more than {MAX_PARTS}.")
    texts = {value for value in operand if isinstance(value, str)}
    others = [value for value in operand if not isinstance(value, str)]

    def test(value: Json) -> bool:
        if isinstance(value, str):
            return value in texts
        return value is not MISSING and any(same(value, other) for other in others)

    return test


def _not_among(operand: Json, where: str) -> Callable[[Json], bool]:
    among = _among(operand, where)
    return lambda value: not among(value)


def _contains(operand: Json, where: str) -> Callable[[Json], bool]:
    def test(value: Json) -> bool:
        if isinstance(value, str):
            return isinstance(operand, str) and operand in value
        return isinstance(value, list | tuple) and any(same(part, operand) for part in value)

    return test


def _starts_with(operand: Json, where: str) -> Callable[[Json], bool]:
    if not isinstance(operand, str):
        raise FilterError(f"{where} is {preview(operand, 40)}, but it takes a text.")
    return lambda value: isinstance(value, str) and value.startswith(operand)


def _exists(operand: Json, where: str) -> Callable[[Json], bool]:
    if not isinstance(operand, bool):
        raise FilterError(f"{where} is {preview(operand, 40)}, but it is true or false.")
    return lambda value: (value is not MISSING) is operand


_OPERATORS: Final[Mapping[str, Callable[[Json, str], Callable[[Json], bool]]]] = {
    "eq": _equal,
    "ne": _unequal,
    "gt": _ordered(lambda value, operand: bool(value > operand)),
    "gte": _ordered(lambda value, operand: bool(value >= operand)),
    "lt": _ordered(lambda value, operand: bool(value < operand)),
    "lte": _ordered(lambda value, operand: bool(value <= operand)),
    "in": _among,
    "nin": _not_among,
    "contains": _contains,
    "starts_with": _starts_with,
    "exists": _exists,
}
