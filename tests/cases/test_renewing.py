"""Asking again: live for what is new, and everything for a new recording."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from studio import Graph, Trace
from studio.cases.junit import write_junit
from studio.cases.renewing import Live, record
from studio.cases.trying import repeats, try_case
from studio.models.catalog import Catalog
from studio.settings import Settings
from studio.support.errors import UsageError
from studio.support.values import Json
from tests.cases.conftest import Record, messages, single, tried, whole
from tests.support.graphs import CRITIC_LOOP


def scripted(tmp_path: Path, *replies: Json) -> str:
    path = tmp_path / f"script{len(replies)}.jsonl"
    path.write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    return f"scripted:{path}"


def live(tmp_path: Path, *replies: Json) -> Live:
    catalog = Catalog(Settings(), model=scripted(tmp_path, *replies), embedder="toy")
    return Live(catalog, model_given=True, embedder_given=True)


def test_live_asks_only_what_is_new(loop: Trace, tmp_path: Path) -> None:
    changed = Graph.from_text(CRITIC_LOOP.replace("Judge: {draft}", "Assess: {draft}"))
    asking = live(tmp_path, {"reply": "vague", "cost_usd": 0.25}, {"reply": "good", "cost_usd": 0.5})

    outcome = try_case(whole(loop), changed, "here", live=asking)

    assert outcome.passed, messages(outcome)
    assert (asking.calls, asking.cost_usd, len(outcome.played.asked)) == (2, 0.75, 2)
    assert not try_case(whole(loop), changed, "here").passed  # the control: offline it is refused


def test_live_asks_nothing_where_nothing_is_new(loop: Trace, graph: Path, tmp_path: Path) -> None:
    asking = live(tmp_path)

    assert try_case(whole(loop), Graph.load(graph), "here", live=asking).passed
    assert asking.calls == 0


def test_a_failure_of_the_asked_model_is_an_answer_too(loop: Trace, tmp_path: Path) -> None:
    changed = Graph.from_text(CRITIC_LOOP.replace("Judge: {draft}", "Assess: {draft}"))

    outcome = try_case(whole(loop), changed, "here", live=live(tmp_path, {"error": "auth", "message": "No key."}))

    assert messages(outcome)[0].startswith("It failed: ")
    assert "No key." in messages(outcome)[0]


def test_what_is_no_question_to_a_model_is_never_asked_live(record: Record, tmp_path: Path) -> None:
    text = """\
studio: 1
nodes:
  now: {type: clock.now}
  result: {type: flow.output}
edges: [now.time -> result.value]
"""
    constant = text.replace("now: {type: clock.now}", "now: {type: text.constant, text: x}").replace(
        "now.time", "now.text"
    )
    with_clock = record(constant)
    asking = live(tmp_path)

    outcome = try_case(whole(with_clock), Graph.from_text(text), "here", live=asking)

    assert "`now` at tick 0 asks for clock now" in messages(outcome)[0]
    assert asking.calls == 0


def test_recording_a_whole_graph_anew(loop: Trace, graph: Path, tmp_path: Path) -> None:
    model = scripted(tmp_path, "New draft.", "good")

    made = record(whole(loop), Graph.load(graph), model=model, embedder=None, db=tmp_path / "new.db")

    assert made.recorded.outputs == {"result": "New draft."}
    assert repeats(made, Graph.load(graph)) is None
    with Trace(tmp_path / "new.db") as trace:
        assert trace.run(made.recorded.run).status == "ok"


def test_recording_one_node_anew(loop: Trace, graph: Path, tmp_path: Path) -> None:
    case = single(loop, "critic", "0")

    made = record(case, Graph.load(graph), model=scripted(tmp_path, "wrong"), embedder=None, db=tmp_path / "new.db")

    assert made.recorded.outputs["label"] == "wrong"
    assert repeats(made, Graph.load(graph)) is None


def test_a_node_over_stores_is_recorded_only_in_a_whole_run(record: Record, tmp_path: Path) -> None:
    text = "studio: 1\nnodes:\n  all: {type: store.items, store: notes}\nstores:\n  notes: {type: list, items: [a]}\n"
    case = single(record(text), "all")

    with pytest.raises(UsageError, match="uses stores"):
        renew(case, text, tmp_path)


def renew(case, text: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from studio.cases import renewing

    renewing.record(case, Graph.from_text(text), model=None, embedder=None, db=tmp_path / "new.db")


def test_the_junit_report_holds_every_case_and_what_is_wrong(loop: Trace, graph: Path, tmp_path: Path) -> None:
    good, bad = tried(whole(loop), graph), tried(whole(loop, "calls == 7", "result == '\x07'", name="bad"), graph)

    write_junit(tmp_path / "report.xml", [good, bad])

    root = xml.parse(tmp_path / "report.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    cases = root.findall("testsuite/testcase")
    assert [(case.get("name"), len(case.findall("failure"))) for case in cases] == [("whole", 0), ("bad", 2)]
    text = cases[1].findall("failure")[0].text
    assert text is not None
    assert "`calls == 7` is false." in text
    assert "calls = 4" in text
