"""`TabledStore`: a kind of store that a project's file keeps in tables of its own, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from studio.stores.base import Store
from studio.support.values import Json


class TabledStore(Store):
    """Base of the kinds whose content is too large to be written as a whole time and again.

    A write goes into the tables in the same transaction in which the project's file notes the operation. All stores
    of the kind share the tables; a row says by name whose it is. An operation that is refused (`NodeError`) has
    changed nothing.
    """

    tables: ClassVar[str]
    """SQL that makes the tables where they are not there yet."""

    def dump_in_parts(self, keep: Callable[[bytes], Json]) -> Json:
        """Return what `dump` gives, long lists in parts (`studio.trace.parts`). `keep` takes the bytes of a part and
        returns the blob that stands for them; bytes that were kept before cost nothing."""
        raise NotImplementedError

    def begin(self) -> None:
        """Replace the content by what the declaration gives."""
        self._data = self._start()

    def track(self) -> None:
        """From now on remember what changes, for `write_tables`."""
        raise NotImplementedError

    def forget_changes(self) -> None:
        """Take what is in memory for what the tables hold."""
        raise NotImplementedError

    def write_tables(self, connection: Any) -> None:
        """Bring the tables up to the changes remembered, and forget these."""
        raise NotImplementedError

    def read_tables(self, connection: Any) -> None:
        """Replace the content by that of the tables."""
        raise NotImplementedError
