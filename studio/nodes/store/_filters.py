"""Filters in params, with gaps: a `{name}` in a text of a filter is an input of that name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from studio.nodes._ports import name_problems
from studio.nodes._shapes import fill_shape, shape_gaps
from studio.spec import Fields, make_fields, param, port
from studio.support.filters import filter_problem
from studio.support.values import Json


def filter_param(what: str) -> Any:
    """Declare the param that holds a filter; `what` begins its help, as in `Which rows`."""
    return param(
        None,
        type="json",
        help=f'{what}: `{{"kind": "note", "n": {{"gte": 3}}}}`. A gap `{{name}}` in it is an input. All if left out.',
    )


def with_gaps(ports: type[Fields], filter: Json) -> type[Fields]:
    """Return input ports and one more for each gap of a filter."""
    names = tuple(name for name in gaps(filter) if name not in ports.fields())
    known: Any = ports  # classes can be told apart by `lru_cache`, though their instances have no hash
    return _more(known, names) if names else ports


def gaps(filter: Json) -> tuple[str, ...]:
    """Return the names of the gaps of a filter, each once."""
    return tuple(dict.fromkeys(shape_gaps(filter)))


def filled(filter: Json, values: Mapping[str, Json]) -> Json:
    """Return a filter with its gaps filled by values of these names."""
    return fill_shape(filter, values)


def gap_problems(filter: Json, taken: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with a filter and its gaps; `taken` are the names of the other inputs."""
    names = gaps(filter)
    # A gap may take any value, a list too where one is needed; what the wire brings is judged when it comes.
    if not names and (why := filter_problem(filter)):
        yield f"`filter`: {why}"
    yield from name_problems((*taken, *names), "name")


@lru_cache(maxsize=256)
def _more(ports: Any, names: tuple[str, ...]) -> type[Fields]:
    return make_fields(
        "In", {**ports.fields(), **{name: port(type="any", help="Fills the gap of this name.") for name in names}}
    )
