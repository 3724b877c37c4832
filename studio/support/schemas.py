"""JSON Schemas of strangers: patterns by RE2, no reference fetched from anywhere, faults as sentences.

jsonschema alone matches `pattern` with Python's `re` and follows references that double at each step, either of
which can keep it busy for years, and it fetches a `$ref` from the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from studio.support.errors import UsageError
from studio.support.patterns import Pattern, compile_pattern
from studio.support.schema_sentences import (
    MAX_FAULTS,
    MAX_WORK,
    endless,
    same_number,
    sentence,
    too_much_work,
    unresolved,
)
from studio.support.values import Json, decode, encode, preview, sorted_encode

_work: ContextVar[list[int]] = ContextVar("_work")


def schema_faults(schema: Json, value: Json) -> list[str]:
    """Return what is wrong with a value, one sentence each, none if it fits.

    Raises `UsageError` if the schema itself is not usable.
    """
    from referencing.exceptions import Unresolvable

    validator = _validator(encode(schema))
    _work.set([MAX_WORK])
    try:
        errors = [error for error, _ in zip(validator.iter_errors(value), range(MAX_FAULTS), strict=False)]
    except Unresolvable as error:
        raise unresolved(str(getattr(error, "ref", error))) from None
    except RecursionError:
        raise endless() from None
    except BaseException as error:
        # The compiled parts below jsonschema panic where Python's stack ends inside of them; that is no `Exception`.
        if type(error).__name__ == "PanicException":
            raise endless() from None
        raise
    return [sentence(error) for error in errors]


def schema_problem(schema: Json) -> str:
    """Return why a schema is not usable, or ""."""
    try:
        _validator(encode(schema))
    except UsageError as error:
        return str(error)
    return ""


@lru_cache(maxsize=128)
def _validator(encoded: bytes) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import extend
    from referencing import Registry

    schema = decode(encoded)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = "".join(f"[{preview(part)}]" for part in error.path)
        raise UsageError(f"The schema is no valid JSON Schema: {error.message}{place and f' at {place}'}.") from None
    _refuse_what_is_unbounded(schema)
    rules = {
        **Draft202012Validator.VALIDATORS,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
        "uniqueItems": _unique,
    }
    bounded: Any = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {name: _counted(rule) for name, rule in rules.items()}
    )
    return bounded(schema, registry=Registry())


def _refuse_what_is_unbounded(schema: Json) -> None:
    stack = [schema]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack.extend(part)
        elif isinstance(part, dict):
            if "patternProperties" in part and "unevaluatedProperties" in part:
                raise UsageError(
                    "The schema uses `patternProperties` with `unevaluatedProperties`, which is not supported.",
                    hint="Use `additionalProperties`.",
                )
            if isinstance(part.get("pattern"), str):
                compile_pattern(part["pattern"])
            if isinstance(part.get("patternProperties"), Mapping):
                for pattern in part["patternProperties"]:
                    compile_pattern(pattern)
            stack.extend(part.values())


def _counted(rule: Callable[..., Iterable[Any] | None]) -> Callable[..., Iterator[Any]]:
    def counted(*arguments: Any) -> Iterator[Any]:
        left = _work.get()
        left[0] -= 1
        if left[0] < 0:
            raise too_much_work(MAX_WORK)
        yield from rule(*arguments) or ()

    return counted


def _unique(validator: Any, wanted: Any, instance: Json, schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if (
        wanted
        and isinstance(instance, list)
        and len({sorted_encode(same_number(one)) for one in instance}) < len(instance)
    ):
        yield ValidationError("has elements that are the same")


def _pattern(validator: Any, pattern: str, instance: Json, schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and compile_pattern(pattern).search(instance) is None:
        yield ValidationError(f"does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Json, schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict):
        for pattern, subschema in patterns.items():
            compiled = compile_pattern(pattern)
            for name, value in instance.items():
                if compiled.search(name) is not None:
                    yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional(validator: Any, allowed: Any, instance: Json, schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if not isinstance(instance, dict):
        return
    patterns: list[Pattern] = [compile_pattern(pattern) for pattern in schema.get("patternProperties", ())]
    named = schema.get("properties", {})
    extra = [
        name for name in instance if name not in named and all(pattern.search(name) is None for pattern in patterns)
    ]
    if isinstance(allowed, dict):
        for name in extra:
            yield from validator.descend(instance[name], allowed, path=name)
    elif not allowed and extra:
        yield ValidationError(f"has a key that is not expected: {', '.join(extra[:5])}")
