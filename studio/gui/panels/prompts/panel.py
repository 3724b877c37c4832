"""The prompts panel: find prompts and replies of all runs, or ask the runs in SQL; go to the step of one."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QDockWidget, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.base.seen import is_seen
from studio.gui.live.watching.places import Spot
from studio.gui.panels.prompts.asker import Asker
from studio.gui.panels.prompts.kept import Kept
from studio.gui.panels.prompts.node_paths import pattern_of
from studio.gui.panels.prompts.run_files import RunFile, file_of, files
from studio.gui.panels.prompts.search_page import SearchPage
from studio.gui.panels.prompts.searching import KEY
from studio.gui.panels.prompts.sql_page import SqlPage
from studio.gui.panels.prompts.sql_results import Target
from studio.gui.widgets.choices import QuietCombo
from studio.gui.workbench import Workbench
from studio.settings.saved_queries import SavedQueries
from studio.support.paths import same_file
from studio.support.resources import recorded_run
from studio.trace.prompt_list import Wanted
from studio.trace.prompt_rows import PromptRow

LOOK_MS: Final = 2_000
"""How often it is asked whether more was recorded while the panel is in sight, in milliseconds."""

EXAMPLE: Final = "inbox_triage"
BAR: Final = 184
"""Pixels down to which what stands in the bar may be squeezed: a panel must not keep a window from being narrow."""


class PromptsPanel(QWidget):
    """Two pages over one file of runs. Nothing is asked before the panel is first seen."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.setObjectName("prompts")
        self.setAccessibleName("Prompts")
        self.workbench = workbench
        workbench.parts["prompts"] = self
        self._kept = Kept(workbench)
        self._asker = Asker(self)
        self._file: RunFile | None = None
        self._picked: RunFile | None = None
        """The file a person has chosen, which then stays."""
        self._changes: int | None = None
        self._is_old = False
        """More was recorded than is listed, but the list could not be changed just then."""
        self._is_hooked = False
        self._make()
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._ask_changes)
        self._asker.answered.connect(lambda key, answer: self._take(key, answer))
        workbench.current_changed.connect(self._on_current)
        replays: Any = workbench.parts.get("replay")
        if replays is not None:
            replays.opened.connect(lambda *_: self._list_files())
            replays.closed.connect(lambda session: self._on_closed(session))
        live: Any = workbench.parts.get("live")
        if live is not None:
            live.ended.connect(lambda *_: self._refresh_soon())
        self.destroyed.connect(self._asker.shutdown)

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.page = SearchPage(self._asker, self._kept, self)
        self.page.filters.here = self._here
        self.page.filters.here_asked.connect(self._follow_front)
        self.page.opened.connect(lambda row: self.open_row(row))
        self.page.view.open_asked.connect(self._go_on_stepping)
        self.page.example_asked.connect(self.open_example)
        self.page.said.connect(self.workbench.say)
        self.sql = SqlPage(self._asker, self._kept, SavedQueries(), self)
        self.sql.opened.connect(lambda target: self.open_target(target))
        self.sql.said.connect(self.workbench.say)
        self.setFocusProxy(self.page.words)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(0)
        self._modes = QButtonGroup(self)
        self.search_mode = self._mode("Search", "Find prompts by words and filters", 0)
        self.sql_mode = self._mode("SQL", "Ask the runs in SQL, with saved queries", 1)
        bar.addWidget(self.search_mode)
        bar.addWidget(self.sql_mode)
        bar.addSpacing(8)
        self.bars = QStackedWidget(self)
        self.bars.addWidget(self.page.bar)
        self.bars.addWidget(self.sql.bar)
        self.bars.setFixedHeight(max(self.page.bar.sizeHint().height(), self.sql.bar.sizeHint().height()))
        self.bars.setMinimumWidth(BAR)
        bar.addWidget(self.bars, 1)
        bar.addSpacing(8)
        self.file_box = QuietCombo(self)
        self.file_box.setObjectName("prompts.file")
        self.file_box.setAccessibleName("Whose runs are asked")
        self.file_box.setToolTip("Whose runs are asked: this profile's, or those in the file of a run that is open")
        self.file_box.setMaximumWidth(170)
        self.file_box.setMinimumContentsLength(13)
        self.file_box.setMinimumWidth(66)
        self.file_box.activated.connect(self._pick_file)
        bar.addWidget(self.file_box)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.page)
        self.pages.addWidget(self.sql)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.pages, 1)
        self._modes.idClicked.connect(lambda at: self.show_mode(at == 1))
        self.show_mode(self._kept.text("mode") == "sql")

    def _mode(self, text: str, help: str, at: int) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(f"prompts.mode.{text.lower()}")
        made.setText(text)
        made.setToolTip(help)
        made.setAccessibleName(help)
        made.setCheckable(True)
        made.setProperty("small", True)
        self._modes.addButton(made, at)
        return made

    @guarded(QSize(900, 240))
    def sizeHint(self) -> QSize:
        return QSize(900, 240)

    def show_mode(self, sql: bool) -> None:
        """Show the page that finds prompts, or the one that asks in SQL."""
        (self.sql_mode if sql else self.search_mode).setChecked(True)
        self.pages.setCurrentIndex(int(sql))
        self.bars.setCurrentIndex(int(sql))
        self.setFocusProxy(self.sql.editor if sql else self.page.words)
        if sql:
            self.sql.keeping.reload()  # another window may have kept some
        self._kept.note("mode", "sql" if sql else "")

    # -- when it is seen ----------------------------------------------------------------------

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        dock = self.parentWidget()
        if isinstance(dock, QDockWidget) and not self._is_hooked:
            self._is_hooked = True
            dock.visibilityChanged.connect(lambda *_: QTimer.singleShot(0, self, self._on_sight))
        QTimer.singleShot(0, self, self._on_sight)

    def _on_sight(self) -> None:
        """The panel may have come into sight, or gone behind another."""
        if is_seen(self):
            self._list_files()
            self._ask_changes()
            self._look.start()
        else:
            self._look.stop()

    def shutdown(self) -> None:
        """End the thread: the window closes."""
        self._look.stop()
        self._asker.shutdown()

    # -- files --------------------------------------------------------------------------------

    def _list_files(self, *, now: bool = False) -> None:
        """List the files there are, and ask the one that is meant."""
        listed = files(self.workbench)
        if self._picked is not None and self._picked not in listed:
            self._picked = None
        wanted = self._picked or self._usual(listed)
        titles = [file.title for file in listed]
        if [self.file_box.itemText(at) for at in range(self.file_box.count())] != titles:
            self.file_box.clear()
            self.file_box.addItems(titles)
        self.file_box.setCurrentIndex(listed.index(wanted))
        if wanted != self._file and (now or is_seen(self)):
            self._use(wanted)

    def _usual(self, listed: list[RunFile]) -> RunFile:
        """The file of the run whose graph is in front, else the profile's."""
        replays: Any = self.workbench.parts.get("replay")
        session = None if replays is None else replays.current
        if session is not None:
            mine = file_of(session)
            return next((file for file in listed if same_file(file.read, mine.read)), listed[0])
        return listed[0]

    def _here(self) -> tuple[str, str]:
        """The run that is in front in replay, and the name of the graph that is."""
        replays: Any = self.workbench.parts.get("replay")
        session = None if replays is None else replays.current
        document = self.workbench.document
        if session is not None:
            return session.run.id, session.run.graph
        return "", "" if document is None else document.graph.name

    def _follow_front(self) -> None:
        self._picked = None
        self._list_files(now=True)

    def _pick_file(self, at: int) -> None:
        listed = files(self.workbench)
        if 0 <= at < len(listed):
            self._picked = listed[at]
            self._list_files()

    def _use(self, file: RunFile) -> None:
        self._file = file
        self._changes, self._is_old = None, False
        self._asker.set_file(file.read)
        self.page.file_changed()
        self.sql.file_changed()

    def _on_current(self) -> None:
        if is_seen(self):
            self._list_files()

    def _on_closed(self, session: Any) -> None:
        if (
            self._file is not None
            and same_file(self._asker.file, self._file.read)
            and self._file not in files(self.workbench)
        ):
            self._file = None
            self._asker.shutdown()
        self._list_files()

    # -- more is recorded ---------------------------------------------------------------------

    def _ask_changes(self) -> None:
        if not is_seen(self):
            self._look.stop()
        elif self._asker.file is not None and not self._asker.is_asked("changes"):
            self._asker.ask("changes", lambda trace, stop: trace.changes())

    def _take(self, key: Any, answer: Any) -> None:
        if key != "changes" or not isinstance(answer, int):
            return
        before, self._changes = self._changes, answer
        if self._is_old or (before != answer and (before is not None or not self.page.model.rows)):
            self._refresh_soon()

    def _refresh_soon(self) -> None:
        """Look again, unless a person reads further down: what they read must not move away. Then it is done later."""
        if not is_seen(self) or self._asker.file is None:
            return
        self._is_old = self.page.table.verticalScrollBar().value() > 0 or self._asker.is_asked(KEY)
        if not self._is_old:
            self.page.refresh()

    # -- what can be done ---------------------------------------------------------------------

    def find_prompts(self, wanted: Wanted) -> None:
        """Show the prompts that are wanted, and the panel."""
        self.workbench.panel_asked.emit("prompts")
        self.show_mode(sql=False)
        self._list_files(now=True)
        self.page.show_wanted(wanted)

    def find_node(self) -> None:
        """Show the prompts of the node that is selected on the canvas: of this run in replay, else of this graph."""
        tab, selection = self.workbench.current, self.workbench.selection
        if tab is None or len(selection) != 1:
            return
        spot = Spot(tab.at, selection[0])
        node = pattern_of(tab.document, spot, tab.document.registry)
        replays: Any = self.workbench.parts.get("replay")
        session = None if replays is None else replays.of(tab.document)
        self._picked = None
        if session is not None:
            self.find_prompts(Wanted(node=node, run=session.run.id, oldest=True))
        else:
            self.find_prompts(Wanted(node=node, graph=tab.document.graph.name))
        self.page.table.setFocus()

    def show_sql(self, name: str = "") -> None:
        """Show the page that asks in SQL, with a saved query if one is named."""
        self.workbench.panel_asked.emit("prompts")
        self._list_files(now=True)
        self.show_mode(sql=True)
        self.sql.editor.setFocus()
        if name:
            self.sql.show_query(name)

    def open_row(self, row: PromptRow) -> None:
        """Open the run of a prompt in replay, at the firing that asked it."""
        self.open_target(Target(row.run, row.firing, row.seq))

    def open_target(self, target: Target) -> None:
        """Open a run in replay at a firing or a step."""
        file = self._file
        replays: Any = self.workbench.parts.get("replay")
        if file is None or replays is None:
            return
        session = replays.open(file.source(target.run), seq=target.seq, firing=target.firing)
        if session is not None and target.firing and session.here.id != target.firing:
            self.workbench.say(
                "The firing of this prompt was never decided: the run is shown where it stood before.", "warning"
            )

    def _go_on_stepping(self) -> None:
        """Give the focus to the graph, where the arrow keys step: who presses the button wants to see what came before
        and after. From the list one opens prompt after prompt, and stays in it."""
        if self.workbench.canvas is not None:
            self.workbench.canvas.setFocus()

    def open_example(self) -> None:
        """Open a recorded run in replay, so that there are prompts to look at."""
        path = recorded_run(EXAMPLE)
        replays: Any = self.workbench.parts.get("replay")
        if path is not None and replays is not None:
            from studio.gui.replay.session import Source

            replays.open(Source(path, "last"))
            self._list_files()
