"""Jinja templates as templates of ours, where they only fill gaps; parsed, never rendered."""

from __future__ import annotations

import re
from typing import NamedTuple

from studio.support.templates import literal

_ROLE = re.compile(r"(?im)^[ \t]*#?[ \t]*(system|user|assistant|function|tool)[ \t]*:[ \t]*\r?$\n?")


class Turn(NamedTuple):
    """One part of a chat template: its role ("" where none is named) and its text."""

    role: str
    text: str


def as_template(text: str) -> str | None:
    """Return a Jinja template as one of ours, `{{ name }}` as `{name}`; None if it does more than fill gaps."""
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment(autoescape=False, keep_trailing_newline=True).parse(text)
    except (TemplateSyntaxError, RecursionError):
        return None
    parts: list[str] = []
    for piece in tree.body:
        if not isinstance(piece, nodes.Output):
            return None
        for one in piece.nodes:
            if isinstance(one, nodes.TemplateData):
                parts.append(literal(one.data))
            elif isinstance(one, nodes.Name) and one.name.isidentifier():
                parts.append(f"{{{one.name}}}")
            else:
                return None
    return "".join(parts)


def names_in(text: str) -> set[str]:
    """Return the names that a Jinja template asks for; none of a text that is no template."""
    from jinja2 import Environment, TemplateSyntaxError, meta

    try:
        return set(meta.find_undeclared_variables(Environment(autoescape=False).parse(text)))
    except (TemplateSyntaxError, RecursionError):
        return set()


def turns_of(text: str) -> list[Turn]:
    """Part a chat template at its lines `system:`, `user:`, `assistant:`, as promptflow does."""
    found = list(_ROLE.finditer(text))
    if not found:
        return [Turn("", text)]
    turns = [Turn("", text[: found[0].start()])] if text[: found[0].start()].strip() else []
    for number, mark in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        turns.append(Turn(mark[1].lower(), text[mark.end() : end].strip()))
    return turns
