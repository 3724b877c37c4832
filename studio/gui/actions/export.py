"""Taking graphs and runs away: scripts, notebooks, drawings, records; and bringing graphs of other programs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.base.action import Action, with_graph
from studio.gui.replay.in_front import session_in_front
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path

    from studio.editing import Document
    from studio.export.targets import RunSource
    from studio.gui.dialogs.exporting import ExportSheet, Sources


def _sources(workbench: Workbench) -> Sources | None:
    from studio.export.targets import GraphSource
    from studio.graph.scope import deep_copy
    from studio.gui.dialogs.exporting import Sources

    document = workbench.document
    if document is None:
        return None
    workbench.commit()
    path = document.path
    # A copy of its own: it is made beside the window, while the graph may go on changing.
    graph = GraphSource(deep_copy(document.graph), document.registry, "" if path is None else str(path))
    folder = "" if path is None else str(path.absolute().parent)
    found = _run_in_front(workbench, document)
    if found is None:
        return Sources(graph, None, document.graph.name, folder)
    db, id, foreign = found

    def run() -> RunSource:
        from studio.export.targets import RunSource
        from studio.trace import Trace

        return RunSource(Trace(db, foreign=foreign), (id,))

    return Sources(graph, run, document.graph.name, folder)


def _run_in_front(workbench: Workbench, document: Document) -> tuple[Path, str, bool] | None:
    """The recorded run that is shown, else the last one of the graph: its file, its id, and whether the file is a
    stranger's."""
    session = session_in_front(workbench)
    if session is not None:
        return session.source.db, session.source.run, session.source.foreign
    live = workbench.parts.get("live")
    last = "" if live is None else live.of(document).last_run
    return (live.trace_file(), last, False) if live is not None and last else None


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
