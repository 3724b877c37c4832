"""A prompt as it was sent, with the values of the node's inputs found in it; and how sure a model was of each token."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.support.templates import as_text
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.trace.found import Effect

SHORTEST: Final = 2
"""Characters from which on a value is looked for in a prompt."""

MOST_SPANS: Final = 40
"""Places that are marked in one message."""

LONGEST: Final = 200_000
"""Characters of a message that are looked through."""

LIKELY: Final = 24
"""Choices that are told of one token."""

MOST_CELLS: Final = 4_000
"""Tokens of a reply that are told apart."""


class Span(NamedTuple):
    """A part of a text that is the value of an input."""

    start: int
    end: int
    name: str


class Message(NamedTuple):
    """One message as it was sent. A completion's prompt is one of role `prompt`. `values` are the places at which
    values of inputs stand."""

    role: str
    text: str
    values: tuple[Span, ...] = ()


class Choice(NamedTuple):
    """A token that might have been said, with its probability."""

    token: str
    probability: float


class Cell(NamedTuple):
    """One token of a reply. `bits` is how undecided the model was; `token` is None where the trace does not keep what
    the token was, `choices` are the likeliest tokens, if it keeps those."""

    number: int
    bits: float
    token: str | None = None
    choices: tuple[Choice, ...] = ()


def messages_of(effect: Effect, inputs: Mapping[str, Json]) -> tuple[Message, ...]:
    """Return the messages of a call. Values of `inputs` are marked in the last one, where the question stands; the ones
    before are instructions and examples."""
    request = effect.request if isinstance(effect.request, dict) else {}
    told = request.get("messages")
    given: Sequence[Json] = (
        told if isinstance(told, list) else [{"role": "prompt", "content": request.get("prompt", "")}]
    )
    made = []
    asked = _question(given)
    for place, one in enumerate(given):
        entry = one if isinstance(one, dict) else {"role": "?", "content": one}
        content = entry.get("content")
        text = content if isinstance(content, str) else as_text(content)
        text = with_calls(text, entry.get("tool_calls"))
        extra = {key: value for key, value in entry.items() if key not in _SHOWN_OF_A_MESSAGE}
        if extra:
            text = f"{text}\n{as_text(extra)}".lstrip("\n")
        made.append(Message(str(entry.get("role", "")), text, _spans(text, inputs) if place == asked else ()))
    return tuple(made)


_SHOWN_OF_A_MESSAGE = ("role", "content", "tool_calls", "tool_call_id")


def with_calls(text: str, calls: Json) -> str:
    """Return what a model said with the tools that it called, a line each: `→ look_up {"word": "tide"}`."""
    lines = [text] if text else []
    for call in calls if isinstance(calls, list) else ():
        named = call.get("function", call) if isinstance(call, dict) else {}
        named = named if isinstance(named, dict) else {}
        lines.append(f"→ {named.get('name', '?')} {as_text(named.get('arguments', {}))}")
    return "\n".join(lines)


def _question(messages: Sequence[Json]) -> int:
    """The message that asks. After it may come an answer that was refused, and the call to mend it."""
    last = len(messages) - 1
    while last >= 2 and _begins(messages[last], "That answer breaks "):
        last -= 2
    return last


def _begins(message: Json, text: str) -> bool:
    content = message.get("content") if isinstance(message, dict) else None
    return isinstance(content, str) and content.startswith(text)


def _spans(text: str, inputs: Mapping[str, Json]) -> tuple[Span, ...]:
    """Where values stand, the longest first; a place is marked once. Of a completion's prompt what follows its examples
    counts."""
    start = max(text.rfind("\n\nText:"), 0)
    seen = text[start : start + LONGEST]
    found: list[Span] = []
    written = {name: {as_text(value), " ".join(as_text(value).split())} for name, value in inputs.items()}
    wanted = [(form, name) for name, forms in written.items() for form in forms if len(form.strip()) >= SHORTEST]
    for form, name in sorted(wanted, key=lambda pair: -len(pair[0])):
        at = seen.find(form)
        while at >= 0 and len(found) < MOST_SPANS:
            end = at + len(form)
            if not any(one.start - start < end and at < one.end - start for one in found) and _is_whole(seen, at, end):
                found.append(Span(start + at, start + end, name))
            at = seen.find(form, end)
    return tuple(sorted(found))


def _is_whole(text: str, start: int, end: int) -> bool:
    """False if the place is a part of a longer word: `no` in `note` is no value."""
    before, first = text[start - 1 : start], text[start]
    last, after = text[end - 1], text[end : end + 1]
    return not (before.isalnum() and first.isalnum()) and not (last.isalnum() and after.isalnum())


def settings_of(effect: Effect) -> dict[str, Json]:
    """Return the parameters that were sent beside the prompt; what was not set is left out."""
    request = effect.request if isinstance(effect.request, dict) else {}
    apart = ("messages", "prompt", "schema", "model", "texts")
    return {
        key: value
        for key, value in request.items()
        if key not in apart and value is not None and value is not False and value not in ([], "")
    }


def cells_of(effect: Effect) -> tuple[Cell, ...]:
    """Return the tokens of a reply with the bits of each, as far as the trace knows them; none if it does not."""
    response = effect.response
    if not isinstance(response, dict):
        return ()
    bits = response.get("token_entropy")
    if isinstance(bits, list) and bits:
        return tuple(Cell(n, _number(one)) for n, one in enumerate(bits[:MOST_CELLS], 1))
    choices = response.get("choices")
    if isinstance(choices, list) and choices:
        likely = tuple(
            Choice(str(one[0]), math.exp(min(_number(one[1]), 0.0)))
            for one in choices[:LIKELY]
            if isinstance(one, list) and len(one) == 2
        )
        entropy = response.get("entropy")
        return (Cell(1, _number(entropy), str(response.get("text", "")), likely),) if entropy is not None else ()
    return ()


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0
