"""An input that takes the first of several wires, in the order of the file: a race, whose order is fixed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.export.standalone.runtime.wires import Wire

if TYPE_CHECKING:
    from studio.export.standalone.runtime.region import Region


def first(region: Region, *wires: Wire, contenders: Sequence[str] = ()) -> Wire:
    """Return the first wire that carries a value.

    A node in `contenders` whose failure was put off is forgiven if somebody delivers; if nobody does, the first such
    failure is raised.
    """
    for wire in wires:
        if not wire.is_absent:
            return wire
    for name in contenders:
        if name in region.deferred:
            region.failed = region.failed or name
            raise region.deferred[name]
    return wires[0]
