"""`python -m tests.bench.dynamics [--quick] [--automata] [--out FILE]`: how well runs are judged, and how fast.

Labelled runs from a seeded generator (`tests.dynamics.generator`): six kinds, in seven families of phrasing that the
analyser may be tuned by and those that it is not. Told are, for the training families together, each of them
and those held out: accuracy, recall, false alarms, how soon circles and procrastination are caught, what confidence
is worth, confusion matrices; the same runs judged by the rule of four identical outputs; what parts of the analysis
are worth; its speed; and that two processes give the same bytes. `--automata` adds the matrix of the automata lab
(`python -m tests.bench.automata`), so that one command makes the whole report. Targets: `dynamics.md` section 9.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson

from studio.dynamics.analysis import analyse, steps
from studio.dynamics.detecting import Watch
from studio.dynamics.exchange.reading import run_from
from studio.dynamics.exchange.run import Event, Run
from studio.dynamics.settings import DEFAULTS, Settings
from studio.dynamics.words.reading import Reading
from studio.dynamics.words.shared import Shared
from tests.bench.machine import machine_facts, quantile, write_report
from tests.dynamics.generator import (
    KINDS,
    TRAINING,
    Family,
    Labelled,
    baseline,
    dataset,
    kept,
    long_run,
)
from tests.dynamics.generator.scoring import TARGETS, Judged, by_sub, missed, scores

ROOT = Path(__file__).resolve().parents[2]
SEED: Final = 11
HELD_OUT_SEED: Final = 23
KEPT: Final = tuple(kept())
"""Families not tuned by, as the report names them; each is reported apart."""
PER_KIND: Final = 40
QUICK_PER_KIND: Final = 6
Json = Any

ABLATIONS: Final[Mapping[str, tuple[Mapping[str, float], bool]]] = {
    "no soft matching of outputs": ({"same_rare": 1, "same_content": 1, "same_plain": 1}, False),
    "no test of rare words": ({"same_rare": 0}, False),
    "no progress signals": ({}, True),
}
"""What is switched off: settings, and whether effects and closed goals are taken out of the runs."""


def judge(one: Labelled, settings: Settings = DEFAULTS, *, bare: bool = False) -> Judged:
    """Return the analyser's verdict on a run. The run goes in without its name, which says what it is."""
    run = {**one.run, "id": hashlib.sha256(one.id.encode()).hexdigest()[:12]}
    if bare:
        run["events"] = [{key: value for key, value in event.items() if key != "effect"} for event in run["events"]]
        run["goals"] = [{**goal, "status": "open", "t_done": None} for goal in run["goals"]]
    return Judged(one, analyse(run_from(run), settings).as_json())


def judged(runs: Iterable[Labelled], how: Callable[[Labelled], Judged] = judge) -> list[Judged]:
    """Return the verdicts on all runs, telling people how far it is."""
    found = []
    for one in runs:
        found.append(how(one))
        if sys.stderr.isatty() and len(found) % 20 == 0:
            print(f"\r{len(found)} runs judged", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r" + " " * 40, end="\r", file=sys.stderr)
    return found


def by_rule(one: Labelled) -> Judged:
    return Judged(one, baseline.judge(one.run))


def quality(families: Sequence[Family], seed: int, per_kind: int) -> tuple[dict[str, Any], list[Judged]]:
    """Return scores over the families, those of each where there are several, and the single verdicts."""
    found = judged(dataset(seed, per_kind, families))
    whole = {"seed": seed, **scores(found), "by_sub": by_sub(found)}
    if len(families) > 1:
        whole["by_family"] = {
            one.name: scores([single for single in found if single.truth.family == one.name]) for one in families
        }
    whole["missed_targets"] = missed(whole)
    return whole, found


def baselines(runs: Sequence[Labelled]) -> dict[str, Any]:
    """Return what the rule of four identical outputs makes of the same runs."""
    found = [by_rule(one) for one in runs]
    told = scores(found)
    circles = [one for one in found if one.truth.kind == "circle"]
    productive = [one for one in found if one.truth.kind == "productive"]
    return {
        "accuracy": told["accuracy"], "confusion": told["confusion"],
        "circles_missed": sum(not one.right for one in circles), "circles": len(circles),
        "false_stops": sum(one.first_alarm("stop") is not None for one in productive), "productive": len(productive),
    }  # fmt: skip


def ablations(runs: Sequence[Labelled], whole: float) -> dict[str, Any]:
    """Return, for each part that is switched off: accuracy, its difference to `whole`, productive judged failing."""
    told = {}
    for name, (given, bare) in ABLATIONS.items():
        settings = Settings.from_mapping(given)
        found = scores([judge(one, settings, bare=bare) for one in runs])
        told[name] = {
            "accuracy": found["accuracy"], "difference": round(found["accuracy"] - whole, 4),
            "productive_judged_failing": found["productive_judged_failing"],
        }  # fmt: skip
    return told


def digest(seed: int, per_kind: int) -> str:
    """Return the hash of all verdict lines on the training families."""
    lines = hashlib.sha256()
    for one in dataset(seed, per_kind):
        lines.update(json.dumps(judge(one).verdict, ensure_ascii=False).encode() + b"\n")
    return lines.hexdigest()


def repeats(seed: int, per_kind: int) -> dict[str, Any]:
    """Judge in two processes that hash texts differently; return whether all lines are the same bytes."""
    found = [
        subprocess.run(
            [sys.executable, "-m", "tests.bench.dynamics", "--digest", str(seed), str(per_kind)],
            env={**os.environ, "PYTHONHASHSEED": chosen}, cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.strip()
        for chosen in ("1", "20261")
    ]  # fmt: skip
    return {"same_bytes": found[0] == found[1], "sha256": found[0], "runs": per_kind * len(KINDS) * len(TRAINING)}


def automata(quick: bool) -> Json:
    """Run the automata lab's benchmark, which prints its own tables, and return its results."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "automata.json"
        command = [sys.executable, "-m", "tests.bench.automata", "--out", str(written), *["--quick"] * quick]
        subprocess.run(command, cwd=ROOT, check=True)
        return json.loads(written.read_text(encoding="utf-8"))["results"]


def as_stored(run: Run) -> Run:
    """Return the run as one comes out of a trace: readings in the place of texts, each different one read once."""
    shared, known = Shared(), dict[bytes, Reading]()
    events = []
    for step, event in zip(steps(run), run.ordered(), strict=True):
        kept = orjson.dumps(step.reading.as_mapping())
        if kept not in known:
            known[kept] = Reading.from_mapping(orjson.loads(kept), shared)
        failed = "" if step.failed else None
        events.append(Event(step.t, step.module, reading=known[kept], err=failed, effect=event.effect))
    return replace(run, events=tuple(events))


def speed(count: int) -> dict[str, Any]:
    """Return the seconds of one analysis of raw texts and of stored firings, and milliseconds of a live firing."""
    run = run_from(long_run(count, seed=5))
    texts = [str(event.out) for event in run.events]
    begin = time.process_time()
    analyse(run)
    raw = time.process_time() - begin
    stored = as_stored(run)
    begin = time.process_time()
    analyse(stored)
    kept = time.process_time() - begin
    watch, took = Watch(run.modules, run.root_goal), []
    for event in run.ordered()[: min(count, 20_000)]:
        begin = time.thread_time_ns()
        watch.see(event)
        took.append((time.thread_time_ns() - begin) / 1e6)
    return {
        "firings": count, "distinct_texts": len(set(texts)),
        "mean_characters": round(sum(map(len, texts)) / len(texts)),
        "raw_texts_cpu_s": round(raw, 2), "stored_firings_cpu_s": round(kept, 2),
        "live_cpu_ms": {"mean": round(sum(took) / len(took), 3), "p99": round(quantile(took, 0.99), 3)},
        "targets": {"raw_texts_cpu_s": 20, "stored_firings_cpu_s": 1, "live_cpu_ms": 0.5},
    }  # fmt: skip


def table(confusion: Mapping[str, Mapping[str, int]]) -> str:
    """Return a matrix for people: rows are what a run is, columns what was said."""
    lines = [" " * 16 + "".join(f"{kind[:10]:>12}" for kind in KINDS)]
    lines += [f"{kind:<16}" + "".join(f"{row[said]:>12}" for said in KINDS) for kind, row in confusion.items()]
    return "\n".join(lines)


def told(name: str, found: Mapping[str, Any]) -> str:
    """Return the scores of one set of runs for people."""
    lines = [f"{name}: {found['runs']} runs", table(found["confusion"])]
    for target, (way, bound) in TARGETS.items():
        mark = "  MISSED" if target in missed(found) else ""
        lines.append(f"  {target:<36}{found[target]:>8}   {way} {bound}{mark}")
    lines.append("  recall: " + ", ".join(f"{kind} {share}" for kind, share in found["recall"].items()))
    lines.append(
        f"  stopped before onset {found['stopped_before_onset']}, circles stopped {found['circle_stopped']}, "
        f"period right {found['period_right']}"
    )
    lines.append(f"  restating level at which procrastination was stopped: {found['procrastination_levels']}")
    rang = [
        f"{name} {sub['stopped']} of {sub['runs']}"
        for name, sub in found["by_sub"].items()
        if sub["stopped"] and name.startswith("productive")
    ]
    lines.append(f"  productive runs that were stopped: {', '.join(rang) or 'none'}")
    lines.append("  confidence: from, to, verdicts, share right")
    lines += [
        f"    {row['from']:.1f} {row['to']:.1f} {row['verdicts']:>6} {row['share']}" for row in found["reliability"]
    ]
    return "\n".join(lines)


def report(seed: int, held_out_seed: int, per_kind: int, count: int) -> dict[str, Any]:
    """Measure everything, printing as it comes; return it."""
    training, found = quality(TRAINING, seed, per_kind)
    print(told("training families", training))
    for name, one in training["by_family"].items():
        print(f"  {name:<12} accuracy {one['accuracy']}, lowest recall {one['lowest_recall']}")
    results: dict[str, Any] = {"training": training}
    runs = [one.truth for one in found]
    for name, family in kept().items():
        results[name], held = quality((family,), held_out_seed, 2 * per_kind)
        runs += [one.truth for one in held]
        print(told(f"family not tuned by, {family.name}", results[name]))
    for name, sub in training["by_sub"].items():
        if sub["right"] < 1:
            print(f"  training {name:<32} {sub['right']} of {sub['runs']}, else {sub['else']}")
    results["four_identical_outputs"] = rule = baselines(runs)
    print(
        f"four identical outputs, all runs: accuracy {rule['accuracy']}, circles missed {rule['circles_missed']} of "
        f"{rule['circles']}, false stops on {rule['false_stops']} of {rule['productive']} productive runs"
    )
    print(table(rule["confusion"]))
    third = found[::3]
    results["ablations"] = ablations([one.truth for one in third], scores(third)["accuracy"])
    for name, lost in results["ablations"].items():
        print(f"{name}: accuracy {lost['accuracy']} ({lost['difference']:+}), "
              f"productive judged failing {lost['productive_judged_failing']}")  # fmt: skip
    results["repeat"] = repeats(seed, min(per_kind, QUICK_PER_KIND))
    print(f"two processes: {results['repeat']}")
    results["speed"] = speed(count)
    print(f"speed: {results['speed']}")
    return results


def finite(value: Json) -> Json:
    """Return the value with what JSON lacks as texts: "inf" for never, "nan" for not measured."""
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def main() -> None:
    """Measure, print the tables, write the report; the exit code is 1 if a target is missed on a held-out family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few runs and a tenth of the firings")
    parser.add_argument("--seed", type=int, default=SEED, help="of the training families")
    parser.add_argument("--held-out-seed", type=int, default=HELD_OUT_SEED, help="of the families kept for testing")
    parser.add_argument("--per-kind", type=int, help="runs of each kind and family; the held-out one: twice that")
    parser.add_argument("--automata", action="store_true", help="the automata lab's matrix too")
    parser.add_argument("--digest", nargs=2, type=int, metavar=("SEED", "PER_KIND"), help="only the hash of verdicts")
    parser.add_argument("--out", type=Path, help="file or folder for the JSON report")
    asked = parser.parse_args()
    if asked.digest:
        print(digest(*asked.digest))
        return
    before = machine_facts()
    per_kind = asked.per_kind or (QUICK_PER_KIND if asked.quick else PER_KIND)
    results = report(asked.seed, asked.held_out_seed, per_kind, 10_000 if asked.quick else 100_000)
    if asked.automata:
        sys.stdout.flush()
        results["automata"] = automata(asked.quick)
    print(before, file=sys.stderr)
    if asked.out:
        write_report(asked.out, "dynamics", finite(results))
    sys.exit(1 if any(results[name]["missed_targets"] for name in KEPT) else 0)


if __name__ == "__main__":
    main()
