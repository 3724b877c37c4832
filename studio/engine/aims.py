"""What a run is for, and what a call within it is for: the texts that its graph is given, which its dynamics takes as
goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from studio.graph.model import Graph
from studio.spec.choices import choices_of
from studio.support.values import Absent, Json, encode

MOST_CHARACTERS: Final = 4000
"""Of all texts together; what is longer is matter to work on rather than a goal."""

ITEM_NAMES: Final = frozenset({"index", "key"})
"""Inputs of an item of a map that tell which one it is."""


def goal_of(graph: Graph, given: Mapping[str, Json]) -> str:
    """Return the goal of a run in words: each text among the inputs of its graph, and in lists of texts, as given or
    by default. One of a closed list of choices is a switch, no goal."""
    texts: list[str] = []
    for value in _inputs(graph, given):
        texts += _texts(value)
    return " ".join(texts)[:MOST_CHARACTERS]


def call_of(graph: Graph, given: Mapping[str, Json], *, is_item: bool = False) -> str:
    """Return what a call of a graph is given, one line for each text, member of a list and value of an object; numbers
    and switches among the inputs themselves are left out, as they count or choose."""
    lines: list[str] = []
    left = MOST_CHARACTERS
    for value in _inputs(graph, given, ITEM_NAMES if is_item else frozenset()):
        if not isinstance(value, str | list | tuple | dict):
            continue
        for line in _leaves(value):
            lines.append(line)
            left -= len(line) + 1
            if left < 0:
                break
    return "\n".join(lines)[:MOST_CHARACTERS]


def _inputs(graph: Graph, given: Mapping[str, Json], without: frozenset[str] = frozenset()) -> Iterator[Json]:
    for name, node in graph.nodes.items():
        if node.type == "flow.input" and name not in without and not choices_of(node.params):
            value = given[name] if name in given else node.params.get("value")
            if type(value) is not Absent:
                yield value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value.strip()
    elif isinstance(value, list | tuple):
        yield from (each.strip() for each in value if isinstance(each, str) and each.strip())


def _leaves(value: Json) -> Iterator[str]:
    """Yield what stands in a value as texts: lines break where its members do."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if one.strip():
                yield one.strip()
        elif isinstance(one, list | tuple):
            waiting.extend(reversed(one[:MOST_CHARACTERS]))
        elif isinstance(one, dict):
            waiting.extend(reversed(list(islice(one.values(), MOST_CHARACTERS))))
        elif one is not None:
            yield encode(one).decode()
