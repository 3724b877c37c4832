"""What firings gave, as canvases show it again and again: read once, cut, and kept while it is likely to be shown."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import orjson

from studio.gui.live.watching.values import Shot
from studio.support.errors import EnvironmentProblem
from studio.support.values import Json
from studio.trace.found import Ref, producers_of

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.decided import Decided
    from studio.trace.moments import Moments

WHOLE: Final = 64 * 1024
"""Bytes of a value that stands elsewhere up to which it is read; a longer one is named by its size."""

MOST_TAKEN: Final = 6
"""Wires of one input that are looked at for what a firing took."""

KEPT: Final = 4000
"""Firings that are kept: four times what a large graph shows at once."""


class Shots:
    """The firings of one run, as much of them as is shown."""

    def __init__(self, trace: Trace, steps: Moments) -> None:
        self._trace = trace
        self._steps = steps
        self._kept: OrderedDict[int, Shot] = OrderedDict()

    def of(self, firing: Decided) -> Shot:
        """Return what a decided firing gave."""
        shot = self._kept.get(firing.id)
        if shot is not None:
            self._kept.move_to_end(firing.id)
            return shot
        shot = self._given(firing)
        if not shot.outputs and firing.status == "ok":
            shot.took = tuple(self._took(firing))
        self._kept[firing.id] = shot
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return shot

    def _given(self, firing: Decided) -> Shot:
        """What a firing gave, without what it took: those that give nothing can follow each other for the whole run."""
        outputs = {port: self._encoded(value) for port, value in firing.outputs.items()}
        shot = Shot(
            firing.id, "", firing.node, firing.tick_key, firing.status_number or 0, firing.reason, 0,
            firing.duration or 0, firing.attempt, outputs, None,
        )  # fmt: skip
        shot.shed()
        return shot

    def _took(self, firing: Decided) -> Iterator[tuple[Shot, str]]:
        """What a firing that gives nothing took: the firings that gave it, and on which port."""
        for taken, wires in firing.inputs.items():
            for producer, port in producers_of(wires)[:MOST_TAKEN] if taken != "when" else ():
                made = self._steps.firing(producer) if producer else None
                if made is not None and made.seq is not None and made.id != firing.id:
                    shot = self._kept.get(made.id) or self._given(made)
                    if port in shot.outputs:
                        yield shot, port

    def _encoded(self, value: Json) -> bytes:
        if not isinstance(value, Ref):
            return orjson.dumps(value)
        if value.size <= WHOLE:
            try:
                return self._trace.blob(value)
            except EnvironmentProblem:  # missing or damaged: the page of the firing tells which
                return orjson.dumps(f"({value.size:,} bytes that cannot be read)")
        return orjson.dumps(f"({value.size:,} bytes)")
