"""The nodes of the graph in front, coloured by what an experiment found of them. Nothing of it is in the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiboken6 import isValid

from studio.graph.scope import bundle
from studio.gui.theme import current_theme, themes
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError, UsageError
from studio.support.paths import same_file

if TYPE_CHECKING:
    from studio.batch.statistics import Modules
    from studio.editing import At, Document
    from studio.export.drawing.tints import Tint
    from studio.gui.canvas import Canvas
    from studio.gui.experiments.results import Results


def graph_of(document: Document, results: Results) -> str:
    """Return which graph of an experiment with judged modules a document is: by its file, else (a recorded run, a
    copy) by its name; "" if it is none."""
    judged = results.found.modules
    for name in judged:
        if document.path is not None and same_file(document.path, results.files[name]):
            return name
    return document.graph.name if document.graph.name in judged else ""


def tints_in(document: Document, at: At, modules: Modules) -> dict[str, Tint]:
    """Return the tints of the nodes of one graph of a document, by name. Modules it does not have are left out."""
    from studio.batch.design.variants import found_node
    from studio.batch.reporting.coloured_graph import largest_effect, tint_of

    whole = bundle(document.graph)
    largest, theme = largest_effect(modules), "dark" if current_theme().is_dark else "light"
    found: dict[str, Tint] = {}
    for one in modules.modules:
        try:
            place, node = found_node(whole, one.name, document.registry)
        except UsageError:
            continue
        if place == at:
            found[node.name] = tint_of(one, largest, theme)
    return found


class Effects:
    """Colours the canvas in front while it is switched on and shows a graph of the experiment."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.results: Results | None = None
        """Whose verdicts are shown; None while nothing is coloured."""
        self._canvas: Canvas | None = None
        workbench.current_changed.connect(self._show)
        workbench.settled.connect(lambda document: self._follow(document))
        themes().changed.connect(self._show)

    @property
    def on(self) -> bool:
        """True while nodes are coloured wherever they can be."""
        return self.results is not None

    @property
    def is_shown(self) -> bool:
        """True if nodes of the canvas in front are coloured."""
        return self._canvas is not None

    def colour(self, results: Results | None) -> None:
        """Colour by these results, or (None) not any more."""
        self.results = results
        self._show()
        self.workbench.actions_changed.emit()

    def end(self) -> None:
        """Colour nothing any more."""
        if self.on:
            self.colour(None)

    def _follow(self, document: object) -> None:
        if self._canvas is not None and isValid(self._canvas) and self._canvas.document is document:  # type: ignore[no-untyped-call]
            self._show()

    def _show(self) -> None:
        canvas = self.workbench.canvas
        before, self._canvas = self._canvas, None
        if before is not None and before is not canvas and isValid(before):  # type: ignore[no-untyped-call]
            before.set_tints({})
        if canvas is None:
            return
        name = "" if self.results is None else graph_of(canvas.document, self.results)
        if self.results is None or not name:
            if before is canvas:
                canvas.set_tints({})
            return
        from studio.batch.reporting.coloured_graph import key_of

        modules = self.results.found.modules[name]
        try:
            tints = tints_in(canvas.document, canvas.at, modules)
        except StudioError as error:  # a body that cannot be read: the problem is told by the checks, too
            self.workbench.fail(error)
            return
        self._canvas = canvas
        theme = "dark" if current_theme().is_dark else "light"
        title = f"Effect on {self.results.found.main} in {self.results.table.batch.name}"
        canvas.set_tints(tints, key_of(modules, theme), title, self.end)
