"""Checking values against a JSON Schema in a script, rule by rule; faults in the words that a model is told them in.

What it stands for is `support.schemas`, which uses jsonschema: the same faults in the same order. What a script cannot
do is said by `support.schema_sentences.plain_problem` before export.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any, TypeAlias
from urllib.parse import unquote

from studio.export.standalone.runtime.patterns import schema_pattern
from studio.export.standalone.runtime.values import Json, encode, sorted_encode
from studio.support.schema_sentences import (
    MAX_FAULTS,
    MAX_WORK,
    Fault,
    endless,
    same_number,
    sentence,
    too_much_work,
    unresolved,
)

Faults: TypeAlias = Iterator[Fault]


def schema_faults(schema: Json, value: Json) -> list[str]:
    """Return what is wrong with a value, one sentence each, none if it fits."""
    encode(schema)
    try:
        return [sentence(fault) for fault in islice(_Check(schema).faults(schema, value), MAX_FAULTS)]
    except RecursionError:
        raise endless() from None


class _Check:
    """One value against one schema."""

    def __init__(self, root: Json) -> None:
        self.root = root
        self.work = MAX_WORK

    def faults(self, schema: Json, value: Json) -> Faults:
        """Yield the rules that a value breaks, in the order in which the schema has them."""
        if isinstance(schema, bool):
            if not schema:
                yield Fault(f"False schema does not allow {value!r}", None, None, value)
            return
        for name, wanted in schema.items():
            rule = _RULES.get(name)
            if rule is None:
                continue
            self.work -= 1
            if self.work < 0:
                raise too_much_work(MAX_WORK)
            for fault in rule(self, wanted, value, schema):
                if fault.validator == "":
                    fault.validator, fault.validator_value, fault.instance = name, wanted, value
                yield fault

    def inside(self, schema: Json, value: Json, place: str | int) -> Faults:
        """Yield the faults of a part of a value."""
        for fault in self.faults(schema, value):
            if schema is False:  # jsonschema tells this of the whole
                yield fault
                return
            fault.absolute_path.insert(0, place)
            yield fault

    def fits(self, schema: Json, value: Json) -> bool:
        """True if a value breaks no rule of a schema."""
        return next(self.faults(schema, value), None) is None

    def referred(self, reference: str) -> Json:
        """Return the part of the schema that `#/…` names."""
        found = self.root
        for step in reference.removeprefix("#").split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(key) if isinstance(found, list) else key]
            except (KeyError, IndexError, TypeError, ValueError):
                raise unresolved(reference.removeprefix("#")) from None
        return found


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[str, Callable[[Json], bool]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "null": lambda value: value is None,
    "number": _is_number,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}


def _equal(one: Json, other: Json) -> bool:
    """Equality of JSON Schema: 1 and 1.0 are equal, 1 and true are not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return len(one) == len(other) and all(key in other and _equal(one[key], other[key]) for key in one)
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


# -- rules for any value ---------------------------------------------------------------------------------------------


def _type(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if not any(_TYPES[kind](value) for kind in (wanted if isinstance(wanted, list) else [wanted])):
        yield Fault("")


def _enum(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if not any(_equal(one, value) for one in wanted):
        yield Fault("")


def _const(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if not _equal(wanted, value):
        yield Fault("")


def _all_of(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    for part in wanted:
        yield from check.faults(part, value)


def _any_of(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if all(list(check.faults(part, value)) for part in wanted):
        yield Fault(f"{value!r} is not valid under any of the given schemas")


def _one_of(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    parts = iter(wanted)
    first = next((part for part in parts if not list(check.faults(part, value))), None)
    if first is None:
        yield Fault(f"{value!r} is not valid under any of the given schemas")
        return
    more = [part for part in parts if check.fits(part, value)]
    if more:
        yield Fault(f"{value!r} is valid under each of {', '.join(map(repr, [*more, first]))}")


def _not(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if check.fits(wanted, value):
        yield Fault(f"{value!r} should not be valid under {wanted!r}")


def _if(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    branch = "then" if check.fits(wanted, value) else "else"
    if branch in schema:
        yield from check.faults(schema[branch], value)


def _ref(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    yield from check.faults(check.referred(wanted), value)


# -- rules for numbers and texts -------------------------------------------------------------------------------------


def _bound(holds: Callable[[Json, Json], bool]) -> Callable[..., Faults]:
    def rule(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
        if _is_number(value) and not holds(value, wanted):
            yield Fault("")

    return rule


def _multiple_of(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if not _is_number(value):
        return
    if isinstance(wanted, float):
        quotient = value / wanted
        try:
            failed = int(quotient) != quotient
        except OverflowError:
            failed = (Fraction(value) / Fraction(wanted)).denominator != 1
    else:
        failed = bool(value % wanted)
    if failed:
        yield Fault(f"{value!r} is not a multiple of {wanted}")


def _size(kind: type[str | list[Json] | dict[str, Json]], holds: Callable[[int, Json], bool]) -> Callable[..., Faults]:
    def rule(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
        if isinstance(value, kind) and not holds(len(value), wanted):
            yield Fault("")

    return rule


def _pattern(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if isinstance(value, str) and schema_pattern(wanted).search(value) is None:
        yield Fault("")


# -- rules for lists -------------------------------------------------------------------------------------------------


def _prefix_items(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if isinstance(value, list):
        for place, (item, part) in enumerate(zip(value, wanted, strict=False)):
            yield from check.inside(part, item, place)


def _items(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if not isinstance(value, list):
        return
    first = len(schema.get("prefixItems", []))
    extra = len(value) - first
    if wanted is False and extra > 0:
        rest = value[first:] if extra != 1 else value[first]
        word = "items" if first != 1 else "item"
        yield Fault(f"Expected at most {first} {word} but found {extra} extra: {rest!r}")
        return
    for place in range(first, len(value)):
        yield from check.inside(wanted, value[place], place)


def _contains(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if not isinstance(value, list):
        return
    least, most = schema.get("minContains", 1), schema.get("maxContains", len(value))
    matches = 0
    for item in value:
        matches += check.fits(wanted, item)
        if matches > most:
            told = f"Too many items match the given schema (expected at most {most})"
            yield Fault(told, "maxContains", most, value)
            return
    if matches < least and not matches:
        yield Fault(f"{value!r} does not contain items matching the given schema")
    elif matches < least:
        told = f"Too few items match the given schema (expected at least {least} but only {matches} matched)"
        yield Fault(told, "minContains", least, value)


def _unique_items(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if wanted and isinstance(value, list) and len({sorted_encode(same_number(one)) for one in value}) < len(value):
        yield Fault("has elements that are the same")


# -- rules for objects -----------------------------------------------------------------------------------------------


def _properties(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if isinstance(value, dict):
        for name, part in wanted.items():
            if name in value:
                yield from check.inside(part, value[name], name)


def _required(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if isinstance(value, dict):
        for name in wanted:
            if name not in value:
                yield Fault(f"{name!r} is a required property")


def _pattern_properties(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if isinstance(value, dict):
        for pattern, part in wanted.items():
            compiled = schema_pattern(pattern)
            for name, inner in value.items():
                if compiled.search(name) is not None:
                    yield from check.inside(part, inner, name)


def _additional(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if not isinstance(value, dict):
        return
    patterns = [schema_pattern(pattern) for pattern in schema.get("patternProperties", ())]
    named = schema.get("properties", {})
    extra = [name for name in value if name not in named and all(one.search(name) is None for one in patterns)]
    if isinstance(wanted, dict):
        for name in extra:
            yield from check.inside(wanted, value[name], name)
    elif not wanted and extra:
        yield Fault(f"has a key that is not expected: {', '.join(extra[:5])}")


def _property_names(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if isinstance(value, dict):
        for name in value:
            yield from check.faults(wanted, name)


def _dependent_required(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if isinstance(value, dict):
        for name, others in wanted.items():
            for other in others if name in value else ():
                if other not in value:
                    yield Fault(f"{other!r} is a dependency of {name!r}")


def _dependent_schemas(check: _Check, wanted: Json, value: Json, schema: Json) -> Faults:
    if isinstance(value, dict):
        for name, part in wanted.items():
            if name in value:
                yield from check.faults(part, value)


_RULES: Mapping[str, Callable[[_Check, Any, Json, Any], Faults]] = {
    "$ref": _ref,
    "additionalProperties": _additional,
    "allOf": _all_of,
    "anyOf": _any_of,
    "const": _const,
    "contains": _contains,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "enum": _enum,
    "exclusiveMaximum": _bound(lambda value, wanted: bool(value < wanted)),
    "exclusiveMinimum": _bound(lambda value, wanted: bool(value > wanted)),
    "if": _if,
    "items": _items,
    "maxItems": _size(list, lambda length, wanted: bool(length <= wanted)),
    "maxLength": _size(str, lambda length, wanted: bool(length <= wanted)),
    "maxProperties": _size(dict, lambda length, wanted: bool(length <= wanted)),
    "maximum": _bound(lambda value, wanted: bool(value <= wanted)),
    "minItems": _size(list, lambda length, wanted: bool(length >= wanted)),
    "minLength": _size(str, lambda length, wanted: bool(length >= wanted)),
    "minProperties": _size(dict, lambda length, wanted: bool(length >= wanted)),
    "minimum": _bound(lambda value, wanted: bool(value >= wanted)),
    "multipleOf": _multiple_of,
    "not": _not,
    "oneOf": _one_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "prefixItems": _prefix_items,
    "properties": _properties,
    "propertyNames": _property_names,
    "required": _required,
    "type": _type,
    "uniqueItems": _unique_items,
}
