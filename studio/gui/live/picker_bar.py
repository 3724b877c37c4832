"""What there is to choose on a canvas of a run that goes on: which item and which tick it shows.

Both follow the latest until a person picks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.live.watching.showing import Pick
from studio.gui.live.watching.tracks import RegionTrack
from studio.gui.widgets.picker_bar import NAME, Choices, PickerBar
from studio.support.plain import plain_line
from studio.support.ticks import tick_path

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.live.bridge import Live

ITEMS = 500
"""Items offered in the list; of more the first ones and the picked one."""

ALL = "all items"
ONE = "the latest"


class LivePicks:
    """The items and ticks of the run of a canvas's document."""

    def __init__(self, live: Live, canvas: Canvas) -> None:
        self._live = live
        self._canvas = canvas

    def choices(self) -> Choices | None:
        """Return what there is to choose now; None without a run."""
        view = self._live.seen(self._canvas.document)
        if view is None:
            return None
        regions, pick = self._known(), self._present()
        region = _region(regions, pick)
        ticks = [] if region is None else list(region.ticks)
        at = ticks.index(pick.tick) if pick.tick in ticks else len(ticks) - 1
        shown = tick_path(ticks[at]) if ticks else ""
        last = tick_path(ticks[-1]) if ticks else ""
        listed = self._listed(regions, pick)
        return (
            Choices(
                items=(ALL if len(regions) > 1 else ONE, *(plain_line(prefix.rstrip("/"))[:80] for prefix in listed)),
                item=0 if pick.region is None or len(regions) < 2 else listed.index(pick.region) + 1,
                items_help=f"{len(regions):,} items ran; {len(listed):,} can be picked here.",
                places=len(ticks),
                place=max(0, at),
                told=f"tick {shown}" + ("" if pick.is_latest else f" of {last}"),
                is_picked=len(ticks) > 1 and not pick.is_latest,
            )
            if len(regions) > 1 or len(ticks) > 1
            else None
        )

    def _listed(self, regions: list[RegionTrack], pick: Pick) -> list[str]:
        if len(regions) < 2:
            return []
        prefixes = [region.prefix for region in regions[:ITEMS]]
        if pick.region is not None and pick.region not in prefixes:
            prefixes.append(pick.region)
        return prefixes

    def pick_item(self, index: int) -> None:
        """Show another item, or all."""
        listed = self._listed(self._known(), self._present())
        self._pick(Pick(None if index <= 0 else listed[index - 1]))

    def pick_named(self, name: str) -> None:
        """No item is named here."""

    def pick_place(self, place: int) -> None:
        """Show another tick."""
        region = _region(self._known(), self._present())
        ticks = [] if region is None else list(region.ticks)
        if region is not None and 0 <= place < len(ticks):
            self._pick(Pick(region.prefix, ticks[place]))

    def let_go(self) -> None:
        """Follow the latest tick again."""
        self._pick(Pick(self._present().region if len(self._known()) > 1 else None))

    def _pick(self, pick: Pick) -> None:
        self._live.pick(self._canvas.document, self._canvas.at, pick)

    def _present(self) -> Pick:
        return self._live.of(self._canvas.document).picks.get(self._canvas.at) or Pick()

    def _known(self) -> list[RegionTrack]:
        view = self._live.seen(self._canvas.document)
        return [] if view is None else view.by_place.get(self._canvas.at, [])


def show_picker(live: Live, canvas: Canvas) -> None:
    """Have a canvas show the picker, once."""
    if canvas.findChild(PickerBar, NAME) is None:
        bar = PickerBar(LivePicks(live, canvas), canvas)
        live.changed.connect(bar.soon)


def _region(regions: list[RegionTrack], pick: Pick) -> RegionTrack | None:
    """The region whose ticks can be picked: the picked one, or the only one."""
    if pick.region is not None:
        return next((region for region in regions if region.prefix == pick.region), None)
    return regions[0] if len(regions) == 1 else None
