"""What is said of values that do not fit a JSON Schema, whoever checks them: jsonschema, or a script by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from studio.support.errors import UsageError
from studio.support.values import Json, preview

MAX_FAULTS = 20
"""Most faults that are told of one value."""

MAX_WORK = 100_000
"""Most rules that are applied in checking one value: a few seconds at worst."""

_NEEDS_LIBRARY = ("unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$dynamicAnchor", "$anchor")


@dataclass
class Fault:
    """A rule that a value breaks: `validator` is its name, `absolute_path` the way to the value from the outermost."""

    message: str
    validator: str | None = ""
    validator_value: Json = None
    instance: Json = None
    absolute_path: list[str | int] = field(default_factory=list)


def plain_problem(schema: Json) -> str:
    """Return why a script without jsonschema and RE2 cannot apply a schema, or ""."""
    from studio.support.pattern_translation import pattern_problem

    for part in _parts(schema):
        for name in _NEEDS_LIBRARY:
            if name in part:
                return f"its schema uses `{name}`"
        reference = part.get("$ref", "#")
        if not (isinstance(reference, str) and (reference == "#" or reference.startswith("#/"))):
            return f"its schema refers to {preview(reference)}"
        if "$id" in part and part is not schema:
            return "a part of its schema has an `$id` of its own"
        for pattern in _patterns(part):
            if problem := pattern_problem(pattern):
                return f"its schema has a pattern that Python has none for: {problem}"
    return ""


def _patterns(part: dict[str, Json]) -> Iterator[str]:
    """Yield the patterns that a part of a schema itself holds."""
    if isinstance(part.get("pattern"), str):
        yield part["pattern"]
    if isinstance(part.get("patternProperties"), dict):
        yield from part["patternProperties"]


def _parts(schema: Json) -> Iterator[dict[str, Json]]:
    stack = [schema]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            yield part
            stack.extend(part.values())
        elif isinstance(part, list):
            stack.extend(part)


def same_number(value: Json) -> Json:
    """Return the value with 1.0 written as 1, which JSON Schema counts as equal."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, list):
        return [same_number(one) for one in value]
    return {key: same_number(one) for key, one in value.items()} if isinstance(value, dict) else value


def sentence(error: Any) -> str:
    """Return what is wrong with a value as one sentence. `error` is that of jsonschema, or a `Fault`."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    name = f"`{place}`" if place else "The value"
    limit, shown = error.validator_value, preview(error.instance, 40)
    match error.validator:
        case "required":
            missing = [key for key in limit if key not in error.instance]
            told = next((key for key in missing if f"'{key}'" in error.message), missing[0])
            return f"`{f'{place}.' if place else ''}{told}` is missing."
        case "type":
            kinds = " or ".join(limit) if isinstance(limit, list) else limit
            return f"{name} must be of type {kinds}, not {shown}."
        case "enum":
            return f"{name} must be one of {preview(limit, 200)}, not {shown}."
        case "const":
            return f"{name} must be {preview(limit)}, not {shown}."
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            words = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
            return f"{name} must be {words.get(error.validator, 'less than')} {limit}, not {shown}."
        case "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties":
            least = "at least" if error.validator.startswith("min") else "at most"
            what = {"L": "characters", "I": "elements", "P": "keys"}[error.validator[3]]
            return f"{name} must have {least} {limit} {what} and has {len(error.instance)}."
        case "pattern":
            return f"{name} must match the pattern {limit}, which {shown} does not."
        case "additionalProperties" | "uniqueItems":
            return f"{name} {error.message}."
        case _:
            return f"{name} breaks the rule `{error.validator}`: {preview(error.message, 160)}."


def unresolved(reference: str) -> UsageError:
    """Return the error for a reference that leads nowhere."""
    return UsageError(f"The schema refers to `{reference}`, which is not in it.", hint="Put it under `$defs`.")


def endless() -> UsageError:
    """Return the error for a schema that asks for itself again and again."""
    return UsageError("The schema cannot be applied: it contains itself without end.", hint="Correct it.")


def too_much_work(limit: int) -> UsageError:
    """Return the error for a value and a schema that take too long."""
    return UsageError(
        f"Checking the value against the schema takes more than {limit} steps.",
        hint="Make the schema simpler or the value smaller.",
    )
