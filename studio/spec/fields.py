"""`Fields`: the typed records of a declaration (params, inputs, outputs) and what is known of each field.

A class body names the fields, `param(…)` and `port(…)` say the rest:

    class In(Fields):
        question: str = port(help="What to ask.")
        context: tuple[str, ...] = port((), many=True, help="Passages placed before the question.")

Instances are plain attribute holders; building one is cheap because the engine builds one per firing.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self, dataclass_transform

from studio.spec.types import PORT_TYPES
from studio.support.values import ABSENT, Json


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()
"""Default of a field that must be given."""


@dataclass(frozen=True)
class Field:
    """What is declared of one param or port.

    `type` is a port type (see `spec.types`); `join` is `plain`, `first` or `many` (design rule 2.3);
    `editor` names the widget that edits a param and its options; `schema` is a JSON Schema for `json` ports.
    """

    name: str = ""
    kind: str = "param"
    type: str = "any"
    default: Any = MISSING
    help: str = ""
    join: str = "plain"
    schema: Mapping[str, Json] | None = None
    ge: float | None = None
    le: float | None = None
    choices: tuple[Json, ...] = ()
    """The only values it takes; any if there are none. Those of a declared param are texts."""
    editor: Mapping[str, Json] = field(default_factory=dict)
    passes_absence: bool = False
    """For an optional input: if it is wired but absent, the node gets the `Absent`; the default stands for no wire."""
    labels: frozenset[str] = frozenset()
    """For an output: `untrusted` if strangers write what it gives, `private` if it gives what is not for everybody."""

    @property
    def required(self) -> bool:
        """True if the field has no default: a param must be given, an input must be present."""
        return self.default is MISSING

    @property
    def nullable(self) -> bool:
        """True if null is a legal param value because null is the default."""
        return self.default is None


def param(
    default: Any = MISSING,
    *,
    help: str,
    ge: float | None = None,
    le: float | None = None,
    choices: tuple[str, ...] = (),
    editor: Mapping[str, Json] | None = None,
    type: str = "",
) -> Any:
    """Declare a param: its default (none: it must be given), bounds, choices and editor."""
    return Field(
        kind="param", type=type, default=default, help=help, ge=ge, le=le, choices=choices, editor=dict(editor or {})
    )


def port(
    default: Any = MISSING,
    *,
    help: str = "",
    many: bool = False,
    first: bool = False,
    type: str = "",
    schema: Mapping[str, Json] | None = None,
    passes_absence: bool = False,
    untrusted: bool = False,
    private: bool = False,
) -> Any:
    """Declare a port. An input without default is required; `many` gathers, `first` races (design rule 2.3).
    `untrusted` and `private` label what an output gives (see `Field.labels`)."""
    join = "many" if many else "first" if first else "plain"
    labels = frozenset(name for name, held in (("untrusted", untrusted), ("private", private)) if held)
    return Field(
        kind="port", type=type, default=default, help=help, join=join, schema=schema, passes_absence=passes_absence,
        labels=labels,
    )  # fmt: skip


_BY_ANNOTATION: dict[Any, str] = {
    str: "text", int: "integer", float: "number", bool: "boolean", list: "list", dict: "json", tuple: "list",
    Any: "any", object: "any",
}  # fmt: skip


def _type_of(annotation: Any) -> str:
    if annotation in _BY_ANNOTATION:
        return _BY_ANNOTATION[annotation]
    origin = typing.get_origin(annotation)
    if origin in (types.UnionType, typing.Union):
        real = [a for a in typing.get_args(annotation) if a is not type(None)]
        return _type_of(real[0]) if len(real) == 1 else "any"
    if origin is typing.Literal:
        return "text"
    if origin in _BY_ANNOTATION:
        return _BY_ANNOTATION[origin]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "json"
    return "any"


@dataclass_transform(kw_only_default=True, field_specifiers=(param, port))
class Fields:
    """Base of Params, In and Out. Outputs left out stay absent (`ABSENT`), inputs and params take defaults."""

    __declared__: ClassVar[dict[str, Field]] = {}
    __cache__: ClassVar[dict[str, Field] | None] = None

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        for name in own:
            delattr(cls, name)
        cls.__declared__ = {**cls.__declared__, **own}
        cls.__cache__ = None

    @classmethod
    def fields(cls) -> dict[str, Field]:
        """Return the declared fields by name, in order, with names and types filled in."""
        if cls.__cache__ is None:
            hints = typing.get_type_hints(cls) if any(not f.type for f in cls.__declared__.values()) else {}
            resolved = {}
            for name, declared in cls.__declared__.items():
                kind = declared.type or _type_of(hints.get(name, Any))
                if declared.join == "many" and not declared.type:
                    element = typing.get_args(hints.get(name, Any))
                    kind = _type_of(element[0]) if element else "any"
                if kind not in PORT_TYPES:
                    raise TypeError(f"{cls.__qualname__}.{name}: {kind!r} is not a port type")
                resolved[name] = replace(declared, name=name, type=kind)
            cls.__cache__ = resolved
        return cls.__cache__

    def __init__(self, **values: Any) -> None:
        declared = self.__declared__
        held = self.__dict__
        for name, value in values.items():
            if name not in declared:
                raise TypeError(f"{type(self).__qualname__} has no field {name!r}")
            held[name] = value
        if len(held) < len(declared):
            for name, spec in declared.items():
                if name not in held:
                    held[name] = ABSENT if spec.default is MISSING else spec.default

    @classmethod
    def holding(cls, values: dict[str, Any]) -> Self:
        """Return an instance over exactly these values, unchecked: the engine's fast way in."""
        made = cls.__new__(cls)
        made.__dict__ = values
        return made

    def as_dict(self) -> dict[str, Any]:
        """Return the values by field name."""
        return dict(self.__dict__)

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({inside})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]


def make_fields(name: str, declared: Mapping[str, Field]) -> type[Fields]:
    """Return a `Fields` class made at run time, for ports that follow from params."""
    made: type[Fields] = type(name, (Fields,), {"__module__": __name__})
    made.__declared__ = dict(declared)
    made.__cache__ = {key: _named(spec, key) for key, spec in declared.items()}
    return made


def _named(spec: Field, name: str) -> Field:
    """Return the field under this name. Asked for every port of every node: `replace` takes ten times as long."""
    made = object.__new__(Field)
    made.__dict__.update(spec.__dict__, name=name, type=spec.type or "any")
    return made
