"""What is typed reaches the node it was typed for, whatever is done next without leaving the field: another node is
selected, the graph saved, run, undone, closed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.editing import Document
from studio.editing.edits.nodes import delete
from studio.editing.edits.renaming import rename_node
from studio.graph.model import Graph, NodeInstance
from studio.gui.panels.inspector.large import LargeEditor
from studio.gui.panels.inspector.node_page import NodePage
from studio.gui.panels.inspector.preview_section import PreviewSection
from studio.gui.widgets.areas import LONG
from studio.gui.widgets.editor import MIXED
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.labels import Elided
from studio.gui.widgets.lists import TextListEditor
from studio.gui.widgets.numbers import NumberEditor
from studio.gui.widgets.values import ValueEditor
from studio.spec.fields import Field
from tests.gui.panels.inspector.conftest import LOOP, Desk
from tests.gui.support import type_into
from tests.support.thorough import draws, thorough_but

CTRL = Qt.KeyboardModifier.ControlModifier

GRAPH = f"""
name: typed
stores: {{facts: {{type: kv}}}}
nodes:
  one: {{type: text.template, template: "first"}}
  two: {{type: text.template, template: "second"}}
  long: {{type: text.template, template: "{"word " * (LONG // 5 + 10)}"}}
  table: {{type: json.build, names: [a, b]}}
  other_table: {{type: json.build, names: [c]}}
  ask: {{type: llm.function, instructions: "Judge", labels: [good, bad]}}
  fixed: {{type: text.template, template: "x", on_error: default, default: {{text: [1]}}}}
edges: []
"""


class Typist:
    """Types a word of its own into a field of a node, and knows where it must be found."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.rng = random.Random(f"typist {seed}")
        self.count = 0

    @property
    def nodes(self) -> dict[str, Any]:
        return self.desk.document.graph.nodes

    def type(self) -> tuple[str, str, str]:
        """Type; return the kind of field, the node's name then, and the word."""
        self.count += 1
        word = f"zz{self.count}"
        kind = self.rng.choice(("name", "title", "template", "long", "new row", "new label", "json"))
        fitting: dict[str, Callable[[NodeInstance], bool]] = {
            "template": lambda one: one.type == "text.template" and len(one.params["template"]) < LONG,
            "long": lambda one: one.type == "text.template" and len(one.params["template"]) > LONG,
            "new row": lambda one: one.type == "json.build",
            "new label": lambda one: one.type == "llm.function",
            "json": lambda one: bool(one.default),
        }
        fits = fitting.get(kind)
        name = self.rng.choice([name for name, one in self.nodes.items() if fits is None or fits(one)])
        self.desk.select(name)
        getattr(self, f"_type_{kind.replace(' ', '_')}")(word)
        return kind, name, word

    def _type_name(self, word: str) -> None:
        type_into(self.desk.find(QLineEdit, "inspector.name"), word, replace=True)

    def _type_title(self, word: str) -> None:
        type_into(self.desk.find(QLineEdit, "inspector.title"), word, replace=True)

    def _type_template(self, word: str) -> None:
        type_into(self.desk.row("template").editor.field, f" {word}")  # type: ignore[attr-defined]

    def _type_long(self, word: str) -> None:
        editor: Any = self.desk.row("template").editor
        editor.open_anyway()
        QTest.keyClicks(editor.field, word)

    def _type_new_row(self, word: str) -> None:
        type_into(self.desk.row("names").editor.new, word)  # type: ignore[attr-defined]

    def _type_new_label(self, word: str) -> None:
        type_into(self.desk.row("labels").editor.new, word)  # type: ignore[attr-defined]

    def _type_json(self, word: str) -> None:
        page = self.desk.inspector.page
        assert isinstance(page, NodePage)
        page.engine.sections["Errors"].set_open(True)
        page.refresh()
        self.desk.settle()
        field = next(one.field for one in page.engine.sections["Errors"].findChildren(JsonEditor) if one.isVisible())
        type_into(field, f'["{word}"]', replace=True)

    def found(self, word: str) -> list[str]:
        """The nodes in which a word stands."""
        return [name for name, one in self.nodes.items() if word in repr((name, one.title, one.params, one.default))]


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed < 1, range(5)))
def test_what_is_typed_reaches_its_node_whatever_is_done_next(
    desk_of: Callable[..., Desk], seed: int, tmp_path: Path
) -> None:
    desk = desk_of(Document(Graph.from_text(GRAPH), None))
    typist = Typist(desk, seed)
    document, workbench = desk.document, desk.workbench
    done = []
    for _ in range(draws(12, 24)):
        kind, name, word = typist.type()
        act = typist.rng.choice(("select", "save", "undo", "deselect", "key", "elsewhere"))
        done.append((kind, name, word, act))
        others = [one for one in document.graph.nodes if one != name]
        undone = False
        if act == "select":
            desk.canvas.select([typist.rng.choice(others)])
            desk.settle()
        elif act == "deselect":
            desk.canvas.select([])
            desk.settle()
        elif act == "save":
            workbench.commit()
            document.save(tmp_path / "typed.yaml")
            assert word in (tmp_path / "typed.yaml").read_text(encoding="utf-8"), done[-1]
        elif act == "undo":
            workbench.commit()
            document.undo()
            undone = True
        elif act == "key":
            focus = desk.inspector.window().focusWidget()
            assert focus is not None
            QTest.keyClick(focus, Qt.Key.Key_Z, CTRL)
            undone = True
        else:
            desk.canvas.select([others[0]])
            workbench.commit()  # before the inspector has turned to it
            desk.settle()
        if undone:
            desk.settle()
            assert not typist.found(word), done[-1]
        else:
            renamed = word if kind == "name" else name
            assert typist.found(word) == [renamed], done[-1]
    assert done


def test_a_node_that_is_gone_takes_what_waits_with_it(desk_of: Callable[..., Desk], qtbot: Any) -> None:
    desk = desk_of(GRAPH)
    typist = Typist(desk, 0)
    desk.select("fixed")
    typist._type_json("zz")
    desk.document.do("Delete", delete(desk.document, (), ["fixed"]))
    qtbot.wait(250)  # longer than JSON waits to be told
    desk.settle()
    desk.document.undo()
    assert not typist.found("zz")


def test_a_store_is_named_as_typed_when_the_graph_is_saved(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(GRAPH)
    desk.canvas.select([])
    desk.settle()
    page: Any = desk.inspector.page
    page.sections["Stores"].set_open(True)
    page.refresh()
    desk.settle()
    type_into(desk.find(QLineEdit, "inspector.store.facts.name"), "memory", replace=True)
    desk.workbench.commit()
    assert list(desk.document.graph.stores) == ["memory"]


def test_the_graph_is_named_as_typed_when_it_is_saved(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(GRAPH)
    desk.canvas.select([])
    desk.settle()
    type_into(desk.find(QLineEdit, "inspector.graph.name"), "renamed", replace=True)
    desk.workbench.commit()
    assert desk.document.graph.name == "renamed"


def test_a_window_of_its_own_counts_when_the_graph_is_saved(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(GRAPH)
    page = desk.select("long")
    page._open_large(desk.row("template").field)
    window = next(one for one in desk.inspector.window().findChildren(QWidget) if isinstance(one, LargeEditor))
    editor: Any = window.editor
    editor.open_anyway()
    QTest.keyClicks(editor.field, "zz")
    assert not desk.param("long", "template").startswith("zz")  # the control: it waits
    desk.workbench.commit()
    assert desk.param("long", "template").startswith("zz")
    window.close()
    assert not [name for name in desk.workbench.parts if name.startswith("large")]


def test_samples_are_typed_for_one_node_follow_its_name_and_end_with_the_document(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of(LOOP)
    page = desk.select("writer")
    assert page.preview is not None
    page.preview.set_open(True)
    page.refresh()
    desk.settle()
    body = page.preview.body
    assert isinstance(body, PreviewSection)
    type_into(body._rows["topic"].editor.field, "lava", replace=True)
    samples = desk.inspector.samples
    desk.document.do("Rename", rename_node(desk.document, (), "writer", "author"))
    desk.settle()
    assert samples._typed[id(desk.document), (), "author"] == {"topic": "lava"}
    desk.workbench.set_current(None, None)
    desk.workbench.remove(desk.document)
    assert not samples._typed


@pytest.mark.parametrize("value", [10**400, float("inf"), -(10**25), 1e308], ids=["long", "inf", "less", "most"])
def test_steps_of_numbers_beyond_all_bounds_raise_nothing(qapp: object, value: Any) -> None:
    for kind in ("number", "integer"):
        editor = NumberEditor(Field(name="n", type=kind))
        editor.show_value(value)
        editor.step(1)
        editor.step(-10)


def test_a_label_that_is_cut_tells_the_text_it_has_now(qapp: object) -> None:
    label = Elided("a text that does not fit into so little room")
    label.resize(40, 20)
    label.show()
    assert label.toolTip() == "a text that does not fit into so little room"
    label.set_text("another text that does not fit into so little room")
    assert label.toolTip() == "another text that does not fit into so little room"
    label.set_text("x")
    assert label.toolTip() == ""
    label.setToolTip("of the owner")
    label.set_text("a text that does not fit into so little room")
    assert label.toolTip() == "of the owner"


def test_several_is_said_only_while_it_is_so(qapp: object) -> None:
    editor = TextListEditor(placeholder="Add…")
    editor.show_value(MIXED)
    assert editor.new.placeholderText() == "(several)"
    editor.show_value(["a"])
    assert editor.new.placeholderText() == "Add…"


@pytest.mark.parametrize("value", ["text", 1, True, {"a": 1}])
def test_a_value_of_any_kind_has_a_name_for_those_who_hear_it(qapp: object, value: Any) -> None:
    editor = ValueEditor()
    editor.show_value(value)
    inner = editor.stack.currentWidget().focusProxy()
    assert inner is not None
    assert inner.accessibleName().startswith("Value, ")
