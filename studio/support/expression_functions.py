"""The functions an expression may call. Each gets the `Work` account first and pays before it acts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studio.support.expression_work import Fault, Work, kind
from studio.support.values import Json, encode


def number(value: Json, name: str) -> Any:
    """Return a number (true counts 1), or raise."""
    if not isinstance(value, int | float):
        raise Fault(f"`{name}` needs a number, not {kind(value)}")
    return value


def text(value: Json, name: str) -> str:
    """Return a text, or raise."""
    if not isinstance(value, str):
        raise Fault(f"`{name}` needs a text, not {kind(value)}", "Write str(…) to make a text of it.")
    return value


def items(value: Json, name: str) -> list[Json]:
    """Return a list, or raise."""
    if not isinstance(value, list):
        raise Fault(f"`{name}` needs a list, not {kind(value)}")
    return value


def _len(work: Work, value: Json) -> int:
    if not isinstance(value, str | list | dict):
        raise Fault(f"`len` needs a text, a list or an object, not {kind(value)}")
    return len(value)


def _extreme(name: str, choose: Callable[..., Json]) -> Callable[..., Json]:
    def extreme(work: Work, *values: Json, default: Json = Fault) -> Json:
        chosen = items(values[0], name) if len(values) == 1 else list(values)
        work.pay_for(chosen)
        if not chosen:
            if default is not Fault:
                return default
            raise Fault(f"`{name}` of an empty list", f"Write {name}(…, default=0).")
        try:
            return choose(chosen)
        except TypeError:
            raise Fault(f"`{name}` needs values that can be compared: all numbers or all texts") from None

    return extreme


def _sum(work: Work, values: Json) -> Json:
    work.pay(len(items(values, "sum")))
    numbers = [number(value, "sum") for value in values]
    # The plain sum of floats differs between Python versions in the last digit, and a replay compares all of them.
    try:
        return math.fsum(numbers) if any(type(one) is float for one in numbers) else sum(numbers)
    except OverflowError:
        raise Fault("`sum` is too large a number") from None


def _mean(work: Work, values: Json) -> float:
    if not items(values, "mean"):
        raise Fault("`mean` of an empty list")
    total = _sum(work, values)
    return float(total / len(values))


def _any(work: Work, values: Json) -> bool:
    work.pay(len(items(values, "any")))
    return any(values)


def _all(work: Work, values: Json) -> bool:
    work.pay(len(items(values, "all")))
    return all(values)


def _sorted(work: Work, values: Json, by: str = "", reverse: Json = False) -> list[Json]:
    work.pay_for(items(values, "sorted"))
    work.pay(len(values) * max(1, len(values).bit_length()))
    try:
        if by:
            return sorted(values, key=lambda value: value[text(by, "sorted")], reverse=bool(reverse))
        return sorted(values, reverse=bool(reverse))
    except (TypeError, KeyError, IndexError):
        what = f"objects that all have a `{by}` to compare" if by else "values that can be compared"
        raise Fault(f"`sorted` needs {what}: all numbers or all texts") from None


def _reversed(work: Work, values: Json) -> list[Json]:
    work.pay(len(items(values, "reversed")))
    return list(reversed(values))


def _unique(work: Work, values: Json) -> list[Json]:
    work.pay_for(items(values, "unique"))
    found: dict[bytes, Json] = {}
    for value in values:
        found.setdefault(encode(value), value)
    return list(found.values())


def _count(work: Work, where: Json, what: Json) -> int:
    if isinstance(where, str):
        work.pay_text(len(where))
        return where.count(text(what, "count"))
    work.pay_for(items(where, "count"))
    return items(where, "count").count(what)


def _range(work: Work, start: Json, stop: Json = None, step: Json = 1) -> list[int]:
    bounds = (0, start, step) if stop is None else (start, stop, step)
    if not all(type(bound) is int for bound in bounds) or step == 0:
        raise Fault("`range` needs whole numbers, and a step other than 0")
    numbers = range(*bounds)
    work.pay(len(numbers))
    return list(numbers)


def _zip(work: Work, *lists: Json) -> list[Json]:
    for one in lists:
        work.pay(len(items(one, "zip")))
    return [list(row) for row in zip(*lists, strict=False)]


def _enumerate(work: Work, values: Json) -> list[Json]:
    work.pay(3 * len(items(values, "enumerate")))
    return [[index, value] for index, value in enumerate(values)]


def _on_text(name: str, make: Callable[[str], Json]) -> Callable[[Work, Json], Json]:
    def on_text(work: Work, value: Json) -> Json:
        work.pay_text(2 * len(text(value, name)))
        return make(value)

    return on_text


def _strip(work: Work, value: Json, characters: str | None = None) -> str:
    work.pay_text(len(text(value, "strip")))
    return text(value, "strip").strip(characters if characters is None else text(characters, "strip"))


def _split(work: Work, value: Json, separator: Json = None) -> list[str]:
    work.pay_text(2 * len(text(value, "split")))
    if separator is None:
        found = value.split()
    elif text(separator, "split"):
        found = value.split(separator)
    else:
        raise Fault("`split` needs a separator that is not empty")
    work.pay(len(found))
    return list(found)


def _list_of(name: str, make: Callable[[str], list[str]]) -> Callable[[Work, Json], list[str]]:
    def list_of(work: Work, value: Json) -> list[str]:
        work.pay_text(2 * len(text(value, name)))
        found = make(value)
        work.pay(len(found))
        return found

    return list_of


def _join(work: Work, values: Json, separator: Json = "") -> str:
    if isinstance(values, str) and isinstance(separator, list):
        values, separator = separator, values
    parts = [text(value, "join") for value in items(values, "join")]
    work.pay(len(parts))
    work.pay_text(sum(map(len, parts)) + len(parts) * len(text(separator, "join")))
    return str(separator.join(parts))


def _replace(work: Work, value: Json, old: Json, new: Json) -> str:
    if not text(old, "replace"):
        raise Fault("`replace` needs a text to look for that is not empty")
    work.pay_text(len(text(value, "replace")))
    times = value.count(old)
    work.pay_text(len(value) + times * len(text(new, "replace")))
    return str(value.replace(old, new))


def contains(work: Work, where: Json, what: Json) -> bool:
    """`what in where`: a part of a text, an element of a list, a key of an object."""
    if isinstance(where, str):
        work.pay_text(len(where))
        return text(what, "in") in where
    if isinstance(where, dict):
        return isinstance(what, str) and what in where
    work.pay_for(items(where, "in"))
    return what in where


def _edge(name: str, test: Callable[[str, str], bool]) -> Callable[[Work, Json, Json], bool]:
    def edge(work: Work, value: Json, part: Json) -> bool:
        work.pay_text(len(text(part, name)))
        return test(text(value, name), part)

    return edge


def _matches(work: Work, value: Json, pattern: Json) -> bool:
    from studio.support.errors import UsageError
    from studio.support.patterns import compile_pattern

    work.pay_text(16 * len(text(value, "matches")))
    try:
        return compile_pattern(text(pattern, "matches")).search(value) is not None
    except UsageError as error:
        raise Fault(error.message.rstrip("."), error.hint) from None


def _int(work: Work, value: Json) -> int:
    try:
        return int(value.strip() if isinstance(value, str) else number(value, "int"))
    except ValueError:
        raise Fault(f"`int` cannot read {_quoted(value)} as a whole number") from None


def _float(work: Work, value: Json) -> float:
    try:
        return float(value if isinstance(value, str) else number(value, "float"))
    except ValueError:
        raise Fault(f"`float` cannot read {_quoted(value)} as a number") from None


def _quoted(value: Json) -> str:
    shown = str(value)
    return f"“{shown[:40]}{'…' if len(shown) > 40 else ''}”"


def _str(work: Work, value: Json) -> str:
    if isinstance(value, str):
        return value
    work.pay_for(value)
    return encode(value).decode()


def _bool(work: Work, value: Json) -> bool:
    return bool(value)


def _abs(work: Work, value: Json) -> Json:
    return abs(number(value, "abs"))


def _round(work: Work, value: Json, digits: Json = None) -> Json:
    if digits is not None and (type(digits) is not int or abs(digits) > 30):
        raise Fault("`round` needs a whole number of digits, at most 30")
    return round(number(value, "round"), digits)


def _root(work: Work, value: Json) -> float:
    if number(value, "sqrt") < 0:
        raise Fault("`sqrt` of a negative number")
    return math.sqrt(value)


def _log(work: Work, value: Json) -> float:
    if number(value, "log") <= 0:
        raise Fault("`log` needs a number above 0")
    return math.log(value)


def _get(work: Work, value: Json, key: Json, default: Json = None) -> Json:
    if isinstance(value, dict):
        return value.get(text(key, "get"), default)
    if isinstance(value, list) and type(key) is int:
        return value[key] if -len(value) <= key < len(value) else default
    if value is None:
        return default
    raise Fault(f"`get` needs an object and a key, or a list and a number, not {kind(value)} and {kind(key)}")


def _keys(work: Work, value: Json) -> list[str]:
    if not isinstance(value, dict):
        raise Fault(f"`keys` needs an object, not {kind(value)}")
    work.pay(len(value))
    return list(value)


def _values(work: Work, value: Json) -> list[Json]:
    if not isinstance(value, dict):
        raise Fault(f"`values` needs an object, not {kind(value)}")
    work.pay(len(value))
    return list(value.values())


def _type(work: Work, value: Json) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "text", list: "list", dict: "object"}
    return "null" if value is None else names[type(value)]


@dataclass(frozen=True)
class Function:
    """One function: what it does, how it is written, and a sentence for the Help panel."""

    call: Callable[..., Json]
    usage: str
    help: str


FUNCTIONS: Mapping[str, Function] = {
    "len": Function(_len, "len(value)", "Characters of a text, elements of a list, keys of an object."),
    "min": Function(_extreme("min", min), "min(a, b, …) or min(list, default=0)", "The smallest."),
    "max": Function(_extreme("max", max), "max(a, b, …) or max(list, default=0)", "The largest."),
    "sum": Function(_sum, "sum(list)", "The sum; true counts 1."),
    "mean": Function(_mean, "mean(list)", "The arithmetic mean."),
    "abs": Function(_abs, "abs(number)", "The number without its sign."),
    "round": Function(_round, "round(number, digits)", "Rounded to even; without digits a whole number."),
    "floor": Function(lambda work, x: math.floor(number(x, "floor")), "floor(number)", "Rounded down."),
    "ceil": Function(lambda work, x: math.ceil(number(x, "ceil")), "ceil(number)", "Rounded up."),
    "sqrt": Function(_root, "sqrt(number)", "The square root."),
    "log": Function(_log, "log(number)", "The natural logarithm."),
    "exp": Function(lambda work, x: math.exp(number(x, "exp")), "exp(number)", "e to that power."),
    "any": Function(_any, "any(list)", "True if one element is true."),
    "all": Function(_all, "all(list)", "True if every element is true."),
    "sorted": Function(
        _sorted, 'sorted(list, by="key", reverse=false)', "In order; `by` names a key of the objects in it."
    ),
    "reversed": Function(_reversed, "reversed(list)", "From last to first."),
    "unique": Function(_unique, "unique(list)", "Each value once, where it first stood."),
    "count": Function(_count, "count(text or list, what)", "How often something stands in it."),
    "range": Function(_range, "range(stop) or range(start, stop, step)", "Whole numbers from start to before stop."),
    "zip": Function(_zip, "zip(list, list, …)", "Rows of elements at the same place, as long as the shortest list."),
    "enumerate": Function(_enumerate, "enumerate(list)", "Rows [index, value], from 0."),
    "lower": Function(_on_text("lower", str.lower), "lower(text)", "In small letters."),
    "upper": Function(_on_text("upper", str.upper), "upper(text)", "In capitals."),
    "title": Function(_on_text("title", str.title), "title(text)", "Each Word With A Capital."),
    "strip": Function(_strip, "strip(text, characters)", "Without spaces (or those characters) at both ends."),
    "split": Function(_split, "split(text, separator)", "The parts between separators, or between spaces."),
    "join": Function(_join, "join(list, separator)", "The texts of a list as one text."),
    "replace": Function(_replace, "replace(text, old, new)", "With every `old` replaced by `new`."),
    "words": Function(_list_of("words", str.split), "words(text)", "Its parts between spaces."),
    "lines": Function(_list_of("lines", str.splitlines), "lines(text)", "Its lines."),
    "contains": Function(contains, "contains(where, what)", "The same as `what in where`."),
    "startswith": Function(_edge("startswith", str.startswith), "startswith(text, part)", "True if it begins so."),
    "endswith": Function(_edge("endswith", str.endswith), "endswith(text, part)", "True if it ends so."),
    "matches": Function(_matches, "matches(text, pattern)", "True if an RE2 pattern is found anywhere in it."),
    "int": Function(_int, "int(value)", "A whole number; parts after the point are cut off."),
    "float": Function(_float, "float(value)", "A number with a point."),
    "str": Function(_str, "str(value)", "A text; anything but text as compact JSON."),
    "bool": Function(_bool, "bool(value)", 'False for 0, "", null, [] and {}, else true.'),
    "get": Function(_get, "get(object, key, default)", "The value of a key or place, or the default."),
    "keys": Function(_keys, "keys(object)", "Its keys, in order."),
    "values": Function(_values, "values(object)", "Its values, in order."),
    "type": Function(_type, "type(value)", "text, integer, number, boolean, list, object or null."),
}
