"""Decide: one label of a closed list, by calibrated log-probabilities or, without those, by asking for the label.

Three ways, after what the model can do: `by_probability` (completes text, shows log-probabilities), `by_completion`
(completes text only, such as a script), `by_reply` (chat).

By log-probabilities the prompt is plain text, examples first, and the model is asked for the next token only.  A
label's probability is that of its best token, divided by its mean probability over empty inputs, which takes out the
model's liking for some labels.  The empty inputs are asked once per run.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._choose import ChoiceJob, Ranking, choose, sorted_ranking
from studio.nodes.llm._forms import label_table
from studio.nodes.llm._prompting import chat_prompt, example_pairs, mended, one_line, shown_json, squeeze, task_of
from studio.nodes.llm._reading import label_in
from studio.nodes.llm._settle import Try
from studio.spec.calls import CompletionReply, Message, TokenChoice
from studio.spec.context import RunContext
from studio.support.templates import as_text, placeholders
from studio.support.values import Absent, Json

BLANKS = ("N/A", "", "...", "text")
"""Inputs without content, whose answers show a model's liking for a label."""

MAX_SENTENCES = 12
"""A longer input is judged by its first sentences, up to this many."""

MAX_DEPTH = 4
"""Labels that begin alike are told apart token by token, this deep."""

_NEVER = -math.inf
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, kw_only=True)
class DecideJob(ChoiceJob):
    """Decide: which of the labels fits. A mapping says what each of them means."""

    labels: Sequence[str] | Mapping[str, str | None]


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


async def rank(asker: Asker, question: Question, told: Try) -> Ranking:
    """Return the labels by score. An empty ranking means that the model named none of them: `said` is what it said."""
    info = asker.info(told.model)
    if told.faults or not info.supports_completion:
        return await by_reply(asker, question, told)
    if info.supports_logprobs:
        return await by_probability(asker, told.model, question)
    return await by_completion(asker, told.model, question)


async def by_completion(asker: Asker, model: str, question: Question) -> Ranking:
    """Return scores from the choices of one completion that are labels; the others share what is left."""
    reply = await _complete(asker, model, f"{_head(question)}Text: {one_line(question.values)}\nAnswer:")
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


async def _complete(asker: Asker, model: str, prompt: str, once: bool = False) -> CompletionReply:
    """Ask for the next token of a text. `once`: other firings ask the very same (see `RunContext`)."""
    asker.keep_the_cap()
    reply = await asker.ctx.model(model).complete(prompt, max_tokens=1, once=once)
    asker.count(reply.cost_usd, reply.model)
    return reply


async def by_probability(asker: Asker, model: str, question: Question) -> Ranking:
    """Return calibrated scores of every label, of the surest sentence where the input is long."""
    head = _head(question)
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


def _head(question: Question) -> str:
    meanings = [f"{label}: {squeeze(about)}" for label, about in question.labels.items() if about]
    lines = [f"{task_of(question.instructions)} ({' / '.join(question.labels)})", *meanings]
    if question.system:
        lines.insert(0, squeeze(question.system))
    shown = [f"Text: {one_line(inputs)}\nAnswer: {as_text(output)}\n\n" for inputs, output in question.examples]
    return "\n".join(lines) + "\n\n" + "".join(shown)


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
    reply = await _complete(asker, model, prompt, blank)
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
