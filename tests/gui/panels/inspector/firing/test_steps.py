"""At each step the page shows what the trace holds of that firing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from studio.gui.panels.inspector.firing.call_block import CallBlock, CallBody, TextBlock
from studio.gui.panels.inspector.firing.strip import Strip
from studio.gui.panels.inspector.firing.texts import beginning, readable, visible
from studio.gui.panels.inspector.firing.value_block import ValueBlock
from studio.gui.widgets.labels import Elided, Link, Note
from studio.trace.log import CALLS
from tests.gui.panels.inspector.firing.conftest import Stage
from tests.support.thorough import thorough_but


def text_of(block: ValueBlock) -> str | None:
    """What a value block shows of its value, None if it shows none."""
    if block.line.isVisible():
        return block.line.text()
    if block.view is not None and block.view.isVisible():
        return block.view.text()
    return None


def shown_as(value: Any) -> str:
    """How a value is to be shown."""
    return "(empty text)" if value == "" else visible(beginning(readable(value)))


def compare(stage: Stage) -> None:
    """Fail unless the page shows the current step's firing as the trace has it."""
    session, page = stage.session, stage.page
    run = session.run.id
    firing = session.trace.firing(run, session.here.id)
    facts = stage.facts
    assert facts is not None
    assert facts.here
    assert (facts.firing, facts.step, facts.node, facts.tick) == (firing.id, session.seq, firing.node, firing.tick)
    assert (facts.type, facts.status, facts.reason, facts.attempt) == (
        firing.type, firing.status, firing.reason, firing.attempt,
    )  # fmt: skip
    assert stage.find(Elided, "firing.name")[0]._full == firing.node.rpartition("/")[2]
    assert (
        stage.find(QLabel, "firing.state")[0].text()
        == {"ok": "fired", "error": "failed", "skipped": "skipped"}[firing.status]
    )
    place = stage.find(Elided, "firing.place")[0]._full
    assert f"step {firing.seq} · tick {firing.tick}" in place
    when = stage.find(Elided, "firing.when")[0]._full
    seconds, thousandths = divmod(round(firing.started_at * 1000), 1000)  # so is what it shows rounded
    assert f"{time.strftime('%H:%M:%S', time.localtime(seconds))}.{thousandths:03d}" in when
    reason = stage.find(Note, "firing.reason")
    assert (reason[0].text() if reason else "") == visible(firing.reason[:2000])[:2000]
    _compare_outputs(stage, firing)
    _compare_inputs(stage, firing)
    _compare_calls(stage, firing)
    assert page.problem.text() == ""


def _compare_outputs(stage: Stage, firing: Any) -> None:
    outputs = stage.session.trace.outputs(firing)
    blocks = {one.port: one for one in stage.find(ValueBlock, "") if one.kind == "output"}
    shown = {port: text_of(block) for port, block in blocks.items() if not block.absent.isVisible()}
    assert shown == {port: shown_as(value) for port, value in outputs.items()}
    for port, why in firing.absent.items():
        if port in blocks:
            assert blocks[port].absent.text() == f"nothing: {visible(why)}"


def _compare_inputs(stage: Stage, firing: Any) -> None:
    if firing.status == "skipped":
        return
    session = stage.session
    step = session.cursor.step()
    blocks = [one for one in stage.find(ValueBlock, "") if one.kind == "input"]
    wired = [(port, source) for port, sources in step.inputs.items() for source in sources]
    assert [block.port for block in blocks[: len(wired)]] == [port for port, _ in wired]
    for block, (_, source) in zip(blocks, wired, strict=False):
        if source.known:
            assert text_of(block) == shown_as(source.value)
        if source.node:
            assert block.origin.isVisible()
            made = session.cursor.steps.firing(block.origin.firing)
            assert made is not None
            assert (made.node, made.tick, made.seq) == (source.node, source.tick, source.step)
        else:
            assert not block.origin.isVisible()
            assert "first value" in block.told._full


def _compare_calls(stage: Stage, firing: Any) -> None:
    effects = [one for one in stage.session.trace.effects(stage.session.run.id, firing=firing.id) if one.kind != "log"]
    blocks = stage.find(CallBlock, "firing.call")
    assert len(blocks) == len(effects)
    for block, effect in zip(blocks, effects, strict=True):
        if not block.is_open or effect.kind not in CALLS:
            continue
        body = block.body
        assert isinstance(body, CallBody)
        body.examples.set_open(True)
        stage.settle()
        given = effect.request.get("messages") or [{"role": "prompt", "content": effect.request["prompt"]}]
        shown = [*body.before.shown, *_examples(body), *body.after.shown]
        assert [(one.role, one.whole) for one in shown] == [(one["role"], one["content"]) for one in given]
        assert [one.view.text() for one in shown] == [visible(beginning(one["content"])) for one in given]
        if effect.status == "ok":
            assert body.reply.whole == effect.response["text"]
            assert body.reply.view.text() == visible(beginning(effect.response["text"]))
        else:
            assert body.error.text() == effect.error
        bits = effect.response.get("token_entropy") if isinstance(effect.response, dict) else None
        if bits:
            assert [cell.bits for cell in body.findChildren(Strip)[0].cells] == bits


def _examples(body: CallBody) -> list[TextBlock]:
    pool = body._example_pool
    return pool.shown if pool is not None and body.examples.isVisible() else []


@pytest.mark.parametrize("stride", thorough_but(lambda stride: stride > 1, [1, 9]))
def test_each_step_of_an_example_shows_what_the_trace_holds_forth_and_back(order_desk: Stage, stride: int) -> None:
    last = order_desk.session.last
    for seq in [*range(1, last + 1, stride), *range(last, 0, -7 * stride)]:
        order_desk.seek(seq)
        compare(order_desk)


def test_each_step_of_a_run_with_failures_retries_and_absence_shows_what_the_trace_holds(workshop: Stage) -> None:
    for seq in range(1, workshop.session.last + 1):
        workshop.seek(seq)
        compare(workshop)


def test_the_comparison_can_fail(workshop: Stage) -> None:
    workshop.seek(2)
    block = next(one for one in workshop.find(ValueBlock, "") if one.kind == "output")
    assert block.line.isVisible()

    block.line.setText("something else")

    try:
        compare(workshop)
    except AssertionError:
        return
    raise AssertionError("a wrong value went unseen")


def test_another_node_can_be_selected_and_shows_its_last_firing_up_to_the_step(workshop: Stage) -> None:
    workshop.seek_node("praise", "1")

    canvas = workshop.workbench.canvas
    assert canvas is not None
    canvas.select(["writer"])
    workshop.settle()
    assert (workshop.facts.node, workshop.facts.tick, workshop.facts.here) == ("writer", "1", False)

    canvas.select(["writer", "critic"])
    workshop.settle()
    assert (workshop.facts.node, workshop.facts.here) == ("praise", True), "several: the step's firing"

    canvas.select([])
    workshop.settle()
    assert workshop.facts.node == "praise", "none: the step's firing"


def test_nothing_is_read_while_the_inspector_is_hidden(workshop: Stage) -> None:
    workshop.inspector.hide()
    before = workshop.facts
    workshop.seek(9)
    assert workshop.facts is before

    workshop.inspector.show()
    workshop.settle()
    assert workshop.facts.step == 9


def test_many_moves_in_one_turn_are_shown_once(workshop: Stage) -> None:
    shown: list[int] = []
    page = workshop.page
    refresh = page.refresh
    page.refresh = lambda: (shown.append(workshop.session.seq), refresh())  # type: ignore[method-assign, func-returns-value, assignment]

    for seq in range(2, 12):
        workshop.session.seek(seq)
    workshop.settle()

    assert shown[-1] == 11
    assert len(shown) <= 2
    assert workshop.facts.step == 11


def test_folds_and_place_are_kept_from_step_to_step(workshop: Stage) -> None:
    workshop.inspector.resize(340, 420)
    workshop.seek_node("writer", "0")
    page = workshop.page
    workshop.click(page.inputs.header)
    assert not page.inputs.is_open
    area = page._scroll.area
    assert area is not None
    area.verticalScrollBar().setValue(190)
    workshop.settle()

    workshop.seek_node("keep", "0")
    assert not page.inputs.is_open
    assert page.inputs.header.summary == "value"
    assert area.verticalScrollBar().value() < 190, "the page is shorter"
    workshop.seek_node("writer", "1")
    workshop.settle()

    assert not page.inputs.is_open
    assert area.verticalScrollBar().value() == 190


def test_a_document_that_closes_lets_go_of_its_run(workshop: Stage) -> None:
    page = workshop.page
    workshop.workbench.remove(workshop.session.document)
    workshop.settle()

    assert page.shown() is None
    assert page.desk.session is None


def test_a_node_that_was_under_way_says_what_it_was_doing(order_desk: Stage) -> None:
    session = order_desk.session
    product = next(session.trace.firings("last", "product"))
    assert product.seq == 43
    for seq in range(product.seq - 1, 0, -1):
        session.cursor.seek(seq)
        if "/" not in session.here.node:
            break
    session.follows = False
    order_desk.workbench.show(session.document, (), ["product"])
    session.moved.emit()
    order_desk.settle()

    assert (order_desk.facts.state, order_desk.facts.firing) == ("running", 0)
    assert [one.text for one in order_desk.facts.waits] == ["chat embedded/smollm2-135m has not answered"]
    assert [one.text() for one in order_desk.find(Link, "firing.wait")] == [
        "• chat embedded/smollm2-135m has not answered"
    ]
    assert not order_desk.page.outputs.isVisible()
    order_desk.seek(43)
    assert order_desk.facts.state == "fired"


def test_the_page_follows_a_session_that_does_not_move_the_canvas(workshop: Stage) -> None:
    workshop.session.follows = False
    canvas = workshop.workbench.canvas
    assert canvas is not None
    canvas.select(["keep"])
    workshop.settle()
    workshop.seek(2)
    assert (workshop.facts.node, workshop.facts.state) == ("keep", "waiting")

    workshop.seek_node("keep", "0")

    assert (workshop.facts.node, workshop.facts.state) == ("keep", "fired")
    assert canvas.selected() == ["keep"]
