"""Choosing one of several labels: what Decide and Route have in common beyond how they rank.

A ranking is asked once per model; if its surest label violates a check, the next surest is tried.  Where a model
states one label only, it is asked again and shown the violated checks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._job import Fault, Job
from studio.nodes.llm._settle import Draft, Try, settle
from studio.support.values import Absent, Json

DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class ChoiceJob(Job):
    """What Decide and Route are told alike: below `min_confidence` the answer is `unsure`, or there is none."""

    min_confidence: float = 0.0
    unsure: str = ""
    votes: int | None = None
    split_words: int = 40


class Ranking(NamedTuple):
    """Scores by label, surest first.

    `known` is False where the model gave no measure of how sure it is, `full` True where every label was weighed, so
    that the second means something. Empty if the model named no label; `said` is what it said instead.
    """

    scores: Mapping[str, float] = {}
    known: bool = True
    full: bool = False
    said: str = ""


async def choose(
    asker: Asker,
    job: ChoiceJob,
    inputs: Mapping[str, Json],
    labels: Mapping[str, str],
    ranked: Callable[[Try], Awaitable[Ranking]],
) -> dict[str, Json | Absent]:
    """Return the surest label that keeps the checks, with its confidence and all scores; see `gated`."""
    left: dict[str, list[Draft]] = {}

    async def attempt(told: Try) -> Draft:
        if not left.get(told.model):
            ranking = await ranked(told)
            tries = drafts(ranking, labels)
            if not ranking.full:
                return tries[0]
            left[told.model] = tries
        draft = left[told.model].pop(0)
        draft.more = bool(left[told.model])
        return draft

    return gated(job, await settle(asker, job, inputs, attempt, lambda draft: sure(job, draft)))


def sorted_ranking(scores: Mapping[str, float], *, known: bool = True, full: bool = False) -> Ranking:
    """Return the scores, surest first; labels that are equally sure keep their order.

    Twelve digits: the last ones differ between machines' mathematics, and a replay elsewhere compares them all.
    """
    rounded = {label: round(score, DIGITS) for label, score in scores.items()}
    return Ranking(dict(sorted(rounded.items(), key=lambda item: -item[1])), known, full)


def drafts(ranking: Ranking, labels: Mapping[str, str]) -> list[Draft]:
    """Return one draft per label, surest first; a faulty one if the model named no label."""
    if not ranking.scores:
        message = f"The answer must be exactly one of: {', '.join(labels)}."
        return [Draft({}, ranking.said, [Fault("labels", message)])]
    known = ranking.known
    scores = dict(ranking.scores) if known else None
    return [
        Draft({"label": label, "confidence": ranking.scores[label] if known else None, "scores": scores}, label)
        for label in ranking.scores
    ]


def sure(job: ChoiceJob, draft: Draft) -> bool:
    """False if the draft's confidence is known and below `min_confidence`."""
    confidence = draft.outputs["confidence"]
    return confidence is None or confidence >= job.min_confidence


def gated(job: ChoiceJob, draft: Draft) -> dict[str, Json | Absent]:
    """Return the outputs: below `min_confidence` the label is `unsure` or absent; unknown confidence is absent."""
    outputs: dict[str, Json | Absent] = dict(draft.outputs)
    if not sure(job, draft):
        low = f"confidence {outputs['confidence']:.2f} is below {job.min_confidence:g}"
        outputs["label"] = job.unsure or Absent(low)
    for name in ("confidence", "scores"):
        if outputs[name] is None:
            outputs[name] = Absent("the model gives no log-probabilities; set `votes` for a measure of agreement")
    return outputs
