"""Params as written → params as declared: types, bounds, choices, missing and unknown names.

Used wherever params enter: when a graph is checked, when a plan is made, when a value is edited.  Problems
are sentences for people, without the node's name, which the caller knows and puts in front.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from studio.spec.fields import Field, Fields
from studio.spec.types import TYPE_WORDS, type_of, value_check
from studio.support.nearest import did_you_mean
from studio.support.values import Json, NotJson, encode, preview

F = TypeVar("F", bound=Fields)


@dataclass(slots=True)
class Fault:
    """One thing wrong with params: a stable code, a sentence, the next step, and the param if it is about one.

    Reading gives the codes `unknown_param`, `missing_param` and `param_value`; checks of graphs have more of them.
    """

    code: str
    message: str
    hint: str = ""
    param: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


def parse_params(cls: type[F], mapping: Mapping[str, Json]) -> tuple[F, list[str]]:
    """Return an instance of a Params class and what is wrong with the mapping, one sentence each; see `read_params`."""
    params, faults = read_params(cls, mapping)
    return params, [str(fault) for fault in faults]


def read_params(cls: type[F], mapping: Mapping[str, Json]) -> tuple[F, list[Fault]]:
    """Return an instance of a Params class and what is wrong with the mapping.

    Values with a problem are replaced by the default (`MISSING` where there is none), so that the instance
    can still tell the ports of a node which a person has not finished; run nothing with it.  A whole number
    is taken for a number; nothing else is converted.
    """
    declared = cls.fields()
    faults = [_unknown(name, declared) for name in mapping if name not in declared]
    values = {}
    for name, spec in declared.items():
        value = spec.default
        if name in mapping:
            fault = _value_fault(spec, mapping[name])
            if fault is not None:
                faults.append(fault)
            else:
                value = mapping[name]
                if spec.type == "number" and type(value) is int:
                    value = float(value)
        elif spec.required:
            faults.append(Fault("missing_param", f"`{name}` must be given.", _first_sentence(spec.help), name))
        values[name] = value
    return cls.holding(values), faults


def value_problem(spec: Field, value: Json) -> str:
    """Return a sentence saying why the value does not fit the declared param, or ""."""
    return str(_value_fault(spec, value) or "")


def _value_fault(spec: Field, value: Json) -> Fault | None:
    message = hint = ""
    if value is None and spec.nullable:
        return None
    try:
        encode(value)
    except NotJson as error:
        return Fault("param_value", f"`{spec.name}` cannot be stored: {error}.", param=spec.name)
    check = value_check(spec.type)
    if check is not None and not check(value):
        message = f"must be {TYPE_WORDS[spec.type]}, not {_shown(value)}."
    elif spec.choices and value not in spec.choices:
        words = [str(one) for one in spec.choices]
        message = f"must be one of {', '.join(words)}, not {_shown(value)}."
        hint = did_you_mean(value, words) if isinstance(value, str) else ""
    elif spec.ge is not None and value < spec.ge:
        message = f"must be at least {spec.ge:g}, not {value:g}."
    elif spec.le is not None and value > spec.le:
        message = f"must be at most {spec.le:g}, not {value:g}."
    return Fault("param_value", f"`{spec.name}` {message}", hint, spec.name) if message else None


def _unknown(name: str, declared: Mapping[str, Field]) -> Fault:
    known = f"Its params: {', '.join(declared)}." if declared else "It has no params."
    return Fault("unknown_param", f"There is no param `{name}`.", did_you_mean(name, declared) or known, name)


def _shown(value: Json) -> str:
    kind = type_of(value)
    return kind if kind == "null" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind} ({preview(value, 40)})"


def _first_sentence(text: str) -> str:
    return text.split(". ")[0].rstrip(".") + "." if text else "It has no default."
