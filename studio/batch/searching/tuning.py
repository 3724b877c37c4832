"""The search for settings: trials of Optuna, each a variant of the experiment, and what the best are worth elsewhere.

Trials see the training rows only. The settings that come out best there look better than they are, for they were
chosen by luck too; so they are measured once more, beside the graph as it is, on rows that no trial has seen.

Every round of trials is a batch of its own, and what a batch has made, later ones take over: trials that lag behind
are given up after some of the rows, and the record of all that were completed is one batch, made of runs that are
there. Optuna keeps nothing: asked again, with the same seed and told the same results, it makes the same choices.
"""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from studio.batch.analysing.table import Table
from studio.batch.design.plan import Plan
from studio.batch.design.rows import Row
from studio.batch.design.spec import Experiment
from studio.batch.design.variants import WHOLE
from studio.batch.searching.extras import library
from studio.batch.searching.rounds import Rounds, Stopped
from studio.batch.searching.spaces import Space, variant_of
from studio.batch.statistics import Comparison, Method, Standing, front, paired
from studio.batch.statistics.method import Scores, plain
from studio.support.errors import UsageError
from studio.support.values import Json, sorted_encode

COSTS: Final = ("seconds", "tokens", "cost_usd", "calls")

TOGETHER: Final = 4
"""Trials that are chosen and made together."""

RUNGS: Final = (0.25, 0.5, 1.0)
"""After which shares of the training rows a trial may be given up."""
FEWEST_TO_GIVE_UP: Final = 16
"""Training rows below which no trial is given up: a part of them says too little."""
SURE: Final = 0.1
"""A trial is given up if it would lag behind the best so far by as much as it does with a chance below this."""

FEWEST_ROWS: Final = 4
MOST_SHOWN: Final = 5
"""Settings of the front of score and cost that are measured on held-out rows."""
LEVEL: Final = 0.95


@dataclass(frozen=True)
class Aims:
    """How it is searched. `cost` names what is weighed against the score, "" nothing."""

    trials: int = 30
    held_out: float = 0.3
    cost: str = ""
    seed: int = 0

    def checked(self) -> Aims:
        """Return it. Raises UsageError for what means nothing."""
        if self.trials < 1:
            raise UsageError(f"`--trials {self.trials}` tries nothing.", hint="Give 1 or more.")
        if not 0.1 <= self.held_out <= 0.9:
            raise UsageError(f"`--held-out {self.held_out:g}` is no share.", hint="Give a number from 0.1 to 0.9.")
        if self.cost and self.cost not in COSTS:
            raise UsageError(f"Nothing is known of the cost `{self.cost}`.", hint=f"One of {', '.join(COSTS)}.")
        return self


@dataclass
class Trial:
    """Settings that were tried. `rows` counts the training rows it was run on; given up, these are not all."""

    number: int
    values: Mapping[str, Json]
    scores: dict[tuple[Any, Any], float | None] = field(default_factory=dict)
    mean: float = math.nan
    cost: float = math.nan
    rows: int = 0
    given_up: bool = False

    @property
    def name(self) -> str:
        """What its variant is called."""
        return f"trial {self.number}"


@dataclass(frozen=True)
class Elsewhere:
    """Settings on rows that no trial has seen. `gain` compares them with the graph as it is, row by row."""

    trial: Trial
    mean: float | None
    cost: float | None
    gain: Comparison
    sign: float
    """1 if higher scores are better, else −1."""

    @property
    def is_better(self) -> bool:
        """True if the gain is shown."""
        return self.gain.differs and self.sign * (self.gain.effect or 0.0) > 0

    @property
    def optimism(self) -> float | None:
        """By how much the settings look better on the rows that they were chosen by."""
        return None if self.mean is None else self.sign * (self.trial.mean - self.mean)


@dataclass(frozen=True)
class Tuned:
    """What came of a search. `now` is the graph as it is; `best` are the best settings or, where a cost is weighed, the
    front of score and cost, the cheapest first. `record` is the batch of all trials that were completed."""

    aims: Aims
    now: Trial
    now_elsewhere: tuple[float | None, float | None]
    trials: Sequence[Trial]
    best: Sequence[Elsewhere]
    training_rows: int
    held_out_rows: int
    stopped: str
    record: str
    held_out_batch: str
    used: Mapping[str, float]
    paid: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "rows": {"training": self.training_rows, "held_out": self.held_out_rows},
            "now": {
                "training": plain(self.now.mean), "held_out": plain(self.now_elsewhere[0]),
                "cost": plain(self.now_elsewhere[1]),
            },
            "best": [
                {
                    "trial": one.trial.number, "set": dict(one.trial.values), "training": plain(one.trial.mean),
                    "held_out": plain(one.mean), "optimism": plain(one.optimism), "cost": plain(one.cost),
                    "gain": one.gain.as_json(), "is_better": one.is_better,
                }
                for one in self.best
            ],
            "trials": [
                {
                    "trial": one.number, "set": dict(one.values), "mean": plain(one.mean), "cost": plain(one.cost),
                    "rows": one.rows, "given_up": one.given_up,
                }
                for one in self.trials
            ],
            "stopped": self.stopped, "record": self.record, "held_out_batch": self.held_out_batch,
            "used": dict(self.used), "paid": dict(self.paid),
        }  # fmt: skip


def tune(experiment: Experiment, plan: Plan, spaces: Sequence[Space], rounds: Rounds, aims: Aims) -> Tuned:
    """Search. `plan` is that of the experiment as it is; `rounds` is entered already.

    Raises UsageError for rows that cannot be divided and where no run can be scored; Stopped where a bound is reached
    before anything could be measured on held-out rows; EnvironmentProblem as batches do, and if the library is missing.
    """
    aims = aims.checked()
    library("optuna")
    if experiment.main is None:
        raise UsageError("Without a score no setting is better than another.", hint="Give `--score EXPR`.")
    training, held_out = divided(plan.rows, aims)
    return _Search(experiment, spaces, rounds, aims, training, held_out).run()


def divided(rows: Sequence[Row], aims: Aims) -> tuple[list[Row], list[Row]]:
    """Return training rows and held-out ones, at random by the seed; rows that say the same stay together. Raises
    UsageError if there are too few."""
    if any(row.files for row in rows):
        raise UsageError("Rows that name files cannot be divided for a search.", hint="Give values in the rows.")
    hashes = sorted({row.hash for row in rows})
    if len(hashes) < FEWEST_ROWS:
        raise UsageError(
            f"There are {len(hashes)} different rows, and {FEWEST_ROWS} are the fewest that can be divided.",
            hint="Give more data: some rows are held out to measure what was found.",
        )
    random.Random(aims.seed).shuffle(hashes)
    count = min(max(2, round(len(hashes) * aims.held_out)), len(hashes) - 2)
    kept = set(hashes[:count])
    order = {hash: place for place, hash in enumerate(hashes)}
    mixed = sorted(rows, key=lambda row: (order[row.hash], row.twin))
    return [row for row in mixed if row.hash not in kept], [row for row in mixed if row.hash in kept]


class _Search:
    def __init__(
        self, experiment: Experiment, spaces: Sequence[Space], rounds: Rounds, aims: Aims, training: Sequence[Row],
        held_out: Sequence[Row],
    ) -> None:  # fmt: skip
        self.experiment = experiment
        self.spaces = spaces
        self.rounds = rounds
        self.aims = aims
        self.training = training
        self.held_out = held_out
        self.name = experiment.name or next(iter(experiment.graphs))
        assert experiment.main is not None
        self.score = experiment.main.name
        self.sign = 1.0 if experiment.better == "higher" else -1.0
        self.trials: list[Trial] = []
        self.worst = math.nan
        self.why = ""

    def run(self) -> Tuned:
        now = Trial(0, {})
        self._measure([now], self.training, f"{self.name}: as it is")
        if math.isnan(self.worst):
            raise UsageError(f"No run of the graph as it is could be scored. {self.why}".strip())
        stopped = ""
        try:
            self._search()
        except Stopped as reason:
            stopped = reason.message
        complete = [one for one in self.trials if one.rows == len(self.training) and not one.given_up]
        best = self._best([now, *complete])
        record = self._table(complete, self.training, f"{self.name}: trials").batch.id
        table = self._table(best, self.held_out, f"{self.name}: held out")
        elsewhere = [self._elsewhere(table, one, len(best)) for one in best]
        now_elsewhere = _mean(table.scores_of(WHOLE, self.score)), self._cost(table, WHOLE)
        return Tuned(
            self.aims, now, now_elsewhere, self.trials, elsewhere, len(self.training), len(self.held_out), stopped,
            record, table.batch.id, self.rounds.used.to_json(), self.rounds.paid.to_json(),
        )  # fmt: skip

    # -- trials -------------------------------------------------------------------------------------

    def _search(self) -> None:
        optuna = library("optuna")
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with _quiet():
            study = optuna.create_study(
                directions=["maximize" if self.sign > 0 else "minimize", *(["minimize"] if self.aims.cost else [])],
                sampler=optuna.samplers.TPESampler(
                    seed=self.aims.seed, constant_liar=True, n_startup_trials=max(4, min(10, self.aims.trials // 3))
                ),
                pruner=optuna.pruners.WilcoxonPruner(p_threshold=SURE),
            )
            known: dict[bytes, Trial] = {}
            in_vain = 0
            while len(self.trials) < self.aims.trials and in_vain < self.aims.trials + TOGETHER:
                asked: list[tuple[Any, Trial]] = []
                for _ in range(min(TOGETHER, self.aims.trials - len(self.trials))):
                    trial = study.ask()
                    values = {one.target: one.suggested(trial) for one in self.spaces}
                    twin = known.get(key := sorted_encode(values))
                    if twin is not None:
                        in_vain += 1
                        asked.append((trial, twin))
                        continue
                    made = known[key] = Trial(len(self.trials) + 1, values)
                    self.trials.append(made)
                    asked.append((trial, made))
                self._made(asked)
                for trial, made in asked:
                    state = optuna.trial.TrialState.PRUNED if made.given_up else None
                    study.tell(trial, None if made.given_up else self._objectives(made), state=state)

    def _made(self, asked: Sequence[tuple[Any, Trial]]) -> None:
        """Run the trials of a round, part of the rows after the other; those that lag behind are given up."""
        fresh = list({made.number: (trial, made) for trial, made in reversed(asked) if not made.rows}.values())[::-1]
        prunes = not self.aims.cost and len(self.training) >= FEWEST_TO_GIVE_UP
        for share in RUNGS if prunes else (1.0,):
            going = [(trial, made) for trial, made in fresh if not made.given_up]
            if not going:
                return
            before, count = going[0][1].rows, round(len(self.training) * share)
            numbers = ", ".join(str(made.number) for _, made in going)
            self._measure([made for _, made in going], self.training[:count], f"{self.name}: trials {numbers}")
            for trial, made in going:
                self._report(trial, made, before)
                if share < 1 and trial.should_prune():
                    made.given_up = True

    def _report(self, trial: Any, made: Trial, since: int) -> None:
        if self.aims.cost:
            return  # what has two aims is not given up
        for row in range(since, made.rows):
            some = [self._number(score) for (at, _), score in made.scores.items() if at == row]
            trial.report(math.fsum(some) / len(some), step=row)

    def _objectives(self, made: Trial) -> list[float]:
        return [made.mean, made.cost] if self.aims.cost else [made.mean]

    def _measure(self, trials: Sequence[Trial], rows: Sequence[Row], title: str) -> None:
        runs = (len(trials) + 1) * len(rows) + 2 * len(self.held_out)  # so that what is found can be measured
        if bound := self.rounds.reached_by(runs * len(self.experiment.seeds)):
            raise Stopped(f"The bound {bound} is reached.", hint="Give more: `--budget`.")
        table = self._table(trials, rows, title)
        for line in table.lines:
            score = line.scores.get(self.score)
            if score is None:
                self.why = self.why or line.missing.get(self.score, "") or line.error
            elif math.isnan(self.worst) or self.sign * score < self.sign * self.worst:
                self.worst = float(score)
        for one in trials:
            arm = WHOLE if not one.number else one.name
            one.scores = dict(table.scores_of(arm, self.score))
            one.rows = len(rows)
            numbers = [self._number(score) for score in one.scores.values()]
            one.mean = math.fsum(numbers) / len(numbers)
            one.cost = self._cost(table, arm) or 0.0

    def _number(self, score: float | None) -> float:
        """A run without a score counts as the worst that was seen."""
        return (0.0 if math.isnan(self.worst) else self.worst) if score is None else float(score)

    # -- batches ------------------------------------------------------------------------------------

    def _table(self, trials: Sequence[Trial], rows: Sequence[Row], title: str) -> Table:
        """Run the trials, and the graph as it is beside them, on rows. What is there already is taken over."""
        variants = tuple(variant_of(one.name, one.values) for one in trials if one.number)
        return self.rounds.run(
            replace(
                self.experiment, name=title, data=[dict(row.values) for row in rows], variants=variants, vary={},
                compare=WHOLE, own=self.experiment.own - {"data"} | {"variants"},
            )
        )  # fmt: skip

    def _cost(self, table: Table, arm: str) -> float | None:
        return _mean(table.measures_of(arm, self.aims.cost)) if self.aims.cost else None

    # -- what is best -------------------------------------------------------------------------------

    def _best(self, trials: Sequence[Trial]) -> list[Trial]:
        """Return the best settings: one, or those on the front of score and cost; none if the graph as it is is."""
        if not self.aims.cost:
            best = max(trials, key=lambda one: (self.sign * one.mean, -one.number))
            return [best] if best.number else []
        points = {one.name: (one.cost, one.mean) for one in trials}
        by_name = {one.name: one for one in trials}
        standing: Sequence[Standing] = [one for one in front(points, self.experiment.better) if one.on_front]
        found = [by_name[one.name] for one in standing if by_name[one.name].number]
        return sorted(sorted(found, key=lambda one: -self.sign * one.mean)[:MOST_SHOWN], key=lambda one: one.cost)

    def _elsewhere(self, table: Table, one: Trial, count: int) -> Elsewhere:
        method = Method(level=1 - (1 - LEVEL) / count, better=self.experiment.better)
        scores = table.scores_of(one.name, self.score)
        gain = paired(scores, table.scores_of(WHOLE, self.score), method)
        return Elsewhere(one, _mean(scores), self._cost(table, one.name), gain, self.sign)


def _mean(scores: Scores) -> float | None:
    known = [float(score) for score in scores.values() if score is not None]
    return math.fsum(known) / len(known) if known else None


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what the library says of parts that may change in later versions: ours is pinned."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=library("optuna").exceptions.ExperimentalWarning)
        yield
