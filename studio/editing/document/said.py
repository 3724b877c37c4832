"""JSON that was read, asked for fields of known kinds: what is of another kind is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

from studio.support.errors import GraphError
from studio.support.values import Json

T = TypeVar("T")

_NONE: Final[Any] = object()


class Said:
    """An object that was read, asked for fields of known kinds."""

    def __init__(self, data: Json, what: str) -> None:
        self.what = what
        if not isinstance(data, dict):
            self.data: Mapping[str, Json] = {}
            raise self.wrong("it is no object")
        self.data = data

    def wrong(self, why: str) -> GraphError:
        return GraphError(f"What should be {self.what} is damaged: {why}.")

    def get(self, key: str, default: Json = _NONE) -> Json:
        value = self.data.get(key, default)
        if value is _NONE:
            raise self.wrong(f"`{key}` is missing")
        return value

    def _of(self, key: str, default: Json, fits: Callable[[Json], bool], kind: str) -> Any:
        value = self.get(key, default)
        if not fits(value):
            raise self.wrong(f"`{key}` is no {kind}")
        return value

    def text(self, key: str, default: Json = _NONE) -> str:
        return cast("str", self._of(key, default, lambda one: isinstance(one, str), "text"))

    def whole(self, key: str, default: Json = _NONE) -> int:
        return cast("int", self._of(key, default, lambda one: type(one) is int and one >= 0, "whole number"))

    def number(self, key: str) -> float:
        return cast("float", self._of(key, _NONE, lambda one: type(one) in (int, float), "number"))

    def flag(self, key: str) -> bool:
        return cast("bool", self._of(key, False, lambda one: type(one) is bool, "yes or no"))

    def items(self, key: str) -> list[Json]:
        return cast("list[Json]", self._of(key, _NONE, lambda one: isinstance(one, list), "list"))

    def texts(self, key: str) -> list[str]:
        found = self.items(key)
        if not all(isinstance(one, str) for one in found):
            raise self.wrong(f"`{key}` holds what is no text")
        return found

    def mapping(self, key: str, default: Json = _NONE) -> dict[str, Json]:
        return cast("dict[str, Json]", self._of(key, default, lambda one: isinstance(one, dict), "object"))

    def numbers(self, key: str, default: Json = _NONE) -> dict[str, float]:
        found = self.mapping(key, default)
        if not all(type(one) in (int, float) for one in found.values()):
            raise self.wrong(f"`{key}` holds what is no number")
        return dict(found)

    def choice(self, key: str, choices: tuple[Any, ...], default: Json = _NONE) -> Any:
        value = self.get(key, default)
        if not any(value is one or (isinstance(one, str) and value == one) for one in choices):
            raise self.wrong(f"`{key}` has a value that it cannot have")
        return value

    def named(self, key: str, read: Callable[[Json], T]) -> dict[str, T]:
        found: dict[str, T] = {}
        for pair in self.items(key):
            if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str) or pair[0] in found:
                raise self.wrong(f"`{key}` is no list of names and what they mean")
            found[pair[0]] = read(pair[1])
        return found
