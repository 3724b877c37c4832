"""Recorded tests: made of a run or a firing, played offline, stepped through, renewed, and put in order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from studio.gui.base.action import Action
from studio.gui.base.beside import beside
from studio.gui.dialogs.ask import ask
from studio.gui.replay.in_front import session_in_front, shows_run, why_no_run
from studio.gui.replay.session import Source
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.cases.case import Case
    from studio.gui.panels.tests.panel import TestsPanel
    from studio.gui.panels.tests.suites import Suite
    from studio.support.errors import StudioError

_MENU = "Run/Tests"


def _panel(workbench: Workbench) -> TestsPanel | None:
    panel: TestsPanel | None = workbench.parts.get("tests")
    return panel


def _made(workbench: Workbench) -> TestsPanel:
    """The panel, made and shown if it was not yet."""
    if _panel(workbench) is None:
        workbench.panel_asked.emit("tests")
    panel: TestsPanel = workbench.part("tests")
    return panel


def _suite(workbench: Workbench) -> Suite | None:
    panel = _panel(workbench)
    return None if panel is None else panel.bench.suite


def _is_free(workbench: Workbench) -> bool:
    panel, suite = _panel(workbench), _suite(workbench)
    return panel is not None and not panel.bench.is_playing and suite is not None and bool(suite.cases)


def _is_playing(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    return panel is not None and panel.bench.is_playing


def _selected(workbench: Workbench) -> list[str]:
    panel = _panel(workbench)
    return [] if panel is None else panel.selected_names()


def _one(workbench: Workbench) -> Case | None:
    panel = _panel(workbench)
    row = None if panel is None else panel.current()
    return None if row is None else row.case


def _has_one(workbench: Workbench) -> bool:
    return _one(workbench) is not None


def _may_write(workbench: Workbench) -> bool:
    suite = _suite(workbench)
    return _has_one(workbench) and suite is not None and not suite.where.is_bundled


def _why_no_writing(workbench: Workbench) -> str:
    suite = _suite(workbench)
    if suite is not None and suite.where.is_bundled:
        return "These tests ship with the studio and stay as they are: save the graph as a file of your own first."
    return _why(workbench)


def _why(workbench: Workbench) -> str:
    if _is_playing(workbench):
        return "Tests are being played."
    suite = _suite(workbench)
    if suite is None or not suite.cases:
        return "The graph that is shown has no tests: make one of a recorded run."
    return "Select a test in the panel Tests."


def _has_failed(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    return _is_free(workbench) and panel is not None and bool(panel.failed_names())


# -- making ----------------------------------------------------------------------------------------


def _run_meant(workbench: Workbench) -> Source | None:
    """The run of which a test is made: of the list of runs the selected one, if one works there; else the one that is
    stepped through."""
    session, runs = session_in_front(workbench), workbench.parts.get("runs")
    chosen: list[Source] = runs.selected() if runs is not None else []
    focus = QApplication.focusWidget()
    works_there = isinstance(runs, QWidget) and focus is not None and (runs is focus or runs.isAncestorOf(focus))
    if len(chosen) == 1 and (works_there or session is None):
        return chosen[0]
    return None if session is None else session.source


def _from_run(workbench: Workbench) -> None:
    source = _run_meant(workbench)
    if source is not None:
        _made(workbench).make_test(source)


def _from_firing(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is None:
        return
    firing = session.here
    canvas, selection = workbench.canvas, workbench.selection
    if canvas is not None and len(selection) == 1:
        from studio.gui.live.watching.places import Spot

        node = session.node_at(Spot(canvas.at, selection[0]))
        if node is not None and node.last is not None:
            firing = node.last
    _made(workbench).make_test(session.source, firing.node, firing.tick, firing.id)


# -- doing -----------------------------------------------------------------------------------------


def _run(which: Callable[[Workbench], list[str]]) -> Callable[[Workbench], None]:
    def do(workbench: Workbench) -> None:
        panel = _panel(workbench)
        if panel is not None:
            workbench.commit()  # what is being typed is a change of the graph, too
            panel.bench.run(which(workbench))

    return do


def _all(workbench: Workbench) -> list[str]:
    suite = _suite(workbench)
    return [] if suite is None else [case.name for case in suite.cases]


def _failed(workbench: Workbench) -> list[str]:
    panel = _panel(workbench)
    return [] if panel is None else panel.failed_names()


def _stop(workbench: Workbench) -> None:
    panel = _panel(workbench)
    if panel is not None:
        panel.bench.stop()


def _step_through(workbench: Workbench) -> None:
    """Play a test with all that happens recorded, and open that run."""
    panel, suite, case = _panel(workbench), _suite(workbench), _one(workbench)
    if panel is None or suite is None or case is None:
        return
    graph, file, registry = suite.where.load(), suite.where.graph, workbench.registry_at(suite.where.graph.parent)
    play = panel.bench.begin(suite, [case.name])
    if play is None:
        return
    folder = Path(tempfile.mkdtemp(prefix="studio-test-"))
    # Nobody needs what a test did, once the window is closed.
    panel.destroyed.connect(lambda *_: shutil.rmtree(folder, ignore_errors=True))

    def work() -> Source:
        from studio.cases.playing import play_into
        from studio.graph.model import Graph
        from studio.trace.writer import close_writer

        db = folder / "test.db"
        try:
            panel.bench.tell(play, case.name)
            return Source(db, play_into(case, graph or Graph.load(file), db, registry=registry, stop=play.stop))
        finally:
            close_writer(db)

    def refused(error: StudioError) -> None:
        panel.bench.end(play)
        if play.stop.is_set:
            workbench.say(f"The test {case.name} was stopped.")
        else:
            workbench.fail(error)

    def then(source: Source) -> None:
        panel.bench.end(play)
        panel.bench.played[source.db] = suite.where
        session = workbench.part("replay").open(source)
        if session is not None:
            found = session.trace.firings(session.run.id, case.node.rpartition("/")[2]) if case.node else []
            session.seek_firing(max((one.id for one in found), default=0))
            workbench.say(f"The test {case.name}, as it was just played over the graph of today.")

    play.thread = beside(panel, work, then, refused)


def _recorded_source(workbench: Workbench) -> Source | None:
    """Where the run is recorded of which a test was made, if it is in the runs of this profile or of the example."""
    case, suite = _one(workbench), _suite(workbench)
    if case is None or suite is None or not case.recorded.run:
        return None
    beside_it = suite.where.graph.with_suffix(".run.db")
    if beside_it.is_file():
        return Source(beside_it, case.recorded.run)
    return Source(Path(workbench.part("live").trace_file()), case.recorded.run)


def _open_recorded(workbench: Workbench) -> None:
    source, case = _recorded_source(workbench), _one(workbench)
    if source is None or case is None:
        return
    session = workbench.part("replay").open(source)
    if session is not None and case.node:
        found = next(iter(session.trace.firings(session.run.id, case.node)), None)
        if found is not None:
            session.seek_firing(found.id)


def _has_recorded(workbench: Workbench) -> bool:
    case = _one(workbench)
    return case is not None and bool(case.recorded.run)


def _go_to_node(workbench: Workbench) -> None:
    """Show the node that a test is of, in the graph as it is today."""
    case, suite = _one(workbench), _suite(workbench)
    if case is None or suite is None:
        return
    document = suite.where.document or workbench.open(suite.where.graph)
    if document is None:
        return
    from studio.gui.live.watching.places import Places, way

    found = way(Places(document.graph), case.node, document.registry)
    if not found:
        workbench.say(f"There is no node `{case.node}` in today's graph.", "warning")
        return
    workbench.show(document, found[-1].at, [found[-1].name])


def _of_node(workbench: Workbench) -> bool:
    case = _one(workbench)
    return case is not None and bool(case.node)


def _renew(workbench: Workbench) -> None:
    from studio.gui.panels.tests.renewing import ask_renew

    panel = _panel(workbench)
    if panel is not None:
        ask_renew(panel, panel.selected_names())


def _rename(workbench: Workbench) -> None:
    from studio.cases.writing import rename_case
    from studio.graph.names import name_problem

    panel, suite, case = _panel(workbench), _suite(workbench), _one(workbench)
    if panel is None or suite is None or case is None:
        return
    names = {one.name for one in suite.cases} - {case.name}

    def check(new: str) -> str:
        if new in names:
            return f"There is a test `{new}` already."
        problem = name_problem(new)
        return f"This cannot name a test: {problem}." if problem else ""

    def done(new: str) -> None:
        if new == case.name:
            return

        def rename() -> None:
            found = rename_case(suite.where.tests, case.name, new)
            if case.name in suite.results:
                suite.results[new] = suite.results.pop(case.name)
            panel.bench.took(suite, found)
            panel.select(new)

        workbench.trying(rename)

    workbench.part("popups").naming.ask(f"Rename {case.name}", case.name, check, done)


def _delete(workbench: Workbench) -> None:
    panel, suite, names = _panel(workbench), _suite(workbench), _selected(workbench)
    if panel is None or suite is None or not names:
        return
    what = f"`{names[0]}`" if len(names) == 1 else f"{len(names)} tests"

    def then(answer: str) -> None:
        if answer == "Delete":
            from studio.cases.writing import remove_case

            def remove() -> None:
                for name in names:
                    panel.bench.took(suite, remove_case(suite.where.tests, name))

            workbench.trying(remove)

    ask(
        panel.window(), "Delete", f"Delete {what} from {suite.where.tests.name}?",
        [("Delete", QMessageBox.ButtonRole.DestructiveRole), ("Cancel", QMessageBox.ButtonRole.RejectRole)], then,
        detail="What was recorded for it is lost; the run it was made of stays where it is.", name="tests.delete",
    )  # fmt: skip


def _open_file(workbench: Workbench) -> None:
    suite = _suite(workbench)
    if suite is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(suite.where.tests.absolute()))):
        workbench.say(f"No program opens {suite.where.tests}.", "warning")


def _has_file(workbench: Workbench) -> bool:
    suite = _suite(workbench)
    return suite is not None and suite.where.tests.is_file()


def _has_results(workbench: Workbench) -> bool:
    suite = _suite(workbench)
    return suite is not None and bool(suite.results)


def _junit(workbench: Workbench) -> None:
    panel = _panel(workbench)
    if panel is not None:
        panel.ask_junit()


def _on_save(workbench: Workbench) -> None:
    panel = _made(workbench)
    panel.on_save.setChecked(not panel.on_save.isChecked())


def _plays_on_save(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    return panel is not None and panel.bench.plays_on_save


ACTIONS = [
    Action(
        "tests.run_all", "Run All Tests", _MENU, _run(_all), keys=("Ctrl+Alt+T",), order=10, when=_is_free, why=_why,
        help="Play all recorded tests of the graph offline, over the graph as it stands here.",
    ),
    Action(
        "tests.run_selected", "Run Selected Tests", _MENU, _run(_selected), order=11,
        when=lambda w: _is_free(w) and bool(_selected(w)), why=_why, help="Play the tests that are selected.",
    ),
    Action(
        "tests.run_failed", "Run Failed Tests", _MENU, _run(_failed), order=12, when=_has_failed,
        why=lambda w: "No test failed." if _is_free(w) else _why(w), help="Play the tests again that failed last.",
    ),
    Action(
        "tests.stop", "Stop Tests", _MENU, _stop, order=13, when=_is_playing, why=lambda w: "No test is being played.",
        help="End the tests that are being played, stepped through or recorded anew.",
    ),
    Action(
        "tests.on_save", "Run Tests on Save", _MENU, _on_save, order=14, checked=_plays_on_save,
        help="Play all tests of a graph each time it is saved.",
    ),
    Action(
        "tests.from_firing", "Make a Test of This Firing…", _MENU, _from_firing, order=110,
        when=shows_run, why=why_no_run,
        help="Keep what went into this firing, what was answered and what came out, as a test of the node.",
    ),
    Action(
        "tests.from_run", "Make a Test of This Run…", _MENU, _from_run, order=111,
        when=lambda w: _run_meant(w) is not None, why=lambda w: "Open a recorded run, or select one in the panel Runs.",
        help="Keep the whole run, with all that was answered, as a test of the graph.",
    ),
    Action(
        "tests.step_through", "Step Through Test", _MENU, _step_through, order=210,
        when=lambda w: _has_one(w) and not _is_playing(w), why=_why,
        help="Play the selected test with all that happens recorded, and open that as a run.",
    ),
    Action(
        "tests.open_recorded", "Open the Run of Then", _MENU, _open_recorded, order=211, when=_has_recorded, why=_why,
        help="Open the run of which the selected test was made, if it is still recorded.",
    ),
    Action(
        "tests.go_to_node", "Go to Node of Test", _MENU, _go_to_node, order=212, when=_of_node, why=_why,
        help="Show the node that the selected test is of, in the graph of today.",
    ),
    Action(
        "tests.renew", "Renew Tests…", _MENU, _renew, order=310,
        when=lambda w: _may_write(w) and not _is_playing(w), why=_why_no_writing,
        help="Ask a real model anew for what the selected tests recorded, and keep its answers.",
    ),
    Action(
        "tests.rename", "Rename Test…", _MENU, _rename, order=311, when=_may_write, why=_why_no_writing,
        help="Give the selected test another name.",
    ),
    Action(
        "tests.delete", "Delete Tests…", _MENU, _delete, order=312, when=_may_write, why=_why_no_writing,
        help="Take the selected tests out of their file.",
    ),
    Action(
        "tests.open_file", "Open Tests File", _MENU, _open_file, order=410, when=_has_file, why=_why,
        help="Open the file of the tests in the program that the desktop has for it.",
    ),
    Action(
        "tests.junit", "Export Results as JUnit XML…", _MENU, _junit, order=411, when=_has_results,
        why=lambda w: "No test was played yet.", help="Write the last results in the form that CI servers read.",
    ),
]  # fmt: skip
