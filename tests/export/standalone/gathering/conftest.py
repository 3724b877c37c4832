"""Modules made up for a test: gathered as those of own node types are."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from types import CodeType

import pytest

from studio.plugins.loading import PREFIX

_NUMBERS = itertools.count()

Own = Callable[[str], str]


class _Text(InspectLoader):
    def __init__(self, text: str) -> None:
        self.text = text

    def get_source(self, fullname: str) -> str:
        return self.text

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.text, fullname)

    def is_package(self, fullname: str) -> bool:
        return False


@pytest.fixture
def own() -> Iterator[Own]:
    """Return a function that makes a module of a text and gives its name."""
    made: list[str] = []

    def make(text: str) -> str:
        name = f"{PREFIX}.test{next(_NUMBERS)}"
        sys.modules[name] = importlib.util.module_from_spec(ModuleSpec(name, _Text(text)))  # known, and not executed
        made.append(name)
        return name

    yield make
    for name in made:
        del sys.modules[name]
