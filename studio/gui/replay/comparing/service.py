"""`Comparing`: the service `comparing` of the workbench. Shows two runs side by side, and a fork beside its parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.gui.replay.session import Session, Source
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.replay.comparing.comparison import Comparison
    from studio.gui.replay.forking.service import Forks
    from studio.gui.replay.service import Replays


class Comparing(QObject):
    """Comparisons of one window."""

    opened = Signal(object)
    """(comparison) Two runs shall be shown side by side; the window makes a page of it."""
    asked = Signal(object)
    """(comparison) One that is open already shall be shown."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.replays: Replays = workbench.part("replay")
        self.open_ones: list[Comparison] = []
        forks: Forks = workbench.part("forks")
        forks.began.connect(lambda parent, session: self._beside(parent, session))

    def open(self, a: Source, b: Source) -> Comparison | None:
        """Show two runs side by side; a refusal is told and gives None."""
        from studio.gui.replay.comparing.comparison import Comparison

        try:
            left = self.replays.open_session(a, show=False)
            right = self.replays.open_session(b, show=False)
        except StudioError as error:
            self.workbench.fail(error)
            return None
        known = next((one for one in self.open_ones if list(one.sessions.values()) == [left, right]), None)
        if known is not None:
            self.asked.emit(known)
            return known
        comparison = Comparison(left, right)
        self.open_ones.append(comparison)
        self.opened.emit(comparison)
        return comparison

    def forget(self, comparison: Comparison) -> None:
        """The page of a comparison is closed."""
        if comparison in self.open_ones:
            self.open_ones.remove(comparison)

    def _beside(self, parent: Source, session: Session) -> None:
        """A fork is shown beside the run that it goes on from, and followed while it goes on."""
        comparison = self.open(parent, session.source)
        if comparison is None:
            self.workbench.show(session.document)


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["comparing"] = Comparing(workbench)
