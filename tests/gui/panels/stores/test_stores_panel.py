"""The panel shows what stores hold at the step in front, what the step changed, and goes along with a run."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from time import process_time, thread_time
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from studio.editing import Document
from studio.graph import Graph
from studio.gui.panels.stores import looking
from studio.gui.panels.stores.panel import NO_GRAPH, NO_RUN, NO_STORES
from studio.gui.replay.session import Session
from studio.replay.states.held import Held, Place
from studio.spec.registry import default_registry
from studio.stores import Store, make_store
from tests.gui.panels.stores.conftest import SHOP, Hand
from tests.support.runs import made
from tests.support.thorough import thorough_but

Key, Mod = Qt.Key, Qt.KeyboardModifier


def step_of(session: Session, node: str, tick: int) -> int:
    seq = next(one.seq for one in session.trace.firings(node=node) if one.tick == str(tick))
    assert seq is not None
    return seq


def go(hand: Hand, session: Session, node: str, tick: int) -> None:
    session.seek(step_of(session, node, tick))
    hand.settle()


def test_stores_are_listed_with_what_they_hold_at_the_step(hand: Hand, shop: Session) -> None:
    assert hand.listed == [("notes", "list", "0"), ("tasks", "queue", "0"), ("facts", "kv", "1")]

    go(hand, shop, "quiet", 2)

    assert [(name, size.removeprefix("• ")) for name, _, size in hand.listed] == [
        ("notes", "3"), ("tasks", "2"), ("facts", "2"),
    ]  # fmt: skip


def test_a_click_shows_a_store_and_it_stays_shown_from_step_to_step(hand: Hand, shop: Session) -> None:
    go(hand, shop, "note", 1)
    assert hand.panel.found is not None
    assert hand.panel.found.path == "notes", "what the step changed is shown if nothing was chosen"
    assert hand.rows == [["", "0", "order 1"], ["+", "1", "order 2"]]
    assert hand.told.startswith("1 new at step")

    hand.click("facts")
    go(hand, shop, "fact", 2)

    assert hand.rows == [["", "owner", "Ada"], ["~", "last", "3"]]
    assert hand.panel.whole.toPlainText() == "key: last\nvalue: 3\n  before: 2"
    assert hand.told.startswith("1 changed at step")
    go(hand, shop, "quiet", 3)
    assert hand.told.startswith("nothing changed at step")


def test_what_was_taken_stands_struck_out_where_it_was(hand: Hand, shop: Session) -> None:
    go(hand, shop, "pop", 1)
    hand.click("tasks")

    assert hand.rows == [["−", "", "order 1"], ["", "0", "order 2"]]
    font = hand.panel.rows.rows.index(0, 2).data(Qt.ItemDataRole.FontRole)
    assert font.strikeOut()
    assert hand.panel.rows.rows.index(0, 2).data(Qt.ItemDataRole.ToolTipRole) == "Gone at this step."


def test_keys_go_through_stores_words_and_rows(hand: Hand, shop: Session) -> None:
    shop.seek(shop.last)
    hand.settle()
    hand.click("notes")
    hand.panel.places.setFocus()
    hand.qtbot.keyClick(hand.panel.places, Key.Key_Down)
    hand.settle()
    assert hand.panel.found is not None
    assert hand.panel.found.path == "tasks"

    hand.click("notes")
    hand.type("ORDER 3")
    assert [row[2] for row in hand.rows] == ["order 3"]
    hand.qtbot.keyClick(hand.panel.words, Key.Key_Down)
    assert QApplication.focusWidget() is hand.panel.rows
    hand.qtbot.keyClick(hand.panel.rows, Key.Key_C, Mod.ControlModifier)
    assert QGuiApplication.clipboard().text() == "value\norder 3\n"

    hand.type("nowhere")
    assert hand.rows == []
    assert hand.panel.empty.text() == "No row holds these words."
    hand.qtbot.keyClick(hand.panel.words, Key.Key_Escape)
    hand.settle()
    assert len(hand.rows) == 4


def test_all_rows_are_copied_without_what_is_gone(hand: Hand, shop: Session) -> None:
    go(hand, shop, "pop", 3)
    hand.click("tasks")
    assert len(hand.rows) == 3

    hand.qtbot.mouseClick(hand.panel.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "value\norder 3\norder 4\n"
    assert hand.said == ["Copied as CSV: 2 rows."]
    hand.panel.rows.copy("JSON")
    assert json.loads(QGuiApplication.clipboard().text()) == [{"value": "order 3"}, {"value": "order 4"}]


def test_without_a_graph_a_run_or_stores_it_says_so(hand: Hand, tmp_path: Path) -> None:
    hand.panel.refresh()
    assert hand.panel.note.text() == NO_GRAPH
    hand.window.workbench.add(Document(Graph.from_text(SHOP), registry=default_registry()))
    hand.settle()
    assert hand.panel.note.text() == NO_RUN
    assert hand.panel.parts.isHidden()

    hand.open(made("studio: 1\nname: none\nnodes:\n  a: {type: flow.input, value: 1}\n", tmp_path / "none.db"))
    assert hand.panel.note.text() == NO_STORES


@pytest.mark.thorough
def test_hidden_it_asks_nothing_and_shown_again_it_has_what_happened_meanwhile(hand: Hand, shop: Session) -> None:
    hand.window.show_panel("runs")
    hand.qtbot.waitUntil(lambda: hand.panel.visibleRegion().isEmpty())
    before = hand.panel.found

    shop.seek(shop.last)
    QApplication.processEvents()
    assert hand.panel.found is before
    assert hand.panel._asked is None

    hand.window.show_panel("stores")
    hand.settle()
    assert hand.panel.found is not None
    assert hand.panel.found.seq == shop.last


def test_texts_of_strangers_are_shown_plain_and_cut(hand: Hand, tmp_path: Path) -> None:
    odd = "<b>bold</b>\u202e\x1b[31m" + "x" * 5_000
    text = SHOP.replace('template: "order {n}"', f"template: {json.dumps(odd + ' {n}')}")
    session = hand.open(made(text, tmp_path / "odd.db"))
    go(hand, session, "note", 0)

    shown = hand.rows[0][2]
    assert shown.startswith("<b>bold</b>")
    assert "\u202e" not in shown
    assert "\x1b" not in shown
    assert len(shown) <= 300
    assert "\u202e" not in hand.panel.whole.toPlainText()


def test_a_closed_run_is_forgotten(hand: Hand, shop: Session) -> None:
    assert shop in hand.panel._lookers
    hand.window.workbench.remove(shop.document)
    hand.settle()

    assert shop not in hand.panel._lookers
    assert hand.panel.note.text() == NO_GRAPH


# -- a run that goes on ---------------------------------------------------------------------------


def test_a_run_is_followed_while_it_goes_on_and_its_end_is_shown(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from studio.nodes.text.template import Template

    may_go_on = threading.Event()
    run = Template.run

    def held(self: Template, ctx: Any, params: Any, inputs: Any) -> Any:
        if "nothing" in params.template and inputs.n == 2:
            assert may_go_on.wait(20)
        return run(self, ctx, params, inputs)

    monkeypatch.setattr(Template, "run", held)
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    document = hand.window.workbench.open(file)
    assert document is not None
    live = hand.window.workbench.part("live")
    live.run(document)
    try:
        hand.qtbot.waitUntil(lambda: ("facts", "kv", "2") in [(a, b, c[-1:]) for a, b, c in hand.listed])
        hand.click("notes")
        hand.qtbot.waitUntil(lambda: [row[2] for row in hand.rows] == ["order 1", "order 2"])
        assert live.of(document).is_running
        assert hand.panel._poll.isActive()
    finally:
        may_go_on.set()
    hand.qtbot.waitUntil(lambda: not live.of(document).is_running)
    hand.qtbot.waitUntil(lambda: [row[2] for row in hand.rows][-1:] == ["order 4"])
    assert not hand.panel._poll.isActive()


# -- many values ----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", thorough_but(lambda count: count == 20_000, [20_000, 100_000]))
def test_very_many_values_do_not_hold_up_the_window(hand: Hand, tmp_path: Path, count: int) -> None:
    """What is read and searched is read on another thread; the window's own part stays small."""
    text = f"""\
studio: 1
name: many
nodes:
  first: {{type: list.range, stop: {count // 2}}}
  second: {{type: list.range, start: {count // 2}, stop: {count}}}
  one: {{type: store.append, store: rows, spread: true}}
  two: {{type: store.append, store: rows, spread: true}}
edges:
  - first.items -> one.value
  - second.items -> two.value
stores:
  rows: {{type: list}}
"""
    session = hand.open(made(text, tmp_path / "many.db"))
    shown: list[float] = []
    show = hand.panel.rows.show_found

    def timed(found: Any) -> None:
        began = thread_time()
        show(found)
        shown.append(thread_time() - began)

    hand.panel.rows.show_found = timed  # type: ignore[method-assign]
    session.seek(session.last)
    began = process_time()
    hand.settle()
    took = process_time() - began

    assert hand.panel.found is not None
    assert hand.panel.found.total == count
    assert max(shown) < 1, "the window's part"
    assert took < 15
    hand.type(str(count - 1))
    assert [row[2] for row in hand.rows] == [str(count - 1)]


# -- what a step changed --------------------------------------------------------------------------


def test_rows_with_a_key_are_changed_and_others_come_and_go() -> None:
    keyed = make_store("kv", {"values": {"a": 1, "b": 2, "c": 3}}, "k")
    before = keyed.rows()
    keyed.do("set", {"key": "b", "value": 9})
    keyed.do("delete", {"key": "a"})
    keyed.do("set", {"key": "d", "value": 4})

    lines = looking.compared(before, keyed.rows())

    assert [(line.mark, line.cells) for line in lines] == [
        ("gone", ("a", 1)), ("changed", ("b", 9)), ("", ("c", 3)), ("new", ("d", 4)),
    ]  # fmt: skip
    assert lines[1].before == ("b", 2)


def test_of_equal_rows_the_last_are_the_new_ones() -> None:
    row = make_store("list", {"items": [1, 1, 2]}, "l")
    before = row.rows()
    row.do("append", {"value": 1})

    assert [line.mark for line in looking.compared(before, row.rows())] == ["", "", "", "new"]
    assert [line.mark for line in looking.compared(row.rows(), before)].count("gone") == 1
    assert [line.mark for line in looking.compared(None, before)] == ["", "", ""]


def test_a_step_that_touches_no_store_reads_none_anew(
    hand: Hand, shop: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(hand, shop, "fact", 2)
    read: list[str] = []
    content = Held.content

    def counted(self: Held, place: Place, seq: int | None = None) -> Store | None:
        read.append(place.path)
        return content(self, place, seq)

    monkeypatch.setattr(Held, "content", counted)
    hand.type("order")
    assert read == [], "another word reads nothing"
    hand.click("notes")
    go(hand, shop, "word", 3)
    go(hand, shop, "n", 3)
    read.clear()
    go(hand, shop, "word", 3)
    assert read == [], "nor does a step that touches no store"
    go(hand, shop, "note", 3)
    assert set(read) == {"notes"}, "the control: what it touches is read"
