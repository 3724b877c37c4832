"""Nodes that are switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.engine.entering import KNOCKED_OUT
from studio.export.standalone.runtime.ports import port_name
from studio.export.standalone.runtime.wires import Wire, gather, pick
from studio.spec.types import value_check
from studio.support.values import Absent

if TYPE_CHECKING:
    from studio.export.standalone.runtime.region import Region
    from studio.export.standalone.runtime.wires import Outs, Wires


def knocked_out(
    region: Region,
    name: str,
    port: str = "",
    /,
    *,
    when: Wires | None = None,
    kind: str = "any",
    collect: bool = False,
    **candidates: Wires,
) -> Outs:
    """A node that is switched off: it gives nothing, or on `port` the first candidate among its inputs that fits."""
    if collect:
        region.collected.setdefault(name, [])
    firing = region.start(name)
    outs = region.shut(firing, when)
    if outs is not None:
        return outs
    check = value_check(kind)
    for parameter, held in candidates.items():
        wire = held
        if not isinstance(wire, Wire):
            wire = pick(wire, region.tick) if isinstance(wire, tuple) else gather(wire, region.tick)
        if not wire.is_absent and (check is None or check(wire.value)):
            firing.origins = {} if wire.origin is None else {port_name(parameter): wire.origin}
            region.run.meter.add("firings", 1)
            others = dict.fromkeys(region.graph.ports(name), Absent(KNOCKED_OUT))
            return region.decide(firing, {**others, port: wire.value})
    return region.skip(firing, Absent(f"`{name}` is {KNOCKED_OUT}"))
