"""Ports that follow from params: which names they may have, and record classes for them made once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from studio.spec import Fields, make_fields, port
from studio.support.expressions import Expression, ExpressionError


@lru_cache(maxsize=256)
def any_ports(names: tuple[str, ...], help: str, type: str = "any") -> type[Fields]:
    """Return a class with one required port per name, all of one type."""
    return make_fields("Ports", {name: port(type=type, help=help) for name in names})


def expression_ports(text: Any, optional: Any, help: str) -> type[Fields]:
    """Return a class with one port per free name of an expression; those that `optional` maps to a value need no wire,
    and have the value where nothing comes."""
    names = expression_names(text)
    if not isinstance(optional, Mapping) or not optional:
        return any_ports(names, help)
    return make_fields(
        "Ports",
        {
            name: port(optional[name], type="any", help=f"{help} Optional.") if name in optional else port(help=help)
            for name in names
        },
    )


def optional_problems(text: Any, optional: Any) -> Iterator[str]:
    """Yield a sentence for each optional name that stands in no expression."""
    names = expression_names(text)
    if isinstance(optional, Mapping) and names:
        for name in optional:
            if name not in names:
                yield f"`optional` names `{name}`, which is no input."


def name_problems(names: Iterable[Any], what: str) -> Iterator[str]:
    """Yield a sentence for each name that is no text or stands there twice; `what` says where the name comes from.

    Reserved and impossible names are found by the graph's own check of ports.
    """
    seen = set()
    for name in names:
        if not isinstance(name, str):
            yield f"The {what} {name!r} is no text, so it cannot name a port."
        elif name in seen:
            yield f"The {what} `{name}` stands there twice. Name each port once."
        else:
            seen.add(name)


def expression_names(text: Any) -> tuple[str, ...]:
    """Return the free names of an expression, none if it cannot be read (yet)."""
    try:
        return Expression.parse(text).names if isinstance(text, str) else ()
    except ExpressionError:
        return ()


def expression_problems(text: Any, taken: Iterable[str] = ()) -> Iterator[str]:
    """Yield what is wrong with an expression whose names become ports, besides those that are there already."""
    if not isinstance(text, str):
        return
    try:
        names = Expression.parse(text).names
    except ExpressionError as error:
        yield str(error)
        return
    yield from name_problems((name for name in names if name not in set(taken)), "name")
