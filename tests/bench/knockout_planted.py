"""Does the knockout report tell the truth? `python -m tests.bench.knockout_planted [--quick] [--out FILE]`.

A graph with modules whose worth is known: useful ones add 1 to the result on average, harmful ones take 1 away,
useless ones add nothing; each adds noise of its own besides. The whole path is taken that `studio knockout` takes
(plan, workers, record, conclusions), once for each of 20 seeds: how many useful and harmful modules are found, how many
useless ones are called something they are not, and in how many experiments there is any wrong claim. The last is
bounded by what the report states (`Modules.error`).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from studio.batch.analysing.conclusions import conclude
from studio.batch.analysing.table import read_table
from studio.batch.design.options import experiment_of
from studio.batch.sessions import run_batch
from studio.batch.statistics import Modules
from studio.graph.model import Graph
from tests.bench.machine import write_report

USEFUL, USELESS, HARMFUL = 5, 10, 3
EFFECT: Final = 1.0
NOISE: Final = 1.5
"""Each module adds a number between −NOISE and NOISE (standard deviation NOISE / √3)."""
MARGIN: Final = 0.7
RUNS: Final = 20
"""Runs of each arm in one experiment."""


def planted(useful: int = USEFUL, useless: int = USELESS, harmful: int = HARMFUL) -> Graph:
    """Return the graph: each module adds its part to the noise it is given, `total` adds up what comes."""
    graph = Graph("planted")
    graph.about = "Modules of known worth, for measuring what a knockout report says of them."
    graph.add("flow.output", "points")
    names = []
    for kind, count, worth in (("useful", useful, EFFECT), ("useless", useless, 0.0), ("harmful", harmful, -EFFECT)):
        for number in range(1, count + 1):
            name = f"{kind}_{number}"
            graph.add("random.number", f"noise_of_{name}", low=-NOISE, high=NOISE)
            graph.add("math.expression", name, expression=f"noise + {worth}")
            graph.connect(f"noise_of_{name}.value", f"{name}.noise")
            names.append(name)
    graph.add("math.expression", "total", expression=" + ".join(names), optional=dict.fromkeys(names, 0))
    for name in names:
        graph.connect(f"{name}.value", f"total.{name}")
    graph.connect("total.value", "points.value")
    return graph


@dataclass
class Rates:
    """Counts over experiments. `wrong` counts experiments in which a claim that a module matters or is poison, or that
    it is dead weight, is false."""

    experiments: int = 0
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("useful", "harmful", "useless"), 0))
    false_effects: int = 0
    wrong: int = 0
    wrong_dead: int = 0
    error: float = 0.0

    def take(self, modules: Modules) -> None:
        """Count one experiment."""
        self.experiments += 1
        self.error = modules.error
        wrong = dead = False
        truth = {"useful": "matters", "harmful": "poison", "useless": "dead weight"}
        for one in modules.modules:
            kind = one.name.partition("_")[0]
            self.found[kind] += one.verdict == truth[kind]
            is_effect = one.verdict in ("matters", "poison")
            self.false_effects += kind == "useless" and is_effect
            wrong |= is_effect and one.verdict != truth[kind]
            dead |= one.verdict == "dead weight" and kind != "useless"
        self.wrong += wrong
        self.wrong_dead += dead

    def as_json(self) -> dict[str, Any]:
        """Return rates by kind."""
        count = self.experiments
        return {
            "experiments": count, "runs_of_each_arm": RUNS, "effect": EFFECT, "noise_sd": round(NOISE / 3**0.5, 3),
            "margin": MARGIN, "stated_error": self.error,
            "useful_found": self.found["useful"] / (count * USEFUL),
            "harmful_found": self.found["harmful"] / (count * HARMFUL),
            "useless_called_dead_weight": self.found["useless"] / (count * USELESS),
            "useless_called_something_else": self.false_effects / (count * USELESS),
            "experiments_with_a_wrong_effect": self.wrong / count,
            "experiments_with_a_wrong_dead_weight": self.wrong_dead / count,
        }  # fmt: skip


def measure(folder: Path, seeds: int, made: Graph | None = None) -> Rates:
    """Make the experiments, one batch each, and count what their reports say; `made` is a graph of fewer modules."""
    graph, made = folder / "planted.yaml", made or planted()
    made.save(graph)
    modules = [name for name in made.nodes if name.partition("_")[0] in ("useful", "useless", "harmful")]
    rates = Rates()
    for seed in range(seeds):
        experiment = experiment_of({
            "graph": str(graph), "score": {"score": {"expression": "points"}}, "margin": MARGIN,
            "knockouts": modules, "seeds": [1000 * seed + number for number in range(RUNS)],
        })  # fmt: skip
        db = folder / f"{seed}.db"
        outcome = run_batch(experiment, db)
        if outcome.status != "complete" or outcome.progress.failed:
            raise SystemExit(f"seed {seed}: {outcome}")
        rates.take(conclude(read_table(db, outcome.batch)).modules["planted"])
    return rates


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="3 seeds in place of 20")
    parser.add_argument("--out", default=".", help="folder or file of the report")
    args = parser.parse_args()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name), 3 if args.quick else 20).as_json()
    found["seconds"] = round(time.perf_counter() - begin, 1)
    for what, value in found.items():
        print(f"{what:40} {value}")
    write_report(args.out, "knockout_planted", found)


if __name__ == "__main__":
    main()
