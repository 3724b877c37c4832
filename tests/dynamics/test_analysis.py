"""A recorded run is judged as a live watch would have judged it, and the same way each time."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dynamics import analysis as analysis_module
from studio.dynamics.analysis import LIMITS, analyse, judge
from studio.dynamics.detecting import watch as watch_module
from studio.dynamics.detecting.deciding import decide
from studio.dynamics.detecting.playing import play
from studio.dynamics.detecting.step import strength
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.reading import load_run
from studio.dynamics.exchange.run import Event, Goal, Module, Run
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import CLASS_OF
from tests.dynamics.building import READER, SEARCH, circle, run_of, said, watched

TEXTS = (
    "ok",
    "",
    *(text for _, text in SEARCH),
    "row 17 of a.csv",
    "row 18 of a.csv",
    "12 left",
    "9 left",
    "Waiting for Zorlan",
)
EVENTS = st.lists(
    st.builds(
        Event,
        st.integers(0, 60),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(TEXTS),
        st.sampled_from([None, None, "", "locked"]),
        st.sampled_from([None, "read", "write"]),
    ),
    max_size=60,
)
GOALS = st.lists(st.integers(0, 60), max_size=4).map(
    lambda ticks: [
        Goal(f"g{at}", TEXTS[2], f"g{at - 1}" if at else None, t, bool(at % 2), t + 3 if at % 2 else None)
        for at, t in enumerate(ticks)
    ]
)
DIGEST = """
import hashlib, json
from studio.dynamics.analysis import analyse
from studio.dynamics.exchange.reading import run_from
from studio.dynamics.measuring.measures import measure
from tests.dynamics.generator import TRAINING, dataset
out = []
for one in dataset(5, 2, TRAINING[:1]):
    run = run_from(one.run)
    out += [analyse(run).as_json(), measure(run).as_json()]
print(hashlib.sha256(json.dumps(out).encode()).hexdigest())
"""


@settings(max_examples=60, deadline=None)
@given(EVENTS, GOALS)
def test_streaming_and_recorded_say_the_same_and_nothing_depends_on_the_order_in_the_file(
    events: list[Event], goals: list[Goal]
) -> None:
    modules = [Module("a", "tool", ("b",)), Module("b"), Module("c", "timer")]
    run = run_of(events, modules=modules, goals=goals, root_goal=TEXTS[2], t_end=60, finished=False)

    recorded = analyse(run, reader=READER)

    live = Watch(modules, TEXTS[2], reader=READER)
    opens = [(max([goal.t, *(above.t for above in goals[:at])]), 0, goal) for at, goal in enumerate(goals)]
    ends = [(max(goal.t_done, opens[at][0]), 1, goal) for at, goal in enumerate(goals) if goal.t_done is not None]
    queue = sorted(opens + ends, key=lambda item: item[:2])
    raised = []
    for event in run.ordered():
        while queue and queue[0][0] <= event.t:
            t, ends_, goal = queue.pop(0)
            raised += live.close_goal(goal.id, t) if ends_ else live.open_goal(Goal(goal.id, goal.text, goal.parent, t))
        raised += live.see(event)
    for t, ends_, goal in queue:
        raised += live.close_goal(goal.id, t) if ends_ else live.open_goal(Goal(goal.id, goal.text, goal.parent, t))
    raised += live.advance(60)
    assert tuple(raised) == recorded.alarms
    assert judge(live, "r") == recorded
    assert json.dumps(recorded.as_json()) == json.dumps(analyse(run, reader=READER).as_json())
    assert 0 <= recorded.confidence <= 1


def test_the_same_runs_give_the_same_bytes_in_processes_with_other_hash_seeds() -> None:
    def digest(seed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert digest("1") == digest("2") != ""


def test_a_verdict_is_written_as_the_exchange_format_says() -> None:
    verdict = analyse(run_of(said(circle(2, 6))), reader=READER).as_json()

    assert (verdict["id"], verdict["verdict"], verdict["class"], verdict["period"]) == ("r", "circle", "II", 2)
    assert 0.8 < verdict["confidence"] <= 1
    assert set(verdict["alarms"][0]) == {"t", "kind", "level", "msg"}
    assert {"firings", "contentful", "progress"} <= set(verdict["metrics"])
    assert json.loads(json.dumps(verdict)) == verdict


def test_each_verdict_has_its_class() -> None:
    assert CLASS_OF == {
        "stall": "I",
        "circle": "II",
        "procrastination": "II",
        "wander": "III",
        "productive": "IV",
        "undetermined": "-",
    }


@pytest.mark.parametrize(("count", "kind"), [(5, "undetermined"), (6, "productive")])
def test_below_six_outputs_with_content_nothing_is_concluded(count: int, kind: str) -> None:
    lines = [("m", f"The wall of room {at} in Zorlan is painted") for at in range(count)]

    assert analyse(run_of(said(lines)), reader=READER).kind == kind


def test_a_run_without_any_sign_is_undetermined() -> None:
    texts = (
        "The kitchen wall is green and old",
        "A garden with many roses",
        "Nine ships left the harbour at night",
        "Bread needs flour and salt",
        "The teacher reads a letter",
        "Snow fell on the mountain road",
    )

    verdict = analyse(run_of(said([("m", text) for text in texts])), reader=READER)

    assert (verdict.kind, verdict.wolfram) == ("undetermined", "-")


def test_a_productive_run_says_what_speaks_for_it() -> None:
    lines = [
        (module, f"{module} has row {row} of orders.csv ready for Zorlan") for row in range(8) for module in ("a", "b")
    ]

    verdict = analyse(run_of(said(lines)), reader=READER)

    assert verdict.kind == "productive"
    assert "signals of progress" in verdict.evidence[0]
    assert any("terms of a were said by b" in line for line in verdict.evidence)


def test_speaking_of_the_goal_is_the_weakest_evidence() -> None:
    texts = (
        "The letter to the landlord needs a date and a greeting",
        "The price of the kitchen lamp is in the letter now",
        "The letter ends with warm words and a name",
        "Our old landlord gets the letter by early post",
        "In the letter the terms of rent come before the price",
        "The letter has a street and a house number",
    )
    run = run_of(said([("m", text) for text in texts]), root_goal="Write a letter to the landlord")

    verdict = analyse(run, reader=READER)

    assert verdict.kind == "productive"
    assert verdict.evidence == ("6 of 6 outputs speak of the goal, and 5 say something new",)


def test_a_circle_that_was_left_is_forgiven_and_its_alarms_stay() -> None:
    after = [("m", f"The wall of room {at} in Zorlan is painted") for at in range(14)]

    verdict = analyse(run_of(said([*circle(2, 4), *after])), reader=READER)

    assert verdict.kind == "productive"
    assert [alarm.kind for alarm in verdict.alarms][:2] == ["circle", "circle"]


def test_confidence_is_the_own_strength_less_half_of_the_strongest_rival() -> None:
    watch, _ = watched(said(circle(1, 6)))
    rival = max(strength(each.ratio) for each in watch.detectors if each.name != "circle")

    assert decide(watch)[1] == pytest.approx(strength(2.0) * (1 - rival / 2))
    assert strength(1.0) == pytest.approx(0.5)


def test_an_empty_run_is_undetermined() -> None:
    assert analyse(Run("x"), reader=READER).kind == "undetermined"
    assert analyse(load_run("{}"), reader=READER).kind == "undetermined"


def test_the_memory_of_a_watch_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "MOST_ALARMS", 5)
    watch, _ = watched(
        said([("m", f"Word{at} of the unknown tongue{at} in room {at % 7}x") for at in range(3000)]), Settings(kept=100)
    )

    assert len(watch._said) <= 100
    assert len(watch.terms._young) + len(watch.terms._old) <= 110
    assert sum(map(len, watch._vocabulary._frames.values())) <= 100
    assert len(watch._book._texts) <= 100


def test_hostile_outputs_are_judged_like_others() -> None:
    outs: list[Any] = [
        "\x00" * 50,
        "\ud800",
        "{" * 5000,
        [[[[]]]],
        {"a": "b" * 100_000},
        "9" * 5000,
        "-" * 5000,
        "a/" * 9000,
        1e308,
    ]

    verdict = analyse(run_of(said([("m", out) for out in outs * 3])), reader=READER)

    assert json.dumps(verdict.as_json())
    assert all(line.isprintable() for line in verdict.evidence)


def test_playing_yields_each_firing_with_its_event() -> None:
    run = run_of(said(circle(2, 2)))

    assert [event for _, event in play(Watch(reader=READER), run)] == list(run.events)


def test_the_limits_are_told() -> None:
    assert LIMITS.count("\n- ") == 4


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_of_garbage_is_left_as_it_was(collects: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def fed(watch: Watch, run: Run) -> None:
        seen.append(gc.isenabled())

    monkeypatch.setattr(analysis_module, "feed", fed)
    was = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        analyse(run_of(said(circle(1, 2))))
        assert gc.isenabled() is collects
    finally:
        (gc.enable if was else gc.disable)()
    assert seen == [False]


def test_one_word_that_comes_again_speaks_for_no_work_and_three_do() -> None:
    one = [("a", "Zorlan is far away, they tell"), ("b", "The people of Zorlan eat cheese")]
    several = [("a", "Zorlan, Trebor and Quimby are far"), ("b", "The people of Zorlan, Trebor and Quimby eat")]

    longer = ("Rooms with windows are cold in winter", "A small car needs new doors of steel")

    def kind(lines: list[tuple[str, str]]) -> str:
        filling = [("c", text) for text in longer]
        return analyse(run_of(said([*lines, *filling, *lines])), reader=READER).kind

    assert kind(one) == "undetermined"
    assert kind(several) == "productive"
