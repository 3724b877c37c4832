"""Node types of installed packages: listed by metadata, imported when enabled; one that fails hides no other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from studio.plugins import loading
from studio.plugins.installed import GROUP, enabled_names, installed
from studio.plugins.registries import own_types
from studio.settings.settings import Settings
from studio.spec import Fields, Node, RunContext, node, port


@node("plugin.shout", category="Plugins")
class Shout(Node):
    """Says it loud."""

    class In(Fields):
        text: str = port()

    class Out(Fields):
        text: str = port()

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(text=inputs.text.upper())


@node("text.template", category="Plugins")
class Usurper(Node):
    """Takes a name that is taken."""


class Entry:
    """What stands for an entry point."""

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        self.name = name
        self.value = f"{name}_package:NODES"
        self.dist = None
        self._load = load
        self.loaded = 0

    def load(self) -> Any:
        self.loaded += 1
        return self._load()


def broken() -> Any:
    raise ImportError("no module named moon")


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    found = [Entry("broken", broken), Entry("shout", lambda: [Shout])]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: found if group == GROUP else [])
    return found


@pytest.fixture
def enable(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def setting(names: str) -> None:
        settings = Settings({"plugins": {"enabled": names}})
        monkeypatch.setattr("studio.plugins.registries.current_settings", lambda: settings)

    return setting


def test_what_is_installed_is_listed_without_importing_it(entries: list[Entry]) -> None:
    assert [(one.name, one.imports) for one in installed()] == [
        ("broken", "broken_package:NODES"), ("shout", "shout_package:NODES"),
    ]  # fmt: skip
    assert own_types(None).registry.find("plugin.shout") is None
    assert [entry.loaded for entry in entries] == [0, 0]


def test_an_enabled_plugin_has_its_types_and_the_others_are_not_touched(
    entries: list[Entry], enable: Callable[[str], None]
) -> None:
    enable(" shout ,")

    registry = own_types(None).registry

    assert registry.find("plugin.shout") is Shout
    assert registry.find("text.template") is not None
    assert Shout in registry.all_types()
    assert entries[0].loaded == 0


def test_a_plugin_that_fails_is_named_and_hides_no_other(entries: list[Entry], enable: Callable[[str], None]) -> None:
    entries.append(Entry("usurper", lambda: Usurper))
    entries.append(Entry("odd", lambda: [3]))
    enable("broken, missing, odd, shout, usurper")

    types = own_types(None)

    assert types.registry.find("plugin.shout") is Shout
    assert types.registry.find("text.template") is not Usurper
    assert types.failures["broken"] == "ImportError: no module named moon"
    assert "No installed package offers it" in types.failures["missing"]
    assert "no node type" in types.failures["odd"]
    assert "already" in types.failures["usurper"]


def test_a_plugin_that_hangs_while_it_is_imported_is_left_behind(
    entries: list[Entry], enable: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()
    entries.append(Entry("hangs", never.wait))
    enable("hangs,shout")
    monkeypatch.setattr(loading, "PATIENCE_S", 0.05)
    try:
        types = own_types(None)
    finally:
        never.set()

    assert "did not come to an end" in types.failures["hangs"]
    assert types.registry.find("plugin.shout") is Shout


def test_a_plugin_that_ends_the_program_only_ends_itself(entries: list[Entry], enable: Callable[[str], None]) -> None:
    def leave() -> None:
        raise SystemExit(3)

    entries.append(Entry("leaver", leave))
    enable("leaver")

    assert "SystemExit" in own_types(None).failures["leaver"]


def test_names_stand_between_commas() -> None:
    assert enabled_names("") == frozenset()
    assert enabled_names("a, b,,c ") == {"a", "b", "c"}
