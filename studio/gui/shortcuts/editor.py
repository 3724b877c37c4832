"""The window in which a person chooses which keys do what: search, press the keys, see who has them already."""

from __future__ import annotations

from html import escape
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QTextDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from studio.gui.base.action import Action, all_actions
from studio.gui.base.guard import guarded
from studio.gui.shortcuts.shortcuts import Shortcuts, path_of, plain_title, shown
from studio.gui.workbench import Workbench

_MODIFIERS: Final = frozenset({
    Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_unknown,
})  # fmt: skip
_ID: Final = Qt.ItemDataRole.UserRole


class KeyRecorder(QLineEdit):
    """A field that takes the keys pressed in it, and nothing that is typed. Esc leaves without."""

    recorded = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts.record")
        self.setAccessibleName("Press the new keys")
        self.setPlaceholderText("Press the new keys")
        self.setReadOnly(True)

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        """Take every key, Tab and shortcuts of the window included."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
        return bool(super().event(event))

    def _take(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _MODIFIERS:
            return
        if key == Qt.Key.Key_Escape and not event.modifiers():
            self.left.emit()
            return
        if key == Qt.Key.Key_Backtab:
            sequence = QKeySequence("Shift+Tab")
        else:
            sequence = QKeySequence(event.keyCombination())
        self.recorded.emit(sequence.toString(QKeySequence.SequenceFormat.PortableText))

    @guarded()
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Whoever goes elsewhere has not pressed keys for this."""
        super().focusOutEvent(event)
        self.left.emit()


class ShortcutPage(QWidget):
    """A table of all actions with their keys, and what changes them. What is changed counts at once and is kept."""

    def __init__(self, shortcuts: Shortcuts, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts.page")
        self.shortcuts = shortcuts
        self.workbench = workbench
        self._waiting: tuple[str, str] | None = None
        """(action, key) that another action has, while the person is asked."""
        self._adds = False
        self.search = QLineEdit(self)
        self.search.setObjectName("shortcuts.search")
        self.search.setAccessibleName("Search actions or keys")
        self.search.setPlaceholderText("Search actions or keys")
        self.search.setClearButtonEnabled(True)
        self.table = QTableWidget(0, 3, self)
        self.table.setObjectName("shortcuts.table")
        self.table.setAccessibleName("Actions and their keys")
        self.table.setHorizontalHeaderLabels(["Action", "Menu", "Keys"])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setStyleSheet("QTableWidget::item { padding-left: 5px; }")
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(1, 150)
        header.resizeSection(2, 190)
        self.recorder = KeyRecorder(self)
        self.recorder.hide()
        self.said = QLabel(self)
        self.said.setObjectName("shortcuts.said")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setMinimumHeight(self.fontMetrics().lineSpacing() * 2)
        self.buttons: dict[str, QPushButton] = {}
        line = QHBoxLayout()
        for name, title, run in (
            ("change", "Change…", lambda: self.record(False)), ("add", "Add Keys…", lambda: self.record(True)),
            ("clear", "No Keys", self.clear), ("reset", "Reset", self.reset),
            ("take", "Take It Away", self.take), ("keep", "Leave It", self.leave),
        ):  # fmt: skip
            button = QPushButton(title, self)
            button.setObjectName(f"shortcuts.{name}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda *_, run=run: run())
            self.buttons[name] = button
            line.addWidget(button)
        line.addStretch(1)
        all_button = QPushButton("Reset All", self)
        all_button.setObjectName("shortcuts.reset_all")
        all_button.setAutoDefault(False)
        all_button.clicked.connect(lambda *_: self.reset_all())
        self.buttons["reset_all"] = all_button
        line.addWidget(all_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.recorder)
        layout.addWidget(self.said)
        layout.addLayout(line)
        self.search.textChanged.connect(lambda *_: self.refresh())
        self.table.currentCellChanged.connect(lambda *_: self._on_current())
        self.table.cellActivated.connect(lambda *_: self.record(False))
        self.recorder.recorded.connect(self._recorded)
        self.recorder.left.connect(self._not_recorded)
        shortcuts.changed.connect(self.refresh)
        self.refresh()

    # -- what is shown ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the actions that fit the search, with their keys; the current one stays."""
        current = self.current()
        words = self.search.text().casefold().split()
        actions = [action for action in all_actions().values() if all(word in self._text(action) for word in words)]
        self.table.blockSignals(True)
        self.table.setRowCount(len(actions))
        chosen = 0
        for row, action in enumerate(actions):
            keys = self.shortcuts.keys(action.id)
            texts = (plain_title(action), path_of(action), "   ".join(map(shown, keys)))
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setData(_ID, action.id)
                item.setToolTip(escape(action.help))
                font = item.font()
                font.setBold(self.shortcuts.is_changed(action.id))
                item.setFont(font)
                self.table.setItem(row, column, item)
            if current is not None and action.id == current.id:
                chosen = row
        self.table.blockSignals(False)
        if actions:
            self.table.setCurrentCell(chosen, 0)
        self._on_current()

    def _text(self, action: Action) -> str:
        keys = self.shortcuts.keys(action.id)
        return " ".join((action.title, action.menu, action.help, *keys, *map(shown, keys))).casefold()

    def current(self) -> Action | None:
        """Return the action whose row is the current one."""
        item = self.table.item(self.table.currentRow(), 0)
        return all_actions()[item.data(_ID)] if item is not None else None

    def _on_current(self) -> None:
        action = self.current()
        self._waiting = None
        if action is None:
            self.said.setText("No action fits.")
        else:
            changed = "   Changed by you." if self.shortcuts.is_changed(action.id) else ""
            where = "   Works while the canvas has the focus." if action.canvas else ""
            self.said.setText(f"{action.help}{where}{changed}")
        self._show_buttons()

    def _show_buttons(self) -> None:
        action, asks = self.current(), self._waiting is not None
        for name, button in self.buttons.items():
            button.setVisible(asks == (name in ("take", "keep")))
        self.buttons["clear"].setEnabled(action is not None and bool(self.shortcuts.keys(action.id)))
        self.buttons["reset"].setEnabled(action is not None and self.shortcuts.is_changed(action.id))
        self.buttons["change"].setEnabled(action is not None)
        self.buttons["add"].setEnabled(action is not None)

    # -- changing -----------------------------------------------------------------------------

    def record(self, adds: bool) -> None:
        """Wait for keys for the current action: in place of those it has, or beside them."""
        action = self.current()
        if action is None:
            return
        self._adds, self._waiting = adds, None
        self.said.setText(f"Press the keys for “{plain_title(action)}”, or Esc to leave them as they are.")
        self.recorder.clear()
        self.recorder.show()
        self.recorder.setFocus(Qt.FocusReason.OtherFocusReason)

    def _recorded(self, key: str) -> None:
        action = self.current()
        self.recorder.hide()
        if action is None:
            return
        self.table.setFocus()
        problem = self.shortcuts.conflict(action.id, key)
        if problem:
            self._waiting = (action.id, key)
            self.said.setText(f"{problem} Take it away from there?")
            self._show_buttons()
            self.buttons["take"].setFocus()
        else:
            self._set(action.id, key, take=False)

    def _not_recorded(self) -> None:
        if self.recorder.isVisible():
            self.recorder.hide()
            self._on_current()
            self.table.setFocus()

    def _set(self, action_id: str, key: str, *, take: bool) -> None:
        keys = [*self.shortcuts.keys(action_id), key] if self._adds else [key]
        self.workbench.trying(lambda: self.shortcuts.set(action_id, keys, take=take))

    def take(self) -> None:
        """Take the keys that were pressed away from the action that has them."""
        if self._waiting is not None:
            action_id, key = self._waiting
            self._set(action_id, key, take=True)
            self.table.setFocus()

    def leave(self) -> None:
        """Leave the keys that were pressed to the action that has them."""
        self._on_current()
        self.table.setFocus()

    def clear(self) -> None:
        """Give the current action no keys."""
        action = self.current()
        if action is not None:
            self.workbench.trying(lambda: self.shortcuts.set(action.id, ()))

    def reset(self) -> None:
        """Give the current action the program's own keys again; asks if another has one of them."""
        action = self.current()
        if action is None:
            return
        for key in self.shortcuts.default(action.id):
            problem = self.shortcuts.conflict(action.id, key)
            if problem:
                self.said.setText(f"{problem} Change that first, or reset all.")
                return
        self.workbench.trying(lambda: self.shortcuts.reset(action.id))

    def reset_all(self) -> None:
        """Give all actions the program's own keys again."""
        self.workbench.trying(self.shortcuts.reset_all)


class ShortcutWindow(QDialog):
    """The page in a window of its own, with an overview to copy or print."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts")
        self.setWindowTitle("Keyboard Shortcuts — Ganglia Studio")
        self.workbench = workbench
        self.page = ShortcutPage(workbench.part("shortcuts"), workbench, self)
        self._printing: QDialog | None = None
        copy = QPushButton("Copy Overview", self)
        copy.setObjectName("shortcuts.copy")
        copy.setAutoDefault(False)
        copy.clicked.connect(lambda *_: self.copy())
        print_ = QPushButton("Print Overview…", self)
        print_.setObjectName("shortcuts.print")
        print_.setAutoDefault(False)
        print_.clicked.connect(lambda *_: self.print_overview())
        close = QPushButton("Close", self)
        close.setObjectName("shortcuts.close")
        close.setAutoDefault(False)
        close.clicked.connect(lambda *_: self.close())
        line = QHBoxLayout()
        line.addWidget(copy)
        line.addWidget(print_)
        line.addStretch(1)
        line.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.setSpacing(10)
        layout.addWidget(self.page, 1)
        layout.addLayout(line)

    @guarded(QSize)
    def sizeHint(self) -> QSize:
        """Room for a dozen rows."""
        return QSize(760, 560)

    def copy(self) -> None:
        """Put the overview onto the clipboard, as text."""
        document = QTextDocument()
        document.setHtml(overview(self.page.shortcuts))
        QGuiApplication.clipboard().setText(document.toPlainText())
        self.workbench.say("Copied the overview of shortcuts.")

    def print_overview(self) -> None:
        """Ask for a printer and print the overview."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter()

        def accepted() -> None:
            document = QTextDocument()
            document.setHtml(overview(self.page.shortcuts))
            document.print_(printer)

        self._printing = QPrintDialog(printer, self)
        self._printing.accepted.connect(accepted)
        self._printing.show()


def overview(shortcuts: Shortcuts) -> str:
    """Return a page of all actions that have keys, by menu."""
    parts = ["<h2>Keyboard shortcuts</h2>"]
    menus: dict[str, list[str]] = {}
    for action in all_actions().values():
        keys = ", ".join(map(shown, shortcuts.keys(action.id)))
        if keys:
            menus.setdefault(path_of(action), []).append(
                f"<tr><td width='220'>{escape(plain_title(action))}</td><td width='200'><b>{escape(keys)}</b></td>"
                f"<td>{escape(action.help)}</td></tr>"
            )
    for menu, rows in menus.items():
        parts.append(f"<h3>{escape(menu)}</h3><table cellpadding='3'>{''.join(rows)}</table>")
    return "".join(parts)


def show_shortcuts(workbench: Workbench) -> ShortcutWindow:
    """Show the window of shortcuts; there is one."""
    known = workbench.parts.get("shortcut_window")
    if not isinstance(known, ShortcutWindow):
        window = workbench.parts.get("window")
        known = workbench.parts["shortcut_window"] = ShortcutWindow(
            workbench, window if isinstance(window, QWidget) else None
        )
    known.show()
    known.raise_()
    known.activateWindow()
    known.page.search.setFocus()
    return known
