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
        tree = Environment(autoescape=False, keep_trailing_newline=True, trim_blocks=True).parse(text)
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


_TAGS_AT_END = re.compile(r"(?:\s*\{%[^{}%]*%\})*\s*\Z")


def system_apart(text: str) -> tuple[str, str]:
    """Part a chat template that computes from a system text that does not: that text, and the rest of the template.

    The text is "" where the template has none, or computes in it too.
    """
    marks = list(_ROLE.finditer(text))
    if len(marks) < 2 or marks[0][1].lower() != "system" or as_template(text[: marks[0].start()]) is None:
        return "", text
    if (as_template(text[: marks[0].start()]) or "").strip():
        return "", text
    system = text[marks[0].end() : marks[1].start()]
    tags = _TAGS_AT_END.search(system)
    cut = len(system) if tags is None else tags.start()
    plain = as_template(system[:cut])
    rest = system[cut:].lstrip() + text[marks[1].start() :]
    if plain is None or not plain.strip() or _parsed(rest) is None:
        return "", text
    if len(marks) == 2 and marks[1][1].lower() == "user" and not system[cut:].strip():
        rest = text[marks[1].end() :]
    return plain.strip(), rest


def _parsed(text: str) -> object:
    from jinja2 import Environment, TemplateSyntaxError

    try:
        return Environment(autoescape=False).parse(text)
    except (TemplateSyntaxError, RecursionError):
        return None


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
