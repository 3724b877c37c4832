"""Choosing one of several labels: what Decide and Route have in common beyond how they rank.

A ranking is asked once per model; if its surest label violates a check, the next surest is tried.  Where a model
states one label only, it is asked again and shown the violated checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._decide import Question, Ranking, drafts, rank
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._prompting import example_pairs
from studio.nodes.llm._route import by_nearness
from studio.nodes.llm._settle import Draft, Try
from studio.nodes.llm._shape import examples_of, labels_of, mode_of, routes_of
from studio.support.values import Absent, Json

SHOWN_EXAMPLES = 3
"""Examples of a route that describe it to a fallback model."""


class Chooser:
    """Ranks labels for one firing and hands them out one by one."""

    def __init__(self, asker: Asker, params: FunctionParams, values: Mapping[str, Json]) -> None:
        self._asker = asker
        self._params = params
        self._values = values
        self._left: dict[str, list[Draft]] = {}
        self._question = question_of(params, values)

    async def attempt(self, told: Try) -> Draft:
        """Return the next try of this model."""
        left = self._left.get(told.model)
        if not left:
            ranking = await self._rank(told)
            left = drafts(ranking, self._question.labels)
            if not ranking.full:
                return left[0]
            self._left[told.model] = left
        draft = left.pop(0)
        draft.more = bool(left)
        return draft

    async def _rank(self, told: Try) -> Ranking:
        if mode_of(self._params) == "route" and told.model == self._params.model:
            return await by_nearness(self._asker, self._params, self._values)
        return await rank(self._asker, self._question, told)


def question_of(params: FunctionParams, values: Mapping[str, Json]) -> Question:
    """Return what is to be decided; of Route, what a fallback model is asked."""
    labels = labels_of(params)
    if mode_of(params) == "route":
        labels = {name: "; ".join(texts[:SHOWN_EXAMPLES]) for name, texts in routes_of(params).items()}
    return Question(
        instructions=params.instructions,
        values=values,
        labels=labels,
        examples=example_pairs(examples_of(params), params.optional),
        system=params.system,
        split_words=params.split_words,
        votes=params.votes or (3 if params.min_confidence else 1),
        max_tokens=params.max_tokens,
        temperature=params.temperature,
    )


def sure(params: FunctionParams, draft: Draft) -> bool:
    """False if the draft's confidence is known and below `min_confidence`."""
    confidence = draft.outputs["confidence"]
    return confidence is None or confidence >= params.min_confidence


def gated(params: FunctionParams, draft: Draft) -> dict[str, Any]:
    """Return the outputs: below `min_confidence` the label is `unsure` or absent; unknown confidence is absent."""
    outputs: dict[str, Any] = dict(draft.outputs)
    if not sure(params, draft):
        low = f"confidence {outputs['confidence']:.2f} is below {params.min_confidence:g}"
        outputs["label"] = params.unsure or Absent(low)
    for name in ("confidence", "scores"):
        if outputs[name] is None:
            outputs[name] = Absent("the model gives no log-probabilities; set `votes` for a measure of agreement")
    return outputs
