"""Params as written → params as declared: types, bounds, choices, missing and unknown names.

Used wherever params enter: when a graph is checked, when a plan is made, when a value is edited.  Problems
are sentences for people, without the node's name, which the caller knows and puts in front.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from studio.spec.fields import Field, Fields
from studio.spec.types import type_of, value_check
from studio.support.values import Json, NotJson, encode, preview

F = TypeVar("F", bound=Fields)

_NAMES = {
    "text": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false", "list": "a list",
    "message": "a message", "messages": "a list of messages", "vector": "a list of numbers", "image": "an image",
    "audio": "a sound", "file": "a file",
}  # fmt: skip


def parse_params(cls: type[F], mapping: Mapping[str, Json]) -> tuple[F, list[str]]:
    """Return an instance of a Params class and what is wrong with the mapping, one sentence each.

    Values with a problem are replaced by the default (`MISSING` where there is none), so that the instance
    can still tell the ports of a node which a person has not finished; run nothing with it.  A whole number
    is taken for a number; nothing else is converted.
    """
    declared = cls.fields()
    problems = [_unknown(name, declared) for name in mapping if name not in declared]
    values = {}
    for name, spec in declared.items():
        value = spec.default
        if name in mapping:
            problem = value_problem(spec, mapping[name])
            if problem:
                problems.append(problem)
            else:
                value = mapping[name]
                if spec.type == "number" and type(value) is int:
                    value = float(value)
        elif spec.required:
            problems.append(f"`{name}` must be given: {_first_sentence(spec.help)}")
        values[name] = value
    return cls.holding(values), problems


def value_problem(spec: Field, value: Json) -> str:
    """Return a sentence saying why the value does not fit the declared param, or ""."""
    if value is None and spec.nullable:
        return ""
    try:
        encode(value)
    except NotJson as error:
        return f"`{spec.name}` cannot be stored: {error}."
    check = value_check(spec.type)
    if check is not None and not check(value):
        return f"`{spec.name}` must be {_NAMES[spec.type]}, not {_shown(value)}."
    if spec.choices and value not in spec.choices:
        near = _near(str(value), spec.choices) if isinstance(value, str) else ""
        options = ", ".join(spec.choices)
        return f"`{spec.name}` must be one of {options}, not {_shown(value)}.{near}"
    if spec.ge is not None and value < spec.ge:
        return f"`{spec.name}` must be at least {spec.ge:g}, not {value:g}."
    if spec.le is not None and value > spec.le:
        return f"`{spec.name}` must be at most {spec.le:g}, not {value:g}."
    return ""


def near_name(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant, or ""."""
    names = list(known)
    folded = {other.casefold(): other for other in names}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    if close:
        return folded[close[0]]
    longer = [other for other in names if len(name) >= 3 and other.casefold().startswith(name.casefold())]
    return longer[0] if len(longer) == 1 else ""


def _unknown(name: str, declared: Mapping[str, Field]) -> str:
    hint = _near(name, declared)
    if not hint:
        hint = f" Its params: {', '.join(declared)}." if declared else " It has no params."
    return f"There is no param `{name}`.{hint}"


def _near(name: str, known: Iterable[str]) -> str:
    meant = near_name(name, known)
    return f" Did you mean `{meant}`?" if meant else ""


def _shown(value: Json) -> str:
    kind = type_of(value)
    return kind if kind == "null" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind} ({preview(value, 40)})"


def _first_sentence(text: str) -> str:
    return text.split(". ")[0].rstrip(".") + "." if text else "it has no default."
