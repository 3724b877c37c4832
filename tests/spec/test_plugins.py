"""Node types of others arrive by entry point; a plugin that fails hides no other and is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.spec import Fields, Node, Registry, RunContext, node, port
from studio.spec.registry import ENTRY_POINTS


@node("plugin.shout", category="Plugins")
class Shout(Node):
    """Says it loud."""

    class In(Fields):
        text: str = port()

    class Out(Fields):
        text: str = port()

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(text=inputs.text.upper())


class Entry:
    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        self.name = name
        self.load = load


def broken() -> Any:
    raise ImportError("no module named moon")


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    found = [Entry("broken", broken), Entry("shout", lambda: Shout)]

    def entry_points(*, group: str) -> list[Entry]:
        return found if group == ENTRY_POINTS else []

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    return found


def test_a_plugins_type_is_found_by_its_name(plugins: list[Entry]) -> None:
    registry = Registry()

    assert registry.find("plugin.shout") is Shout
    assert registry.find("text.template") is not None


def test_a_plugin_may_bring_several_types(plugins: list[Entry]) -> None:
    plugins.append(Entry("several", lambda: [Shout]))

    assert Shout in Registry().all_types()


def test_a_plugin_that_fails_is_named_and_hides_no_other(plugins: list[Entry]) -> None:
    registry = Registry()

    registry.all_types()

    assert registry.failures() == {"broken": "ImportError: no module named moon"}
    assert registry.find("plugin.shout") is Shout


def test_without_plugins_there_are_only_our_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: [])

    assert Registry().find("plugin.shout") is None
