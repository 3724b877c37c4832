"""Names of nodes, stores, subgraphs and ports: which are possible and which are reserved (design section 6)."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Final

from studio.graph.model import IMPLICIT_PORTS, NODE_KEYS
from studio.support.templates import placeholders
from studio.support.values import Json

MAX_NAME: Final = 200
"""Longest name in characters; YAML keys of more than 1,024 need another notation, and an edge holds four names."""

RESERVED_PORTS: Final = frozenset((*IMPLICIT_PORTS, *NODE_KEYS))
"""Port names that mean something else everywhere: the implicit ports and the node keys."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PORT = re.compile(r"[^\s.]+")
_MAKES_PLACEHOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "llm.function": ("instructions",),
    "text.template": ("template",),
    "json.build": ("template",),
    "human.ask": ("question",),
    "http.request": ("url",),
    "web.page": ("url",),
}
_MAKES_PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {"llm.function": ("schema",)}
_MAKES_CASES: Final[Mapping[str, tuple[str, ...]]] = {"flow.switch": ("cases",)}
_MAKES_ONE: Final[Mapping[str, tuple[str, ...]]] = {"llm.function": ("output",)}


def name_problem(name: str) -> str:
    """Return why a node, store or subgraph cannot have this name, or "" if it can."""
    if len(name) > MAX_NAME:
        return f"it is longer than {MAX_NAME} characters"
    if _NAME.fullmatch(name) is None:
        return "a name has letters, digits and `_` only and starts with no digit, as in `inbox_triage`"
    return ""


def numbered(name: str, taken: Container[str], first: int = 2) -> tuple[str, int]:
    """Return a name that is taken with the first free number behind it, counted from `first`, and that number."""
    number = first
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}", number


def port_problem(name: str) -> str:
    """Return why a port cannot be written in an edge under this name, or ""."""
    if len(name) > MAX_NAME:
        return f"it is longer than {MAX_NAME} characters"
    if _PORT.fullmatch(name) is None:
        return "a port name has no dot and no space"
    return ""


def reserved_sentence(name: str, what: str) -> tuple[str, str]:
    """Return the message and the hint for a reserved name that would become a port."""
    hint = "Choose another name."
    if what == "case":
        hint = f"Give the port of this case another name, as in `cases: {{is_{name}: {name}}}`."
    return f"The {what} `{name}` would make a port named `{name}`, which is reserved.", hint


def reserved_in(type_name: str, params: Mapping[str, Json]) -> tuple[str, str] | None:
    """Return (what, name) of the first param entry that would make a reserved port, or None.

    Knows the built-in types whose ports follow from params without importing them, so that loading stays quick;
    `graph.check` asks every type for the ports it really makes.
    """
    for key in _MAKES_CASES.get(type_name, ()):
        cases = params.get(key)
        names = cases if isinstance(cases, list | dict) else ()
        for name in names:
            if isinstance(name, str) and name in RESERVED_PORTS:
                return "case", name
    for key in _MAKES_PLACEHOLDERS.get(type_name, ()):
        for text in _texts_in(params.get(key)):
            for name in placeholders(text):
                if name in RESERVED_PORTS:
                    return "placeholder", name
    for key in _MAKES_PROPERTIES.get(type_name, ()):
        schema = params.get(key)
        if isinstance(schema, dict):
            properties = schema.get("properties")
            for name in properties if isinstance(properties, dict) else ():
                if name in RESERVED_PORTS:
                    return "schema property", name
    for key in _MAKES_ONE.get(type_name, ()):
        if isinstance(name := params.get(key), str) and name in RESERVED_PORTS:
            return "output", name
    return None


def _texts_in(value: Json) -> Iterator[str]:
    """Yield the texts in a template, which may be a text or any JSON of texts."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend((*item.keys(), *item.values()))
        elif isinstance(item, list):
            stack.extend(item)
