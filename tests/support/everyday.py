"""The examples with which a matrix of all examples is tried each time; the others are for thorough runs.

Together they have what examples are made of, and the runs of each are short: a loop, maps and bodies, stores, an index
of files, a person, a model that chats, completes or answers a form, and one that asks no model at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.mark.structures import MarkDecorator

from studio.support.resources import bundled_graphs
from tests.support.thorough import thorough_but

EVERYDAY = frozenset(
    {
        "babyagi",
        "chat_router",
        "chatbot",
        "critic_loop",
        "lecun",
        "order_desk_twin",
        "repocoder",
        "review_digest",
    }
)


def is_everyday(path: Path) -> bool:
    """True for the graph, or the recorded run, of an example that is tried each time."""
    return path.name.partition(".")[0] in EVERYDAY


def for_examples(name: str, paths: Iterable[Path] | None = None) -> MarkDecorator:
    """Return the mark of a test that runs for each example under this argument: each time for everyday ones."""
    listed = bundled_graphs() if paths is None else paths
    return pytest.mark.parametrize(name, thorough_but(is_everyday, listed), ids=lambda path: path.stem)
