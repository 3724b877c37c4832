"""What must not come of watching: blamed nodes, kept secrets, held texts, a pause at what a run paused for before."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from studio import Trace
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Event
from studio.dynamics.verdict import Alarm, Verdict
from studio.engine import guard
from studio.engine.outline import is_alone
from studio.engine.region import Region
from studio.replay.continuing import resume
from tests.dynamics.live.test_guard import CIRCLE, in_circles, played

NESTED = """
studio: 1
name: nested
nodes:
  goal: {type: flow.input, value: Repair the roof.}
  inner: {type: flow.subgraph, graph: body, on_error: route}
  result: {type: flow.output}
edges:
  - goal.value -> inner.goal
  - inner.result -> result.value
graphs:
  body:
    max_ticks: 4
    until: stop
    nodes:
      goal: {type: flow.input}
      planner: {type: llm.function, instructions: "Next step towards {goal} after {last}", repairs: 0}
      result: {type: flow.output}
    edges:
      - goal.value -> planner.goal
      - planner.text ~> planner.last: {initial: ""}
      - planner.text -> result.value
"""
KEY = "SkLive9aXbYcZdQwErTy77"


@pytest.mark.parametrize("text", [CIRCLE, NESTED], ids=["top", "nested"])
@pytest.mark.parametrize("at", [1, 3, 4])
def test_a_fault_of_the_guard_is_ours_and_no_failure_of_the_node_it_watched(
    tmp_path: Path, text: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    see, seen = Watch.see, 0

    def broken(self: Watch, event: Event) -> list[Alarm]:
        nonlocal seen
        seen += 1
        if seen == at:
            raise ZeroDivisionError("the guard is broken")
        return see(self, event)

    monkeypatch.setattr(Watch, "see", broken)
    with pytest.raises(ZeroDivisionError):
        played(tmp_path, in_circles(), text)

    with Trace(tmp_path / "t.db") as trace:
        found = trace.run("last")
        assert (found.status, found.ended) == ("failed", "error")
        assert isinstance(found.error, dict)
        assert found.error["code"] == "fault"
        assert "error" not in {firing.status for firing in trace.outline("last")}
        assert len(list(trace.readings("last"))) == at - 1


def test_a_fault_in_the_judgement_at_the_end_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(watch: Watch, id_: str = "") -> Verdict:
        raise ZeroDivisionError("the judge is broken")

    monkeypatch.setattr(guard, "judge", broken)
    with pytest.raises(ZeroDivisionError):
        played(tmp_path, in_circles())

    with Trace(tmp_path / "t.db") as trace:
        assert trace.run("last").status == "failed"


def test_no_part_of_a_key_is_kept_folded_or_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log takes out whole keys: of what is read before, it would not find a folded or a cut one."""
    monkeypatch.setenv("SOME_API_KEY", KEY)
    texts = [f"Open the barn with the key {KEY} and look.", "word " * 20 + f"and key {KEY} at the end of it"]

    result = played(tmp_path, texts * 12)

    assert result.alarms
    with Trace(tmp_path / "t.db") as trace:
        assert all("[secret:" in one.reading["quote"] for one in trace.readings("last"))
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("t.db*"))
    assert b"SOME_API_KEY" in kept
    assert all(part.encode() not in kept for part in (KEY[:8], KEY[:8].lower()))


def test_outputs_are_let_go_as_soon_as_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held back, for what goes on beside it, are readings."""
    text = "A text of a megabyte. " * 50_000
    taken: list[bool] = []
    take = guard.Guard.take

    def looked(self: guard.Guard, upto: Any = None) -> None:
        held = [one for _, _, one in self._held if isinstance(one, guard._Said)]
        taken.append(any(text in gc.get_referents(one) for one in held))
        assert all(one.reading is not None for one in held)
        take(self, upto)

    monkeypatch.setattr(guard.Guard, "take", looked)
    played(tmp_path, [text] * 24, CIRCLE.replace("max_ticks: 12", "max_ticks: 3"))

    assert taken
    assert not any(taken)


QUEUE = """
studio: 1
name: putting off
dynamics: {on_alarm: pause}
stores:
  tasks: {type: queue}
nodes:
  goal: {type: flow.input, value: Plan the trip to Lisbon.}
  planner: {type: llm.function, instructions: "What now, after {last}?", repairs: 0}
  put: {type: queue.push, store: tasks}
  get: {type: queue.pop, store: tasks}
  result: {type: flow.output}
edges:
  - planner.text -> put.value
  - put.done -> get.when
  - planner.text ~> planner.last: {initial: ""}
  - planner.text -> result.value
max_ticks: 5
"""


def test_a_run_that_paused_at_its_goals_goes_on_when_it_is_resumed(tmp_path: Path) -> None:
    said = [
        "Make a plan for the trip to Lisbon.",
        "Plan how to plan the trip to Lisbon.",
        "Think about the plan of planning the trip to Lisbon.",
        "Plan the trip to Lisbon by making the plan.",
        "Plan again how to plan the trip to Lisbon.",
    ]
    first = played(tmp_path, said, QUEUE)
    assert (first.status, first.ended) == ("paused", "limit:procrastination")

    second = resume(tmp_path / "t.db", first.run_id)

    assert second.taken_over > 0
    assert second.ticks > first.ticks, "it must not pause again at the goals it paused for"


def test_no_more_alarms_are_told_than_anyone_reads_and_they_are_acted_upon_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST_ALARMS", 1)

    result = played(tmp_path, in_circles(), CIRCLE + "dynamics: {on_alarm: stop}\n")

    assert [alarm["level"] for alarm in result.alarms] == ["warn"]
    assert result.ended == "limit:circle"
    with Trace(tmp_path / "t.db") as trace:
        assert len(list(trace.alarms("last"))) == 1


def test_a_large_map_is_watched_in_a_time_that_grows_with_its_items() -> None:
    """Whether a region is alone is asked at each of its ticks: it must not look at all that run beside it."""
    looked = 0

    class Crowd:
        parent = None
        running, idle = 0, object()

        def live(self) -> Iterator[object]:
            nonlocal looked
            for _ in range(10_000):
                looked += 1
                yield self

    class Inner:
        parent = Crowd()

    assert not is_alone(cast("Region", Inner()))
    assert looked == 2
