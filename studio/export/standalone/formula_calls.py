"""The functions of expressions as Python writes them, one by one."""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from studio.export.standalone.formula_parts import (
    NUMERIC,
    SCALAR,
    Kind,
    Part,
    Sheet,
    Untranslatable,
    constant,
    method,
    raw_literal,
)
from studio.export.standalone.runtime import formulas as runtime
from studio.support.errors import UsageError
from studio.support.expression_functions import FUNCTIONS
from studio.support.pattern_translation import has_category, python_pattern

Given = Mapping[str, Any]
"""Arguments by the name of the parameter: a `Part` each, a tuple of them for the rest of a row."""

_LARGEST_RANGE = 1_000_000


def call(sheet: Sheet, name: str, arguments: list[Part], named: dict[str, Part]) -> Part:
    """Return the call of a function of expressions. Raises `Untranslatable`."""
    function = FUNCTIONS[name]
    try:
        bound = inspect.signature(function.call).bind(None, *arguments, **named)
    except TypeError:
        raise Untranslatable(f"`{name}` is written {function.usage}") from None
    given = dict(bound.arguments)
    del given[next(iter(given))]  # the account of work
    return _WRITERS[name](sheet, given)


def contained(sheet: Sheet, where: Part, what: Part) -> Part:
    """Return `what in where`; the plain operator if it means the same."""
    if what.kind in SCALAR or where.kind in ("list", "text"):
        return Part(ast.Compare(left=what.node, ops=[ast.In()], comparators=[where.node]), "bool")
    return sheet.helper(runtime.contains, where, what, kind="bool")


def _present(given: Given, name: str) -> Part | None:
    part = given.get(name)
    return None if part is None or (part.is_constant and part.constant is None) else part


def _only(given: Given) -> Part:
    (part,) = given.values()
    assert isinstance(part, Part)
    return part


def _builtin(name: str, kind: Kind) -> Callable[[Sheet, Given], Part]:
    return lambda sheet, given: sheet.builtin(name, _only(given), kind=kind)


def _math(name: str, kind: Kind) -> Callable[[Sheet, Given], Part]:
    return lambda sheet, given: sheet.of_module(math, name, _only(given), kind=kind)


def _method(name: str, kind: Kind) -> Callable[[Sheet, Given], Part]:
    """A method of texts, which no other value has; the first argument is the text."""

    def write(sheet: Sheet, given: Given) -> Part:
        value, *others = given.values()
        rest = [part for part in others if not (part.is_constant and part.constant is None)]
        return method(value, name, *rest, kind=kind)

    return write


def _helper(function: Any, kind: Kind = "any") -> Callable[[Sheet, Given], Part]:
    return lambda sheet, given: sheet.helper(function, *given.values(), kind=kind)


def _extreme(name: str) -> Callable[[Sheet, Given], Part]:
    def write(sheet: Sheet, given: Given) -> Part:
        values = given.get("values", ())
        if not values:
            raise Untranslatable(f"`{name}` of nothing")
        named = {"default": given["default"]} if "default" in given and len(values) == 1 else {}
        numeric = len(values) > 1 and all(part.kind in NUMERIC for part in values)
        return sheet.builtin(name, *values, kind="number" if numeric else "any", **named)

    return write


def _round(sheet: Sheet, given: Given) -> Part:
    digits = _present(given, "digits")
    if digits is None:
        return sheet.builtin("round", given["value"], kind="number")
    plain = digits.is_constant and type(digits.constant) is int and abs(digits.constant) <= 30
    if plain or _is_small_negative(digits):
        return sheet.builtin("round", given["value"], digits, kind="number")
    return sheet.helper(runtime.rounded, given["value"], digits, kind="number")


def _is_small_negative(part: Part) -> bool:
    node = part.node
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and type(node.operand.value) is int
        and node.operand.value <= 30
    )


def _sorted(sheet: Sheet, given: Given) -> Part:
    by, reverse = given.get("by"), given.get("reverse")
    if by is not None and not (by.is_constant and not by.constant):
        rest = (by,) if reverse is None else (by, reverse)
        return sheet.helper(runtime.sorted_by, given["values"], *rest, kind="list")
    if reverse is None:
        return sheet.builtin("sorted", given["values"], kind="list")
    if reverse.kind != "bool":
        reverse = sheet.builtin("bool", reverse, kind="bool")
    return sheet.builtin("sorted", given["values"], kind="list", reverse=reverse)


def _reversed(sheet: Sheet, given: Given) -> Part:
    return sheet.builtin("list", sheet.builtin("reversed", _only(given)), kind="list")


def plain_range(sheet: Sheet, given: Given) -> Part | None:
    """Return Python's `range` where it means the same, as what a loop goes through."""
    stop = _present(given, "stop")
    bounds = [given["start"]] if stop is None else [given["start"], stop]
    if "step" in given:
        if stop is None:
            return None
        bounds.append(given["step"])
    if any(part.kind != "int" for part in bounds):
        return None
    small = all(not part.is_constant or abs(part.constant) <= _LARGEST_RANGE for part in bounds)
    return sheet.builtin("range", *bounds) if small else None


def _range(sheet: Sheet, given: Given) -> Part:
    plain = plain_range(sheet, given)
    if plain is not None:
        return sheet.builtin("list", plain, kind="list")
    parts = [given["start"], given.get("stop"), given.get("step")]
    if parts[2] is not None and parts[1] is None:
        parts[1] = constant(None)
    return sheet.helper(runtime.whole_numbers, *(part for part in parts if part is not None), kind="list")


def _zip(sheet: Sheet, given: Given) -> Part:
    return sheet.helper(runtime.side_by_side, *given.get("lists", ()), kind="list")


def _join(sheet: Sheet, given: Given) -> Part:
    values, separator = given["values"], given.get("separator") or sheet.text("")
    if separator.is_constant and separator.kind == "text" and values.kind in ("any", "list"):
        return method(separator, "join", values, kind="text")
    return sheet.helper(runtime.join, values, separator, kind="text")


def _replace(sheet: Sheet, given: Given) -> Part:
    value, old, new = given["value"], given["old"], given["new"]
    if old.is_constant and old.constant and old.kind == "text":
        return method(value, "replace", old, new, kind="text")
    return sheet.helper(runtime.replace, value, old, new, kind="text")


def _matches(sheet: Sheet, given: Given) -> Part:
    value, pattern = given["value"], given["pattern"]
    if not (pattern.is_constant and pattern.kind == "text") or has_category(pattern.constant):
        return sheet.helper(runtime.matches, value, pattern, kind="bool")
    try:
        made = python_pattern(pattern.constant)
    except UsageError as error:
        raise Untranslatable(error.message.rstrip(".")) from None
    written = sheet.text(made, raw_literal(made))
    flags = Part(sheet.module(re, "ASCII"))
    found = sheet.of_module(re, "search", written, value, flags)
    return Part(ast.Compare(left=found.node, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]), "bool")


def _float(sheet: Sheet, given: Given) -> Part:
    value = _only(given)
    if value.kind in NUMERIC:
        return sheet.builtin("float", value, kind="number")
    return sheet.helper(runtime.to_float, value, kind="number")


def _str(sheet: Sheet, given: Given) -> Part:
    value = _only(given)
    if value.kind == "text":
        return value
    if value.kind == "int":
        return sheet.builtin("str", value, kind="text")
    return sheet.helper(runtime.to_text, value, kind="text")


def _parts_of_object(name: str) -> Callable[[Sheet, Given], Part]:
    return lambda sheet, given: sheet.builtin("list", method(_only(given), name), kind="list")


def _contains(sheet: Sheet, given: Given) -> Part:
    return contained(sheet, given["where"], given["what"])


def _get(sheet: Sheet, given: Given) -> Part:
    return sheet.helper(runtime.get, *given.values())


def _count(sheet: Sheet, given: Given) -> Part:
    return method(given["where"], "count", given["what"], kind="int")


_WRITERS: Mapping[str, Callable[[Sheet, Given], Part]] = {
    "len": _builtin("len", "int"),
    "min": _extreme("min"),
    "max": _extreme("max"),
    "sum": _helper(runtime.total, "number"),
    "mean": _helper(runtime.mean, "number"),
    "abs": _builtin("abs", "number"),
    "round": _round,
    "floor": _math("floor", "int"),
    "ceil": _math("ceil", "int"),
    "sqrt": _math("sqrt", "number"),
    "log": _math("log", "number"),
    "exp": _math("exp", "number"),
    "any": _builtin("any", "bool"),
    "all": _builtin("all", "bool"),
    "sorted": _sorted,
    "reversed": _reversed,
    "unique": _helper(runtime.unique, "list"),
    "count": _count,
    "range": _range,
    "zip": _zip,
    "enumerate": _helper(runtime.numbered, "list"),
    "lower": _method("lower", "text"),
    "upper": _method("upper", "text"),
    "title": _method("title", "text"),
    "strip": _method("strip", "text"),
    "split": _method("split", "list"),
    "join": _join,
    "replace": _replace,
    "words": _method("split", "list"),
    "lines": _method("splitlines", "list"),
    "contains": _contains,
    "startswith": _method("startswith", "bool"),
    "endswith": _method("endswith", "bool"),
    "matches": _matches,
    "int": _builtin("int", "int"),
    "float": _float,
    "str": _str,
    "bool": _builtin("bool", "bool"),
    "get": _get,
    "keys": _parts_of_object("keys"),
    "values": _parts_of_object("values"),
    "type": _helper(runtime.type_name, "text"),
}
