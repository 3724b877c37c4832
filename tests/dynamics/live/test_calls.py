"""A graph that calls itself: with what it was given, it puts the work off; with parts of it or new matter, it works."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.dynamics.analysis import analyse
from studio.dynamics.exchange.reading import read_runs
from studio.dynamics.exchange.run import Run
from studio.dynamics.exchange.writing import write_runs
from studio.engine.result import RunResult
from studio.replay.continuing import resume
from studio.replay.dynamics import known_of, recorded_run, verdict_of
from studio.replay.verify import verify
from tests.support.thorough import thorough_but
from tests.support.toys import latencies, shuffled, toy_registry

TRIP = "Organise the summer trip of the choir to Lisbon"

SOLVE = """
studio: 1
name: solving
nodes:
  goal: {type: flow.input, value: Organise the summer trip of the choir to Lisbon}
  solve: {type: flow.subgraph, graph: solve}
  result: {type: flow.output}
edges:
  - goal.value -> solve.task
  - solve.answer -> result.value
graphs:
  solve:
    nodes:
      task: {type: flow.input}
      rules: {type: flow.input, value: "Be brief. Answer with the next task alone, or with DONE."}
      planner: {type: llm.function, instructions: "{rules} What comes next of {task}?", repairs: 0}
      is_done: {type: math.expression, expression: 'says == "DONE"'}
      route: {type: flow.switch, cases: ["true"]}
      deeper: {type: flow.subgraph, graph: solve}
      answer: {type: flow.output}
    edges:
      - task.value -> planner.task
      - rules.value -> planner.rules
      - planner.text -> is_done.says
      - is_done.value -> route.value
      - planner.text -> route.data
      - route.else -> deeper.task
      - rules.value -> deeper.rules
      - deeper.answer -> answer.value
      - route.true -> answer.value
dynamics: {on_alarm: pause}
"""

REWORDED = [
    "Plan how to organise the choir's summer trip to Lisbon", "Figure out the summer trip of the choir to Lisbon",
    "Do what it takes for the choir trip to Lisbon this summer", "Start the summer trip of the choir to Lisbon",
    "Carry out the summer trip of the choir to Lisbon", "Really organise the summer trip of the choir to Lisbon",
    "Organise the Lisbon trip of the choir in summer", "DONE",
]  # fmt: skip
HOLLOW = ["Continue with the work", "Take the next step", "Proceed", "Keep going with the task", "Go on", "DONE"]
NARROWER = [
    "Ask Barbosa for an offer of 31 seats on the train", "Look up the address of Barbosa in the list of 2019",
    "Find the list of 2019 in the cellar of Maria", "Call Maria on 555-0134", "Look for the phone", "DONE",
]  # fmt: skip


def played(tmp_path: Path, lines: list[Any], text: str = SOLVE, *, status: str, **more: Any) -> RunResult:
    """Run it; what a reader of the record sees, by what was read at the time and by the texts, and what other programs
    are handed, is what was noticed while it ran."""
    replies = tmp_path / "replies.jsonl"
    told = ({"reply": line} if isinstance(line, str) else line for line in lines)
    replies.write_text("".join(json.dumps(line) + "\n" for line in told), "utf-8")
    graph = Graph.from_text(text, name="solving", base=tmp_path)
    result = run(graph, model=f"scripted:{replies}", db=tmp_path / "t.db", **more)
    assert result.status == status, result.error
    with Trace(tmp_path / "t.db") as trace:
        stored, texts = recorded_run(trace), recorded_run(trace, texts=True)
        thresholds = known_of(trace).thresholds
    for seen in (stored, texts, handed_on(stored)):
        assert [alarm.as_json() for alarm in analyse(seen, thresholds).alarms] == result.alarms
    return result


def handed_on(run_: Run) -> Run:
    """The run in the exchange format, read again."""
    stream = io.BytesIO()
    write_runs([run_], stream)
    (again,) = read_runs(io.BytesIO(stream.getvalue()))
    assert again.goals == run_.goals
    return again


@pytest.mark.parametrize("says", [REWORDED, HOLLOW, [TRIP] * 6], ids=["reworded", "hollow", "verbatim"])
def test_a_graph_that_calls_itself_with_the_same_task_is_stopped_at_the_third(tmp_path: Path, says: list[str]) -> None:
    result = played(tmp_path, says, status="paused")

    assert result.ended == "limit:procrastination"
    assert [alarm["level"] for alarm in result.alarms] == ["warn", "stop"]
    assert result.calls == 3, "the fourth call asks nobody any more"
    with Trace(tmp_path / "t.db") as trace:
        verdict = verdict_of(trace)
        assert [trace.firing("last", one.firing).node for one in trace.alarms()] == [
            "solve/deeper/deeper", "solve/deeper/deeper/deeper",
        ]  # fmt: skip
        assert verify(trace).difference is None
    assert (verdict.kind, verdict.wolfram) == ("procrastination", "II")
    assert f"solve@0 of tick 0 says: «{TRIP}" in verdict.evidence[0]


def test_one_that_narrows_its_task_gets_to_its_end(tmp_path: Path) -> None:
    result = played(tmp_path, NARROWER, status="ok")

    assert result.alarms == []
    assert result.calls == len(NARROWER)


def test_where_it_is_only_told_of_the_run_ends_and_is_judged_so(tmp_path: Path) -> None:
    result = played(tmp_path, REWORDED, status="ok", on_alarm="warn")

    assert [alarm["level"] for alarm in result.alarms][:2] == ["warn", "stop"]
    with Trace(tmp_path / "t.db") as trace:
        assert verdict_of(trace).kind == "procrastination"
        calls = [goal for goal in recorded_run(trace).goals if goal.call]
    assert len(calls) == len(REWORDED)
    assert all(call.done for call in calls)


def test_calls_of_one_graph_by_way_of_another_count(tmp_path: Path) -> None:
    way = SOLVE.replace("deeper: {type: flow.subgraph, graph: solve}", "deeper: {type: flow.subgraph, graph: delegate}")
    way = way.replace(
        "dynamics:",
        """  delegate:
    nodes:
      task: {type: flow.input}
      rules: {type: flow.input}
      again: {type: flow.subgraph, graph: solve}
      answer: {type: flow.output}
    edges:
      - task.value -> again.task
      - rules.value -> again.rules
      - again.answer -> answer.value
dynamics:""",
    )

    result = played(tmp_path, REWORDED, way, status="paused")

    assert result.ended == "limit:procrastination"
    assert result.calls <= 4


DEEPER = """
      - task.value -> deeper.task"""


def level(at: int) -> str:
    """A graph that asks a model about its task and hands that on to the next level."""
    below = f"flow.subgraph, graph: level_{at + 1}" if at < 6 else "flow.stop"
    return f"""
  level_{at}:
    nodes:
      task: {{type: flow.input}}
      speaker: {{type: llm.function, instructions: "{at}: {{task}}", repairs: 0}}
      deeper: {{type: {below}}}
      answer: {{type: flow.output}}
    edges:
      - task.value -> speaker.task
      - speaker.text -> answer.value{DEEPER}"""


def test_graphs_that_hand_one_text_on_to_each_other_call_nobody_again(tmp_path: Path) -> None:
    levels = "".join(level(at) for at in range(1, 6)) + level(6).replace(DEEPER, "")
    text = SOLVE[: SOLVE.index("graphs:")].replace("graph: solve", "graph: level_1")

    result = played(tmp_path, NARROWER, f"{text}graphs:{levels}\ndynamics: {{on_alarm: pause}}\n", status="ok")

    assert (result.alarms, result.calls) == ([], 6)


SORT = """
studio: 1
name: sorting
nodes:
  names: {type: flow.input}
  sort: {type: flow.subgraph, graph: sort}
  result: {type: flow.output}
edges:
  - names.value -> sort.items
  - sort.sorted -> result.value
graphs:
  sort:
    nodes:
      items: {type: flow.input}
      order: {type: flow.input, value: Sort these by what people of the choir would rather eat.}
      is_small: {type: math.expression, expression: len(items) < 2}
      route: {type: flow.switch, cases: ["true"]}
      left: {type: math.expression, expression: "items[:CUT]"}
      right: {type: math.expression, expression: "items[CUT:]"}
      sort_left: {type: flow.subgraph, graph: sort}
      sort_right: {type: flow.subgraph, graph: sort}
      merge: {type: llm.function, instructions: "{order} {left} {right}", repairs: 0}
      sorted: {type: flow.output}
    edges:
      - items.value -> is_small.items
      - is_small.value -> route.value
      - items.value -> route.data
      - route.else -> left.items
      - route.else -> right.items
      - left.value -> sort_left.items
      - right.value -> sort_right.items
      - order.value -> sort_left.order
      - order.value -> sort_right.order
      - order.value -> merge.order
      - sort_left.sorted -> merge.left
      - sort_right.sorted -> merge.right
      - merge.text -> sorted.value
      - route.true -> sorted.value
dynamics: {on_alarm: pause}
"""
FRUIT = ["pear", "apple", "fig", "plum", "cherry", "grape", "quince", "medlar", "lemon", "lime", "mango", "peach"]


@pytest.mark.parametrize("cut", thorough_but("1".__eq__, ["len(items)//2", "1"]), ids=["halves", "one by one"])
@pytest.mark.parametrize("names", [FRUIT, list(range(3, 15)), [5] * 12, [{"name": name} for name in FRUIT]], ids=str)
def test_sorting_by_parts_is_work_however_deep(tmp_path: Path, cut: str, names: list[Any]) -> None:
    says = [f"Of the {number + 2} the juicy ones come first: {FRUIT[number]}" for number in range(11)]

    result = played(tmp_path, says, SORT.replace("CUT", cut), status="ok", inputs={"names": names})

    assert (result.alarms, result.calls) == ([], 11)


def test_sorting_that_parts_nothing_is_stopped(tmp_path: Path) -> None:
    """The control of the one above: one half is all of it."""
    text = SORT.replace("items[:CUT]", "items").replace("items[CUT:]", "items[:1]")

    result = played(tmp_path, [], text, status="paused", inputs={"names": FRUIT})

    assert result.ended == "limit:procrastination"
    assert result.calls == 0


THOUGHTS = """
studio: 1
name: thinking
nodes:
  puzzle: {type: flow.input, value: "Bring the goat, the wolf and the cabbage over the river. The boat holds two."}
  think: {type: flow.subgraph, graph: think}
  result: {type: flow.output}
edges:
  - puzzle.value -> think.state
  - think.best -> result.value
graphs:
  think:
    nodes:
      state: {type: flow.input}
      depth: {type: flow.input, value: 0}
      deeper: {type: math.expression, expression: depth + 1}
      is_over: {type: math.expression, expression: depth >= 4}
      route: {type: flow.switch, cases: ["true"]}
      ideas: {type: llm.function, instructions: "Two ideas, a line each: {state}", repairs: 0}
      states: {type: math.expression, expression: "[state + '\\\\n' + idea for idea in split(ideas, '\\\\n')]"}
      each: {type: flow.map, graph: branch, concurrency: 2}
      best: {type: flow.output}
    edges:
      - depth.value -> deeper.depth
      - depth.value -> is_over.depth
      - is_over.value -> route.value
      - state.value -> route.data
      - route.else -> ideas.state
      - state.value -> states.state
      - ideas.text -> states.ideas
      - states.value -> each.items
      - deeper.value -> each.depth
      - each.best -> best.value
      - route.true -> best.value
  branch:
    nodes:
      item: {type: flow.input}
      depth: {type: flow.input}
      think: {type: flow.subgraph, graph: think}
      best: {type: flow.output}
    edges:
      - item.value -> think.state
      - depth.value -> think.depth
      - think.best -> best.value
dynamics: {on_alarm: pause}
"""
MOVES = (
    ("Take the goat over first.", "Take the cabbage over first."), ("Come back with an empty boat.", "Wait there."),
    ("Now carry the wolf across.", "Now carry the green stuff across."), ("Fetch her back again.", "Swim home alone."),
)  # fmt: skip
IDLE = (
    "The goat, the wolf and the cabbage have to get over the river by boat.",
    "Think how to bring goat, wolf and cabbage over the river in a boat.",
)


def ideas(says: Callable[[int], Sequence[str]]) -> list[dict[str, str]]:
    """The two ideas that each state of each depth leads to, addressed to the node that is asked."""
    lines = []
    paths = ["think/"]
    for depth in range(4):
        lines += [{"node": f"{path}ideas", "reply": "\n".join(says(depth))} for path in paths]
        paths = [f"{path}each/{item}/think/" for path in paths for item in range(2)]
    return lines


@pytest.mark.parametrize("seed", thorough_but({1}.__contains__, [None, 1, 2]))
def test_thoughts_that_grow_by_a_step_each_are_work(tmp_path: Path, seed: int | None) -> None:
    with latencies(shuffled(seed)) if seed is not None else nullcontext():
        result = played(tmp_path, ideas(lambda depth: MOVES[depth]), THOUGHTS, status="ok", registry=toy_registry())

    assert (result.alarms, result.calls) == ([], 15)


@pytest.mark.parametrize("seed", thorough_but({1}.__contains__, [None, 1, 2]))
def test_thoughts_that_add_what_stands_there_are_stopped_on_all_branches(tmp_path: Path, seed: int | None) -> None:
    """Also while other branches are under way: else sixteen levels of two would make some sixty thousand calls."""
    with latencies(shuffled(seed)) if seed is not None else nullcontext():
        result = played(tmp_path, ideas(lambda _: IDLE), THOUGHTS, status="paused", registry=toy_registry())

    assert result.ended == "limit:procrastination"
    assert result.calls <= 7, "those above the fourth level"


def test_who_resumes_it_is_told_again_when_the_chain_is_twice_as_long(tmp_path: Path) -> None:
    played(tmp_path, [*REWORDED[:-1], TRIP, TRIP, "DONE"], status="paused")

    again = resume(tmp_path / "t.db")

    assert again.ended == "limit:procrastination"
    assert [(alarm["t"], alarm["level"]) for alarm in again.alarms] == [(2, "warn"), (3, "stop"), (6, "stop")]
    last = resume(tmp_path / "t.db")
    assert last.status == "ok", last.error
    with Trace(tmp_path / "t.db") as trace:
        verdict = verdict_of(trace)
    assert [alarm.as_json() for alarm in verdict.alarms] == last.alarms == again.alarms
    assert verdict.kind == "procrastination"
