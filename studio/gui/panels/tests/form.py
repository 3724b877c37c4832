"""Makes a test of a recorded run or of one firing: its name, what is expected, where it goes, and what will be written.

The case is taken and played once beside the window: what does not repeat what was recorded is refused with the reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.beside import beside
from studio.gui.dialogs.compare import differences, fill_lines, lines_view
from studio.gui.panels.tests.places import graph_of, is_bundled
from studio.gui.theme import themes
from studio.gui.widgets.labels import Elided, Note, colour_text, tip
from studio.support.errors import StudioError, UsageError
from studio.support.pieces import plural
from studio.support.plain import plain_line
from studio.support.resources import TESTS
from studio.support.values import preview as shown_value

if TYPE_CHECKING:
    from studio.cases.adding import Size, Taken
    from studio.cases.case import Case
    from studio.gui.panels.tests.panel import TestsPanel
    from studio.gui.replay.session import Source

LOOKS_MS: Final = 150
"""How long after a change the preview is made anew, in milliseconds."""

MOST_PORTS: Final = 50
CUT: Final = 120


class MakeTest(QDialog):
    """The form. `taken` is there once the run was looked at."""

    def __init__(self, panel: TestsPanel, source: Source, node: str, tick: str, firing: int = 0) -> None:
        super().__init__(panel.window())
        self.setObjectName("make_test")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.panel = panel
        self.workbench = panel.workbench
        self.source, self.node, self.tick, self.firing = source, node, tick, firing
        self.taken: Taken | None = None
        self.tests: Path | None = None
        self.graph_name = ""
        self._known: set[str] = set()
        self._round = 0
        self.ports: dict[str, QCheckBox] = {}
        what = f"{node} at tick {tick}" if node else "a whole run"
        self.setWindowTitle(f"Make a Test of {what}"[:120])
        self.resize(760, 640)
        self._make()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LOOKS_MS)
        self._soon.timeout.connect(self._look)
        themes().changed.connect(self._soon.start)
        self._take()

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.name = QLineEdit()
        self.name.setObjectName("make_test.name")
        self.name.setAccessibleName("Name of the test")
        self.about = QLineEdit()
        self.about.setObjectName("make_test.about")
        self.about.setAccessibleName("What the test is there for")
        self.about.setPlaceholderText("What it is there for (optional)")
        self.file = Elided()
        self.file.setObjectName("make_test.file")
        choose = QPushButton("Choose…")
        choose.setObjectName("make_test.choose")
        choose.clicked.connect(self.ask_file)
        where = QHBoxLayout()
        where.addWidget(self.file, 1)
        where.addWidget(choose)
        self.outputs = QWidget()
        self._outputs = QVBoxLayout(self.outputs)
        self._outputs.setContentsMargins(0, 0, 0, 0)
        self._outputs.setSpacing(3)
        scroll = QScrollArea()
        scroll.setAccessibleName("Outputs that are expected")
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.outputs)
        scroll.setMaximumHeight(120)
        self.checks = QPlainTextEdit()
        self.checks.setObjectName("make_test.checks")
        self.checks.setAccessibleName("Checks, one expression a line")
        self.checks.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.checks.setMaximumHeight(72)
        self.checks.setTabChangesFocus(True)
        self.keeps = Note("Looking at the run …", "soft")
        self.keeps.setObjectName("make_test.keeps")
        self.problem = Note("", "bad")
        self.problem.setObjectName("make_test.problem")
        self.view = lines_view("What will be written")
        self.view.setObjectName("make_test.preview")
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(7)
        for row, (label, field) in enumerate(
            (("Name", self.name), ("About", self.about), ("Stays as recorded", scroll), ("Checks", self.checks),
             ("Keeps", self.keeps))
        ):  # fmt: skip
            grid.addWidget(_label(label, field), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, row, 1)
        grid.addWidget(_label("File", choose), 5, 0)
        grid.addLayout(where, 5, 1)
        self.add = QPushButton("Add Test")
        self.add.setObjectName("make_test.add")
        self.add.setDefault(True)
        self.add.setEnabled(False)
        self.add.clicked.connect(self._add)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.add)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(14, 12, 14, 12)
        rows.addLayout(grid)
        rows.addWidget(self.view, 1)
        rows.addWidget(self.problem)
        rows.addLayout(buttons)
        self.name.textChanged.connect(lambda *_: self._soon.start())
        self.about.textChanged.connect(lambda *_: self._soon.start())
        self.checks.textChanged.connect(lambda: self._soon.start())

    # -- taking -------------------------------------------------------------------------------

    def _take(self) -> None:
        source, node, tick = self.source, self.node, self.tick
        firing = self.firing
        session = next((one for one in self.workbench.part("replay").sessions if one.source == source), None)
        known = None if session is None else graph_of(session)
        registry = self.workbench.registry if session is None else session.document.registry

        def work() -> tuple[Taken, str, Path | None, set[str]]:
            from studio.cases.adding import graph_file, take
            from studio.cases.reading import cases_beside, read_tests
            from studio.trace import Trace

            with Trace(source.db, foreign=source.foreign) as trace:
                run = trace.run(source.run)
                graph = known or (None if source.foreign else graph_file(run, source.db))
                base = graph.parent if graph is not None else None
                taken = take(trace, run.id, node, tick, firing=firing, base=base, registry=registry)
                name = run.graph or "graph"
            tests = None if graph is None or is_bundled(graph) else cases_beside(graph)
            names = set(read_tests(tests).cases) if tests is not None and tests.is_file() else set()
            return taken, name, tests, names

        beside(self, work, lambda found: self._took(*found), self._refuse)

    def _refuse(self, error: StudioError) -> None:
        self.keeps.set_text("")
        self.problem.set_text(str(error))
        self.add.setEnabled(False)

    def _took(self, taken: Taken, graph: str, tests: Path | None, names: set[str]) -> None:
        from studio.cases.adding import suggested_name

        self.taken, self.graph_name, self._known = taken, graph, names
        case = taken.case
        self.name.setText(suggested_name(case, graph, names))
        self.name.selectAll()
        outputs = case.recorded.outputs
        for port in list(outputs)[:MOST_PORTS]:
            box = QCheckBox(f"{port}   {plain_line(shown_value(outputs[port], CUT))}".replace("&", "&&"))
            box.setObjectName(f"make_test.port.{port}")
            box.setAccessibleName(f"{port} stays as recorded")
            box.setToolTip(tip(shown_value(outputs[port], 1000)))
            box.setChecked(True)
            box.toggled.connect(lambda *_: self._soon.start())
            self.ports[port] = box
            self._outputs.addWidget(box)
        if not outputs:
            nothing = QLabel("It gave no output." if case.recorded.status == "ok" else "It failed, and shall again.")
            colour_text(nothing, "soft")
            self._outputs.addWidget(nothing)
        names_of = ", ".join([*list(outputs)[:4], "status", "calls", "prompts"])
        first = next(iter(outputs), "result")
        self.checks.setPlaceholderText(f"One expression a line over {names_of} …\nfor example  len({first}) < 400")
        self._go_to(tests)

    def _go_to(self, tests: Path | None) -> None:
        self.tests = tests
        if tests is None:
            self.file.set_text("Choose where: no file of this graph of yours is known.")
        else:
            graph = tests.with_name(tests.name.removesuffix(TESTS) + ".yaml")
            more = "" if graph.is_file() else f"  (and {graph.name}, the graph as it ran)"
            self.file.set_text(f"{tests}{more}")
        self._soon.start()

    # -- what is asked for --------------------------------------------------------------------

    def case(self) -> Case:
        """Return the case as it is asked for. Raises UsageError if it cannot be one: it says why."""
        from studio.cases.adding import expecting

        if self.taken is None:
            raise UsageError("The run is still being looked at.")
        chosen = [port for port, box in self.ports.items() if box.isChecked()]
        checks = [line.strip() for line in self.checks.toPlainText().splitlines() if line.strip()]
        outputs = self.taken.case.recorded.outputs
        # A failure that shall stay one is expected by `equal`, too.
        is_all = len(chosen) == len(outputs) and (bool(outputs) or not checks)
        return expecting(
            self.taken.case, checks, True if is_all else chosen, name=self.name.text().strip(),
            about=self.about.text().strip(),
        )  # fmt: skip

    def _look(self) -> None:
        """Show what would be written, or why nothing can be."""
        self._round += 1
        if self.taken is None:
            return
        try:
            case = self.case()
        except StudioError as error:
            self.problem.set_text(str(error))
            self.add.setEnabled(False)
            self._fill("", "")
            return
        number, tests, short = self._round, self.tests, self.taken.short

        def work() -> tuple[str, str, Size]:
            from studio.cases.adding import preview, size_of

            before, after = preview(tests, case, short=short)
            return before, after, size_of(case, short=short)

        def then(found: tuple[str, str, Size]) -> None:
            if number == self._round:
                self.problem.set_text("" if tests is not None else _NO_FILE)
                self.add.setEnabled(tests is not None)
                self.keeps.set_text(kept_text(found[2]))
                self._fill(found[0], found[1])

        def refused(error: StudioError) -> None:
            if number == self._round:
                self.problem.set_text(str(error))
                self.add.setEnabled(False)

        beside(self, work, then, refused)

    def _fill(self, before: str, after: str) -> None:
        self.view.clear()
        if after:
            fill_lines(self.view, differences(before, after))

    # -- where and done -----------------------------------------------------------------------

    def ask_file(self) -> QFileDialog:
        """Let the person choose the tests file."""
        dialog = QFileDialog(self, "The tests file")
        dialog.setObjectName("make_test.dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # it is added to
        dialog.setNameFilter(f"Tests (*{TESTS});;All files (*)")
        dialog.selectFile(str(self.tests or f"{self.graph_name}{TESTS}"))
        dialog.fileSelected.connect(lambda name: self.choose_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def choose_file(self, path: Path) -> None:
        """Put the test into this file (what is no name of one becomes one), unless it ships with the studio."""
        name = path.name.removesuffix(TESTS).removesuffix(".yaml").removesuffix(".yml")
        if is_bundled(path.with_name(f"{name}.yaml")):
            self._go_to(None)
            self.file.set_text("Choose another one: these tests ship with the studio and stay as they are.")
            return
        self._go_to(path.with_name(name + TESTS))

    def _add(self) -> None:
        if self.workbench.trying(self.write):
            self.accept()

    def write(self) -> None:
        """Put the test into the file. Raises a StudioError if that is refused; nothing is changed then."""
        from studio.cases.adding import preview
        from studio.cases.writing import add_case

        case = self.case()
        assert self.taken is not None
        if self.tests is None:
            raise UsageError(_NO_FILE)
        preview(self.tests, case, short=self.taken.short)  # what is refused here leaves no graph behind
        graph = self.tests.with_name(self.tests.name.removesuffix(TESTS) + ".yaml")
        if not graph.is_file() and not graph.with_suffix(".yml").is_file():
            from studio.graph.writing import save_text

            save_text(self.taken.graph.to_text(), graph, "graph file")
        add_case(self.tests, case, short=self.taken.short)
        self.panel.was_added(self.tests, case.name)


def kept_text(size: Size) -> str:
    """Return what a case keeps, in words."""
    parts = [plural(size.inputs, "input")]
    if size.calls:
        parts.append(f"{plural(size.calls, 'question')} with {'its reply' if size.calls == 1 else 'their replies'}")
    if size.others:
        parts.append(f"{plural(size.others, 'other answer')} from outside")
    if size.stores:
        parts.append(plural(size.stores, "answer") + " of stores")
    parts.append(f"{plural(size.lines, 'line')}, {size.bytes / 1000:,.1f} kB")
    if size.aside:
        parts.append(f"{size.aside / 1000:,.1f} kB in the database beside it")
    return " · ".join(parts) + _MANY * (size.lines > 400)


_NO_FILE = "Choose the file that the test is put into."
_MANY = ". One node is easier to review, and says more when it fails."


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(buddy)
    colour_text(label, "soft")
    return label
