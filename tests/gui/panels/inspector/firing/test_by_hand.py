"""The page in a person's hands: links, folds, copies, differences, long and hostile texts."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit, QMenu, QPlainTextEdit

from studio.gui.panels.inspector.firing.bars import Bars, bar_label
from studio.gui.panels.inspector.firing.call_block import CallBlock, CallBody, TextBlock
from studio.gui.panels.inspector.firing.calls_section import Verdicts
from studio.gui.panels.inspector.firing.changes_section import ChangesBody, DiffView
from studio.gui.panels.inspector.firing.raw_section import RawBody
from studio.gui.panels.inspector.firing.strip import Strip
from studio.gui.panels.inspector.firing.texts import SHOWN, TextView, visible
from studio.gui.panels.inspector.firing.value_block import GoLink, ValueBlock
from studio.gui.panels.inspector.firing.whole_window import PART, WholeWindow
from studio.gui.widgets.labels import Link, Note
from studio.support.plain import plain
from studio.trace import Trace
from tests.gui.panels.inspector.firing.conftest import Stage
from tests.replay.firing.workshop import BIDI, LINES, record


def clipboard() -> str:
    """What was copied last."""
    return QGuiApplication.clipboard().text()


def values(stage: Stage, kind: str) -> dict[str, ValueBlock]:
    """The value blocks that are shown, by port."""
    return {one.port: one for one in stage.find(ValueBlock, "") if one.kind == kind}


def test_a_short_value_is_seen_whole_however_narrow_the_inspector(workshop: Stage, qtbot: Any) -> None:
    workshop.seek_node("critic", "1")
    block = values(workshop, "input")["draft"]

    block.show_value("W " * 23)

    line = block.line
    assert line.fontMetrics().horizontalAdvance(line.text()) > line.width(), "else it shows nothing"
    qtbot.waitUntil(lambda: line.height() >= line.heightForWidth(line.width()) > line.fontMetrics().height() * 1.5)


# -- links ------------------------------------------------------------------------------------------


def test_a_click_on_where_a_value_came_from_goes_there_and_a_key_too(workshop: Stage) -> None:
    workshop.seek_node("critic", "1")

    workshop.click(values(workshop, "input")["draft"].origin)

    here = workshop.session.here
    assert (here.node, here.tick) == ("writer", "1")
    assert workshop.facts.node == "writer"

    workshop.seek_node("critic", "1")
    link = values(workshop, "input")["draft"].origin
    link.setFocus()
    assert link.hasFocus()

    QTest.keyClick(link, Qt.Key.Key_Return)
    workshop.settle()

    assert workshop.session.here.node == "writer"


def test_outputs_tell_where_they_went_with_links(workshop: Stage, qtbot: Any) -> None:
    writer = workshop.seek_node("writer", "0")
    qtbot.waitUntil(lambda: len(values(workshop, "output")["text"]._went.shown) == 4)
    links = values(workshop, "output")["text"]._went.shown
    steps = {one.node: one.seq for one in workshop.session.trace.firings("last", tick="0")}
    ends = {"keep": "value", "again": "text", "critic": "draft", "risky": "draft"}
    assert {one.text() for one in links} == {f"→ {node}.{port} · step {steps[node]}" for node, port in ends.items()}

    workshop.click(next(one for one in links if "critic" in one.text()))

    assert workshop.session.here.node == "critic"
    assert workshop.session.here.seq != writer.seq


def test_that_a_node_was_done_and_what_it_left_in_a_store_is_told_beside_its_outputs(
    workshop: Stage, qtbot: Any
) -> None:
    workshop.seek_node("keep", "0")
    body: Any = workshop.page.outputs.body

    qtbot.waitUntil(lambda: bool(body.besides.shown))

    texts = [one.text() for one in body.besides.shown]
    opened = next(workshop.session.trace.firings("last", "all", "0"))
    assert f"done → all.when · step {opened.seq}, opened it" in texts
    assert any("through the store" in text for text in texts)


@pytest.mark.thorough
def test_firings_of_the_same_node_are_a_step_away(workshop: Stage) -> None:
    workshop.seek_node("writer", "0")

    workshop.click(workshop.find(QAbstractButton, "firing.next")[0])
    assert (workshop.facts.node, workshop.facts.tick) == ("writer", "1")
    workshop.click(workshop.find(QAbstractButton, "firing.before")[0])
    assert (workshop.facts.node, workshop.facts.tick) == ("writer", "0")

    told: list[str] = []
    workshop.workbench.said.connect(lambda text, kind: told.append(text))
    workshop.click(workshop.find(QAbstractButton, "firing.before")[0])
    assert told == ["`writer` was not decided before step 2."]


def test_a_region_can_be_entered(workshop: Stage) -> None:
    workshop.seek_node("parts", "1")

    workshop.click(workshop.find(Link, "firing.inside")[0])

    assert workshop.session.here.node.startswith("parts/")
    assert workshop.session.here.tick == "1.0"
    assert workshop.facts.item in ("0", "1")


def test_a_skipped_node_says_why_and_leads_to_who_decided_it(workshop: Stage, qtbot: Any) -> None:
    workshop.seek_node("praise", "0")
    assert workshop.facts.reason == "input `when` absent: route not taken at `route`"
    blocks = values(workshop, "input")
    assert blocks["when"].absent.text() == "nothing: route not taken at `route`"
    assert not workshop.page.outputs.isVisible()
    qtbot.waitUntil(lambda: bool(workshop.page.head.reasons.shown))

    [link] = workshop.page.head.reasons.shown
    step = next(workshop.session.trace.firings("last", "route", "0")).seq
    assert link.text() == f"← route · step {step}: it gave `else` for vague, not `good`"
    workshop.click(link)

    assert workshop.session.here.node == "route"


def test_an_undecided_node_says_what_it_waits_for_and_leads_there(workshop: Stage) -> None:
    canvas = workshop.workbench.canvas
    assert canvas is not None
    canvas.select(["praise"])
    workshop.settle()
    assert (workshop.facts.state, workshop.facts.firing) == ("waiting", 0)
    waits = workshop.find(Link, "firing.wait")
    assert any("waits for `writer`" in one.text() for one in waits)
    assert not workshop.page.raw.isVisible()
    assert values(workshop, "input")["text"].absent.text() == "not decided yet"

    workshop.click(next(one for one in waits if "`writer`" in one.text()))

    assert canvas.selected() == ["writer"]
    assert workshop.facts.name == "writer"


def test_a_selected_wire_tells_what_lies_on_it(workshop: Stage) -> None:
    workshop.seek_node("critic", "0")
    canvas = workshop.workbench.canvas
    assert canvas is not None
    wire = next(one for one in canvas.projection.wires.values() if str(one.edge).startswith("critic.label ~> writer"))
    canvas.select_items({wire})
    workshop.settle()

    page = workshop.page
    assert page.wire.isVisible()
    body: Any = page.wire.body
    assert body.now.told._full == "its first value, written on the wire"
    assert body.now.line.text() == "(empty text)"
    assert body.next.line.text() == "vague"
    canvas.select(["critic"])
    workshop.settle()
    assert not page.wire.isVisible()


# -- model calls --------------------------------------------------------------------------------------


def test_answers_come_in_rounds_with_their_checks(workshop: Stage) -> None:
    workshop.seek_node("writer", "0")
    checks = workshop.find(Verdicts, "firing.checks")

    assert [{one.check: one.state for one in check.verdicts} for check in checks][:2] == [
        {"short": "violated", "calm": "violated", "kind": "not reached"},
        {"short": "passed", "calm": "violated", "kind": "not reached"},
    ]
    assert "calm violated" in checks[1].accessibleDescription()
    blocks = workshop.find(CallBlock, "firing.call")
    assert [block.is_open for block in blocks] == [False, False, True, False], "the answer that was taken is unfolded"

    workshop.click(blocks[0].header)
    assert blocks[0].is_open
    workshop.seek_node("writer", "1")
    workshop.seek_node("writer", "0")
    assert blocks[0].is_open, "as it was left"


def test_values_of_inputs_are_marked_in_the_prompt(workshop: Stage) -> None:
    workshop.seek_node("writer", "1")
    body = next(one.body for one in workshop.find(CallBlock, "firing.call") if one.is_open)
    assert isinstance(body, CallBody)
    question = body.after.shown[-1].view

    marked = [one.cursor.selectedText() for one in question.extraSelections()]

    assert marked == ["tide pools", "vague"]
    assert body.settings.text() == "at most 40 tokens · temperature 0.3 · seed 0"


def test_a_failed_call_and_the_next_attempt_are_both_shown(workshop: Stage) -> None:
    workshop.seek_node("again", "0")
    blocks = workshop.find(CallBlock, "firing.call")

    first, second = (block.body for block in blocks)
    assert isinstance(first, CallBody)
    assert isinstance(second, CallBody)
    assert "The script says that this call fails" in first.error.text()
    assert not first.reply.isVisible()
    assert second.reply.whole == "Well said."
    assert blocks[0].header.summary.startswith("failed")


def test_the_strip_goes_from_token_to_token_by_keys_and_mouse(order_desk: Stage) -> None:
    order_desk.seek_node("product")
    [strip] = order_desk.find(Strip, "firing.strip")
    assert len(strip.cells) == 9
    assert strip.at == 4, "the most undecided one"
    strip.setFocus()

    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert strip.at == 3
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert strip.at == 8
    assert "Token 9 of 9: 0.06 bits, sure" in strip.accessibleDescription()
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.rect_of(1).center().toPoint())
    assert strip.at == 1
    strip.resize(60, strip.height())
    QApplication.processEvents()
    assert strip.cell_at(strip.rect_of(8).center()) == 8, "in several rows, too"


def test_labels_and_likely_tokens_have_bars(order_desk: Stage) -> None:
    order_desk.seek_node("reading/0/urgent_or_normal")
    scores = order_desk.find(Bars, "firing.scores")[0]
    outputs = order_desk.session.trace.outputs(order_desk.session.trace.firing("last", order_desk.facts.firing))

    assert dict(scores.rows) == outputs["scores"]
    caption = order_desk.find(Note, "firing.scores.caption")[0].text()
    assert "weighed against" in caption, "else the surest label and the reply seem to contradict each other"
    tokens = order_desk.find(Bars, "firing.bars")[-1]
    assert tokens.rows[0][0] == " urgent"
    assert tokens.left > 0
    assert bar_label("  ") == "␣␣"
    assert bar_label(" urgent") == " urgent"


# -- copies -------------------------------------------------------------------------------------------


def choose(stage: Stage, copy: str) -> None:
    """Open the menu of copies with the mouse and take one."""
    stage.click(stage.find(QAbstractButton, "firing.copy_as")[0])
    menu = next(one for one in stage.page.findChildren(QMenu, "firing.copies") if one.isVisible())
    action = next(one for one in menu.actions() if one.objectName() == f"firing.copy.{copy}")
    assert action.isEnabled()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    stage.settle()


@pytest.mark.thorough
def test_copies_of_a_model_call(workshop: Stage, qtbot: Any) -> None:
    workshop.seek_node("writer", "1")

    choose(workshop, "curl")
    qtbot.waitUntil(lambda: clipboard().startswith("# scripted:list answers inside the studio only"))
    assert "<<'JSON'" in clipboard()
    choose(workshop, "python")
    qtbot.waitUntil(lambda: "litellm.completion(" in clipboard())
    ast.parse(clipboard())
    choose(workshop, "prompt")
    qtbot.waitUntil(lambda: clipboard().startswith("── system ──\nBe brief."))
    choose(workshop, "reply")
    qtbot.waitUntil(lambda: clipboard() == "Crabs hide below.")
    choose(workshop, "node")
    qtbot.waitUntil(lambda: clipboard().startswith("writer:\n  type: llm.function"))
    choose(workshop, "outputs")
    qtbot.waitUntil(lambda: clipboard().startswith("{\n"))
    assert json.loads(clipboard()) == {"text": "Crabs hide below."}
    choose(workshop, "inputs")
    qtbot.waitUntil(lambda: "topic" in clipboard())
    assert json.loads(clipboard()) == {"topic": "tide pools", "fault": "vague"}


@pytest.mark.thorough
def test_a_copied_case_is_one_that_can_be_run(workshop: Stage, qtbot: Any, tmp_path: Path) -> None:
    from studio.cases.reading import read_tests

    workshop.seek_node("writer", "1")
    choose(workshop, "yaml")
    qtbot.waitUntil(lambda: clipboard().startswith("studio_tests:"))

    file = tmp_path / "workshop.tests.yaml"
    file.write_text(clipboard())
    [case] = read_tests(file).cases.values()
    assert case.node == "writer"


def test_what_cannot_be_copied_is_not_offered(workshop: Stage) -> None:
    workshop.seek_node("keep", "0")
    workshop.click(workshop.find(QAbstractButton, "firing.copy_as")[0])
    menu = next(one for one in workshop.page.findChildren(QMenu, "firing.copies") if one.isVisible())

    enabled = {one.objectName(): one.isEnabled() for one in menu.actions()}
    menu.close()

    assert not enabled["firing.copy.curl"]
    assert enabled["firing.copy.json"]


def test_a_value_is_copied_whole(workshop: Stage) -> None:
    workshop.seek_node("again", "0")

    workshop.click(values(workshop, "output")["messages"].copy)

    assert json.loads(clipboard())[-1] == {"role": "assistant", "content": "Well said."}


# -- differences, raw JSON ------------------------------------------------------------------------------


def unfold(stage: Stage, section: str) -> Any:
    """Unfold a section with the mouse, and return its body."""
    found: Any = getattr(stage.page, section)
    stage.click(found.header)
    assert found.is_open
    return found.body


def test_differences_from_the_firing_before(workshop: Stage, qtbot: Any) -> None:
    workshop.seek_node("critic", "1")
    body: ChangesBody = unfold(workshop, "changes")
    qtbot.waitUntil(lambda: bool(body.parts.shown))

    texts = {part.caption.text(): part.view.text() for part in body.parts.shown}
    assert texts["input draft"] == "− Pools are wet.\n+ Crabs hide below."
    assert texts["output label"] == "− vague\n+ good"
    workshop.click(workshop.find(GoLink, "firing.changes.other")[0])
    assert workshop.session.here.tick == "0"
    qtbot.waitUntil(lambda: body.told.text() == "This is the first firing of this node.")
    assert not workshop.find(DiffView, "firing.difference")


@pytest.mark.thorough
def test_differences_from_another_run_and_that_there_are_none(
    db: Path, stage_of: Callable[..., Stage], qtbot: Any
) -> None:
    lines = [{**one, "reply": "Crabs eat."} if one.get("reply") == "Crabs hide below." else one for one in LINES]
    first, second = record(db), record(db, lines=lines)
    stage = stage_of(db, first)
    stage.seek_node("writer", "1")
    body: ChangesBody = unfold(stage, "changes")
    choice = stage.find(QComboBox, "firing.changes.choice")[0]
    qtbot.waitUntil(lambda: choice.count() == 2)
    assert second[:10] in choice.itemText(1)
    choice.setFocus()

    QTest.keyClick(choice, Qt.Key.Key_Down)
    qtbot.waitUntil(
        lambda: (
            body.comparison is not None and body.comparison.other is not None and body.comparison.other.run == second
        )
    )

    assert "output text" in {part.caption.text() for part in body.parts.shown}
    stage.seek_node("critic", "0")
    qtbot.waitUntil(lambda: "The same in everything" in body.told.text())
    assert not body.parts.shown


def test_the_raw_json_is_searched_and_copied(workshop: Stage, qtbot: Any) -> None:
    workshop.seek_node("writer", "0")
    body: RawBody = unfold(workshop, "raw")
    qtbot.waitUntil(lambda: bool(body.text))
    told = json.loads(body.text)
    assert (told["node"], told["tick"], told["seq"]) == ("writer", "0", 2)

    field = workshop.find(QLineEdit, "firing.raw.find")[0]
    QTest.keyClicks(field, "Use at most four")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert body.view.textCursor().selectedText() == "Use at most four"
    workshop.click(workshop.find(QAbstractButton, "firing.raw.copy")[0])
    assert json.loads(clipboard()) == told


# -- long and hostile texts ------------------------------------------------------------------------------


def test_hostile_texts_are_shown_as_text(workshop: Stage) -> None:
    workshop.seek_node("again", "1")
    block = values(workshop, "output")["text"]
    assert block.view is not None

    shown = block.view.text()

    assert shown == visible(BIDI)
    assert "<b>bold</b> &amp;" in shown
    assert "\u202e" not in shown
    assert "\x1b" not in shown
    assert plain(shown) == shown
    workshop.click(block.copy)
    assert clipboard() == BIDI, "what is copied is what there is"


@pytest.fixture
def long_reply(db: Path, stage_of: Callable[..., Stage]) -> Stage:
    """The workshop with one reply of half a million characters."""
    text = "".join(f"word {number} of many\n" for number in range(24_000)) + "the needle at the end"
    lines = [{**one, "reply": text} if one["node"] == "again" and "reply" in one else one for one in LINES]
    record(db, lines=lines)
    return stage_of(db)


def test_a_long_text_is_cut_before_it_is_shown_and_opened_whole_on_demand(long_reply: Stage, qtbot: Any) -> None:
    again = long_reply.seek_node("again", "0")
    with Trace(long_reply.session.trace.path) as trace:
        whole = trace.outputs(trace.firing("last", again.id))["text"]
    block = values(long_reply, "output")["text"]
    assert block.view is None or not block.view.isVisible()
    assert block.more.text().startswith("Show it (")
    assert len(whole) > SHOWN

    long_reply.click(block.more)
    qtbot.waitUntil(lambda: block.more.text().startswith("Show all"))
    assert block.view is not None
    assert whole.startswith(block.view.text())
    assert len(block.view.text()) <= SHOWN

    long_reply.click(block.more)
    window = _window()
    view = window.findChild(QPlainTextEdit, "firing.whole.text")
    assert isinstance(view, QPlainTextEdit)
    assert window.text == whole
    assert len(view.toPlainText()) == PART
    field = window.findChild(QLineEdit, "firing.whole.find")
    assert isinstance(field, QLineEdit)
    field.setFocus()
    QTest.keyClicks(field, "NEEDLE")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.part == window.parts - 1
    assert view.textCursor().selectedText() == "needle"
    window.close()


@pytest.mark.thorough
def test_what_weighs_much_is_read_beside_the_window(long_reply: Stage, qtbot: Any) -> None:
    long_reply.seek_node("again", "0")
    page = long_reply.page
    qtbot.waitUntil(lambda: page.asking() is not None)
    long_reply.settle()

    reply = [one for one in long_reply.find(TextBlock, "") if one.role == "reply"][-1]
    assert len(reply.whole) > 400_000
    assert len(reply.view.text()) <= SHOWN
    assert all(len(one.toPlainText()) <= 20_000 for one in page.findChildren(TextView))


@pytest.mark.thorough
def test_all_of_the_json_goes_to_a_file(long_reply: Stage, qtbot: Any, tmp_path: Path) -> None:
    long_reply.seek_node("again", "0")
    body: RawBody = unfold(long_reply, "raw")
    qtbot.waitUntil(lambda: len(body.text) > 400_000)
    assert len(body.view.text()) <= 20_000

    long_reply.click(long_reply.find(QAbstractButton, "firing.raw.open")[0])
    window = _window()
    save = window.findChild(QAbstractButton, "firing.whole.save")
    assert isinstance(save, QAbstractButton)
    QTest.mouseClick(save, Qt.MouseButton.LeftButton)
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    file = tmp_path / "firing.json"
    dialog.fileSelected.emit(str(file))
    dialog.close()

    assert json.loads(file.read_text())["node"] == "again"
    window.save(str(tmp_path / "no" / "such" / "folder.json"))
    assert "could not be written" in window.told.text()
    window.close()


def _window() -> WholeWindow:
    QApplication.processEvents()
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, WholeWindow) and one.isVisible())


def test_all_of_the_page_can_be_reached_by_tab(workshop: Stage) -> None:
    workshop.seek_node("writer", "0")
    workshop.page.head.back.setFocus()
    seen: list[str] = []
    for _ in range(120):
        focus = QApplication.focusWidget()
        if focus is None:
            break
        if focus.objectName() in seen[-40:] and focus is workshop.page.head.back:
            break
        seen.append(focus.objectName())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    wanted = {
        "firing.copy_as", "inspector.firing.Inputs.header", "firing.input.origin", "firing.input.copy", "firing.prompt",
        "firing.reply", "firing.call.header", "inspector.firing.Differences.header", "inspector.firing.Raw JSON.header",
    }  # fmt: skip
    assert wanted <= set(seen), wanted - set(seen)
