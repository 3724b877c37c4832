"""Values of a parsed file, read one by one: each is what it should be, or refused with its line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from studio.graph.tree import Tree
from studio.support.errors import GraphError
from studio.support.nearest import near
from studio.support.plain import plain_line
from studio.support.values import Json

MAX_NAME: Final = 200
"""Longest name of a graph, variant or score, in characters."""

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class _NoMark:
    """Stands for a line where there is no file: `Tree.line` is 0 then."""

    line: int = -1


def tree_of(value: Json) -> Tree:
    """Return a JSON value as a tree without lines, to be read as a file is."""
    mark = _NoMark()
    if isinstance(value, Mapping):
        tree = Tree({key: tree_of(inner) for key, inner in value.items()}, mark, mark)
        tree.keys = dict.fromkeys(value, mark)
        return tree
    if isinstance(value, list | tuple):
        return Tree([tree_of(inner) for inner in value], mark, mark)
    return Tree(value, mark, mark)


class TreeReader:
    """Reads the values of a tree. `place` is what errors name, with the line where there is one."""

    def __init__(self, place: str) -> None:
        self.place = place

    def where(self, line: int) -> str:
        return f"{self.place}:{line}" if line > 0 else self.place

    def refuse(self, message: str, tree: Tree | int, hint: str = "") -> GraphError:
        return GraphError(message, where=self.where(tree if isinstance(tree, int) else tree.line), hint=hint)

    def mapping(self, tree: Tree | None, what: str, known: tuple[str, ...] = ()) -> dict[str, Tree]:
        if tree is None or tree.value is None:
            return {}
        if type(tree.value) is not dict:
            raise self.refuse(f"{what[0].upper()}{what[1:]} must be a mapping of names.", tree)
        found: dict[str, Tree] = tree.value
        for key in found:
            if known and key not in known:
                raise self.refuse(f"`{key[:60]}` is no key of {what}.", tree.keys[key].line + 1, near(key, known))
        return found

    def pairs(self, tree: Tree | None, what: str) -> list[tuple[str, Tree]]:
        return list(self.mapping(tree, what).items())

    def name(self, name: str, tree: Tree | None) -> str:
        if not name.strip() or len(name) > MAX_NAME or plain_line(name) != name:
            raise self.refuse(
                f"`{plain_line(name)[:60]}` is no name: it must be one line of up to {MAX_NAME} characters.", tree or 0
            )
        return name

    def text(self, tree: Tree | None, what: str, *, needed: bool = False) -> str:
        if tree is None or (tree.value is None and not needed):
            return ""
        if type(tree.value) is not str or (needed and not tree.value.strip()):
            raise self.refuse(f"{what} must be text.", tree, "Put it in quotes.")
        return tree.value

    def line(self, tree: Tree | None, what: str, *, needed: bool = False) -> str:
        found = self.text(tree, what, needed=needed)
        if tree is not None and plain_line(found) != found:
            raise self.refuse(f"{what} must be one line without control characters.", tree)
        return found

    def texts(self, tree: Tree, what: str) -> list[str]:
        listed = tree.value if type(tree.value) is list else [tree]
        return [self.line(one, f"What {what} names", needed=True) for one in listed]

    def one_of(self, tree: Tree | None, what: str, known: tuple[T, ...], default: Any) -> Any:
        value = False if tree is not None and tree.value is False else self.text(tree, what) if tree is not None else ""
        if value == "" or tree is None:
            return default
        if value is False and "off" in known:  # other readers of YAML take `off` for false
            return "off"
        if value not in known:
            raise self.refuse(f"{what} must be one of {', '.join(known)}.", tree, near(str(value), known))
        return value

    def whole(self, tree: Tree | None, what: str, least: int, most: int) -> int | None:
        if tree is None or tree.value is None:
            return None
        if type(tree.value) is not int or not least <= tree.value <= most:
            raise self.refuse(f"{what} must be a whole number from {least} to {most:,}.", tree)
        return int(tree.value)

    def number(self, tree: Tree, what: str, *, positive: bool = False) -> float:
        value = tree.value
        if type(value) not in (int, float) or not math.isfinite(value) or value < 0 or (positive and value == 0):
            raise self.refuse(f"{what} must be a number {'above 0' if positive else 'that is not negative'}.", tree)
        return int(value) if value == int(value) else float(value)  # 5 and 5.0 are one amount
