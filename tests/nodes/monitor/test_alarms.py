"""`monitor.alarms` tells what was noticed about the run; `monitor.progress` passes on what has moved."""

from __future__ import annotations

from studio.nodes.monitor.alarms import Alarms
from studio.nodes.monitor.progress import Progress
from studio.support.values import Absent
from tests.support.fake_context import FakeContext, run_node

WARNED = {"t": 3, "kind": "circle", "level": "warn", "msg": "Round and round.", "module": "planner"}
STOPPED = {"t": 5, "kind": "stall", "level": "stop", "msg": "Nothing more is said."}


async def test_without_an_alarm_all_but_the_list_is_absent() -> None:
    told = (await run_node(Alarms, {}, {}, FakeContext())).as_dict()

    assert told.pop("alarms") == []
    assert all(isinstance(value, Absent) for value in told.values())


async def test_the_gravest_alarm_is_told_and_all_are_listed() -> None:
    ctx = FakeContext()
    ctx.raised = [STOPPED, WARNED]
    told = await run_node(Alarms, {}, {}, ctx)

    assert (told.message, told.kind, told.level) == (STOPPED["msg"], "stall", "stop")
    assert told.alarms == [STOPPED, WARNED]
    assert isinstance(told.module, Absent)
    ctx.raised = [WARNED]
    assert (await run_node(Alarms, {}, {}, ctx)).module == "planner"
    assert [effect.kind for effect in ctx.effects] == ["alarms", "alarms"]


async def test_progress_passes_its_value_on() -> None:
    assert (await run_node(Progress, {}, {"value": [1, "a"]}, FakeContext())).value == [1, "a"]
