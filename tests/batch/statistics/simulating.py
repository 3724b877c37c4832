"""Experiments whose truth is known: how often intervals hold it and claims are wrong.

The tests ask little of it, `python -m tests.bench.statistics` more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from studio.batch.statistics import Margin, Method, Modules, judge_modules
from studio.batch.statistics.means import Means
from studio.batch.statistics.method import Floats, Scores
from studio.batch.statistics.shares import wilson

QUICK = Method(draws=2000)
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]


def _paired_shares(better: float, worse: float) -> Draw:
    def draw(rng: np.random.Generator, size: tuple[int, int]) -> Floats:
        place = rng.random(size)
        return np.where(place < better, 1.0, np.where(place < better + worse, -1.0, 0.0))

    return draw


def _part_lost(rng: np.random.Generator, size: tuple[int, int]) -> Floats:
    whole = rng.exponential(size=size)
    return whole - 0.8 * whole * rng.uniform(0.8, 1.2, size)


NUMBERS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, size: rng.normal(3, 1, size), 3.0),
    "exponential": (lambda rng, size: rng.exponential(size=size), 1.0),
    "lognormal .75": (lambda rng, size: np.exp(0.75 * rng.normal(size=size)), float(np.exp(0.75**2 / 2))),
    "near the top": (lambda rng, size: rng.beta(5, 1, size), 5 / 6),
    "points of ten": (lambda rng, size: rng.binomial(10, 0.8, size) / 10, 0.8),
    "heavy tails": (lambda rng, size: rng.laplace(0.5, 1, size), 0.5),
    "part lost": (_part_lost, 0.2),
    "few differ": (lambda rng, size: rng.uniform(0, 1, size) * (rng.random(size) < 0.2), 0.1),
}
"""Scores and differences of scores, with their true means."""
VERY_SKEWED: tuple[Draw, float] = (lambda rng, size: np.exp(rng.normal(size=size)), float(np.exp(0.5)))
SHARES: dict[str, tuple[Draw, float]] = {
    f"{better:.0%} better, {worse:.0%} worse": (_paired_shares(better, worse), better - worse)
    for better, worse in ((0.1, 0.0), (0.1, 0.1), (0.3, 0.1), (0.5, 0.1), (0.02, 0.0))
}
"""Differences of true and false."""


def coverage(draw: Draw, truth: float, count: int, *, shares: bool = False, times: int = 1000, seed: int = 7) -> float:
    """Return how often the 95 % interval of a mean holds the truth."""
    values = draw(np.random.default_rng(seed), (times, count))
    means = Means(values, QUICK, span=1.0 if shares else float(np.ptp(values)), shares=shares, together=1)
    low, high = means.limits(0.025)
    return float(((low <= truth) & (truth <= high)).mean())


def naive_coverage(draw: Draw, truth: float, count: int, *, times: int = 1000, seed: int = 7) -> float:
    """Return the same for Student's interval alone."""
    values = draw(np.random.default_rng(seed), (times, count))
    reach = stats.t.ppf(0.975, count - 1) * values.std(axis=1, ddof=1) / np.sqrt(count)
    return float((np.abs(values.mean(axis=1) - truth) <= reach).mean())


def share_coverage(count: int, wald: bool = False) -> tuple[float, float]:
    """Return the mean and the least coverage of Wilson's (or Wald's) interval over shares of .05 to .95, exactly."""
    trues = np.arange(count + 1)
    if wald:
        reach = 1.96 * np.sqrt(trues / count * (1 - trues / count) / count)
        low, high = trues / count - reach, trues / count + reach
    else:
        found = [wilson(true / count, count, 0.95) for true in trues]
        low, high = (np.array([getattr(each, end) for each in found]) for end in ("low", "high"))
    shares = np.linspace(0.05, 0.95, 181)
    held = [float(stats.binom.pmf(trues, count, each)[(low <= each) & (each <= high)].sum()) for each in shares]
    return float(np.mean(held)), min(held)


@dataclass(frozen=True)
class Rates:
    """Of all experiments or claims: wrong ones anywhere, planted modules found, null ones called dead weight, and
    experiments that called a planted one dead weight."""

    wrong: float
    found: float
    dead: float
    wrongly_dead: float
    without_allowance: float


def experiment(rng: np.random.Generator, effects: Sequence[float], modules: int, seeds: int, noise: float) -> Modules:
    """Make one knockout experiment of one row: the first modules have `effects`, the others none; and judge it."""
    base = rng.normal(0, 2, seeds)
    whole: Scores = {("day", seed): float(score) for seed, score in enumerate(base)}
    without: dict[str, Scores] = {}
    for place in range(modules):
        effect = effects[place] if place < len(effects) else 0.0
        scores = base - effect + rng.normal(0, noise, seeds)
        without[f"module {place}"] = {("day", seed): float(score) for seed, score in enumerate(scores)}
    return judge_modules(whole, without, QUICK, Margin(0.5, "score"))


def rates(
    times: int, effects: Sequence[float] = (), *, modules: int = 30, seeds: int = 20, noise: float = 1.0
) -> Rates:
    """Return how often experiments name what is not there, and find what is."""
    rng = np.random.default_rng(11)
    wrong = wrongly = loose = found = dead = 0
    for _ in range(times):
        judged = experiment(rng, effects, modules, seeds, noise).modules
        planted, null = judged[: len(effects)], judged[len(effects) :]
        wrong += any(each.verdict in ("matters", "poison") for each in null)
        loose += any(each.comparison.differs for each in null)
        wrongly += any(each.verdict == "dead weight" for each in planted)
        dead += sum(each.verdict == "dead weight" for each in null)
        for each, effect in zip(planted, effects, strict=True):
            found += each.verdict == ("matters" if effect > 0 else "poison")
    return Rates(
        wrong / times,
        found / times / max(1, len(effects)),
        dead / times / (modules - len(effects)),
        wrongly / times,
        loose / times,
    )
