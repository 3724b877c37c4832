"""`Bench`: the cases of one tests file after another, read and played beside the window; results stay while it is open.

A case is played over the graph as it stands in the window, saved or not: what one sees is what is tested. Nothing is
asked of any model, and nothing is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal

from studio.gui.base.beside import beside
from studio.gui.base.guard import report
from studio.gui.panels.tests.places import Where, where_of
from studio.gui.panels.tests.suites import Play, Result, Suite, meaning_of
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.cases.reading import CasesFile
    from studio.editing import Document
    from studio.graph.model import Graph

SETTLES_MS: Final = 250
"""Programs write in several steps: milliseconds after the last one until a file is read again."""

TOLD_MS: Final = 40
"""How often it is told at most that a result is there: many cases take a millisecond each."""

AGAIN: Final = "Renew asks a real model anew, and keeps its answers."

LEAVE_S: Final = 3.0
"""How long closing the window waits for a play that is stopped, in seconds."""


class Bench(QObject):
    """The suites that were looked at in one window, and what is being played."""

    changed = Signal()
    """Another suite is shown, or it was read again, or another result is there."""
    _came = Signal(object, object)

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.suite: Suite | None = None
        self.play: Play | None = None
        self.plays_on_save = False
        self._is_owed = False
        """A graph was saved while tests were played: they are of it as it was."""
        self.played: dict[Path, Where] = {}
        """Where the tests stand that were played into trace files to be stepped through."""
        self._suites: dict[Path, Suite] = {}
        self._after_reading: Callable[[], object] | None = None
        self._saved: dict[int, Callable[[], None]] = {}
        self._came.connect(lambda play, what: self._take(play, what), Qt.ConnectionType.QueuedConnection)
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLES_MS)
        self._timer.timeout.connect(self.read)
        self._watcher.fileChanged.connect(lambda *_: self._timer.start())
        self._watcher.directoryChanged.connect(lambda *_: self._timer.start())
        self._told = QTimer(self)
        self._told.setSingleShot(True)
        self._told.setInterval(TOLD_MS)
        self._told.timeout.connect(self.changed)
        workbench.current_changed.connect(self.follow)
        workbench.opened.connect(lambda document: self._watch_saving(document))
        workbench.closed.connect(lambda document: self._on_closed(document))
        workbench.settled.connect(lambda document: self._on_settled(document))
        for document in workbench.documents:
            self._watch_saving(document)
        self.follow()

    # -- which suite --------------------------------------------------------------------------

    def follow(self) -> None:
        """Show the suite of the document in front."""
        where = self._where()
        if where is None:
            self.suite = None
        else:
            known = self._suites.get(where.tests)
            if known is None:
                known = self._suites[where.tests] = Suite(where)
            known.where = where
            if self.suite is not known:
                self.suite = known
                self._watch()
                self.read()
        self.changed.emit()

    def _where(self) -> Where | None:
        session = self.workbench.part("replay").current
        if session is not None and session.source.db in self.played:
            return self.played[session.source.db]
        return where_of(self.workbench, self.workbench.document)

    def _watch(self) -> None:
        """The file and its folder: a file that is replaced, or only comes to be, is lost to the watcher."""
        old = [*self._watcher.files(), *self._watcher.directories()]
        if old:
            self._watcher.removePaths(old)
        if self.suite is not None:
            tests = self.suite.where.tests
            paths = [str(path) for path in (tests, tests.parent) if path.exists()]
            if paths:
                self._watcher.addPaths(paths)

    # -- reading ------------------------------------------------------------------------------

    def read_then(self, then: Callable[[], object]) -> None:
        """Read the file that is shown again, and call when it is read."""
        self._after_reading = then
        self.read()

    def read(self) -> None:
        """Read the file that is shown again, if it is another than it was."""
        suite = self.suite
        if suite is None:
            return
        self._watch()
        tests = suite.where.tests
        before = None if suite.file is None else suite.file.text

        def work() -> CasesFile | None:
            from studio.cases.reading import read_tests

            return read_tests(tests) if tests.is_file() else None

        def then(found: CasesFile | None) -> None:
            if found is None or found.text != before or not suite.is_read or suite.problem is not None:
                self.took(suite, found)
            after, self._after_reading = self._after_reading, None
            if after is not None:
                after()

        def refused(error: StudioError) -> None:
            suite.file, suite.problem, suite.is_read = None, error, True
            self._after_reading = None
            self.changed.emit()

        beside(self, work, then, refused)

    def took(self, suite: Suite, found: CasesFile | None) -> None:
        """A suite's file says this now. Results of cases that are as they were stay."""
        old = {} if suite.file is None else suite.file.cases
        new = {} if found is None else found.cases
        suite.file, suite.problem, suite.is_read = found, None, True
        for name in list(suite.results):
            if name not in new:
                del suite.results[name]
            elif meaning_of(new[name]) != meaning_of(old.get(name)):
                suite.results[name].is_old = True
        self.changed.emit()

    # -- playing ------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        """True while cases are played."""
        return self.play is not None

    def run(self, names: Sequence[str]) -> None:
        """Play these cases of the suite that is shown, one after another. While others are played, nothing is done."""
        from studio.cases.playing import Stop

        suite = self.suite
        if suite is None or suite.file is None or self.play is not None:
            return
        wanted = [name for name in suite.file.cases if name in set(names)]
        if not wanted:
            return
        play = self.play = Play(suite, wanted, Stop())
        cases = [suite.file.cases[name] for name in wanted]
        graph, where = suite.where.load(), suite.where
        registry = self.workbench.registry_at(where.graph.parent)
        document = where.document
        revision = 0 if document is None else document.revision

        def work() -> None:
            from studio.cases.trying import try_case
            from studio.graph.model import Graph

            try:
                played: Graph = Graph.load(where.graph) if graph is None else graph
                for case in cases:
                    if play.stop.is_set:
                        break
                    self._send(play, case.name)
                    outcome = try_case(case, played, str(where.tests), again=AGAIN, registry=registry, stop=play.stop)
                    if not play.stop.is_set:
                        self._send(play, Result(outcome, revision))
            except StudioError as error:
                self._send(play, error)
            except Exception as fault:  # noqa: BLE001 - handed over whole, and told there
                self._send(play, fault)
            self._send(play, None)

        play.thread = threading.Thread(target=work, name="tests", daemon=True)
        play.thread.start()
        self.changed.emit()

    def begin(self, suite: Suite, names: Sequence[str]) -> Play | None:
        """Say that something is done with these tests, until `end`; None while something else is. Whoever does it asks
        `play.stop`."""
        from studio.cases.playing import Stop

        if self.play is not None:
            self.workbench.say("Tests are being played: wait, or stop them first.", "warning")
            return None
        self.play = Play(suite, list(names), Stop())
        self.changed.emit()
        return self.play

    def tell(self, play: Play, name: str) -> None:
        """From any thread: it goes on with this test."""
        self._send(play, name)

    def end(self, play: Play) -> None:
        """What was begun is over."""
        if self.play is play:
            self.play = None
            self._play_owed()
            self.changed.emit()

    def _send(self, play: Play, what: object) -> None:
        try:
            self._came.emit(play, what)
        except RuntimeError:
            return  # the window was closed meanwhile: nobody is left to tell

    def _take(self, play: Play, what: object) -> None:
        if isinstance(what, Result):
            play.done += 1
            name = what.outcome.case.name
            document = play.suite.where.document
            what.is_old = document is not None and document.revision != what.revision
            if play.suite.file is not None and name in play.suite.file.cases:
                play.suite.results[name] = what
        elif isinstance(what, str):
            play.now, play.done = what, play.names.index(what)
        elif isinstance(what, StudioError):
            self.workbench.fail(what)
        elif isinstance(what, Exception):
            report("playing tests", what)
        elif self.play is play:
            self.play = None
            self._say(play)
            self._play_owed()
        if self.play is None:
            self._told.stop()
            self.changed.emit()
        elif not self._told.isActive():
            self._told.start()

    def _say(self, play: Play) -> None:
        failed = sum(not one.outcome.passed for name in play.names if (one := play.suite.results.get(name)) is not None)
        if play.stop.is_set:
            self.workbench.say(f"Stopped: {play.done} of {len(play.names)} tests were played.")
        elif play.done:
            said = f"{play.done} tests" if play.done > 1 else "1 test"
            took = monotonic() - play.began
            end = f"{failed} failed" if failed else "passed" if play.done == 1 else "all passed"
            self.workbench.say(f"{said}, {end} ({took:.1f} s, offline).", "warning" if failed else "info")

    def stop(self) -> None:
        """End the plays that go on."""
        self._is_owed = False
        if self.play is not None:
            self.play.stop.set()

    def shutdown(self) -> None:
        """The window is closed."""
        play = self.play
        if play is not None:
            play.stop.set()
            if play.thread is not None:
                play.thread.join(LEAVE_S)

    # -- following edits ----------------------------------------------------------------------

    def _on_closed(self, document: Document) -> None:
        """From now on its file says what the graph is; nothing is kept of what was edited and not saved."""
        self._saved.pop(id(document), lambda: None)()
        for suite in self._suites.values():
            if suite.where.document is document:
                suite.where = replace(suite.where, document=None)
                for result in suite.results.values():
                    result.is_old = result.is_old or document.is_modified
        for db, where in self.played.items():
            if where.document is document:
                self.played[db] = replace(where, document=None)

    def _watch_saving(self, document: Document) -> None:
        self._saved[id(document)] = document.saved.connect(lambda: self._on_saved(document))

    def _on_saved(self, document: Document) -> None:
        self.follow()
        if self.plays_on_save and self.suite is not None and self.suite.where.document is document:
            self._is_owed = self.play is not None
            self.run([case.name for case in self.suite.cases])

    def _play_owed(self) -> None:
        """Play again what was saved meanwhile."""
        if self._is_owed and self.suite is not None:
            self._is_owed = False
            self.run([case.name for case in self.suite.cases])

    def _on_settled(self, document: Document) -> None:
        """Results are of the graph as it was."""
        touched = False
        for suite in self._suites.values():
            if suite.where.document is document:
                for result in suite.results.values():
                    touched = touched or not result.is_old
                    result.is_old = True
        if touched:
            self.changed.emit()
