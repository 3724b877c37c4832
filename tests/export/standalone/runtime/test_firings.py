"""Firings of scripts written by hand: what they are given, what their failures do, what they may still ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from studio.export.standalone.runtime import region as region_module
from studio.export.standalone.runtime.bodies import Subgraph
from studio.export.standalone.runtime.firing import Firing
from studio.export.standalone.runtime.graph import Graph
from studio.export.standalone.runtime.playing import Result, play
from studio.export.standalone.runtime.policies import Policy
from studio.export.standalone.runtime.ports import Port, ports_of
from studio.export.standalone.runtime.region import Region
from studio.export.standalone.runtime.run import Run
from studio.export.standalone.runtime.wires import Wire, gather, pick
from studio.support.errors import NodeError
from studio.support.values import Absent, Json
from tests.support.memory_log import MemoryLog

Body = Callable[[Region], Awaitable[None]]


def graph_of(body: Body, *nodes: str, **facts: Any) -> Graph:
    """Return a graph of nodes without declared outputs; a node called `out…` is an output."""
    types = {name: ("flow.output" if name.startswith("out") else "toy.any", 1) for name in nodes}
    return Graph(body, nodes=cast("Any", types), **facts)


def played(graph: Graph, **options: Any) -> tuple[Result, MemoryLog]:
    """Run a graph without waiting between attempts."""
    log = MemoryLog()
    run = Run("memory", cast("Any", log), **{"no_waiting": True, **options})
    return asyncio.run(play(run, graph, {})), log


def reasons(log: MemoryLog) -> dict[str, str]:
    """Return what is recorded of each node that was skipped or failed."""
    return {one.path: one.reason for one in log.firings if one.status}


# -- values ----------------------------------------------------------------------------------------------


def give_list(firing: Firing) -> dict[str, Json]:
    return {"all": [1, 2]}


def spoil(firing: Firing, all: list[Json]) -> dict[str, Json]:
    all.append("spoilt")
    return {"all": all}


def look(firing: Firing, all: list[Json], after: Json) -> dict[str, Json]:
    return {"all": all}


async def spoiling(region: Region) -> None:
    given = await region.fire("give", give_list)
    spoilt = await region.fire("spoil", spoil, all=given["all"])
    seen = await region.fire("look", look, all=given["all"], after=spoilt["done"])
    region.output("out", seen["all"])


def test_what_a_module_does_to_its_inputs_nobody_else_sees() -> None:
    result, _ = played(graph_of(spoiling, "give", "spoil", "look", "out"))

    assert result.outputs == {"out": [1, 2]}


def test_without_values_of_their_own_modules_would_spoil_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region_module, "own", lambda value: value)

    result, _ = played(graph_of(spoiling, "give", "spoil", "look", "out"))

    assert result.outputs == {"out": [1, 2, "spoilt"]}


def test_an_output_that_is_no_json_fails_its_node() -> None:
    async def body(region: Region) -> None:
        await region.fire("node", lambda firing: {"set": {1}})

    result, _ = played(graph_of(body, "node"))

    assert result.error is not None
    assert result.error["message"].startswith("NotJson: ")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("one", "but got text."),
        (1.5, "but got number."),
    ],
)
def test_a_value_of_another_type_than_the_annotation_fails_the_node(value: Json, message: str) -> None:
    def double(firing: Firing, number: int) -> dict[str, Json]:
        return {"number": 2 * number}

    async def body(region: Region) -> None:
        await region.fire("double", double, number=region.initial(value))

    result, _ = played(graph_of(body, "double"))

    assert result.error is not None
    assert (result.error["code"], result.error["message"]) == (
        "wrong_type",
        f"its input `number` takes integer, {message}",
    )


def test_parameters_are_ports_with_the_types_of_their_annotations() -> None:
    def module(
        firing: Firing, class_: str, plain: Json, ending__: list[Json], number: float = 1.0, many: Messages = ()
    ) -> None:
        """Takes several inputs."""

    assert ports_of(module) == (
        Port("class", "class_", "text"),
        Port("plain", "plain"),
        Port("ending_", "ending__", "list"),
        Port("number", "number", "number", False),
        Port("many", "many", "messages", False),
    )


Messages = Any


def test_of_several_wires_a_fresh_value_goes_before_a_held_one_and_any_before_none() -> None:
    held, fresh, none = Wire(1, (1, "a"), 0), Wire(2, (2, "a"), 3), Wire(Absent("gone"), (3, "a"), 3)

    assert pick((none, held, fresh), 3) is fresh
    assert pick((none, held, fresh), 4) is held
    assert pick((none,), 3) is none
    assert gather([none, held, fresh], 3).value == [1, 2]
    assert gather([none], 3) is none


# -- failures --------------------------------------------------------------------------------------------


def failing(text: str, turns: int = 0) -> Callable[[Firing], Awaitable[None]]:
    """Return a module that fails after some turns of the event loop."""

    async def module(firing: Firing) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        raise NodeError(text)

    return module


async def patient(firing: Firing) -> dict[str, Json]:
    for _ in range(20):
        await asyncio.sleep(0)
    return {"here": True}


def test_of_failures_side_by_side_the_first_in_order_is_told_and_all_finish() -> None:
    async def body(region: Region) -> None:
        await region.together(
            region.fire("late", failing("late", turns=9)),
            region.fire("early", failing("early", turns=1)),
            region.fire("patient", patient),
        )

    result, log = played(graph_of(body, "late", "early", "patient"))

    assert result.error is not None
    assert result.error["node"] == "late"
    assert {one.path: one.status for one in log.firings} == {"early": 1, "late": 1, "patient": 0}


def test_one_after_another_the_first_failure_ends_it() -> None:
    async def body(region: Region) -> None:
        await region.together(region.fire("late", failing("late", turns=9)), region.fire("early", failing("early")))

    graph = graph_of(body, "late", "early")
    log = MemoryLog()
    run = Run("memory", cast("Any", log))
    run.sequential = True
    asyncio.run(play(run, graph, {}))

    assert [one.path for one in log.firings] == ["late"]


def test_what_runs_inside_of_a_graph_that_failed_is_cut_off_and_closed() -> None:
    async def slow(region: Region) -> None:
        start = region.initial(True)
        while region.next_tick():
            outs = await region.fire("step", patient, when=start)
            start = region.feed_back(outs["done"])

    inner = graph_of(slow, "step", max_ticks=50)

    async def body(region: Region) -> None:
        await region.together(region.fire("loop", Subgraph(inner)), region.fire("bad", failing("bad")))

    result, log = played(graph_of(body, "loop", "bad"))

    assert result.error is not None
    assert result.error["node"] == "bad"
    assert reasons(log) == {"bad": "bad", "loop": "cut off: `bad` failed"}
    assert [one.tick for one in log.firings if one.path == "loop/step"] == ["0.0"]


# -- attempts --------------------------------------------------------------------------------------------


class Stubborn:
    """A module that goes on after its time limit has cut it off, and tries to ask something more."""

    def __init__(self) -> None:
        self.told = ""
        self.left: asyncio.Future[None] | None = None

    async def __call__(self, firing: Firing) -> dict[str, Json]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.left = asyncio.ensure_future(self.ask_later(firing))
            raise
        return {}

    async def ask_later(self, firing: Firing) -> None:
        await asyncio.sleep(0)
        try:
            firing.next_number()
            self.told = "granted"
        except NodeError as refused:
            self.told = refused.message


def cut_off(module: Stubborn) -> MemoryLog:
    async def body(region: Region) -> None:
        await region.fire("slow", module, Policy(timeout_s=0.001, on_error="skip"))
        await region.fire("patient", patient)

    return played(graph_of(body, "slow", "patient"))[1]


def test_what_outlives_its_time_limit_asks_nothing_more() -> None:
    module = Stubborn()

    log = cut_off(module)

    assert module.told == "this firing is over: its time limit has passed."
    assert reasons(log) == {"slow": "took longer than its limit of 0.001 s. Raise `timeout_s`."}
    assert [(kind, name) for _, _, kind, name, _ in log.intents] == [("timeout", "timeout_s")]


def test_without_an_end_of_attempts_it_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Firing, "end", lambda self, attempt: None)
    module = Stubborn()

    cut_off(module)

    assert module.told == "granted"


def test_attempts_wait_longer_each_time_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", wait)
    monkeypatch.setattr("random.uniform", lambda low, high: 1.0)

    async def body(region: Region) -> None:
        await region.fire("bad", failing("bad"), Policy(retries=3, on_error="skip"))

    _, log = played(graph_of(body, "bad"), no_waiting=False)

    assert waits == [0.5, 1.0, 2.0]
    assert [one.attempt for one in log.firings] == [4]


def test_each_attempt_draws_numbers_of_its_own() -> None:
    drawn: list[float] = []

    def draw(firing: Firing) -> None:
        drawn.append(firing.random.random())
        raise NodeError("again")

    async def body(region: Region) -> None:
        await region.fire("draw", draw, Policy(retries=1, on_error="skip"))

    played(graph_of(body, "draw"))
    played(graph_of(body, "draw"))

    assert drawn[:2] == drawn[2:]
    assert drawn[0] != drawn[1]


def test_a_function_that_keeps_the_program_waiting_runs_in_a_thread_and_its_failure_is_told() -> None:
    def stop(firing: Firing) -> None:
        raise StopIteration("no more")

    async def body(region: Region) -> None:
        await region.fire("stop", stop, Policy(in_thread=True))

    result, _ = played(graph_of(body, "stop"))

    assert result.error is not None
    assert result.error["message"] == "StopIteration: no more"


def test_a_blob_is_kept_by_its_hash_and_given_back() -> None:
    def store(firing: Firing) -> dict[str, Json]:
        return {"image": firing.put_blob(b"pixels", "image/png")}

    def size(firing: Firing, image: Json) -> dict[str, Json]:
        return {"size": len(firing.get_blob(image))}

    async def body(region: Region) -> None:
        stored = await region.fire("store", store)
        sized = await region.fire("size", size, image=stored["image"])
        region.output("out", sized["size"])

    assert played(graph_of(body, "store", "size", "out"))[0].outputs == {"out": 6}
