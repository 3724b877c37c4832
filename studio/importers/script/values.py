"""What the names of a script can stand for while it is read, and what reading may cost."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from studio.graph.model import Graph
from studio.support.values import Json

MAX_VALUES: Final = 200_000
MAX_TEXT: Final = 20_000_000
MAX_STEPS: Final = 600_000
"""Statements and expressions that are read, those of a loop each time; a graph of 10,000 nodes takes half of them."""
MAX_CALLS: Final = 16


class NotUnderstood(Exception):
    """Something of the script is beyond what is read. `line` says where it stands (0: nowhere in particular)."""

    def __init__(self, message: str, line: int = 0, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Imported:
    """A name that an import brings, as `studio.Graph`; nothing is imported for it."""

    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name whose value is not understood; that matters only if the graph uses it."""

    why: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function without parameters, read each time the script calls it."""

    node: ast.FunctionDef


@dataclass(frozen=True, slots=True)
class Folder:
    """A path that starts at the script: `Path(__file__).parent / "data"`. `up` counts the `.parent` of it."""

    up: int = 0
    rest: PurePosixPath = field(default_factory=PurePosixPath)


@dataclass(slots=True, eq=False)
class MadeGraph:
    """A graph as far as the script has made it, and whether it stands in another one."""

    graph: Graph
    folder: Folder | None = None
    used: bool = False
    line: int = 0
    said: set[int] = field(default_factory=set)
    """Lines of statements whose comments were kept: those of a loop count once."""


Value = Any
"""JSON, or one of the above."""

Names = Mapping[str, Value]


class Budget:
    """Counts what reading costs, so that no script can make it cost more."""

    def __init__(self) -> None:
        self.values = 0
        self.text = 0
        self.steps = 0

    def step(self, line: int) -> None:
        """Count one statement or expression."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise NotUnderstood("The script does more than can be read in good time.", line)

    def texts(self, size: int, line: int) -> None:
        """Count the characters of a text before it is made."""
        self.text += size
        if self.text > MAX_TEXT:
            raise NotUnderstood("The texts of the script are too large together.", line)

    def entries(self, number: int, line: int) -> None:
        """Count the entries of lists, dicts and graphs."""
        self.values += number
        if self.values > MAX_VALUES:
            raise NotUnderstood(f"The script makes more than {MAX_VALUES:,} values.", line)

    def copied(self, value: Value, line: int) -> Value:
        """Return a value of its own for each place that uses it, since what one node holds is not the other's."""
        if isinstance(value, str):
            self.texts(len(value), line)
            return value
        if isinstance(value, list):
            self.entries(len(value), line)
            return [self.copied(item, line) for item in value]
        if isinstance(value, dict):
            self.entries(2 * len(value), line)
            return {key: self.copied(item, line) for key, item in value.items()}
        return value


def is_json(value: Value) -> bool:
    """True if the value itself is JSON (what it holds is, by how it was made)."""
    return value is None or isinstance(value, bool | int | float | str | list | dict)


def kind_of(value: Value) -> str:
    """Return what a value is, for a sentence."""
    if isinstance(value, MadeGraph):
        return "a graph"
    if isinstance(value, Function):
        return f"the function `{value.node.name}`"
    if isinstance(value, Imported):
        return f"`{value.name}`"
    if isinstance(value, Folder):
        return "a path"
    return {str: "a text", bool: "true or false", list: "a list", dict: "a dict"}.get(type(value), "a number")


def json_only(value: Value, line: int) -> Json:
    """Return the value if it is JSON. Raises NotUnderstood."""
    if not is_json(value):
        raise NotUnderstood(f"A value of a graph cannot be {kind_of(value)}.", line)
    return value
