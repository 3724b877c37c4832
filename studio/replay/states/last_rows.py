"""The last firing of each node of a region at a step, read for one node at a time where few of many are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from studio.trace.decided import Decided, Span

if TYPE_CHECKING:
    from studio.replay.states.regions import Region
    from studio.trace.moments import Moments

LARGE: Final = 200
"""Nodes of a region from which on they are read this way."""

SINGLE: Final = 48
"""Nodes that are read one by one; whoever asks for more gets all of them read at once."""


class LastRows(Mapping[int, Decided]):
    """The last firings of a large region that is tried once only, by plan index: what `State` reads of small ones.

    `newest` is the last of them all.
    """

    def __init__(self, steps: Moments, region: Region, seq: int, newest: Decided) -> None:
        self._steps = steps
        self._region = region
        self._seq = seq
        self._single: dict[int, Decided | None] = {newest.plan_index: newest}

    def __getitem__(self, index: int) -> Decided:
        if "_all" in self.__dict__ or (index not in self._single and len(self._single) >= SINGLE):
            return self._all[index]
        if index not in self._single:
            path, ticks = self._paths.get(index), self._region.span.ticks
            found = [] if path is None else self._steps.last_of(Span(path, path, ticks), self._seq)
            self._single[index] = next((row for row in found if row.tick_key.startswith(ticks)), None)
        row = self._single[index]
        if row is None:
            raise KeyError(index)
        return row

    def __iter__(self) -> Iterator[int]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @cached_property
    def _all(self) -> dict[int, Decided]:
        span = self._region.span
        rows = self._steps.last_of(span, self._seq)
        return {row.plan_index: row for row in rows if row.tick_key.startswith(span.ticks)}

    @cached_property
    def _paths(self) -> dict[int, int]:
        return {path.plan_index: path.path for path in self._region.nodes}
