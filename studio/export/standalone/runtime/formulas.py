"""Expressions of a graph as functions of Python: `Expression("a > 0.5", lambda a: a > 0.5)`.

What it stands for is `support.expressions`, which reads an expression when it runs; a script holds it written out.
Below stand the functions that Python has no equal of. `standalone.formulas` says which are needed where.

A script does not count the work of an expression, and where the studio refuses numbers beyond 64 bits on the way to a
result, true or false as a place or a number of times, or a text where a list is asked for, Python may have an answer.
Wherever the studio has one, it is the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from studio.export.standalone.runtime.patterns import compile_pattern
from studio.export.standalone.runtime.values import Absent, Json, NotJson, encode
from studio.support.errors import UsageError
from studio.support.expression_errors import ExpressionError
from studio.support.expression_functions import items, number, text
from studio.support.expression_work import Fault, kind

__all__ = ["Expression", "ExpressionError"]

MOST_REPEATED = 32_000_000
"""Longest text or list that a repetition or a range makes, in characters or elements."""


class Expression:
    """An expression and the function that computes it. A parameter `len_` stands for a value called `len`."""

    known: ClassVar[dict[str, Expression]] = {}
    """Those that the script holds, by their text: it reads no others."""

    def __init__(self, text: str, function: Callable[..., Json]) -> None:
        self.text = text
        self.function = function
        self.known[text] = self
        code = function.__code__
        self._parameters = {name.removesuffix("_"): name for name in code.co_varnames[: code.co_argcount]}

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Return the expression of this text, if the script holds it. Raises `ExpressionError`."""
        if text not in cls.known:
            raise ExpressionError(
                "It came up only in the run, and a script without the studio reads no expressions.",
                expression=text,
                hint="Run the graph in the studio.",
            )
        return cls.known[text]

    @property
    def names(self) -> tuple[str, ...]:
        """The values it needs, in order of appearance."""
        return tuple(self._parameters)

    def evaluate(self, values: Mapping[str, Json]) -> Json:
        """Return the value over these values, which are not changed.

        Raises `ExpressionError` if a name is missing or an operation does not fit its values.
        """
        for name in self._parameters:
            if name not in values or isinstance(values[name], Absent):
                known = ", ".join(f"`{other}`" for other in values) or "none"
                raise ExpressionError(
                    f"`{name}` has no value.", expression=self.text, name=name, hint=f"Values given: {known}."
                )
        try:
            result = self.function(**{parameter: values[name] for name, parameter in self._parameters.items()})
            encode(result)
        except Fault as fault:
            message, hint = fault.message, fault.hint
        except (OverflowError, RecursionError, MemoryError, NotJson):
            message, hint = "a value becomes too large or too deep", ""
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            message, hint = told(error)
        else:
            return result
        raise ExpressionError(f"{message[0].upper()}{message[1:]}.", expression=self.text, hint=hint) from None


_SAID: tuple[tuple[str, str, str], ...] = (
    (
        r"unsupported operand type\(s\) for (\S+?)(?: or pow\(\))?: '(\w+)' and '(\w+)'",
        "`{0}` does not work between {1} and {2}",
        "",
    ),
    (
        r"can only concatenate (str) \(not \"(\w+)\"\) to \w+",
        "`+` does not work between {0} and {1}",
        "Write str(…) to join a value to a text.",
    ),
    (r"can only concatenate (\w+) \(not \"(\w+)\"\) to \w+", "`+` does not work between {0} and {1}", ""),
    (r"'(\S+)' not supported between instances of '(\w+)' and '(\w+)'", "`{0}` does not work between {1} and {2}", ""),
    (r"bad operand type for unary .: '(\w+)'", "a sign needs a number, not {0}", ""),
    (r"bad operand type for abs\(\): '(\w+)'", "`abs` needs a number, not {0}", ""),
    (r"type (\w+) doesn't define __round__ method", "`round` needs a number, not {0}", ""),
    (r"object of type '(\w+)' has no len\(\)", "`len` needs a text, a list or an object, not {0}", ""),
    (
        r"(min|max)\(\) (?:arg is an empty sequence|iterable argument is empty)",
        "`{0}` of an empty list",
        "Write {0}(…, default=0).",
    ),
    (r"'(\w+)' object has no attribute '(keys|values)'", "`{1}` needs an object, not {0}", ""),
    (
        r"'(\w+)' object has no attribute 'splitlines'",
        "`lines` needs a text, not {0}",
        "Write str(…) to make a text of it.",
    ),
    (r"'(\w+)' object has no attribute '(\w+)'", "`{1}` needs a text, not {0}", "Write str(…) to make a text of it."),
    (r"'(\w+)' object is not subscriptable", "`[…]` does not work on {0}", ""),
)
"""What Python says of a failed operation, and how expressions put it. Names of types become kinds of values."""


def told(error: Exception) -> tuple[str, str]:
    """Return what Python says of a failed operation in the words of expressions, and a hint."""
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero", ""
    if isinstance(error, KeyError):
        return f"the object has no key `{error.args[0]}`", "With get(object, key) it may be missing."
    said = str(error)
    for pattern, message, hint in _SAID:
        if found := re.fullmatch(pattern, said):
            kinds = [_kind(name) for name in found.groups()]
            return message.format(*kinds), hint.format(*kinds)
    return said[:200] or type(error).__name__, ""


def _kind(name: str) -> str:
    """Return the kind of values that a type of Python holds, in words for people."""
    known = {"bool": True, "int": 0, "float": 0.0, "str": "", "list": [], "dict": {}, "NoneType": None}
    return kind(known[name]) if name in known else name


# -- operators where Python means something else -----------------------------------------------------------


def equal(one: Json, other: Json) -> bool:
    """True if two values are equal; true counts 1."""
    return bool(one == other)


def contains(where: Json, what: Json) -> bool:
    """True for a part of a text, an element of a list, a key of an object."""
    if isinstance(where, str):
        return text(what, "in") in where
    if isinstance(where, dict):
        return isinstance(what, str) and what in where
    return what in items(where, "in")


def remainder(left: Json, right: Json) -> Json:
    """Return `left % right` of two numbers."""
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise Fault(f"`%` does not work between {kind(left)} and {kind(right)}")
    return left % right


def power(base: Json, exponent: Json) -> Json:
    """Return `base ** exponent` of two numbers, if it is a number of at most 64 bits."""
    if not isinstance(base, int | float) or not isinstance(exponent, int | float):
        raise Fault(f"`**` does not work between {kind(base)} and {kind(exponent)}")
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 0:
        if (abs(base).bit_length() - 1) * exponent > 64:
            raise Fault("a whole number becomes larger than 64 bits", "Use numbers with a point: 1.0 * x.")
        if abs(base) <= 1:
            exponent = 2 - exponent % 2
    result = base**exponent
    if isinstance(result, complex):
        raise Fault("a root of a negative number is no JSON value")
    return result


def times(left: Json, right: Json) -> Json:
    """Return the product of numbers, or a text or list so many times."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left * right
    if type(left) is int:
        left, right = right, left
    if type(right) is not int or not isinstance(left, str | list):
        raise Fault(f"`*` does not work between {kind(left)} and {kind(right)}")
    if len(left) * right > MOST_REPEATED:
        raise Fault("it does too much work", "Use smaller values, or split it into several nodes.")
    return left * right


def key(value: Json) -> str:
    """Return a key of an object, which is a text."""
    if not isinstance(value, str):
        raise Fault(f"keys of an object are texts, not {kind(value)}")
    return value


def rows_of(values: Json, width: int) -> list[Json]:
    """Return the rows of a list, each a list of so many values."""
    rows = list(values) if isinstance(values, str | list | dict) else items(values, "for")
    if not all(isinstance(row, list) and len(row) == width for row in rows):
        raise Fault(f"`for` expects rows of {width} values")
    return rows


# -- functions where Python means something else ---------------------------------------------------------------


def total(values: Json) -> Json:
    """Return the sum; that of numbers with a point is the exact one, rounded once."""
    numbers = [number(value, "sum") for value in items(values, "sum")]
    return math.fsum(numbers) if any(type(one) is float for one in numbers) else sum(numbers)


def mean(values: Json) -> float:
    """Return the arithmetic mean."""
    if not items(values, "mean"):
        raise Fault("`mean` of an empty list")
    return float(total(values) / len(values))


def rounded(value: Json, digits: Json) -> Json:
    """Return a number rounded to even; without digits a whole number."""
    if digits is not None and (type(digits) is not int or abs(digits) > 30):
        raise Fault("`round` needs a whole number of digits, at most 30")
    return round(number(value, "round"), digits)


def sorted_by(values: Json, by: str, reverse: Json = False) -> list[Json]:
    """Return objects in the order of what stands under one of their keys."""
    if not by:
        return sorted(items(values, "sorted"), reverse=bool(reverse))
    return sorted(items(values, "sorted"), key=lambda value: value[text(by, "sorted")], reverse=bool(reverse))


def unique(values: Json) -> list[Json]:
    """Return each value once, where it first stood."""
    found: dict[bytes, Json] = {}
    for value in items(values, "unique"):
        found.setdefault(encode(value), value)
    return list(found.values())


def whole_numbers(start: Json, stop: Json = None, step: Json = 1) -> list[int]:
    """Return whole numbers from start to before stop, or from 0 to before the only number given."""
    bounds = (0, start, step) if stop is None else (start, stop, step)
    if not all(type(bound) is int for bound in bounds) or step == 0:
        raise Fault("`range` needs whole numbers, and a step other than 0")
    if len(range(*bounds)) > MOST_REPEATED:
        raise Fault("it does too much work", "Use smaller values, or split it into several nodes.")
    return list(range(*bounds))


def side_by_side(*lists: Json) -> list[Json]:
    """Return rows of the elements at the same place, as long as the shortest list."""
    return [list(row) for row in zip(*(items(one, "zip") for one in lists), strict=False)]


def numbered(values: Json) -> list[Json]:
    """Return rows of place and element, from 0."""
    return [[place, value] for place, value in enumerate(items(values, "enumerate"))]


def join(values: Json, separator: Json = "") -> str:
    """Return the texts of a list as one text."""
    if isinstance(values, str) and isinstance(separator, list):
        values, separator = separator, values
    parts = [text(value, "join") for value in items(values, "join")]
    return text(separator, "join").join(parts)


def replace(value: Json, old: Json, new: Json) -> str:
    """Return the text with every `old` replaced by `new`."""
    if not text(old, "replace"):
        raise Fault("`replace` needs a text to look for that is not empty")
    return text(value, "replace").replace(old, text(new, "replace"))


def matches(value: Json, pattern: Json) -> bool:
    """True if a pattern of the studio is found anywhere in a text."""
    where = text(value, "matches")
    try:
        return compile_pattern(text(pattern, "matches")).search(where) is not None
    except UsageError as error:
        raise Fault(error.message.rstrip("."), error.hint) from None


def to_float(value: Json) -> float:
    """Return a number with a point, read from a text or a number."""
    made = float(value if isinstance(value, str) else number(value, "float"))
    if not math.isfinite(made):
        raise Fault("a number becomes infinite or undefined")
    return made


def to_text(value: Json) -> str:
    """Return a text as it is, anything else as compact JSON."""
    return value if isinstance(value, str) else encode(value).decode()


def get(value: Json, key: Json, default: Json = None) -> Json:
    """Return the value of a key or place, or the default."""
    if isinstance(value, dict):
        return value.get(text(key, "get"), default)
    if isinstance(value, list) and type(key) is int:
        return value[key] if -len(value) <= key < len(value) else default
    if value is None:
        return default
    raise Fault(f"`get` needs an object and a key, or a list and a number, not {kind(value)} and {kind(key)}")


def type_name(value: Json) -> str:
    """Return text, integer, number, boolean, list, object or null."""
    names = {bool: "boolean", int: "integer", float: "number", str: "text", list: "list", dict: "object"}
    return "null" if value is None else names[type(value)]
