"""Runs from strangers: what is right is read as meant, what is wrong is refused in one sentence with its line."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dynamics.analysis import analyse, steps
from studio.dynamics.exchange import reading as reading_module
from studio.dynamics.exchange.reading import ExchangeError, load_run, read_runs
from studio.dynamics.exchange.run import Event, Goal, Module, Run
from studio.dynamics.exchange.writing import as_line, write_runs
from tests.dynamics.building import READER, run_of, said
from tests.support.thorough import draws

WHOLE: dict[str, Any] = {
    "id": "a",
    "root_goal": "Paint the kitchen",
    "modules": [{"id": "mind", "kind": "llm", "in": ["hand", "world"]}, {"id": "hand", "kind": "tool", "in": []}],
    "goals": [{"id": "g", "parent": None, "text": "Paint the kitchen", "status": "done", "t": 0, "t_done": 3}],
    "events": [
        {"t": 2, "m": "hand", "out": {"wall": 1}, "effect": "write"},
        {"t": 0, "m": "mind", "out": "look", "err": None},
        {"t": 2, "m": "mind", "out": None, "err": "no paint"},
    ],
    "finished": True,
    "t_end": 3,
}


def with_(**changes: Any) -> str:
    return json.dumps(WHOLE | changes)


def test_a_run_is_read_with_its_events_by_tick_and_order_of_modules() -> None:
    run = load_run(with_())

    assert run.modules == (Module("mind", "llm", ("hand",)), Module("hand", "tool"))
    assert run.goals == (Goal("g", "Paint the kitchen", None, 0, True, 3),)
    assert [(event.t, event.module) for event in run.events] == [(0, "mind"), (2, "mind"), (2, "hand")]
    assert run.events[1].err == "no paint"
    assert run.events[2] == Event(2, "hand", {"wall": 1}, None, "write")
    assert (run.finished, run.t_end, run.root_goal) == (True, 3, "Paint the kitchen")


def test_events_of_one_module_and_tick_keep_their_order() -> None:
    outs = [f"thought {at}" for at in range(20)]
    run = load_run(with_(events=[{"t": 1, "m": "mind", "out": out} for out in outs]))

    assert [event.out for event in run.events] == outs


def test_what_is_left_out_has_a_plain_meaning_and_what_is_unknown_is_passed_over() -> None:
    run = load_run('{"events": [{"t": 4, "m": "x", "out": [1, {"a": null}], "mood": "glad"}], "colour": "red"}')

    assert run.modules == (Module("x"),)
    assert (run.id, run.goals, run.finished, run.t_end) == ("", (), False, 4)
    assert run.events[0].out == [1, {"a": None}]


@pytest.mark.parametrize(
    ("err", "expected"), [(True, ""), (False, None), ("", None), ("x", "x"), ({"b": 1}, '{"b":1}')]
)
def test_a_failure_may_be_a_text_a_flag_or_a_value(err: object, expected: str | None) -> None:
    assert load_run(with_(events=[{"t": 0, "m": "mind", "err": err}])).events[0].err == expected


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not JSON"),
        ("[]", "expected an object, found a list".capitalize()),
        ('{"a": NaN}', "not JSON"),
        ('{"id": "\\ud800"}', "not JSON"),
        (b'{"id": "\xff"}', "not JSON"),
        (with_(id=[]), "id"),
        (with_(id="x" * 1000), "1000 characters"),
        (with_(root_goal=7), "Root_goal must be a text"),
        (with_(modules={}), "Modules must be a list"),
        (with_(modules=[7]), "modules[0]: Expected an object, found a number"),
        (with_(modules=[{"id": ""}]), "modules[0]"),
        (with_(modules=[{"id": "a"}, {"id": "a"}]), "declared twice"),
        (with_(modules=[{"id": "a", "in": "b"}]), "In must be a list"),
        (with_(goals=[{"id": "g", "status": "gone"}]), "neither open nor done"),
        (with_(goals=[{"id": "g"}, {"id": "g"}]), "given twice"),
        (with_(goals=[{"id": "g", "parent": "h"}]), "'h' is no goal"),
        (with_(goals=[{"id": "g", "parent": "h"}, {"id": "h", "parent": "g"}]), "its own ancestor"),
        (with_(goals=[{"id": "g", "t": -1}]), "goals[0]: T must be a tick"),
        (with_(events=[{"t": 1.5, "m": "mind"}]), "events[0]: T must be a tick, found 1.5"),
        (with_(events=[{"t": True, "m": "mind"}]), "must be a tick"),
        (with_(events=[{"t": "1", "m": "mind"}]), "must be a tick"),
        (with_(events=[{"t": 2**60, "m": "mind"}]), "must be a tick"),
        (with_(events=[{"m": "mind"}]), "must be a tick"),
        (with_(events=[{"t": 0, "m": "nobody"}]), "'nobody' is not declared"),
        (with_(events=[{"t": 0, "m": "mind", "effect": "destroy"}]), "neither read nor write"),
        (with_(events=[{"t": 0, "m": "mind", "reading": {"hash": 1}}]), "stored reading"),
        (with_(finished="yes"), "true or false"),
        (with_(t_end="late"), "must be a tick"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_wrong_is_refused_in_one_sentence_with_its_line(line: str | bytes, says: str) -> None:
    with pytest.raises(ExchangeError) as refused:
        list(read_runs(["\n", line], name="runs.jsonl"))

    text = str(refused.value)
    assert text.startswith("runs.jsonl:2")
    assert says in text
    assert "\n" not in text
    assert len(text) < 400


def test_blank_lines_are_passed_over_and_runs_before_a_bad_line_are_read() -> None:
    runs = read_runs(io.BytesIO(b"\n" + with_().encode() + b"\n  \nnonsense\n"))

    assert next(runs).id == "a"
    with pytest.raises(ExchangeError, match="line 4"):
        next(runs)


def test_a_line_without_end_is_refused_without_holding_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "LONGEST_LINE", 100)
    asked: list[int] = []

    class Endless(io.RawIOBase):
        def readline(self, size: int | None = -1, /) -> bytes:
            asked.append(size or -1)
            return b"x" * (size or 0)

    with pytest.raises(ExchangeError, match="longer than"):
        next(read_runs(Endless()))
    assert asked == [101]


@pytest.mark.parametrize("name", ["MOST_MODULES", "MOST_GOALS", "MOST_EVENTS"])
def test_lists_are_bounded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, name, 0)

    with pytest.raises(ExchangeError, match="more than 0"):
        load_run(with_())


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match=r"nothing\.jsonl"):
        list(read_runs(tmp_path / "nothing.jsonl"))


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    runs = [load_run(with_()), run_of(said([("m", "text"), ("n", {"a": [1]})]), modules=[Module("m"), Module("n")])]
    path = tmp_path / "runs.jsonl"
    with path.open("wb") as stream:
        assert write_runs(runs, stream) == 2

    back = list(read_runs(path))

    assert back[0] == runs[0]
    assert back[1].events == runs[1].events
    assert [as_line(run) for run in back] == path.read_bytes().splitlines()


def test_a_run_of_readings_only_is_written_read_and_judged_like_its_texts() -> None:
    whole = run_of(said([("m", "Paint the kitchen wall green"), ("n", "The green paint is gone")] * 6))
    stored = Run(
        whole.id,
        events=tuple(
            Event(event.t, event.module, reading=step.reading)
            for event, step in zip(whole.events, steps(whole, reader=READER), strict=True)
        ),
        finished=True,
    )

    back = load_run(as_line(stored))

    assert b"out" not in as_line(stored)
    readings = [event.reading for event in back.events if event.reading]
    assert len({id(reading) for reading in readings}) == 12
    assert len({id(reading.content) for reading in readings}) == 2, "what is equal is held once"
    assert analyse(back, reader=READER) == analyse(whole, reader=READER)


@settings(max_examples=draws(20, 100))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["id", "modules", "goals", "events", "t", "m", "in", "parent", "out"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_value_gives_a_run_or_a_sentence(value: object) -> None:
    with contextlib.suppress(ExchangeError):
        analyse(load_run(json.dumps(value)), reader=READER)
