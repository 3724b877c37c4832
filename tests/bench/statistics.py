"""How often the statistics of experiments are right, and how long they take.

`python -m tests.bench.statistics [--times N]` prints the coverage of 95 % intervals, the rates of wrong claims and of
planted modules found, and the time for a hundred modules over two hundred pairs; and writes `statistics.json`.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from studio.batch.statistics import judge_modules
from tests.batch.statistics.simulating import (
    NUMBERS,
    SHARES,
    VERY_SKEWED,
    coverage,
    naive_coverage,
    rates,
    share_coverage,
)
from tests.bench.machine import write_report

COUNTS = (10, 20, 50)


def coverages(times: int) -> dict[str, Any]:
    """Return the coverage of each kind of scores for 10, 20 and 50 of them, and print it."""
    out: dict[str, Any] = {}
    print(
        f"{'coverage of 95 % intervals':<28} " + "  ".join(f"n = {count:<11}" for count in COUNTS) + "  (Student's t)"
    )
    for kinds, shares in (({**NUMBERS, "lognormal 1": VERY_SKEWED}, False), (SHARES, True)):
        for name, (draw, truth) in kinds.items():
            ours = [coverage(draw, truth, count, shares=shares, times=times) for count in COUNTS]
            naive = [naive_coverage(draw, truth, count, times=times) for count in COUNTS]
            out[name] = {"ours": ours, "student": naive}
            print(f"{name:<28} " + "  ".join(f"{a:.3f} ({b:.3f})  " for a, b in zip(ours, naive, strict=True)))
    out["share"] = {"mean and least": [share_coverage(count) for count in COUNTS]}
    print("shares, mean and least      ", out["share"]["mean and least"])
    return out


def seconds(modules: int = 100, pairs: int = 200) -> tuple[float, float]:
    """Return the wall and the processor seconds for verdicts on modules."""
    rng = np.random.default_rng(0)
    whole = {(row, 0): float(score) for row, score in enumerate(rng.normal(size=pairs))}
    without = {
        str(module): {key: score + float(rng.normal(0, 0.4)) for key, score in whole.items()}
        for module in range(modules)
    }
    start = time.perf_counter(), time.process_time()
    judge_modules(whole, without)
    return time.perf_counter() - start[0], time.process_time() - start[1]


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--times", type=int, default=4000, metavar="N", help="experiments per coverage; a tenth per rate"
    )
    parser.add_argument("--out", default=".", help="folder or file of the report")
    args = parser.parse_args()
    results: dict[str, Any] = {"coverage": coverages(args.times)}
    many = max(10, args.times // 10)
    for name, found in (
        ("30 null modules, 20 seeds", rates(many)),
        ("4 of 30 planted, 1.6 sd, 20 seeds", rates(many, (1.6, 1.6, -1.6, -1.6))),
        ("4 of 30 planted, 1.25 sd, 20 seeds", rates(many, (1.25, 1.25, -1.25, -1.25))),
        ("5 of 30 at the margin of 1 sd, 60 seeds", rates(many, (0.5,) * 5, seeds=60, noise=0.5)),
    ):
        results[name] = {key: getattr(found, key) for key in ("wrong", "found", "dead", "wrongly_dead")}
        print(f"{name}: {results[name]}")
    results["seconds"] = dict(zip(("wall", "processor"), seconds(), strict=True))
    print(f"100 modules, 200 pairs: {results['seconds']}")
    print(write_report(args.out, "statistics", results))


if __name__ == "__main__":
    main()
