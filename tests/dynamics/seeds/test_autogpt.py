"""AutoGPT, both variants: each failure of the essay in its own form of reply, and a run that gets somewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dynamics.seeds.playing import assert_healthy, assert_paused, assert_warned, watched
from tests.dynamics.seeds.talk import IDLE, WANDERING
from tests.support.thorough import thorough_but

GOALS = ["Write a report about tide pools to pools.txt", "Shut down when done"]
GIVEN = {"continuous": True, "continuous_limit": 0, "count": "words", "goals": GOALS}
DRAFTS = (
    "I should write the draft of the report about tide pools.",
    "Next I write a draft of the tide pools report.",
    "The draft report on tide pools has to be written.",
    "Let me write the tide pools report draft.",
)
SUMMARISER = "classic/sum_up_older/0/one_line"
Say = Callable[..., str]


def released(text: str, command: str, /, **args: Any) -> str:
    """A reply as v0.2.2 asks for it."""
    thoughts = {"text": text, "reasoning": "", "plan": "", "criticism": "", "speak": text}
    return json.dumps({"thoughts": thoughts, "command": {"name": command, "args": args}})


def classic(text: str, command: str, /, **args: Any) -> str:
    """A reply as the classic variant asks for it."""
    thoughts = {"observations": text, "text": text, "reasoning": "", "self_criticism": "", "plan": [], "speak": ""}
    return json.dumps({"thoughts": thoughts, "use_tool": {"name": command, "arguments": args}})


BOTH = pytest.mark.parametrize(
    ("say", "given"),
    [
        (released, GIVEN),
        pytest.param(classic, {**GIVEN, "variant": "classic", "watchdog_mode": "off"}, marks=pytest.mark.thorough),
    ],
    ids=["v0.2.2", "classic"],
)


def draft(say: Say, text: str = DRAFTS[0]) -> str:
    return say(text, "write_to_file", filename="pools.txt", text="Tide pools are basins in the rock.")


@BOTH
@pytest.mark.parametrize(
    "texts",
    thorough_but(
        lambda texts: len(texts) != 30,
        [DRAFTS[:1], [f"Attempt {n}: {DRAFTS[0]} (id=9f{n})" for n in range(30)], DRAFTS],
    ),
    ids=["exact", "counted", "reworded"],
)
def test_a_command_that_is_refused_and_given_again_is_a_circle(
    tmp_path: Path, say: Say, given: dict[str, Any], texts: list[str]
) -> None:
    replies = [draft(say, texts[n % len(texts)]) for n in range(30)]

    seen = watched("autogpt", given, replies, tmp_path)

    assert_paused(seen, "circle", by="thinker", within=5)
    assert seen.verdict.period == 1
    assert str(seen.stops[0]["module"]).endswith("thinker")


@pytest.mark.parametrize(("say", "more"), [(released, {}), (classic, {"variant": "classic", "watchdog_mode": "works"})])
def test_two_commands_in_turn_are_a_circle(tmp_path: Path, say: Say, more: dict[str, Any]) -> None:
    """In the classic variant its own watchdog sees nothing of it, as it compares with the last command only, and a
    line by the model sums up each older action."""
    read = say("I look at the draft to see whether it is good.", "read_file", filename="pools.txt")
    line = "The draft was written to pools.txt or read from it."
    thinker = "thinker" if say is released else "classic/thinker"
    turn = [{"node": thinker, "reply": draft(say)}, {"node": thinker, "reply": read}]
    replies = [*turn * 20, *[{"node": SUMMARISER, "reply": line}] * 40]

    seen = watched("autogpt", {**GIVEN, **more}, replies, tmp_path)

    assert_paused(seen, "circle", by="thinker", within=2 * 5 * 2)


@BOTH
@pytest.mark.parametrize(
    "texts", thorough_but(IDLE.__eq__, [("",), IDLE, ("I wait until I am told.",)]), ids=["empty", "idle", "waiting"]
)
def test_doing_nothing_is_a_stall(tmp_path: Path, say: Say, given: dict[str, Any], texts: tuple[str, ...]) -> None:
    first = say("The shore has pools at low tide, I list the animals in them.", "list_files", directory="/")
    replies = [first, *(say(texts[n % len(texts)], "do_nothing") for n in range(60))]

    seen = watched("autogpt", given, replies, tmp_path)

    assert_paused(seen, "stall", by="thinker", within=1 + 20)
    assert [alarm["t"] for alarm in seen.alarms] == [10, 20]


@BOTH
def test_thoughts_that_lead_ever_elsewhere_wander_and_nobody_is_stopped(
    tmp_path: Path, say: Say, given: dict[str, Any]
) -> None:
    end = say("", "task_complete", reason="done") if say is released else say("", "finish", reason="done")
    replies = [*(say(text, "do_nothing" if say is released else "ask") for text in WANDERING), end]

    seen = watched("autogpt", given, replies, tmp_path, status="ok")

    assert_warned(seen, "wander", by="thinker")
    assert seen.alarms[0]["t"] <= 12, "as soon as there is enough to see it"


FINDINGS = (
    ("Tide pools form where granite holds water at ebb.", "Granite basins keep sea water at ebb."),
    ("In the upper zone barnacles and periwinkles live, they bear drying out.", "Upper zone: barnacles, periwinkles."),
    ("The middle zone has mussels and dog whelks that eat them.", "Middle zone: mussels, hunted by dog whelks."),
    ("In the lower zone there are anemones and sea stars.", "Lower zone: anemones and sea stars."),
    ("Salinity rises to 45 per mille on hot days and falls in rain.", "Salinity: 45 per mille in heat, 10 in rain."),
    ("Oxygen sinks at night when the algae respire.", "Oxygen: 14 mg/l at noon, 3 mg/l before dawn."),
    ("Paine took the sea stars away in 1966 and mussels crowded out the rest.", "Paine 1966: the keystone experiment."),
    ("Visitors tread on barnacles; the park at Cabrillo keeps paths.", "Cabrillo: paths spare the barnacles."),
)


@BOTH
def test_a_report_that_grows_is_healthy(tmp_path: Path, say: Say, given: dict[str, Any]) -> None:
    steps = [say(text, "append_to_file", filename="pools.txt", text=part) for text, part in FINDINGS]
    read = say("I read the report once over before I end.", "read_file", filename="pools.txt")
    end = say("The report is complete.", "task_complete" if say is released else "finish", reason="done")
    thinker = "thinker" if say is released else "classic/thinker"
    replies = [{"node": thinker, "reply": one} for one in (*steps, read, end)]
    lines = [{"node": SUMMARISER, "reply": f"Wrote: {part}"} for _, part in FINDINGS]

    seen = watched("autogpt", given, [*replies, *lines], tmp_path, status="ok")

    assert_healthy(seen)
    unwatched = watched("autogpt", given, [*replies, *lines], tmp_path, status="ok", on_alarm="warn")
    assert seen.played.result.outputs == unwatched.played.result.outputs
