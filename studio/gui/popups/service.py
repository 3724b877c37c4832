"""`Popups`: one of each popup, made when it is first needed; what the canvas asks for is answered here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QPoint, QPointF, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.editing.finding.searching import Hit
    from studio.gui.canvas import Canvas
    from studio.gui.edits.clipboard import Clipboard
    from studio.gui.popups.add_node import AddPopup
    from studio.gui.popups.commands import CommandPalette
    from studio.gui.popups.find import FindBar
    from studio.gui.popups.name_field import NameField
    from studio.gui.popups.results import Results
    from studio.gui.popups.wiring import WiringPopup


class Popups(QObject):
    """The popups of one window."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.menu: QMenu | None = None
        """The menu that is open."""
        self._hidden: list[QMenu] = []
        self._sweep = QTimer(self)
        self._sweep.setSingleShot(True)
        self._sweep.timeout.connect(self._delete_hidden)
        workbench.closed.connect(lambda *_: self._leave())

    def _leave(self) -> None:
        """Close what is open over the window: it may be about a graph that is no more."""
        for name in ("adding", "commands", "naming", "results", "wiring"):
            made = self.__dict__.get(name)
            if made is not None:
                getattr(made, "picker", made).leave()

    @cached_property
    def window(self) -> QWidget:
        """The widget that popups lie over."""
        window = self.workbench.parts.get("window")
        if window is None:
            assert self.workbench.canvas is not None
            window = self.workbench.canvas.window()
        assert isinstance(window, QWidget)
        return window

    @cached_property
    def adding(self) -> AddPopup:
        """The list of node types."""
        from studio.gui.popups.add_node import AddPopup

        return AddPopup(self.workbench, self.window)

    @cached_property
    def commands(self) -> CommandPalette:
        """The list of commands, nodes and graphs."""
        from studio.gui.popups.commands import CommandPalette

        return CommandPalette(self.workbench, self.window)

    @cached_property
    def finding(self) -> FindBar:
        """The bar that finds text in the graph."""
        from studio.gui.popups.find import FindBar

        return FindBar(self.workbench, self.window)

    @cached_property
    def naming(self) -> NameField:
        """The field in which things get names."""
        from studio.gui.popups.name_field import NameField

        return NameField(self.window)

    @cached_property
    def results(self) -> Results:
        """The list of places where something is used."""
        from studio.gui.popups.results import Results

        return Results(self.workbench, self.window)

    @cached_property
    def wiring(self) -> WiringPopup:
        """The list of wires that could be drawn at a node."""
        from studio.gui.popups.wiring import WiringPopup

        return WiringPopup(self.workbench, self.window)

    @cached_property
    def clipboard(self) -> Clipboard:
        """Cut, copy and paste."""
        from studio.gui.edits.clipboard import Clipboard

        return Clipboard(self.workbench)

    # -- what the canvas asks for -----------------------------------------------------------------

    def place_requested(self, canvas: Canvas, scene: QPointF, point: QPoint) -> None:
        """Offer node types for a point of the canvas."""
        self.adding.open((scene.x(), scene.y()), point)

    def wire_dropped(
        self, canvas: Canvas, node: str, port: str, is_output: bool, scene: QPointF, point: QPoint
    ) -> None:
        """Offer what fits the loose end of a wire."""
        from studio.gui.popups.add_node import Loose

        self.adding.open((scene.x(), scene.y()), point, Loose(node, port, is_output))

    def context_requested(self, canvas: Canvas, point: QPoint, target: Any) -> None:
        """Show the menu of what is at a point."""
        from studio.gui.popups.context import context_menu

        menu = self.menu = context_menu(self.workbench, canvas, target, point)
        menu.aboutToHide.connect(partial(self._on_hidden, menu))
        menu.popup(point)

    def _on_hidden(self, menu: QMenu) -> None:
        if self.menu is menu:
            self.menu = None
        self._hidden.append(menu)
        self._sweep.start(0)

    def _delete_hidden(self) -> None:
        """Delete menus that have closed, while none is open: deleting one would close that one, too."""
        if QApplication.activePopupWidget() is None:
            hidden, self._hidden = self._hidden, []
            for menu in hidden:
                shiboken6.delete(menu)  # type: ignore[no-untyped-call]

    def dropped(self, canvas: Canvas, key: str, place: tuple[float, float]) -> bool:
        """Add what was dragged out of the palette; return whether it was added."""
        from studio.gui.edits.adding import add_by_key

        return self.workbench.trying(lambda: add_by_key(self.workbench, key, place))

    def content_dropped(self, canvas: Canvas, content: Path | str, scene: QPointF) -> bool:
        """Open a file that was dropped, or add the nodes of a text; return whether that could be done."""
        if isinstance(content, Path):
            return self.workbench.part("files").open(content) is not None
        return self.workbench.trying(lambda: self.clipboard.paste_text(content, (scene.x(), scene.y())))

    # -- what actions ask for ---------------------------------------------------------------------

    def add(self) -> None:
        """Offer node types for where the mouse is, if it is over the canvas, else for its middle."""
        from studio.gui.canvas.keys import ask_for_module

        if self.workbench.canvas is not None:
            ask_for_module(self.workbench.canvas)

    def show_results(self, title: str, hits: Sequence[Hit], nothing: str) -> None:
        """List places of the current document to go to; say `nothing` if there are none."""
        if not hits:
            self.workbench.say(nothing)
        else:
            self.results.open(title, hits)
