"""Graphs as files, the settings, and leaving."""

from __future__ import annotations

from collections.abc import Callable

from studio.gui.base.action import Action, with_graph
from studio.gui.workbench import Workbench


def _on_document(name: str) -> Callable[[Workbench], None]:
    """Do to the current document what the service `files` calls `name`."""

    def run(workbench: Workbench) -> None:
        if workbench.document is not None:
            getattr(workbench.part("files"), name)(workbench.document)

    return run


def _settings(workbench: Workbench) -> None:
    from studio.gui.settings_dialog import show_settings

    show_settings(workbench)


def _modified(workbench: Workbench) -> bool:
    return any(document.is_modified for document in workbench.documents)


def _can_close(workbench: Workbench) -> bool:
    return "pages" in workbench.parts and workbench.part("pages").can_close()


def _has_file(workbench: Workbench) -> bool:
    return workbench.document is not None and workbench.document.path is not None


ACTIONS = [
    Action("file.new", "New Graph", "File", lambda w: w.part("files").new(), keys=("Ctrl+N",), order=100,
           help="Begin an empty graph."),
    Action("file.open", "Open…", "File", lambda w: w.part("files").ask_open(), keys=("Ctrl+O",), order=101,
           help="Open graph files, or a file of recorded runs."),
    Action("file.open_runs", "Open Recorded Runs…", "File", lambda w: w.part("trace_files").ask_open(), order=101,
           help="Open a file of recorded runs, also a damaged one or somebody else's, for reading only."),
    Action("file.clear_recent", "Clear Recent Files", "File/Open Recent", lambda w: w.part("files").clear_recent(),
           order=102, when=lambda w: w.part("files").has_recent(),
           help="Forget which files were open; the files stay."),
    Action("file.save", "Save", "File", _on_document("save"), keys=("Ctrl+S",), order=200, when=with_graph,
           edits=True, help="Write the graph into its file."),
    Action("file.save_as", "Save As…", "File", _on_document("save_as"), keys=("Ctrl+Shift+S",), order=201,
           when=with_graph, edits=True, help="Write the graph into another file and go on with that."),
    Action("file.save_all", "Save All", "File", lambda w: w.part("files").save_all(), keys=("Ctrl+Alt+S",), order=202,
           when=_modified, help="Save every open graph that has changes."),
    Action("file.revert", "Revert to Saved", "File", _on_document("revert"), order=203,
           when=_has_file, help="Give up all changes since the graph was saved."),
    Action("file.compare", "Compare with File", "File", lambda w: w.part("files").compare(w.document), order=204,
           when=_has_file, help="Show how the graph differs from what its file says."),
    Action("file.close", "Close Tab", "File", lambda w: w.part("pages").close_current(), keys=("Ctrl+W",), order=300,
           when=_can_close, help="Close the tab; with a graph's last tab its file is closed."),
    Action("file.close_graph", "Close Graph", "File", _on_document("close"), keys=("Ctrl+Shift+W",), order=301,
           when=with_graph, help="Close the graph with all its tabs."),
    Action("file.settings", "Settings…", "File", _settings, keys=("Ctrl+,",), order=400,
           help="Models, keys, limits, looks."),
    Action("file.quit", "Quit", "File", lambda w: w.part("window").close(), keys=("Ctrl+Q",), order=500,
           help="Close the window; asks about what is not saved."),
]  # fmt: skip
