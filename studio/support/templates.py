"""Templates: `{name}` is replaced by a value, everything else is text.

The rule (design section 12): only `{name}` substitutes, `{{` and `}}` stand for literal braces, other
braces stay.  A `}}` that closes two single braces which stayed is no escape, so that JSON pasted into a
prompt (`{"a": {"b": 1}}`) comes out as it went in.  Text goes in verbatim, anything else as compact JSON.
There are no attributes, indices, conversions or formats: a template cannot reach into an object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from studio.support.errors import UsageError
from studio.support.values import Json, encode

LONG = 10_000
"""Characters beyond which few templates are remembered: each key typed into one makes another."""

_TOKEN = re.compile(r"\{\{|\{([^\W\d]\w*)\}|\{|\}\}?")


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names a template asks for, each once, in order of appearance."""
    return _names_in_long(text) if len(text) > LONG else tuple(dict.fromkeys(_segments(text)[1::2]))


def render(text: str, values: Mapping[str, Json]) -> str:
    """Return the template with its placeholders replaced.

    Raises `UsageError` if a name has no value; raises `NotJson` for a value that is none.
    """
    parts = _segments(text)
    if len(parts) == 1:
        return parts[0]
    made = []
    for index, part in enumerate(parts):
        if index % 2 == 0:
            made.append(part)
        elif part in values:
            made.append(as_text(values[part]))
        else:
            raise UsageError(
                f"The template asks for `{{{part}}}`, which has no value.",
                hint=f"Give `{part}` a value, or write `{{{{{part}}}}}` for literal braces.",
            )
    return "".join(made)


def rename(text: str, old: str, new: str) -> str:
    """Return the template with a placeholder called otherwise; literal braces and all other text stay."""
    return _TOKEN.sub(lambda found: f"{{{new}}}" if found[1] == old else found[0], text)


def as_text(value: Json) -> str:
    """Return a value as it stands in a text: text verbatim, anything else as compact JSON."""
    return value if isinstance(value, str) else encode(value).decode()


def literal(text: str) -> str:
    """Return a template that renders to exactly this text."""
    return text.replace("{", "{{").replace("}", "}}")


def _segments(text: str) -> tuple[str, ...]:
    """Split a template into text, name, text, name, …, text; what was split last is remembered."""
    return _few_long(text) if len(text) > LONG else _many_short(text)


def _split(text: str) -> tuple[str, ...]:
    parts: list[str] = []
    plain: list[str] = []
    escaped: list[bool] = []  # open braces: True where `{{` opened, False where a single one stayed
    at = 0
    while (found := _TOKEN.search(text, at)) is not None:
        plain.append(text[at : found.start()])
        at = found.end()
        token = found[0]
        if found[1] is not None:
            parts += ("".join(plain), found[1])
            plain = []
        elif token == "{{":
            escaped.append(True)
            plain.append("{")
        elif token == "{":
            escaped.append(False)
            plain.append("{")
        elif escaped and not escaped[-1]:
            escaped.pop()
            plain.append("}")
            at = found.start() + 1
        else:
            if escaped and token == "}}":
                escaped.pop()
            plain.append("}")
    plain.append(text[at:])
    parts.append("".join(plain))
    return tuple(parts)


_many_short = lru_cache(maxsize=512)(_split)
_few_long = lru_cache(maxsize=8)(_split)


@lru_cache(maxsize=8)
def _names_in_long(text: str) -> tuple[str, ...]:
    """Return the names of a template of megabytes, which an editor asks for at every turn, without splitting it."""
    return tuple(dict.fromkeys(name for name in _TOKEN.findall(text) if name))
