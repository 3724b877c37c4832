"""The choices of an input are typed in the inspector as a list of texts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.graph.check import check
from studio.gui.widgets.lists import TextListEditor
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.support import type_into

GRAPH = "studio: 1\nnodes:\n  shade: {type: flow.input, value: red, kind: text}\n"


def test_choices_are_typed_a_line_each_and_a_default_that_is_none_of_them_is_marked(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of(GRAPH)
    desk.select("shade")
    editor = desk.row("choices").editor
    assert isinstance(editor, TextListEditor)

    for text in ("green", "blue"):
        type_into(editor.new, text)
        QTest.keyClick(editor.new, Qt.Key.Key_Return)
    desk.settle()
    assert desk.param("shade", "choices") == ["green", "blue"]
    told = [found.message for found in check(desk.document.graph) if found.code == "param_problem"]
    assert told == ["`value` must be one of `choices`, `green` or `blue`, not red."]

    type_into(editor.new, "red")
    QTest.keyClick(editor.new, Qt.Key.Key_Return)
    desk.settle()
    assert desk.param("shade", "choices") == ["green", "blue", "red"]
    assert [found for found in check(desk.document.graph) if found.code == "param_problem"] == []
