"""The editor of prompts: variables are coloured, those without a wire are named below with what mends them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QInputDialog, QMenu, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.widgets.areas import LONG, AreaEditor
from studio.gui.widgets.completing import Completion, replace_before
from studio.gui.widgets.context import Choice, EditorContext
from studio.gui.widgets.editor import Later
from studio.gui.widgets.labels import Note, cut, small_button
from studio.gui.widgets.placeholders import name_at, spots
from studio.spec.fields import MISSING
from studio.support.templates import placeholders, rename
from studio.support.values import Json

_SAYING_LITTLE = ("value", "text", "label", "item", "items", "message", "messages", "done", "error")
SHOWN = 6
"""Names without a wire that are listed; of more the number is said."""


class VariableHighlighter(QSyntaxHighlighter):
    """Colours `{variables}`: those with a wire, those without, and doubled braces. Only lines that change are seen."""

    def __init__(self, document: QTextDocument, known: Callable[[str], bool]) -> None:
        super().__init__(document)
        self._known = known

    @guarded()
    def highlightBlock(self, line: str) -> None:
        if "{" not in line and "}" not in line:
            return
        theme = current_theme()
        for spot in spots(line[:LONG]):
            made = QTextCharFormat()
            if not spot.name:
                made.setForeground(theme.colour("soft"))
            elif self._known(spot.name):
                colour = theme.colour("accent")
                made.setForeground(colour)
                made.setBackground(_veil(colour))
                made.setFontWeight(QFont.Weight.DemiBold)
            else:
                colour = theme.colour("bad")
                made.setForeground(colour)
                made.setBackground(_veil(colour))
                made.setFontWeight(QFont.Weight.DemiBold)
                made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
                made.setUnderlineColor(colour)
            self.setFormat(spot.start, spot.end - spot.start, made)


def _veil(colour: QColor) -> QColor:
    veil = QColor(colour)
    veil.setAlpha(28)
    return veil


class PromptEditor(AreaEditor):
    """A template of several lines. `variables(names)` tells which it has, after a pause in typing."""

    variables = Signal(tuple)

    def __init__(
        self,
        context: EditorContext,
        default: Json = MISSING,
        rows: int = 6,
        most: int = 18,
        key: str = "",
        *,
        bare: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`key` is the param edited; `bare` leaves the list of missing wires out."""
        self._context = context
        self._key = key
        self._bare = bare
        self._known: frozenset[str] = frozenset()
        self._names: tuple[str, ...] = ()
        self._vanished = ""
        super().__init__(default, rows, most, parent=parent)
        self._highlighter: VariableHighlighter | None = None
        self._look = Later(self, 200, self._look_at_names)
        self._missing = QFrame(self)
        self._missing_column = QVBoxLayout(self._missing)
        self._missing_column.setContentsMargins(0, 0, 0, 0)
        self._missing_column.setSpacing(2)
        self.column.addWidget(self._missing)
        self._missing.hide()
        self._rename_bar = _RenameBar(self)
        self._rename_bar.asked.connect(self._rename)
        self.column.addWidget(self._rename_bar)
        self.field.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.field.customContextMenuRequested.connect(self._menu)
        self.completion = Completion(self.field, _prefix, self._words, self._insert)
        themes().changed.connect(self._recolour)

    def text_changed(self) -> None:
        big = len(self._whole) > LONG
        if big and self._highlighter is not None:
            self._highlighter.setDocument(None)
            self._highlighter = None
        elif not big and self._highlighter is None:
            self._highlighter = VariableHighlighter(self.field.document(), self._is_known)
        if self._names == () and not self._known:
            self._look_at_names()
        else:
            self._look.ask()

    def display(self, value: Json) -> None:
        self._rename_bar.hide()
        super().display(value)
        self._look.now()

    def context_changed(self) -> None:
        """The wires around the node have changed."""
        known = self._wired()
        if known != self._known:
            self._known = known
            self._recolour()
        self._show_missing()

    def names(self) -> tuple[str, ...]:
        """Return the variables of the text."""
        text = self.current()
        return placeholders(text) if len(text) <= 2_000_000 else ()

    def _is_known(self, name: str) -> bool:
        return name in self._known

    def _wired(self) -> frozenset[str]:
        optional = {name for name, spec in self._context.inputs().items() if not spec.required}
        outputs = frozenset(self._context.outputs()) if self._bare else frozenset()
        return self._context.wired() | optional | outputs

    def _recolour(self) -> None:
        if self._highlighter is not None:
            self._highlighter.rehighlight()

    def _look_at_names(self) -> None:
        before, self._names = self._names, self.names()
        gone = [name for name in before if name not in self._names and name in self._context.wired()]
        new = [name for name in self._names if name not in before]
        if len(gone) == 1:
            self._vanished = gone[0]
        self._known = self._wired()
        if self._vanished in self._names:
            self._vanished = ""
        if self._vanished and len(new) == 1 and new[0] not in self._known and self._key and not self._bare:
            self._rename_bar.offer(self._vanished, new[0])
        self._show_missing()
        self.variables.emit(self._names)

    # -- what has no wire ---------------------------------------------------------------------

    def _show_missing(self) -> None:
        missing = [] if self._bare else [name for name in self._names if name not in self._known]
        shown = tuple(missing[:SHOWN])
        if self._missing.property("names") == "\n".join(missing):
            return
        self._missing.setProperty("names", "\n".join(missing))
        while (item := self._missing_column.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        for name in shown:
            self._missing_column.addWidget(self._missing_row(name))
        if len(missing) > SHOWN:
            self._missing_column.addWidget(Note(f"… and {len(missing) - SHOWN} more without a wire.", "bad"))
        self._missing.setVisible(bool(missing))

    def _missing_row(self, name: str) -> QWidget:
        row = QWidget(self._missing)
        line = QHBoxLayout(row)
        line.setContentsMargins(2, 0, 0, 0)
        line.addWidget(Note(f"{{{cut(name, 60)}}} has no wire.", "bad"), 1)
        button = small_button("Add input", f"Add an input named {name} and wire it", f"add_input.{name}", row)
        button.setProperty("chip", True)
        button.clicked.connect(lambda *_: self._context.add_input(name))
        line.addWidget(button)
        return row

    # -- renaming -----------------------------------------------------------------------------

    def _rename(self, old: str, new: str) -> None:
        self._vanished = ""
        self._rename_bar.hide()
        text = rename(self.current(), old, new)
        self._context.rename_input(old, new, text, self._key)

    def _menu(self, place: QPoint) -> None:
        menu = self.field.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() in ("edit-undo", "edit-redo"):
                menu.removeAction(action)
        cursor = self.field.cursorForPosition(place)
        spot = name_at(cursor.block().text(), cursor.positionInBlock())
        if spot is not None and self._key:
            first = menu.actions()[0] if menu.actions() else None
            made = menu.addAction(f"Rename variable “{cut(spot.name, 40)}”…")
            made.setObjectName("rename_variable")
            made.triggered.connect(lambda *_: self.ask_new_name(spot.name))
            if first is not None:
                menu.insertAction(first, made)
                menu.insertSeparator(first)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.field.viewport().mapToGlobal(place))
        self.menu: QMenu = menu

    def ask_new_name(self, old: str) -> None:
        """Ask for another name for a variable, in a small window that blocks nothing."""
        asked = QInputDialog(self)
        asked.setObjectName("rename_variable")
        asked.setWindowTitle("Rename variable")
        asked.setLabelText(f"New name of the variable {cut(old, 60)} (its wires stay):")
        asked.setTextValue(old)
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.textValueSelected.connect(lambda new: self._renamed_to(old, new.strip()))
        asked.open()

    def _renamed_to(self, old: str, new: str) -> None:
        if placeholders(f"{{{new}}}") != (new,):
            self.refuse("A variable has letters, digits and `_` only and starts with no digit.")
        elif new in self._names:
            self.refuse(f"There is a variable `{new}` already.")
        elif new != old:
            self.commit()
            self._rename(old, new)

    # -- completion ---------------------------------------------------------------------------

    def _words(self) -> list[Choice]:
        made = [Choice(name, "input") for name in self._context.inputs()]
        if self._bare:
            return made + [Choice(name, "output") for name in self._context.outputs()]
        return made + [Choice(one.value, f"{one.about}, to be wired") for one in self._context.upstream()]

    def _insert(self, prefix: str, word: str) -> None:
        node, _, port = word.partition(".")
        if port:
            word = self._name_for(node, port)
        after = self.field.textCursor().block().text()[self.field.textCursor().positionInBlock() :]
        replace_before(self.field, prefix, word + ("" if after.startswith("}") else "}"))
        if port:
            self.commit()
            self._context.wire_input(word, f"{node}.{port}")

    def _name_for(self, node: str, port: str) -> str:
        """Return what a variable for an output is called: as its port says, or its node where ports say little."""
        names = (node, port) if port in _SAYING_LITTLE else (port, node)
        taken = self._context.inputs()
        free = [name for name in (*names, f"{node}_{port}") if name not in taken]
        return free[0] if free else f"{node}_{port}"


def _prefix(before: str) -> str | None:
    """Return what is typed of a variable behind an open brace, None if there is no such brace."""
    start = before.rfind("{")
    if start < 0 or before[:start].endswith("{") != (len(before[:start]) - len(before[:start].rstrip("{"))) % 2 > 0:
        return None
    typed = before[start + 1 :]
    return typed if typed == "" or typed.isidentifier() else None


class _RenameBar(QFrame):
    """Offers to keep the wires of a variable that was typed anew."""

    asked = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self._old, self._new = "", ""
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 3, 3)
        self._told = Note("", "text", self)
        row.addWidget(self._told, 1)
        self.keep = small_button("Keep its wires", "Rename the input and keep its wires", "keep_wires", self)
        self.keep.setProperty("chip", True)
        self.keep.clicked.connect(lambda *_: self.asked.emit(self._old, self._new))
        row.addWidget(self.keep)
        no = small_button("×", "No, they are two variables", "no_rename", self)
        no.clicked.connect(self.hide)
        row.addWidget(no)
        self.hide()

    def offer(self, old: str, new: str) -> None:
        """Ask whether `new` is what was called `old`."""
        self._old, self._new = old, new
        self._told.set_text(f"{{{cut(old, 40)}}} is now {{{cut(new, 40)}}}?")
        self.show()
