"""Decide by calibrated log-probabilities, where a model completes text and shows them.

The prompt is plain text, examples first, and the model is asked for the next token only.  A label's probability is that
of its best token, divided by its mean probability over empty inputs, which takes out the model's liking for some
labels.  The empty inputs are asked once per run.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from studio.nodes.llm import _ranking
from studio.nodes.llm._asking import Asker
from studio.nodes.llm._choose import Ranking, sorted_ranking
from studio.nodes.llm._prompting import one_line, squeeze
from studio.nodes.llm._ranking import Question, task_head
from studio.nodes.llm._settle import Try
from studio.spec.calls import TokenChoice
from studio.support.templates import as_text

BLANKS = ("N/A", "", "...", "text")
"""Inputs without content, whose answers show a model's liking for a label."""

MAX_SENTENCES = 12
"""A longer input is judged by its first sentences, up to this many."""

MAX_DEPTH = 4
"""Labels that begin alike are told apart token by token, this deep."""

_NEVER = -math.inf
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


async def rank(asker: Asker, question: Question, told: Try) -> Ranking:
    """Return the labels by score; in any other way where the model shows no log-probabilities of a text."""
    info = asker.info(told.model)
    if told.faults or not (info.supports_completion and info.supports_logprobs):
        return await _ranking.rank(asker, question, told)
    return await by_probability(asker, told.model, question)


async def by_probability(asker: Asker, model: str, question: Question) -> Ranking:
    """Return calibrated scores of every label, of the surest sentence where the input is long."""
    head = task_head(question)
    blanks = [await _scores(asker, model, head, blank, question.labels, blank=True) for blank in BLANKS]
    liking = {label: math.fsum(blank[label] for blank in blanks) for label in question.labels}
    if not any(any(blank.values()) for blank in blanks):
        return Ranking()
    best: dict[str, float] = {}
    for part in _parts(question):
        raw = await _scores(asker, model, head, part, question.labels)
        if not any(raw.values()):
            continue
        weighed = {label: raw[label] / liking[label] for label in question.labels}
        total = math.fsum(weighed.values())
        scores = {label: value / total for label, value in weighed.items()}
        if not best or max(scores.values()) > max(best.values()):
            best = scores
    return sorted_ranking(best, full=True) if best else Ranking()


def _parts(question: Question) -> list[str]:
    text = one_line(question.values)
    if len(question.values) != 1 or not question.split_words or len(text.split()) <= question.split_words:
        return [text]
    whole = as_text(next(iter(question.values.values())))
    sentences = [squeeze(part) for part in _SENTENCE.split(whole)]
    return [part for part in sentences if re.search(r"\w", part)][:MAX_SENTENCES] or [text]


async def _scores(
    asker: Asker, model: str, head: str, text: str, labels: Mapping[str, str], *, blank: bool = False
) -> dict[str, float]:
    """Return the probability of each label as the next words, summing to 1; all 0 if the model offers none of them.

    A label that is not among the offered tokens has 0; of a `blank` input, over which is divided, the most it may have.
    """
    logs = await _logs(asker, model, f"{head}Text: {text}\nAnswer:", {label: label for label in labels}, 0, blank)
    highest = max(logs.values())
    if highest == _NEVER:
        return dict.fromkeys(labels, 0.0)
    weights = {label: math.exp(value - highest) for label, value in logs.items()}
    total = math.fsum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


async def _logs(
    asker: Asker, model: str, prompt: str, rests: Mapping[str, str], depth: int, blank: bool
) -> dict[str, float]:
    """Return the log-probability of each label, of which `rests` holds what is yet unsaid.

    Labels that share their best token are told apart by what follows it; to a label that also has a longer token of
    its own (`go` and `good`), that token's probability is added.
    """
    asker.keep_the_cap()
    reply = await asker.ctx.model(model).complete(prompt, max_tokens=1, once=blank)  # other firings ask the very same
    asker.count(reply.cost_usd, reply.model)
    best = {label: _best_token(reply.choices, rest, first=depth == 0) for label, rest in rests.items()}
    logs = {label: choice.logprob for label, choice in best.items()}
    if blank and max(logs.values()) > _NEVER:
        logs = {label: max(value, _most_of_unoffered(reply.choices)) for label, value in logs.items()}
    if depth + 1 >= MAX_DEPTH:
        return logs
    shared = Counter(choice.token for choice in best.values() if choice.token)
    for token in [token for token, count in shared.items() if count > 1]:
        said = len(token.strip() if depth == 0 else token)
        group = {label: rests[label][said:] for label, choice in best.items() if choice.token == token}
        inner = await _logs(asker, model, prompt + token, group, depth + 1, blank)
        if max(inner.values()) == _NEVER:
            continue  # nothing tells them apart: they share what their token has
        for label, value in inner.items():
            longer = _best_token(reply.choices, rests[label], first=depth == 0, longer_than=said)
            own = longer.logprob if sum(_begins(longer, rest, depth == 0) for rest in rests.values()) == 1 else _NEVER
            logs[label] = _sum_of_logs(logs[label] + value, own)
    return logs


def _most_of_unoffered(choices: Sequence[TokenChoice]) -> float:
    """Return the highest log-probability that a token may have which is not among the likeliest: these choices."""
    left = 1.0 - math.fsum(math.exp(choice.logprob) for choice in choices)
    return min(math.log(max(left, 1e-12)), min(choice.logprob for choice in choices))


def _sum_of_logs(a: float, b: float) -> float:
    """Return the log of the sum of two probabilities given as logs."""
    high, low = max(a, b), min(a, b)
    return high if low == _NEVER else high + math.log1p(math.exp(low - high))


def _best_token(choices: Sequence[TokenChoice], rest: str, *, first: bool, longer_than: int = -1) -> TokenChoice:
    """Return the likeliest token that begins the rest of a label, of more characters than `longer_than`."""
    found = TokenChoice("", _NEVER)
    for choice in choices:
        if choice.logprob > found.logprob and len(choice.token.strip()) > longer_than and _begins(choice, rest, first):
            found = choice
    return found


def _begins(choice: TokenChoice, rest: str, first: bool) -> bool:
    """True if a token begins the rest of a label; an empty rest begins with what ends the answer."""
    if not rest:
        return "\n" in choice.token or not choice.token
    said = choice.token.strip() if first else choice.token
    return bool(said) and rest.casefold().startswith(said.casefold())
