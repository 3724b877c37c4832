"""An input that takes the first of several wires, in the order of the file: a race, whose order is fixed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.export.standalone.runtime.wires import Wire

if TYPE_CHECKING:
    from studio.export.standalone.runtime.region import Region


def first(region: Region, *wires: Wire, contenders: tuple[str, ...] = (), switched_off: bool = False) -> Wire:
    """Return the first wire that carries a value.

    A node in `contenders` whose failure was put off is forgiven if somebody delivers. If nobody does, the first such
    failure is raised; at the end of the tick where the node that takes the value is `switched_off`.
    """
    present = [wire for wire in wires if not wire.is_absent]
    region.races[contenders] = bool(present)
    for name in contenders if not (present or switched_off) else ():
        if name in region.deferred:
            region.failed = region.failed or name
            raise region.deferred[name]
    return (present or wires)[0]
