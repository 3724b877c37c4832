"""The editor of code."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from studio.gui.theme import current_theme
from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.code import CodeEditor, indentation
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.lines import LineEditor
from studio.gui.widgets.making import make_editor
from studio.spec.fields import Field
from tests.gui.widgets.test_editors import Context

pytestmark = pytest.mark.gui


@pytest.fixture
def editor(qtbot: Any) -> CodeEditor:
    made = make_editor(Field(name="code", type="text", default="", editor={"kind": "code"}), Context())
    assert isinstance(made, CodeEditor)
    qtbot.addWidget(made)
    made.show_value("def main(a):")
    made.show()
    return made


def test_a_new_line_is_indented_like_the_last_and_further_after_a_colon(editor: CodeEditor) -> None:
    told: list[Any] = []
    editor.edited.connect(told.append)
    QTest.keyClick(editor.field, Qt.Key.Key_End)

    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    QTest.keyClicks(editor.field, "b = a")
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    QTest.keyClicks(editor.field, "return b")

    assert editor.current() == "def main(a):\n    b = a\n    return b"
    assert told[-1] == editor.current()


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("x = 1", ""), ("  x", "  "), ("if x:  ", "    "), ("\tfor a in b:", "\t    ")]
)
def test_indentation_follows_what_stands_before_the_cursor(before: str, after: str) -> None:
    assert indentation(before) == after


def test_words_texts_numbers_and_comments_have_colours_of_their_own(editor: CodeEditor) -> None:
    editor.show_value("return 'text' + 12  # why")
    block = editor.field.document().firstBlock()

    colours = {
        block.text()[one.start : one.start + one.length]: one.format.foreground().color()
        for one in block.layout().formats()
    }

    theme = current_theme()
    assert colours["'text'"] == theme.colour("type_text")
    assert colours["12"] == theme.colour("type_number")
    assert colours["# why"] == theme.colour("soft")
    assert "return" in colours
    assert "+" not in colours


def test_letters_of_one_width_stay_so_in_a_window(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    code, plain = CodeEditor("x"), AreaEditor("x")

    for editor in (code, plain, JsonEditor({}), LineEditor("x", fixed=True)):
        column.addWidget(editor)
    window.show()

    fields = window.findChildren(QPlainTextEdit) + window.findChildren(QLineEdit)
    fixed = [QFontInfo(field.font()).fixedPitch() for field in fields if field is not plain.field]
    assert len(fixed) == 3
    assert all(fixed)
    assert not QFontInfo(plain.field.font()).fixedPitch()
