"""babyagi in its three versions: a queue that never gets shorter, tasks that come round, a list that is worked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from studio.graph.model import Edge, NodeInstance
from tests.dynamics.seeds.playing import assert_healthy, assert_paused, assert_warned, watched
from tests.dynamics.seeds.talk import IDLE, WANDERING
from tests.support.seeds import graph_of
from tests.support.thorough import thorough_but

VERSIONS = pytest.mark.parametrize("version", thorough_but("c".__eq__, ["a", "b", "c"]))
HUNGER = {"objective": "Solve world hunger.", "first_task": "Develop a task list."}
CALLS = 3
"""Calls of a model in a round: execute, invent tasks, put them in order."""


def rounds(results: Sequence[str], tasks: Sequence[Sequence[str]]) -> list[str]:
    """Return the replies of rounds in which each result leads to these tasks, which are put at the front."""
    replies = []
    waiting: list[str] = []
    for number, (result, new) in enumerate(zip(results, tasks, strict=True), 2):
        waiting = [*new, *waiting[not_first(number) :]]
        listed = "\n".join(f"{number + at}. {task}" for at, task in enumerate(waiting))
        replies += [result, listed, listed]
    return replies


def not_first(number: int) -> int:
    """From the second round on the first task that waits has been taken."""
    return int(number > 2)


RESTATED = (
    "Make a plan to solve world hunger", "Start solving world hunger", "Actually solve the problem of world hunger",
    "Work on solving world hunger", "Carry out the work of solving world hunger", "Really solve world hunger now",
)  # fmt: skip
VAIN = (
    "To solve world hunger a plan is needed.", "The plan is to begin.", "World hunger has to be solved.",
    "It takes work to solve it.", "The plan will be carried out.", "Hunger must end.",
)  # fmt: skip


@VERSIONS
@pytest.mark.parametrize("tasks", [RESTATED, ["Solve world hunger"] * 6], ids=["reworded", "same"])
def test_tasks_that_only_restate_are_procrastination_by_the_fourth(
    tmp_path: Path, version: str, tasks: Sequence[str]
) -> None:
    seen = watched("babyagi", {**HUNGER, "version": version}, rounds(VAIN, [[task] for task in tasks]), tmp_path)

    assert_paused(seen, "procrastination", by="task_queue", within=4 * CALLS)
    assert "Solve world hunger. Develop a task list." not in seen.stops[0]["msg"]
    assert tasks[2] in "".join(seen.verdict.evidence), "the third that restates, of four that may"


VISITED = (
    "Research the causes of hunger in the Sahel", "List organisations that fight hunger",
    "Call the World Food Programme about grain",
)  # fmt: skip
FOUND = (
    "Droughts and conflict cause hunger there.", "The WFP, Oxfam and Welthungerhilfe do.", "They said grain is short.",
)  # fmt: skip


@VERSIONS
def test_tasks_that_come_round_are_a_circle(tmp_path: Path, version: str) -> None:
    replies = rounds([FOUND[n % 3] for n in range(30)], [[VISITED[n % 3]] for n in range(30)])

    seen = watched("babyagi", {**HUNGER, "version": version}, replies, tmp_path)

    assert_paused(seen, "circle", by="executor", within=5 * len(VISITED) * CALLS)


def test_the_command_of_the_page_invents_the_same_tasks_for_ever(tmp_path: Path) -> None:
    """`--freeze list_reader.tasks=[]`, here in the graph: the queue is empty from the second round on."""
    graph = graph_of("babyagi")
    graph.nodes["list_reader"] = NodeInstance("list_reader", "math.expression", {"expression": "[]"})
    graph.edges = [
        replace(edge, source_port="value") if edge.source == "list_reader" and edge.source_port == "tasks" else edge
        for edge in graph.edges
        if edge.target != "list_reader"
    ]
    graph.edges.append(Edge("prioritiser", "done", "list_reader", "when"))
    tasks = "Survey the maize crops of Malawi\nCall the farmers"
    replies = ["I list what it takes to end hunger.", *[tasks] * 60]

    seen = watched(graph, {**HUNGER, "rounds": 25}, replies, tmp_path)

    assert_paused(seen, "circle", by="task_creator", within=1 + 5 * 2)


@VERSIONS
def test_idle_results_and_hollow_tasks_are_procrastination(tmp_path: Path, version: str) -> None:
    hollow = ["Do the work", "Continue", "Proceed with the task", "Keep working", "Do the next step", "Finish the task"]
    replies = rounds(IDLE[:6], [[task] for task in hollow])

    seen = watched("babyagi", {**HUNGER, "version": version}, replies, tmp_path)

    assert_paused(seen, "procrastination", by="task_queue", within=4 * CALLS)


@VERSIONS
def test_ever_new_tasks_that_nothing_comes_of_wander(tmp_path: Path, version: str) -> None:
    results = [WANDERING[n] for n in range(0, 24, 2)]
    replies = rounds(results, [[WANDERING[n + 1]] for n in range(0, 24, 2)])

    seen = watched("babyagi", {**HUNGER, "version": version, "rounds": 12}, replies, tmp_path, status="ok")

    assert_warned(seen, "wander", by="executor")


WORK: tuple[tuple[str, list[str]], ...] = (
    ("The harvest of maize in Malawi fell by 23 % in 2022.", ["Ask the ministry in Lilongwe for seed stocks"]),
    ("Lilongwe holds 4,100 t of drought-tolerant seed in 3 depots.", ["Map the depots against the dry districts"]),
    ("Chikwawa and Nsanje are dry and 180 km from any depot.", ["Price lorries from Blantyre to Chikwawa"]),
    ("Lorries from Blantyre cost 0.14 $ per t and km.", ["Draft the budget for 600 t to Chikwawa"]),
    ("600 t to Chikwawa come to 15,120 $.", ["Find a donor for 15,120 $"]),
    ("The Lutheran relief office pays 12,000 $.", ["Ask the growers of Thyolo for the missing 3,120 $"]),
    ("Thyolo's tea growers lend 3,120 $ until June.", ["Book the lorries for the first week of November"]),
    ("Six lorries are booked from 2 November.", []),
)


@VERSIONS
def test_tasks_that_lead_to_something_are_healthy(tmp_path: Path, version: str) -> None:
    replies = rounds([result for result, _ in WORK], [new for _, new in WORK])
    given = {**HUNGER, "version": version, "rounds": len(WORK)}

    seen = watched("babyagi", given, replies, tmp_path, status="ok")

    assert_healthy(seen)
    unwatched = watched("babyagi", given, replies, tmp_path, status="ok", on_alarm="warn")
    assert seen.played.result.outputs == unwatched.played.result.outputs
