"""Route: the nearest of several descriptions or example sets, by embedding; no model call.

Each route stands at the mean of its normalised example vectors, or (`compare: closest`) counts as near as the
closest of them.  Its score is the softmax of cosines at temperature `sharpness`: exp(cos / 0.05) / Σ exp(cos / 0.05);
confidence is the score of the best route.  With equal cosines all scores are equal; a lead of 0.1 over one other
route gives 0.88.  The default is fitted to static word embeddings, whose cosines lie close together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._choose import ChoiceJob, Ranking, choose, sorted_ranking
from studio.nodes.llm._decide import question_of
from studio.nodes.llm._forms import input_text, route_table
from studio.nodes.llm._settle import Try
from studio.nodes.llm._weighing import rank
from studio.spec.context import RunContext
from studio.support.errors import NodeError
from studio.support.templates import placeholders
from studio.support.values import Absent, Json


@dataclass(frozen=True, kw_only=True)
class RouteJob(ChoiceJob):
    """Route: which of the routes lies nearest, each given by a description or by examples."""

    routes: Mapping[str, str | Sequence[str]]
    compare: Literal["centre", "closest"] = "centre"
    sharpness: float = 0.05
    embedder: str = "default"


SHOWN_EXAMPLES = 3
"""Examples of a route that describe it to a fallback model."""


async def route_by_embedding(
    firing: RunContext, inputs: Mapping[str, Json], *, job: RouteJob
) -> dict[str, Json | Absent]:
    """Return the nearest of the job's routes, with its confidence and all scores.

    Raises `NodeError` if there is no text to compare, or naming the violated check if no route keeps all of them.
    """
    asker = Asker(firing, job.cost_usd)

    async def ranked(told: Try) -> Ranking:
        return await by_nearness(asker, job, inputs)

    return await choose(asker, job, inputs, dict.fromkeys(route_table(job.routes, job.examples), ""), ranked)


async def route_or_ask(firing: RunContext, inputs: Mapping[str, Json], *, job: RouteJob) -> dict[str, Json | Absent]:
    """Like `route_by_embedding`; the job's `fallback`, a model, decides where the nearest is not near enough."""
    asker = Asker(firing, job.cost_usd)
    labels = {name: "; ".join(texts[:SHOWN_EXAMPLES]) for name, texts in route_table(job.routes, job.examples).items()}
    question = question_of(job, inputs, labels)

    async def ranked(told: Try) -> Ranking:
        if told.model == job.model:
            return await by_nearness(asker, job, inputs)
        return await rank(asker, question, told)

    return await choose(asker, job, inputs, labels, ranked)


async def by_nearness(asker: Asker, job: RouteJob, inputs: Mapping[str, Json]) -> Ranking:
    """Return the routes by score. Raises `NodeError` if there is no text to compare."""
    routes = route_table(job.routes, job.examples)
    text = input_text({name: inputs[name] for name in placeholders(job.instructions)})
    texts = [example for examples in routes.values() for example in examples]
    known = await asker.ctx.embed(texts, job.embedder, once=True)
    [vector] = await asker.ctx.embed([text], job.embedder)
    if not any(vector):
        raise NodeError(
            "The text to route holds no known word, so no route is nearer than another.",
            hint="Gate empty texts with a switch, or set `on_error`.",
            code="empty",
        )
    cosines: dict[str, float] = {}
    at = 0
    for name, examples in routes.items():
        own = known[at : at + len(examples)]
        near = own if job.compare == "closest" else [_centre(own)]
        cosines[name] = max(_cosine(vector, one) for one in near)
        at += len(examples)
    return sorted_ranking(softmax(cosines, job.sharpness), full=True)


def softmax(cosines: Mapping[str, float], sharpness: float) -> dict[str, float]:
    """Return the scores for these cosines (see the module's formula)."""
    highest = max(cosines.values())
    weights = {name: math.exp((value - highest) / sharpness) for name, value in cosines.items()}
    total = math.fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _centre(vectors: Sequence[Sequence[float]]) -> list[float]:
    unit = [_normalised(vector) for vector in vectors]
    return [math.fsum(column) / len(unit) for column in zip(*unit, strict=True)]


def _normalised(vector: Sequence[float]) -> list[float]:
    length = math.hypot(*vector)
    return [value / length for value in vector] if length else list(vector)


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    size = math.hypot(*a) * math.hypot(*b)
    return math.fsum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0
