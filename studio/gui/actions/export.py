"""Taking graphs and runs away: scripts, notebooks, drawings, records; and bringing graphs of other programs in."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from studio.gui.base.action import Action, with_graph
from studio.gui.replay.in_front import session_in_front
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.export.targets import RunSource
    from studio.gui.dialogs.exporting import ExportSheet, Sources


def _sources(workbench: Workbench) -> Sources | None:
    from studio.export.targets import GraphSource
    from studio.gui.dialogs.exporting import Sources

    document = workbench.document
    if document is None:
        return None
    workbench.commit()
    path = document.path
    # A copy of its own: it is made beside the window, while the graph may go on changing.
    graph = GraphSource(copy.deepcopy(document.graph), document.registry, "" if path is None else str(path))
    session = session_in_front(workbench)
    if session is None:
        folder = "" if path is None else str(path.absolute().parent)
        return Sources(graph, None, document.graph.name, folder)
    source = session.source

    def run() -> RunSource:
        from studio.export.targets import RunSource
        from studio.trace import Trace

        return RunSource(Trace(source.db, foreign=source.foreign), (source.run,))

    return Sources(graph, run, document.graph.name)


def _export(workbench: Workbench) -> ExportSheet | None:
    from studio.gui.dialogs.exporting import ExportSheet

    sources = _sources(workbench)
    if sources is None:
        return None
    window = workbench.part("window") if "window" in workbench.parts else None
    sheet = ExportSheet(workbench, sources, window)
    sheet.open()
    return sheet


def _import(workbench: Workbench) -> None:
    workbench.part("files").ask_import()


ACTIONS = [
    Action("export.export", "Export…", "File", _export, keys=("Ctrl+Alt+E",), order=209, when=with_graph,
           help="Make a Python script, a notebook, a chart or records of the graph or of the run that is shown."),
    Action("export.import", "Import…", "File", _import, order=103,
           help="Bring in a flow of promptflow or a project of Rivet; what has no counterpart becomes a placeholder."),
]  # fmt: skip
