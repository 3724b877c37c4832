"""Modules made up for a test: gathered as those of own node types are."""

from __future__ import annotations

import importlib.util
import itertools
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from types import CodeType

import pytest

from studio.plugins.loading import PREFIX
from studio.spec import Node
from studio.spec.registry import declared_in

_NUMBERS = itertools.count()

Own = Callable[[str], str]
OwnType = Callable[[str], type[Node]]


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


@pytest.fixture
def own_type(own: Own) -> OwnType:
    """Return a function that makes a node type of the body of a class."""

    def make(body: str) -> type[Node]:
        name = own(HEAD + textwrap.indent(textwrap.dedent(body), "    "))
        module = sys.modules[name]
        _Text.exec_module(module.__spec__.loader, module)  # type: ignore[union-attr, arg-type]
        (found,) = declared_in(name)
        return found

    return make


HEAD = '''from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port


@node("test.own", category="Test")
class Own(Node):
    """A type made up for a test."""

'''
