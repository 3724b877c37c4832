"""Decide: one label of a closed list, by calibrated log-probabilities or, without those, by asking for the label.

What a model can do decides how: `_weighing` (completes text, shows log-probabilities), else `_ranking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._choose import ChoiceJob, Ranking, choose
from studio.nodes.llm._forms import label_table
from studio.nodes.llm._prompting import example_pairs
from studio.nodes.llm._ranking import Question
from studio.nodes.llm._settle import Try
from studio.nodes.llm._weighing import rank
from studio.spec.context import RunContext
from studio.support.templates import placeholders
from studio.support.values import Absent, Json


@dataclass(frozen=True, kw_only=True)
class DecideJob(ChoiceJob):
    """Decide: which of the labels fits. A mapping says what each of them means."""

    labels: Sequence[str] | Mapping[str, str | None]


async def decide(firing: RunContext, inputs: Mapping[str, Json], *, job: DecideJob) -> dict[str, Json | Absent]:
    """Return one of the job's labels, with its confidence and all scores where these are known.

    Raises `NodeError` naming the violated check if no answer keeps all of them.
    """
    asker = Asker(firing, job.cost_usd)
    question = question_of(job, inputs, label_table(job.labels))

    async def ranked(told: Try) -> Ranking:
        return await rank(asker, question, told)

    return await choose(asker, job, inputs, question.labels, ranked)


def question_of(job: ChoiceJob, inputs: Mapping[str, Json], labels: Mapping[str, str]) -> Question:
    """Return what is to be decided: which of the labels fits the inputs that the instructions name."""
    return Question(
        instructions=job.instructions,
        values={name: inputs[name] for name in placeholders(job.instructions)},
        labels=labels,
        examples=example_pairs(job.examples, job.optional),
        system=job.system,
        split_words=job.split_words,
        votes=job.votes or (3 if job.min_confidence else 1),
        max_tokens=job.max_tokens,
        temperature=job.temperature,
    )
