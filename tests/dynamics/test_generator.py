"""The generator's labels hold by construction, its runs are of the exchange format, and a seed fixes every byte."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from studio.dynamics.exchange.reading import run_from
from tests.dynamics.generator import (
    FAILURES,
    KINDS,
    SUBS,
    TRAINING,
    Labelled,
    dataset,
    family,
    generate,
    kept,
)
from tests.dynamics.generator.scoring import TARGETS, Judged, confusion, missed, scores
from tests.support.thorough import draws

FAMILIES = {one.name: one for one in (*TRAINING, *kept().values())}
DIGEST = """
import hashlib, json
from tests.dynamics.generator import TRAINING, dataset, kept
runs = [one.run for one in dataset(3, 1, (*TRAINING, *kept().values()))]
print(hashlib.sha256(json.dumps(runs).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def many() -> list[Labelled]:
    """Every sub-kind of every family at least once."""
    return [
        generate(kind, one, seed, sub)
        for one in FAMILIES.values()
        for kind in KINDS
        for seed, sub in enumerate(SUBS[kind], 50)
    ]


def after(one: Labelled) -> list[dict[str, Any]]:
    return [event for event in one.run["events"] if one.onset is not None and event["t"] >= one.onset]


def test_two_processes_with_other_hash_seeds_write_the_same_bytes() -> None:
    def digest(hash_seed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert digest("1") == digest("2") != ""


def test_another_seed_gives_another_run() -> None:
    one, other = (generate("wander", family("coder"), seed, "drift") for seed in (1, 2))

    assert one.run["events"] != other.run["events"]


def test_every_run_is_one_of_the_exchange_format(many: list[Labelled]) -> None:
    for one in many:
        read = run_from(json.loads(json.dumps(one.run)))

        assert len(read.events) == len(one.run["events"]), one.id
        assert len(read.goals) == len(one.run["goals"]), one.id


def test_ids_lengths_ticks_and_sizes_are_what_was_asked_for(many: list[Labelled]) -> None:
    assert len({one.id for one in many}) == len(many)
    for one in many:
        ticks = [event["t"] for event in one.run["events"]]
        assert ticks == sorted(ticks)
        assert ticks[-1] <= one.run["t_end"]
        assert 2 <= len(one.run["modules"]) <= 30
        assert len(ticks) <= 500
        if one.kind not in ("undetermined", "stall"):
            assert len(ticks) >= 8, one.id


def test_lengths_and_architectures_are_spread_wide() -> None:
    runs = list(dataset(1, 6))
    lengths = [len(one.run["events"]) for one in runs]
    sizes = {len(one.run["modules"]) for one in runs}

    assert (min(lengths) < 10, max(lengths) > 300) == (True, True)
    assert sizes >= {2, 3, 4, 5, 6}
    assert max(sizes) > 20


def test_what_begins_like_a_json_object_is_one_and_some_speak_nothing_else(many: list[Labelled]) -> None:
    objects: Counter[str] = Counter()
    for one in many:
        for event in one.run["events"]:
            if text_of(event).startswith("{"):
                json.loads(text_of(event))
                objects[one.family] += 1

    assert objects["json_speech"] > 2 * objects["coder"]


def test_failures_have_an_onset_and_healthy_runs_have_none(many: list[Labelled]) -> None:
    for one in many:
        assert (one.onset is not None) == (one.kind in FAILURES), one.id


def test_nothing_is_finished_after_the_onset_of_a_failure_except_by_a_decoy(many: list[Labelled]) -> None:
    for one in many:
        if one.onset is None:
            continue
        closed = [goal["t_done"] for goal in one.run["goals"] if "t_done" in goal and goal["t_done"] > one.onset]
        wrote = [event for event in after(one) if event.get("effect") == "write"]
        assert not closed or one.sub == "decoy", one.id
        assert not wrote or one.sub == "rewrites", one.id
        assert len({json.dumps(event["out"]) for event in wrote}) <= 1, one.id


def text_of(event: dict[str, Any]) -> str:
    """Return what was said as the family put it, though it be handed out as a value."""
    return event["out"] if isinstance(event["out"], str) else json.dumps(event["out"])


def plain_circles() -> list[Labelled]:
    found = []
    for one in FAMILIES.values():
        for seed in range(draws(24, 40)):
            run = generate("circle", one, seed, "exact")
            if one.fine[0] not in map(text_of, after(run)):  # no hum of a tool between the rounds
                found.append(run)
    return found


def test_the_stated_period_of_an_exact_circle_is_its_smallest() -> None:
    circles = plain_circles()

    assert len(circles) > draws(36, 60)
    assert {one.period for one in circles} == {1, 2, 3, 4, 5, 6}
    for one in circles:
        said = [(event["m"], json.dumps(event["out"])) for event in after(one)]
        fits = [p for p in range(1, len(said) // 2) if all(said[i] == said[i - p] for i in range(p, len(said)))]
        assert fits[0] == one.period, one.id


@pytest.mark.parametrize("sub", ["lockstep", "long"])
def test_so_is_that_of_circles_of_many_modules(sub: str) -> None:
    strict = []
    for one in FAMILIES.values():
        for seed in range(9):
            run = generate("circle", one, seed, sub)
            said = [(event["m"], text_of(event)) for event in after(run) if text_of(event) != one.fine[0]]
            period = run.period or 0
            if all(said[i] == said[i - period] for i in range(period, len(said))):  # neither reworded nor decorated
                strict.append(run)
                assert not any(all(said[i] == said[i - p] for i in range(p, len(said))) for p in range(1, period)), (
                    run.id
                )

    assert len(strict) > 15


def test_reworded_circles_say_the_same_of_the_same_thing_in_other_words() -> None:
    for one in FAMILIES.values():
        wordings = []
        for seed in range(12):
            run = generate("circle", one, seed, "reworded")
            wordings.append(len({json.dumps(event["out"]) for event in after(run)}) / (run.period or 1))

        assert sum(wordings) / len(wordings) >= 3, one.name


def test_ten_in_a_hundred_firings_of_a_noisy_circle_are_strays() -> None:
    strays = total = 0
    for one in FAMILIES.values():
        for seed in range(20):
            run = generate("circle", one, seed, "noisy")
            times = Counter((event["m"], json.dumps(event["out"])) for event in after(run))
            strays += sum(count for count in times.values() if count == 1)
            total += sum(times.values())

    assert 0.05 < strays / total < 0.16


def test_procrastination_descends_at_least_five_levels_without_a_new_thing(many: list[Labelled]) -> None:
    for one in many:
        if one.kind == "procrastination":
            assert len(one.levels) >= 5, one.id
            parents = {goal["id"]: goal["parent"] for goal in one.run["goals"]}
            deepest, depth = one.run["goals"][-1]["id"], 0
            while parents[deepest] is not None:
                deepest, depth = parents[deepest], depth + 1
            assert depth >= 4, one.id


def test_what_a_wanderer_brings_up_it_hardly_takes_up_again(many: list[Labelled]) -> None:
    for one in many:
        if one.kind == "wander":
            texts = [json.dumps(event["out"]) for event in after(one)]
            words = {word for text in texts for word in re.findall(r"[a-z]{6,}", text.lower())}
            again = [word for word in words if sum(word in text.lower() for text in texts) >= 3]
            assert len(texts) >= 24, one.id
            assert len(again) < 0.4 * len(words), (one.id, again)


@pytest.mark.parametrize("name", list(kept()))
def test_who_tunes_does_not_meet_a_family_that_is_kept_apart(name: str) -> None:
    apart = kept()[name]
    assert apart.name not in {one.run["id"].split("-")[0] for one in dataset(1, 1)}
    for one in TRAINING:
        for act in ("intend", "idle", "restate", "musing", "wrote", "failing", "hollow", "pending", "planned"):
            shared = set(getattr(one, act)) & set(getattr(apart, act))
            assert shared <= {"", "..."}, (one.name, act, shared)


def test_every_file_of_a_family_for_testing_only_says_so() -> None:
    found = (Path(__file__).parent / "generator/families").glob("*for_testing_only*")
    files = [file for file in found if file.is_dir() or file.suffix == ".py"]
    assert len(files) >= 3
    for file in files:
        for source in file.rglob("*.py") if file.is_dir() else (file,):
            assert "FOR TESTING ONLY" in source.read_text(encoding="utf-8"), source


def verdict(one: Labelled, said: str, *alarms: tuple[int, str, str]) -> Judged:
    given = [{"t": t, "kind": kind, "level": level} for t, kind, level in alarms]
    return Judged(one, {"verdict": said, "confidence": 0.9, "period": one.period, "alarms": given})


def test_perfect_verdicts_reach_every_target_and_bad_ones_miss_theirs() -> None:
    runs = list(dataset(5, 4, TRAINING[:2]))

    def perfect(one: Labelled) -> Judged:
        if one.kind == "circle":
            return verdict(one, one.kind, (one.cycles[4], "circle", "stop"))
        return verdict(one, one.kind, *((one.levels[2], one.kind, "stop") for _ in one.levels[:1]))

    assert missed(scores([perfect(one) for one in runs])) == {}
    always = scores([verdict(one, "circle", (-1, "circle", "stop")) for one in runs])
    assert set(missed(always)) == set(TARGETS)
    assert confusion([verdict(runs[0], "wander")])[runs[0].kind]["wander"] == 1


def test_a_circle_never_stopped_counts_as_infinitely_late() -> None:
    circles = [generate("circle", family("coder"), seed, "exact") for seed in range(4)]
    late = [verdict(one, "circle", (one.cycles[6], "circle", "stop")) for one in circles[:3]]

    found = scores([*late, verdict(circles[3], "circle")])

    assert found["circle_stopped"] == 0.75
    assert found["circle_stop_median_periods"] == 7
    assert found["circle_stop_p90_periods"] == float("inf")
