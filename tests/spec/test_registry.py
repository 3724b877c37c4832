"""The registry finds types without searching twice, from any thread, and what was missed is found once it is there."""

from __future__ import annotations

import pkgutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from studio.spec import Fields, Node, Registry, node


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the walks through the package."""
    seen: list[str] = []
    walk = pkgutil.walk_packages

    def counted(path: Any, prefix: str, *rest: Any) -> Iterator[Any]:
        if prefix == "studio.nodes.":  # it calls itself for packages within
            seen.append(prefix)
        return walk(path, prefix, *rest)

    monkeypatch.setattr(pkgutil, "walk_packages", counted)
    return seen


def test_a_thousand_unknown_types_are_searched_for_once(walks: list[str]) -> None:
    registry = Registry()
    for number in range(1000):
        assert registry.find(f"no.such{number % 7}") is None
        assert registry.find("not a name") is None
    assert len(walks) == 1
    assert len(registry.all_types()) > 50
    assert len(walks) == 1


def test_a_type_that_was_missed_is_found_once_it_is_registered() -> None:
    registry = Registry()
    assert registry.find("mine.late") is None

    @node("mine.late", category="Mine", replaces=("mine.old",))
    class Late(Node):
        """Late."""

        class Params(Fields):
            """None."""

    assert registry.find("mine.old") is None
    registry.register(Late)
    assert registry.find("mine.late") is Late
    assert registry.find("mine.old") is Late


def test_threads_that_ask_at_the_same_time_all_get_all_types() -> None:
    registry = Registry()
    start = threading.Barrier(4)
    counts: list[int] = []

    def ask() -> None:
        start.wait()
        counts.append(len(registry.all_types()))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(counts)) == 1
    assert counts[0] == len(Registry().all_types())
