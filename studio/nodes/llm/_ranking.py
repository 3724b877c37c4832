"""Ranking the labels of a closed list: by asking for the label, or by how a text goes on (scripts of answers)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._choose import Ranking, sorted_ranking
from studio.nodes.llm._prompting import chat_prompt, mended, one_line, shown_json, squeeze, task_of
from studio.nodes.llm._reading import label_in
from studio.nodes.llm._settle import Try
from studio.spec.calls import Message, TokenChoice
from studio.support.templates import as_text
from studio.support.values import Json


class Question(NamedTuple):
    """What is to be decided. `labels` maps each label to its meaning, or to ""."""

    instructions: str
    values: Mapping[str, Json]
    labels: Mapping[str, str]
    examples: Sequence[tuple[Mapping[str, Json], Json]] = ()
    system: str = ""
    split_words: int = 40
    votes: int = 1
    max_tokens: int | None = None
    temperature: float = 0.0


async def rank(asker: Asker, question: Question, told: Try) -> Ranking:
    """Return the labels by score. An empty ranking means that the model named none of them: `said` is what it said."""
    if told.faults or not asker.info(told.model).supports_completion:
        return await by_reply(asker, question, told)
    return await by_completion(asker, question, told)


async def by_completion(asker: Asker, question: Question, told: Try) -> Ranking:
    """Return scores from the choices of one completion that are labels; the others share what is left."""
    asker.keep_the_cap()
    prompt = f"{task_head(question)}Text: {one_line(question.values)}\nAnswer:"
    reply = await asker.ctx.model(told.model).complete(prompt, max_tokens=1)
    asker.count(reply.cost_usd, reply.model)
    said = reply.choices or (TokenChoice(reply.text, 0.0),)
    named: dict[str, float] = {}
    for choice in said:
        label = label_in(choice.token, list(question.labels))
        if label is not None:
            named[label] = named.get(label, 0.0) + math.exp(choice.logprob)
    if not named:
        return Ranking(said=reply.text.strip())
    others = [label for label in question.labels if label not in named]
    rest = max(0.0, 1.0 - math.fsum(named.values()))
    scores = named | {label: rest / len(others) for label in others}
    total = math.fsum(scores.values())
    return sorted_ranking({label: scores[label] / total for label in question.labels})


def task_head(question: Question) -> str:
    """Return what stands above the text to judge: the task with its labels, what they mean, and the examples."""
    meanings = [f"{label}: {squeeze(about)}" for label, about in question.labels.items() if about]
    lines = [f"{task_of(question.instructions)} ({' / '.join(question.labels)})", *meanings]
    if question.system:
        lines.insert(0, squeeze(question.system))
    shown = [f"Text: {one_line(inputs)}\nAnswer: {as_text(output)}\n\n" for inputs, output in question.examples]
    return "\n".join(lines) + "\n\n" + "".join(shown)


async def by_reply(asker: Asker, question: Question, told: Try) -> Ranking:
    """Ask for the label itself, `votes` times with the labels in another order; score = share of the votes."""
    votes: Counter[str] = Counter()
    stray = ""
    labels = list(question.labels)
    for vote in range(question.votes):
        turn = vote % len(labels)
        order = labels[turn:] + labels[:turn]
        reply = await asker.chat(
            told.model,
            _label_prompt(asker, question, told, order),
            _label_schema(order) if asker.info(told.model).supports_schema else None,
            max_tokens=question.max_tokens,
            temperature=question.temperature,
        )
        label = label_in(reply.text, labels)
        if label is None:
            stray = reply.text.strip()
        else:
            votes[label] += 1
    if not votes:
        return Ranking(said=stray)
    shares = {label: votes[label] / question.votes for label in labels}
    return sorted_ranking(shares, known=question.votes > 1)


def _label_schema(labels: Sequence[str]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": {"label": {"type": "string", "enum": list(labels)}},
        "required": ["label"],
        "additionalProperties": False,
    }


def _label_prompt(asker: Asker, question: Question, told: Try, order: Sequence[str]) -> list[Message]:
    constrained = asker.info(told.model).supports_schema
    lines = [f"- {label}: {question.labels[label]}" if question.labels[label] else f"- {label}" for label in order]
    form = 'as JSON: {"label": …}' if constrained else "and nothing else"
    messages = chat_prompt(
        question.instructions,
        question.values,
        system=question.system,
        rule="\n".join([f"Answer with exactly one of these labels, {form}.", *lines]),
        examples=[
            (inputs, shown_json({"label": output}) if constrained else as_text(output))
            for inputs, output in question.examples
        ],
    )
    return mended(messages, told)
