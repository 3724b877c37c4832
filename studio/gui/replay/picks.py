"""What there is to choose on a canvas of a run that is stepped through: which item of a map it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from studio.gui.widgets.picker_bar import NAME, Choices, PickerBar
from studio.replay.items import key_of, name_of
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.replay.service import Replays
    from studio.gui.replay.session import Session

LISTED: Final = 200
"""Items offered in the list; others are reached by the slider, or typed."""


class ReplayPicks:
    """The items of the map whose body a canvas shows."""

    def __init__(self, replays: Replays, session: Session, canvas: Canvas) -> None:
        self._replays = replays
        self._session = session
        self._canvas = canvas
        self._keys: list[str] = []

    @property
    def _is_open(self) -> bool:
        """False as soon as the run is closed: its canvas, and what was pressed on it, goes on for a moment."""
        return self._session in self._replays.sessions

    def choices(self) -> Choices | None:
        """Return what there is to choose now; None where no map had items yet, or the run was closed meanwhile."""
        if not self._is_open:
            return None
        found = self._session.items_in(self._canvas.at, LISTED)
        if found is None:
            return None
        self._keys = found.keys if found.key in found.keys else [*found.keys, found.key]
        total = f"{found.count:,}"
        return Choices(
            items=tuple(plain_line(name_of(key))[:60] or "(no name)" for key in self._keys),
            item=self._keys.index(found.key),
            items_help=f"{total} items ran."
            + (f" The first {LISTED:,} are listed; the key of any other can be typed." if found.count > LISTED else ""),
            can_type=found.count > LISTED,
            places=found.count,
            place=found.place,
            told=f"{found.place + 1:,} of {total}",
            names="item",
        )

    def pick_item(self, index: int) -> None:
        """Show another item of the list."""
        if self._is_open and 0 <= index < len(self._keys):
            self._session.pick(self._canvas.at, self._keys[index])

    def pick_named(self, name: str) -> None:
        """Show the item of a key, if it ran."""
        if not self._is_open:
            return
        found = self._session.items_in(self._canvas.at, LISTED, key=key_of(name.strip()))
        if found is not None and found.is_known:
            self._session.pick(self._canvas.at, found.key)
        else:
            self._canvas.refused.emit(f"No item `{plain_line(name)[:60]}` ran up to now.")

    def pick_place(self, place: int) -> None:
        """Show the item that began at this place."""
        if not self._is_open:
            return
        key = self._session.item_at(self._canvas.at, place)
        if key is not None:
            self._session.pick(self._canvas.at, key)

    def let_go(self) -> None:
        """Nothing is held: the next step leads to its own item."""


def show_picks(replays: Replays, session: Session, canvas: Canvas) -> None:
    """Have a canvas show the picker, once."""
    bar = canvas.findChild(PickerBar, NAME)
    if bar is not None:
        bar.refresh()
    else:
        bar = PickerBar(ReplayPicks(replays, session, canvas), canvas)
        replays.moved.connect(bar.soon)
        replays.grew.connect(bar.soon)


def covered_by_picks(canvas: Canvas) -> int:
    """Return how many pixels of a canvas, from above, the picker lies over."""
    bar = canvas.findChild(PickerBar, NAME)
    return bar.geometry().bottom() if bar is not None and bar.isVisible() else 0


def reveal_step(canvas: Canvas, name: str) -> None:
    """Bring the node of a step into view, where the picker is not over it, at the scale that is."""
    canvas.reveal(name, closer=False, covered=covered_by_picks(canvas))
