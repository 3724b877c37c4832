"""An input that takes the first of several wires, in the order of the file: a race, whose order is fixed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.export.standalone.runtime.wires import Wire

if TYPE_CHECKING:
    from studio.export.standalone.runtime.region import Region


class LostRace(Wire):
    """A race that nobody won and in which a node failed: whoever needs its value fails with that node."""

    __slots__ = ("lost_by",)

    def __init__(self, wire: Wire, lost_by: str) -> None:
        super().__init__(wire.value, wire.origin, wire.at)
        self.lost_by = lost_by


def first(region: Region, *wires: Wire, contenders: tuple[str, ...] = ()) -> Wire:
    """Return the first wire that carries a value.

    A node in `contenders` whose failure was put off is forgiven if somebody delivers. If nobody does, the first such
    failure fails the graph: where the value is read, at the end of the tick at the latest.
    """
    present = [wire for wire in wires if not wire.is_absent]
    region.races[contenders] = bool(present)
    lost_by = [name for name in contenders if name in region.deferred]
    return present[0] if present else LostRace(wires[0], lost_by[0]) if lost_by else wires[0]
