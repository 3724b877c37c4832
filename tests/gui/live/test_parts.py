"""The parts that know no window: what a view keeps, whatever the order it is told in; inputs; what is remembered."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from studio.control.events import Frontier, State
from studio.control.waiting import Held
from studio.editing import Document
from studio.graph import Graph
from studio.gui.live.playing.inputs import InputField, input_fields, read, typed, values_of
from studio.gui.live.remembered import FILES, Remembered
from studio.gui.live.watching.feed import BACK, KEPT_BYTES, RunView
from studio.gui.live.watching.human import Question
from studio.gui.live.watching.places import Places, Spot, paths_of
from studio.gui.live.watching.showing import Pick, money, shown, span
from studio.gui.live.watching.tracks import RECENT, SHOTS
from studio.gui.live.watching.values import BEGINNING, WHOLE_BYTES, Shot, shown_bytes
from studio.gui.panels.run.budget_bar import BudgetBar
from studio.gui.panels.run.events_list import EventsModel
from studio.spec.calls import HumanCall
from studio.spec.registry import default_registry
from studio.support.errors import UsageError
from studio.support.ticks import tick_key
from studio.support.values import Blob, Json, encode
from studio.trace.log import EXECUTED, OK
from studio.trace.records import AnswerRecord, AskRecord, FiringRecord, OpenRecord, PathsRecord

TWO = "nodes:\n  a: {type: text.template, template: hi}\n  b: {type: text.template, template: ho}\n"

NESTED = """
nodes:
  town: {type: flow.map, graph: person}
  other: {type: flow.subgraph, graph: person}
graphs:
  person:
    nodes:
      plan: {type: flow.subgraph, graph: think}
      again: {type: flow.subgraph, graph: person}
  think:
    nodes:
      idea: {type: text.template, template: hm}
"""


def fired(id: int, path: int, tick: str = "0", value: Json = "x", parent: int = 0) -> FiringRecord:
    outputs = {"text": encode(value)}
    return FiringRecord(
        id, id, path, tick_key(tick), parent, 0, OK, "", EXECUTED, 0, 5_000_000, None, outputs, 1, None
    )  # fmt: skip


def view_of(text: str = TWO, *, declared: bool = True) -> RunView:
    view = RunView(Graph.from_text(text))
    if declared:
        view.take([PathsRecord(1, "", [("a", "text.template", 1), ("b", "text.template", 1)], 0, 0)])
    return view


def state(view: RunView, name: str = "a") -> tuple[str, str]:
    now = shown(view, Spot((), name), Pick())
    return now.status, now.text


# -- what a view keeps ----------------------------------------------------------------------------


def test_a_node_waits_runs_streams_and_is_done() -> None:
    view = view_of()
    assert state(view) == ("waiting", "")
    view.take([OpenRecord(1, 1, tick_key("0"), 0, 0, 0)])
    assert state(view) == ("running", "")
    view.say("a", "0", "Once ")
    view.say("a", "0", "upon")
    assert state(view) == ("running", "Once upon")
    view.take([fired(1, 1, value="Once upon a time")])
    assert state(view) == ("ok", "Once upon a time")
    assert view.take_dirty() == {Spot((), "a")}
    assert view.take_dirty() == set()


def test_what_is_told_before_its_region_is_declared_is_not_lost() -> None:
    view = view_of(declared=False)
    view.say("a", "0", "early")
    held = Held("b", "0", "text.template", {})
    view.hear([State("paused", "asked"), Frontier((held,))])
    loop = asyncio.new_event_loop()
    question = Question(HumanCall("Who?", node="a", tick="0"), loop)
    view.ask(question, True)
    view.take([PathsRecord(1, "", [("a", "human.ask", 1), ("b", "text.template", 1)], 0, 0)])
    assert state(view) == ("asks", "waiting for you: Who?")
    view.ask(question, False)
    view.take([OpenRecord(1, 1, tick_key("0"), 0, 0, 0)])
    assert state(view) == ("running", "early")
    assert shown(view, Spot((), "b"), Pick()).status == "held"
    view.hear([State("running")])
    assert shown(view, Spot((), "b"), Pick()).status == "waiting"
    loop.close()


def test_what_was_under_way_at_the_end_is_not_shown_as_running() -> None:
    view = view_of()
    view.take([OpenRecord(1, 1, tick_key("0"), 0, 0, 0)])
    view.end()
    assert state(view) == ("", "")
    assert view.opened == {}


def test_costs_go_to_the_firing_and_the_regions_around_it() -> None:
    graph = "nodes:\n  r: {type: flow.subgraph, graph: g}\ngraphs:\n  g:\n    nodes:\n      m: {type: llm.chat}\n"
    view = RunView(Graph.from_text(graph))
    view.take([
        PathsRecord(1, "", [("r", "flow.subgraph", 1)], 0, 0),
        OpenRecord(1, 1, tick_key("0"), 0, 0, 0),
        PathsRecord(2, "r/", [("m", "llm.chat", 1)], 1, 0),
        OpenRecord(2, 2, tick_key("0.0"), 1, 0, 0),
        AskRecord(1, 2, 1, "chat", "openai/x", b"{}", [("user", "hi")], 1, 0),
        AnswerRecord(1, 2, 1, "ok", b"{}", "ho", "", 0, 3, 4, 0.25, "stop", None, EXECUTED),
        fired(2, 2, "0.0", parent=1),
        fired(1, 1),
    ])  # fmt: skip
    for spot in (Spot(("g",), "m"), Spot((), "r")):
        last = view.spots[spot].last()
        assert last is not None
        assert (last.cost, last.tokens, last.calls) == (0.25, 7, 1)
        assert shown(view, spot, Pick()).cost == "$0.25"
    (asked,) = view.spots[Spot(("g",), "m")].prompts
    assert (asked.messages, asked.reply) == ([("user", "hi")], "ho")
    assert (view.calls, view.tokens, view.cost) == (1, 7, 0.25)


def test_memory_is_bounded_however_long_the_run() -> None:
    view = view_of()
    for number in range(1, 400):
        view.take([fired(number, 1, str(number), "y" * 200_000)])
    place = view.spots[Spot((), "a")]
    assert len(place.shots) == SHOTS
    assert sum(shot.weight() for shot in place.shots) <= KEPT_BYTES
    assert len(view.recent) <= RECENT
    heavy = sum(line.weight() for line in view.recent if isinstance(line, Shot))
    assert heavy <= KEPT_BYTES + WHOLE_BYTES
    assert view.told == 399


def test_a_long_value_is_kept_by_its_beginning_and_says_so() -> None:
    view = view_of()
    view.take([fired(1, 1, value="z" * (WHOLE_BYTES + 10))])
    shot = view.spots[Spot((), "a")].last()
    assert shot is not None
    assert len(shot.outputs["text"]) == BEGINNING
    assert not shot.is_whole("text")
    with pytest.raises(ValueError, match="beginning"):
        shot.value("text")
    assert shot.shown("text", 20) == "z" * 19 + "…"
    assert shown_bytes(b'"\\"a\\nb' + b"c" * 9000, 8, whole=False).startswith('"a b')


def test_the_list_of_events_follows_without_being_read_whole(qtbot: QtBot) -> None:
    view, model = view_of(), EventsModel()
    model.follow(view)
    for number in range(1, RECENT + 300):
        view.take([fired(number, 1, str(number), number)])
        if number % 97 == 0:
            model.follow(view)
    model.follow(view)
    assert model.rowCount() == RECENT
    assert model.line(0).tick == "300"
    assert model.line(RECENT - 1).text == str(RECENT + 299)
    model.follow(view_of())
    assert model.rowCount() == 0


def test_what_gives_nothing_is_told_by_what_it_took(qtbot: QtBot) -> None:
    def took(inputs: dict[str, Any]) -> str:
        view.take([FiringRecord(9, 9, 2, tick_key("0"), 0, 0, OK, "", EXECUTED, 0, 0, inputs, {}, 1, None)])
        last = view.spots[Spot((), "b")].last()
        assert last is not None
        return last.summary()

    view = view_of()
    view.take([fired(1, 1, value="one"), fired(2, 1, value=2)])
    assert took({"value": [2, "text"]}) == "2"
    assert took({"values": [[1, "text"], [2, "text"]]}) == "one  2"
    assert took({"value": [0, "initial"]}) == ""
    assert took({"value": [1, "other"]}) == ""
    view.take([fired(10 + number, 1) for number in range(BACK)])
    assert took({"value": [2, "text"]}) == "", "told too long ago"


# -- places ---------------------------------------------------------------------------------------


def test_places_of_bodies_and_paths_back() -> None:
    graph, registry = Graph.from_text(NESTED), default_registry()
    places = Places(graph)
    assert places.body((), "town") == ("person",)
    assert places.body(("person",), "plan") == ("think",)  # found in the graph around it
    assert places.body(("person",), "again") == ("person",)
    assert places.body((), "nobody") is None
    assert places.body(None, "town") is None
    assert paths_of(graph, ("think",), "idea", registry) == ["town/plan/idea", "other/plan/idea"]
    assert paths_of(graph, ("person",), "plan", registry) == ["town/plan", "other/plan"]


# -- inputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "{x}", "{x}"), ("any", "{x}", "{x}"), ("any", "[1]", [1]), ("integer", "3", 3), ("number", "2.5", 2.5),
        ("boolean", "true", True), ("list", "[1, 2]", [1, 2]), ("messages", "hi", [{"role": "user", "content": "hi"}]),
        ("message", "hi", {"role": "user", "content": "hi"}), ("json", "null", None),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_the_value_it_stands_for(kind: str, text: str, value: Json) -> None:
    assert read(InputField("x", kind, True, ""), text) == value


@pytest.mark.parametrize(
    ("kind", "text"), [("integer", "3.5"), ("number", "NaN"), ("list", "{}"), ("boolean", "yes"), ("messages", "[1]")]
)
def test_what_fits_no_kind_is_refused_with_the_name(kind: str, text: str) -> None:
    with pytest.raises(UsageError, match="`count` takes"):
        read(InputField("count", kind, True, ""), text)


def test_a_file_is_read_or_refused(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"png")
    blob = read(InputField("pic", "image", True, ""), str(picture))
    assert isinstance(blob, Blob)
    assert (blob.data, blob.media_type) == (b"png", "image/png")
    with pytest.raises(UsageError, match="cannot be read"):
        read(InputField("pic", "image", True, ""), str(tmp_path / "none.png"))


def test_fields_know_defaults_and_what_is_missing() -> None:
    graph = Graph.from_text(
        "nodes:\n  a: {type: flow.input}\n  b: {type: flow.input, value: 3, kind: integer}\n"
        "  c: {type: flow.input, value: hey}\n  d: {type: flow.input, value: null}\n"
    )
    fields = {field.name: field for field in input_fields(graph)}
    assert [(f.kind, f.required, f.default) for f in fields.values()] == [
        ("any", True, ""), ("integer", False, "3"), ("text", False, "hey"), ("any", False, ""),
    ]  # fmt: skip
    document = Document(graph)
    assert values_of(document, {}) == ({}, ["a"])
    assert values_of(document, {"a": "[1]", "b": "3", "c": ""}) == ({"a": [1], "c": ""}, [])
    assert typed([1, 2], "list") == "[1, 2]"


# -- what is remembered ---------------------------------------------------------------------------


def test_facts_are_kept_by_file_and_survive_a_new_session(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "runs.json"
    Remembered(path).note(tmp_path / "a.yaml", inputs={"x": "1"})
    again = Remembered(path)
    again.note(tmp_path / "a.yaml", run="R")
    assert Remembered(path).of(tmp_path / "a.yaml") == {"inputs": {"x": "1"}, "run": "R"}
    assert again.of(None) == {}
    for number in range(FILES + 5):
        again.note(tmp_path / f"{number}.yaml", run=str(number))
    assert again.of(tmp_path / "a.yaml") == {}  # the oldest went
    assert len(json.loads(path.read_text(encoding="utf-8"))) == FILES


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 3}', "\x00"])
def test_a_damaged_file_loses_comfort_and_nothing_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "runs.json"
    path.write_text(text, encoding="utf-8")
    kept = Remembered(path)
    assert kept.of(Path("a.yaml")) == {}
    kept.note(Path("a.yaml"), run="R")
    assert Remembered(path).of(Path("a.yaml")) == {"run": "R"}


def test_amounts_and_times_are_short() -> None:
    assert [money(one) for one in (None, 0, 0.00012, 0.4)] == ["$?", "", "$0.0001", "$0.40"]
    assert [span(one) for one in (0.0042, 3.21, 75, 3700)] == ["4 ms", "3.2 s", "1 min 15 s", "1 h 01 min"]


def test_numbers_are_short_at_a_glance_and_whole_when_asked_for() -> None:
    outputs = {
        "confidence": b"0.993404755388", "scores": b'{"a":0.721369522122,"b":[1.5,-0.000012345]}',
        "note": b'"pi is 3.14159265, to 3.14159265"', "more": b'{"said":"v1.234567"}',
    }  # fmt: skip
    shot = Shot(1, "", "n", "0", OK, "", 0, 0, 1, outputs, None)

    assert "confidence: 0.9934  " in shot.summary()
    assert '{"a":0.7213,"b":[1.5,-0.00001234]}' in shot.summary()
    assert "pi is 3.14159265, to 3.14159265" in shot.summary(), "texts are left alone"
    assert "v1.234567" in shot.summary()
    assert shot.shown("confidence") == "0.993404755388"


def test_the_budget_is_said_in_words(qtbot: QtBot) -> None:
    bar = BudgetBar()
    qtbot.addWidget(bar)

    bar.show_budget({"calls": 1, "tokens": 1200, "cost_usd": 0.0}, {"calls": 2})

    assert [text for text, _, _ in bar._texts] == ["1 call", "1,200 tokens", "$0.00"]
    assert bar.accessibleDescription().startswith("Model calls: 1 of 2; Tokens, in and out: 1,200, no limit")
