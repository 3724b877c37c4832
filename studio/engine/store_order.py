"""The order in which the nodes of a region use its stores (design rule 2.9), told in one place.

The plan makes its waits of it, lint asks which pairs no wire orders, the canvas draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol, TypeVar


class UsesStores(Protocol):
    """What is asked about: a node of a plan."""

    @property
    def stores(self) -> Mapping[str, str]:
        """The stores it uses, by name, each with how it does: read, write or take."""


class StoreStep(NamedTuple):
    """Two nodes that use a store one after the other, with nobody between them."""

    store: str
    earlier: str
    later: str


_User = TypeVar("_User", bound=UsesStores)


def consecutive_uses(nodes: Iterable[_User]) -> Iterator[tuple[str, _User, _User]]:
    """Yield (store, earlier user, later user) for uses of a store that follow each other; `nodes` are in plan order."""
    last: dict[str, _User] = {}
    for node in nodes:
        for store in node.stores:
            before = last.get(store)
            if before is not None:
                yield store, before, node
            last[store] = node
