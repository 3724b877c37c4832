"""Stores: the named memories that graphs declare. One file per kind; the kind `list` lives in `stores/list.py`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from studio.spec.params import parse_params
from studio.stores.base import Shown, Store
from studio.support.errors import GraphError
from studio.support.nearest import did_you_mean
from studio.support.values import Json

__all__ = ["Shown", "Store", "make_store", "store_kinds", "store_problems"]


@cache
def store_kinds() -> Mapping[str, type[Store]]:
    """Return the kinds of store by the word used for them in graphs."""
    found: dict[str, type[Store]] = {}
    for info in pkgutil.iter_modules(__path__):
        for value in vars(importlib.import_module(f"{__name__}.{info.name}")).values():
            if isinstance(value, type) and issubclass(value, Store) and "kind" in vars(value):
                found[value.kind] = value
    return found


def store_problems(kind: str, params: Mapping[str, Json]) -> list[str]:
    """Return what is wrong with the declaration of a store, one sentence each."""
    cls = store_kinds().get(kind)
    if cls is None:
        hint = did_you_mean(kind, store_kinds()) or f"Kinds: {', '.join(store_kinds())}."
        return [f"There is no kind of store `{kind}`. {hint}"]
    made, problems = parse_params(cls.Params, params)
    return problems or [*cls.problems(made)]  # `list` is a module of this package


def make_store(kind: str, params: Mapping[str, Json], name: str = "") -> Store:
    """Return a fresh store with the content its declaration gives it. Raises `GraphError` for a wrong declaration."""
    problems = store_problems(kind, params)
    if problems:
        raise GraphError(problems[0], where=f"store `{name}`" if name else "")
    cls = store_kinds()[kind]
    return cls(parse_params(cls.Params, params)[0], name)
