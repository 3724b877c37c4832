"""What a run is for: the texts that its graph is given, which its dynamics takes as the goal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from studio.graph.model import Graph
from studio.spec.choices import choices_of
from studio.support.values import Json

MOST_CHARACTERS: Final = 4000
"""Of all texts together; what is longer is matter to work on rather than a goal."""


def goal_of(graph: Graph, given: Mapping[str, Json]) -> str:
    """Return the goal of a run in words: each text among the inputs of its graph, and in lists of texts, as given or
    by default. One of a closed list of choices is a switch, no goal."""
    texts: list[str] = []
    for name, node in graph.nodes.items():
        if node.type == "flow.input" and not choices_of(node.params):
            texts += _texts(given[name] if name in given else node.params.get("value"))
    return " ".join(texts)[:MOST_CHARACTERS]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value.strip()
    elif isinstance(value, list | tuple):
        yield from (each.strip() for each in value if isinstance(each, str) and each.strip())
