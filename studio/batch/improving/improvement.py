"""The whole way: cases are divided, proposals found on one part, and measured on the other, which no proposal has seen.

What is found on the cases that it was chosen by looks better than it is; so only the held-out part counts, with an
interval that allows for how many proposals were measured. Nothing is applied here.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from studio.batch.improving.bench import Bench, Candidate, Measured
from studio.batch.improving.evolving import Evolution
from studio.batch.improving.exemplars import SIZES, exemplars
from studio.batch.improving.node_cases import NodeCase, Subject, split
from studio.batch.improving.proposing import Proposer, reflecting_model
from studio.batch.searching.applying import unified
from studio.batch.searching.extras import library
from studio.batch.searching.rounds import Rounds, Stopped
from studio.batch.statistics import Comparison, Method, paired
from studio.batch.statistics.method import plain
from studio.support.errors import UsageError
from studio.support.values import Json

HELD_OUT: Final = 0.5
"""Share of the cases that is held out."""

MOST_ROUNDS: Final = 12
"""Proposals that are asked for."""

MOST_MEASURED: Final = 4
"""Proposals that are measured on held-out cases: the more there are, the more one of them must show."""

LEVEL: Final = 0.95


@dataclass(frozen=True)
class Wishes:
    """What a person asks for. `model` answers for all roles in the measured node, `reflect_with` proposes."""

    model: str = ""
    embedder: str = ""
    reflect_with: str = ""
    held_out: float = HELD_OUT
    rounds: int = MOST_ROUNDS
    seed: int = 0

    def checked(self) -> Wishes:
        """Return it. Raises UsageError for numbers that mean nothing."""
        if not 0.1 <= self.held_out <= 0.9:
            raise UsageError(f"`--held-out {self.held_out:g}` is no share.", hint="Give a number from 0.1 to 0.9.")
        if self.rounds < 1:
            raise UsageError(f"`--rounds {self.rounds}` proposes nothing.", hint="Give 1 or more.")
        return self


@dataclass(frozen=True)
class Scores:
    """A prompt on one part of the cases: the mean share kept, and what a case took."""

    mean: float
    calls: float
    tokens: float
    cost_usd: float | None

    @classmethod
    def of(cls, made: Sequence[Measured]) -> Scores:
        """Return the means of what was measured."""
        prices = [one.cost_usd for one in made if one.cost_usd is not None]
        return cls(
            math.fsum(one.score for one in made) / len(made),
            math.fsum(one.calls for one in made) / len(made),
            math.fsum(one.tokens for one in made) / len(made),
            math.fsum(prices) / len(made) if len(prices) == len(made) else None,
        )


@dataclass(frozen=True)
class Proposal:
    """Another prompt. `gain` compares it with the present one on held-out cases, case by case."""

    candidate: Candidate
    kind: str
    feedback: Scores
    held_out: Scores
    gain: Comparison

    @property
    def is_better(self) -> bool:
        """True if the gain on held-out cases is shown."""
        return self.gain.differs and (self.gain.effect or 0.0) > 0

    @property
    def lower(self) -> float:
        """The least that the gain is, as far as is shown."""
        low = self.gain.interval.low
        return -math.inf if low is None else low


@dataclass(frozen=True)
class Improvement:
    """What came of it: the prompt as it is, and proposals, those that are surest to gain first. `stopped` says what
    ended the search early, `could_show` is False where so few cases show nothing, whatever the proposals."""

    subject: Subject
    now: Candidate
    feedback: Scores
    held_out: Scores
    proposals: Sequence[Proposal]
    feedback_cases: int
    held_out_cases: int
    proposer: str
    asked: int
    stopped: str
    could_show: bool
    used: Mapping[str, float]
    paid: Mapping[str, float]
    batches: Sequence[str]

    def settings(self, number: int) -> dict[str, Json]:
        """Return what a proposal sets, by `node.param`. Raises UsageError if there is none of this number."""
        if not 1 <= number <= len(self.proposals):
            count = len(self.proposals)
            raise UsageError(
                f"There is no proposal {number}.",
                hint=f"They are numbered 1 to {count}." if count else "Nothing was found that is worth applying.",
            )
        one, path = self.proposals[number - 1].candidate, self.subject.path
        found: dict[str, Json] = {}
        if one.instructions != self.now.instructions:
            found[f"{path}.instructions"] = one.instructions
        if one.examples != self.now.examples:
            found[f"{path}.examples"] = list(one.examples)
        return found

    @property
    def better(self) -> list[Proposal]:
        """The proposals whose gain is shown."""
        return [one for one in self.proposals if one.is_better]

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "node": self.subject.path,
            "cases": {"feedback": self.feedback_cases, "held_out": self.held_out_cases},
            "now": {"feedback": plain(self.feedback), "held_out": plain(self.held_out)},
            "proposals": [
                {
                    "number": number, "kind": one.kind, "is_better": one.is_better,
                    "instructions": one.candidate.instructions, "examples": list(one.candidate.examples),
                    "diff": unified(self.now.text(), one.candidate.text(), self.subject.path),
                    "feedback": plain(one.feedback), "held_out": plain(one.held_out), "gain": one.gain.as_json(),
                }
                for number, one in enumerate(self.proposals, 1)
            ],
            "proposed_by": self.proposer, "asked": self.asked, "stopped": self.stopped, "could_show": self.could_show,
            "used": dict(self.used), "paid": dict(self.paid), "batches": list(self.batches),
        }  # fmt: skip


def improve(subject: Subject, cases: Sequence[NodeCase], rounds: Rounds, wishes: Wishes) -> Improvement:
    """Look for a better prompt. `rounds` is entered already.

    Raises UsageError for too few cases, a budget that is too small to show anything, or where nobody was named to
    propose; Stopped where a bound is reached before anything could be measured on held-out cases; EnvironmentProblem as
    benches do, and if a library is missing.
    """
    wishes = wishes.checked()
    library("gepa")
    feedback, held_out = split(cases, wishes.held_out, wishes.seed)
    model = reflecting_model(wishes.reflect_with, wishes.model or str(subject.params.get("model") or "default"))
    with tempfile.TemporaryDirectory(prefix="studio-improve-") as name:
        folder = Path(name)
        bench = Bench(subject, rounds, folder, model=wishes.model, embedder=wishes.embedder)
        now = Candidate(subject.instructions, subject.examples)
        base = bench.measure([now], feedback, "the prompt as it is")[0]
        each = max(1.0, Scores.of(base).calls)
        most = _affordable(rounds, each, len(held_out))
        proposer = Proposer(subject, rounds, folder, model)
        evolution = Evolution(bench, rounds, proposer, feedback)
        kept = each * len(held_out) * (1 + most)
        evolution.run(now, wishes.rounds, kept, wishes.seed)
        found = [("instructions", one, made) for one, made in evolution.found.values()]
        stopped = evolution.stopped
        try:
            found += _with_examples(subject, bench, found, feedback, kept)
        except Stopped as reason:
            stopped = stopped or reason.message
        chosen = _chosen(now, found, Scores.of(base).mean, most)
        measured = bench.measure([now, *(one for _, one, _ in chosen)], held_out, f"{subject.path}: held out")
    proposals = _compared(chosen, measured)
    return Improvement(
        subject, now, Scores.of(base), Scores.of(measured[0]), proposals, len(feedback), len(held_out), model,
        proposer.asked, stopped, _could_show(len(held_out), max(1, len(chosen))), rounds.used.to_json(),
        rounds.paid.to_json(), list(rounds.batches),
    )  # fmt: skip


def _affordable(rounds: Rounds, each: float, held_out: int) -> int:
    """Return how many proposals may be measured on held-out cases so that half of the budget is left to find them.

    Raises UsageError if the budget is too small for one.
    """
    bound = rounds.budget.calls
    if bound is None:
        return MOST_MEASURED
    least = rounds.used.calls + each * held_out * 2
    if bound < least + each:
        raise UsageError(
            f"With {bound:g} calls nothing can be shown: measuring the prompt and one proposal on {held_out} held-out "
            f"cases takes {math.ceil(least)} already.",
            hint=f"Give `--budget calls={math.ceil(2 * least + 20)}`, or hold out less: `--held-out 0.3`.",
        )
    return max(1, min(MOST_MEASURED, int((bound - rounds.used.calls) / 2 / (each * held_out)) - 1))


Found = tuple[str, Candidate, list[Measured]]


def _with_examples(
    subject: Subject, bench: Bench, found: Sequence[Found], feedback: Sequence[NodeCase], kept: float
) -> list[Found]:  # fmt: skip
    """Return the present prompt, and the best one found, with examples from the cases added to them.

    A case that is an example is right for that reason alone: what was measured without it stands for it.
    """
    present, best = found[0], max(found, key=lambda each: _mean(each[2]))
    made: list[Found] = []
    if _mean(best[2]) == 1.0:
        return made  # examples could gain nothing here, and each prompt would be longer
    for _, one, measured in [present] if best is present else [present, best]:
        pairs = list(zip(feedback, measured, strict=True))
        sizes = {len(some): some for size in SIZES if (some := exemplars(subject, pairs, min(size, len(pairs) // 2)))}
        for some in sizes.values():
            rest = [case for case in feedback if all(case.inputs != _inputs_of(example) for example in some)]
            with_them = Candidate(one.instructions, (*one.examples, *some))
            measured_now = bench.measure([with_them], rest, "with examples", keep=kept)[0]
            got = {case.identity: each for case, each in zip(rest, measured_now, strict=True)}
            merged = [got.get(case.identity, before) for case, before in pairs]
            if _mean(merged) > _mean(measured):
                kind = "examples" if one.instructions == subject.instructions else "instructions and examples"
                made.append((kind, with_them, merged))
    return made


def _inputs_of(example: Json) -> dict[str, Json]:
    assert isinstance(example, dict)
    return {name: value for name, value in example.items() if name != "output"}


def _chosen(now: Candidate, found: Sequence[Found], base: float, most: int) -> list[Found]:
    """Return what is worth measuring on held-out cases: what was better where it was found, the best first."""
    others = [each for each in found if each[1].identity != now.identity and _mean(each[2]) > base]
    return sorted(others, key=lambda each: -_mean(each[2]))[:most]


def _compared(chosen: Sequence[Found], measured: Sequence[Sequence[Measured]]) -> list[Proposal]:
    now, *others = measured
    method = _method(len(chosen)) if chosen else None
    made = []
    for (kind, one, feedback), held_out in zip(chosen, others, strict=True):
        assert method is not None
        gain = paired(_by_case(held_out), _by_case(now), method)
        made.append(Proposal(one, kind, Scores.of(feedback), Scores.of(held_out), gain))
    return sorted(made, key=lambda each: (-each.lower, -(each.gain.effect or 0.0)))


def _method(count: int) -> Method:
    """All intervals hold together at the level: each of several at a higher one (Bonferroni)."""
    return replace(Method(scale=(0.0, 1.0)), level=1 - (1 - LEVEL) / count)


def _by_case(made: Sequence[Measured]) -> dict[tuple[Any, Any], float]:
    return {(place, 0): one.score for place, one in enumerate(made)}


def _mean(made: Sequence[Measured]) -> float:
    return math.fsum(one.score for one in made) / len(made) if made else 0.0


def _could_show(cases: int, count: int) -> bool:
    """True if a proposal that is right wherever the prompt was wrong would be shown to be better."""
    best = paired({(n, 0): 1.0 for n in range(cases)}, {(n, 0): 0.0 for n in range(cases)}, _method(count))
    return best.differs
