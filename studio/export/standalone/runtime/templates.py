"""Templates of scripts: `{name}` is replaced by a value, `{{` and `}}` stand for braces, everything else is text.

The rule is that of `studio.support.templates`, which remembers what it took apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from studio.support.errors import UsageError
from studio.support.values import Json, encode

_TOKEN = re.compile(r"\{\{|\{([^\W\d]\w*)\}|\{|\}\}?")


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names a template asks for, each once, in order of appearance."""
    return tuple(dict.fromkeys(name for name in _TOKEN.findall(text) if name))


def render(text: str, values: Mapping[str, Json]) -> str:
    """Return the template with its placeholders replaced. Raises `UsageError` if a name has no value."""
    made: list[str] = []
    escaped: list[bool] = []  # open braces: True where `{{` opened, False where a single one stayed
    at = 0
    while (found := _TOKEN.search(text, at)) is not None:
        made.append(text[at : found.start()])
        at, token, name = found.end(), found[0], found[1]
        if name is not None:
            if name not in values:
                raise UsageError(
                    f"The template asks for `{{{name}}}`, which has no value.",
                    hint=f"Give `{name}` a value, or write `{{{{{name}}}}}` for literal braces.",
                )
            made.append(as_text(values[name]))
            continue
        made.append(token[0])
        if token[0] == "{":
            escaped.append(token == "{{")
        elif escaped and not escaped[-1]:  # a `}}` that closes a single brace which stayed is no escape
            escaped.pop()
            at = found.start() + 1
        elif escaped and token == "}}":
            escaped.pop()
    return "".join([*made, text[at:]])


def as_text(value: Json) -> str:
    """Return a value as it stands in a text: text verbatim, anything else as compact JSON."""
    return value if isinstance(value, str) else encode(value).decode()
