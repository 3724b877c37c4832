"""`Scrubbing`: going to steps by mouse. Of the places that a drag comes by, only the last one is gone to."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from studio.gui.panels.timeline.state import State


class Scrubbing(QObject):
    """Seeks when the window has time; a later wish takes the place of an earlier one."""

    def __init__(self, state: State, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.on_row = False
        """True while it goes where the person pointed at a row: the rows then stay where they are."""
        self._wanted = 0
        self._wanted_on_row = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.now)

    def to_place(self, place: float, *, on_row: bool = False) -> None:
        """Go to the step at a place of the axis."""
        self.to_index(self.state.axis.step_at(place), on_row=on_row)

    def to_index(self, index: int, *, on_row: bool = False) -> None:
        """Go to a step by its index in the overview."""
        if 0 <= index < len(self.state.overview):
            self._wanted, self._wanted_on_row = int(self.state.overview.seq[index]), on_row
            self._soon.start()

    def now(self) -> None:
        """Go where it was last wished, at once."""
        self._soon.stop()
        wanted, self._wanted = self._wanted, 0
        if wanted and wanted != self.state.session.seq:
            self.on_row = self._wanted_on_row
            try:
                self.state.session.seek(wanted)
            finally:
                self.on_row = False
