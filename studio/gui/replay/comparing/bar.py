"""`CompareBar`: what a comparison came to in one line, and what can be done with it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from studio.gui.replay.comparing.comparison import Comparison
from studio.gui.widgets.folding import Folding, to_words
from studio.gui.widgets.labels import Elided, small_button
from studio.replay.diff.telling import divergence
from studio.support.plain import plain_line

SAID: Final = 120
"""Pixels that what differs is told in at least."""


class CompareBar(QFrame):
    """The buttons are there for whoever connects them. Words are left out where it is narrow."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 8, 4)
        row.setSpacing(6)
        self.said = Elided("", self)
        self.said.setObjectName("compare.said")
        row.addWidget(self.said, 1)
        self.abort = small_button("Stop run", "Cancel the run that goes on; what it did stays recorded",
                                  "compare.abort", self)  # fmt: skip
        self.stop = small_button("Cancel", "Stop comparing; stepping goes on", "compare.cancel", self)
        self.again = small_button("Compare", "Compare the runs firing by firing", "compare.again", self)
        self.first = small_button("First divergence", "Go to where the runs part", "compare.first", self)
        self.back = small_button("◀", "Previous difference", "compare.back", self)
        self.next = small_button("▶", "Next difference", "compare.next", self)
        self.link_steps = self._toggle("Link steps", "Stepping in one run steps the other", "compare.link_steps")
        self.link_views = self._toggle("Link views", "Moving one graph moves the other", "compare.link_views")
        self.copy = small_button("Copy", "Copy all that differs as text", "compare.copy", self)
        for button in (
            self.abort, self.stop, self.again, self.first, self.back, self.next, self.link_steps, self.link_views,
            self.copy,
        ):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        self.said.setMinimumWidth(SAID)
        words = (self.link_views, "Views"), (self.link_steps, "Steps"), (self.first, "First")
        self.folding = Folding(self, row, [to_words(button, short) for button, short in words])

    def _toggle(self, text: str, help: str, name: str) -> QToolButton:
        made = small_button(text, help, name, self)
        made.setCheckable(True)
        made.setChecked(True)
        return made

    def tell(self, comparison: Comparison, *, stoppable: bool) -> None:
        """Say how the comparison stands. `stoppable`: one of the runs is a fork of this window that goes on."""
        busy = comparison.is_busy
        self.stop.setVisible(busy)
        self.abort.setVisible(stoppable)
        self.again.setVisible(not busy and comparison.found is None and not comparison.goes_on)
        self.folding.fit()
        for button in (self.first, self.back, self.next):
            button.setEnabled(comparison.first is not None)
        self.copy.setEnabled(comparison.found is not None)
        text, role = status(comparison)
        self.said.set_text(plain_line(text))
        self.said.set_role(role)


def status(comparison: Comparison) -> tuple[str, str]:
    """Return a sentence about how a comparison stands, and the role of its colour."""
    if comparison.is_busy:
        return f"Comparing… {comparison.compared:,} firings", "soft"
    if comparison.problem is not None:
        return str(comparison.problem), "warn"
    if comparison.goes_on:
        going = next(one for one in comparison.sessions.values() if one.run.status == "running")
        return f"{going.document.title} goes on: step {going.last:,}. Compared at its end.", "accent"
    found = comparison.found
    if found is None:
        return "Not compared yet.", "soft"
    if found.nodes:
        return f"Parts at {divergence(found)}", "bad"
    more = " They were not begun alike." if found.graph or found.options or found.inputs else ""
    return f"All {found.compared:,} firings did the same.{more}", "ok"
