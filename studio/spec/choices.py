"""The choices of an input: the values it takes where these are a closed list, and the sentence for any other.

One rule for all who give an input a value: the command line, Python, calls of a served graph, the window, scripts, and
wires into the graph that a node runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from studio.support.nearest import nearest
from studio.support.values import Json, encode, preview, sorted_encode

MOST: Final = 200
"""Choices that one input may have: a list to pick from, not a table."""

TOLD: Final = 20
"""Choices that a sentence names."""

SHOWN: Final = 60
"""Characters of a value that a sentence quotes."""


def choices_of(params: Mapping[str, Json]) -> tuple[Json, ...]:
    """Return the values that an input takes, from its params as written; any if there are none. Null is one more where
    it is the default: then it stands for nothing chosen."""
    choices = params.get("choices")
    if not isinstance(choices, list | tuple) or not choices:
        return ()
    null = params.get("value", ...) is None and not is_choice(choices, None)
    return (*choices, None) if null else tuple(choices)


def is_choice(choices: Sequence[Json], value: Json) -> bool:
    """True if a value is one of the choices. 1 and 1.0 are the same; true and 1, or "1" and 1, are not."""
    return any(_same(one, value) for one in choices)


def choice_problem(name: str, choices: Sequence[Json], value: Json) -> str:
    """Return the sentence by which an input refuses a value that is none of its choices, "" if there are none or it is
    one of them."""
    if not choices or is_choice(choices, value):
        return ""
    return f"The input `{name}` takes {told_choices(choices, value)}, not {_shown(value, _as_json((*choices, value)))}."


def choice_hint(choices: Sequence[Json], value: Json) -> str:
    """Return `Did you mean …?` for a misspelt choice, or ""."""
    known = [one for one in choices if isinstance(one, str)]
    meant = nearest(value, known) if isinstance(value, str) and len(value) <= SHOWN else ""
    return f"Did you mean `{meant}`?" if meant else ""


def told_choices(choices: Sequence[Json], *beside: Json) -> str:
    """Return the choices for a sentence: `a`, `b` or `c`. Values `beside` them decide, too, whether texts need quotes
    to be told from other values."""
    as_json = _as_json((*choices, *beside))
    words = [_shown(one, as_json) for one in choices[:TOLD]]
    if len(choices) > TOLD:
        return f"{', '.join(words)} or one of {len(choices) - TOLD} more"
    return " or ".join([*([", ".join(words[:-1])] if words[1:] else []), *words[-1:]])


def _same(one: Json, other: Json) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return sorted_encode(one) == sorted_encode(other)


def _as_json(values: Sequence[Json]) -> bool:
    return not all(isinstance(one, str) for one in values)


def _shown(value: Json, as_json: bool) -> str:
    if isinstance(value, str) and value and not as_json:
        return f"`{preview(value, SHOWN)}`"
    return f"`{preview(encode(value).decode(), SHOWN)}`"
