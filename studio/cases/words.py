"""How a recorded answer stands in a tests file: prompts and replies as texts, the rest only where it says something.

    - by: critic at 0                 who asked, and at which tick
      prompt: |                       a text to complete; `messages` of a chat stand as a list of `role: text`
        Judge (good / vague / wrong)
        …
      settings: {temperature: 0.5}    what of the request is not as usual
      reply: vague
      choices: {vague: -0.001}        the tokens it might have said, with their log-probabilities

Any other effect stands as it is: `kind`, `name`, `request`, `response`. A failure has `error` in place of the reply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from studio.cases.case import Asked
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, ModelInfo
from studio.support.values import Json, encode

_CHAT_REQUEST = ChatCall(messages=()).canonical("")
_COMPLETE_REQUEST = CompletionCall(prompt="").canonical("")
_CHAT_REPLY = ChatReply(text="").to_json()
_COMPLETE_REPLY = CompletionReply(text="").to_json()
_INFO = asdict(ModelInfo(name=""))
_USED = ("tokens_in", "tokens_out", "cost_usd")
"""What asking cost; played again it costs nothing."""

FEW = 12
"""Choices of a token that are kept where no output depends on more."""

ANSWER_KEYS = frozenset({
    "by", "round", "attempt", "model", "messages", "prompt", "settings", "reply", "finish", "choices", "more", "error",
    "kind", "name", "request", "response",
})  # fmt: skip


class Unreadable(ValueError):
    """An answer that cannot be read; the message is a sentence without its place."""


# -- writing ----------------------------------------------------------------------------------------


def answer_json(one: Asked, *, short: bool, with_model: bool) -> dict[str, Json]:
    """Return an answer as it stands in a file. `short` leaves out what only measures it: entropy, unlikely choices."""
    said: dict[str, Json] = {"by": place_text(one.node, one.tick)}
    if one.round:
        said["round"] = one.round
    if one.attempt > 1:
        said["attempt"] = one.attempt
    request = one.request if isinstance(one.request, dict) else {}
    usual = {"chat": _CHAT_REQUEST, "complete": _COMPLETE_REQUEST}.get(one.kind)
    if usual is None or set(request) != set(usual):
        said |= {"kind": one.kind, "name": one.name}
        if one.request is not None:
            said["request"] = one.request
        said["error" if one.status == "error" else "response"] = one.response
        return said
    if with_model:
        said["model"] = one.name
    if one.kind == "complete":
        said["prompt"] = request["prompt"]
    else:
        said["messages"] = [_message_json(message) for message in request["messages"]]
    settings = _beside(request, usual, leave=("model", "messages", "prompt"))
    if settings:
        said["settings"] = settings
    if one.status == "error":
        said["error"] = one.response
    else:
        said |= _reply_json(one.kind, one.response, short)
    return said


def _reply_json(kind: str, response: Mapping[str, Any], short: bool) -> dict[str, Json]:
    usual = _COMPLETE_REPLY if kind == "complete" else _CHAT_REPLY
    said: dict[str, Json] = {"reply": response.get("text", "")}
    if response.get("finish_reason", "stop") != "stop":
        said["finish"] = response["finish_reason"]
    choices = list(response.get("choices", ()))
    if kind == "complete" and choices:
        kept = choices[:FEW] if short else choices
        named = {str(token): logprob for token, logprob in kept}
        said["choices"] = named if len(named) == len(kept) else kept
    more = _beside(response, usual, leave=("text", "finish_reason", "choices", *_USED))
    if more and not short:
        said["more"] = more
    return said


def _message_json(message: Mapping[str, Json]) -> Json:
    if tuple(message) == ("role", "content") and isinstance(message["content"], str):
        return {str(message["role"]): message["content"]}
    return {"message": dict(message)}


def _beside(value: Mapping[str, Json], usual: Mapping[str, Json], leave: tuple[str, ...]) -> dict[str, Json]:
    return {
        key: said
        for key, said in value.items()
        if key not in leave and (key not in usual or encode(said) != encode(usual[key]))
    }


def place_text(node: str, tick: str) -> str:
    """Return who asked, in words: `critic at 0`."""
    return f"{node} at {tick}"


def stood_for_json(facts: Mapping[str, Json]) -> dict[str, Json]:
    """Return what a model name stood for, without what is as usual."""
    return {key: value for key, value in facts.items() if key == "name" or value != {**_INFO, "retries": 0}.get(key)}


# -- reading ----------------------------------------------------------------------------------------


def answer_of(said: Mapping[str, Json], models: Mapping[str, Mapping[str, Json]]) -> Asked:
    """Return the answer that stands in a file. Raises `Unreadable`."""
    unknown = sorted(set(said) - ANSWER_KEYS)
    if unknown:
        raise Unreadable(f"`{unknown[0]}` is no key of an answer.")
    node, tick = place_of(said.get("by"))
    common: dict[str, Any] = {
        "node": node,
        "tick": tick,
        "round": _whole(said, "round", 0),
        "attempt": _whole(said, "attempt", 1),
    }
    if "kind" in said:
        return _as_it_stands(said, common)
    kind = "complete" if "prompt" in said else "chat"
    model = str(said.get("model") or next((facts.get("name", "") for facts in models.values()), ""))
    request = _request_of(said, kind, model)
    if "error" in said:
        return Asked(**common, kind=kind, name=model, request=request, response=said["error"], status="error",
                     error=_sentence(said["error"]))  # fmt: skip
    if not isinstance(said.get("reply"), str):
        raise Unreadable("An answer of a model needs `reply: TEXT` or `error: …`.")
    return Asked(**common, kind=kind, name=model, request=request, response=_response_of(said, kind, model))


def _as_it_stands(said: Mapping[str, Json], common: dict[str, Any]) -> Asked:
    failed = "error" in said
    if failed == ("response" in said):
        raise Unreadable("An answer needs either `response:` or `error:`.")
    response = said["error"] if failed else said["response"]
    return Asked(
        **common,
        kind=str(said["kind"]),
        name=str(said.get("name", "")),
        request=said.get("request"),
        response=response,
        status="error" if failed else "ok",
        error=_sentence(response) if failed else "",
    )


def _request_of(said: Mapping[str, Json], kind: str, model: str) -> dict[str, Json]:
    settings = said.get("settings", {})
    usual = _COMPLETE_REQUEST if kind == "complete" else _CHAT_REQUEST
    if not isinstance(settings, dict) or not set(settings) <= set(usual):
        raise Unreadable(f"`settings` maps names of {', '.join(key for key in usual if key != 'model')} to values.")
    request = {**usual, **settings, "model": model}
    if kind == "complete":
        if not isinstance(said["prompt"], str):
            raise Unreadable("`prompt` must be text.")
        request["prompt"] = said["prompt"]
    else:
        request["messages"] = _messages_of(said.get("messages"))
    return request


def _messages_of(said: Json) -> list[Json]:
    if not isinstance(said, list):
        raise Unreadable("An answer needs `prompt: TEXT`, `messages: […]`, or `kind`, `name` and `response`.")
    messages: list[Json] = []
    for one in said:
        if not isinstance(one, dict) or len(one) != 1:
            raise Unreadable("A message is written `user: TEXT`, one per entry.")
        role, text = next(iter(one.items()))
        messages.append(text if role == "message" else {"role": role, "content": text})
    return messages


def _response_of(said: Mapping[str, Json], kind: str, model: str) -> dict[str, Json]:
    usual = _COMPLETE_REPLY if kind == "complete" else _CHAT_REPLY
    more = said.get("more", {})
    if not isinstance(more, dict) or not set(more) <= set(usual):
        raise Unreadable(f"`more` maps names of {', '.join(usual)} to values.")
    response = {**usual, "model": model, **more, "text": said["reply"], "finish_reason": said.get("finish", "stop")}
    if kind == "complete":
        choices = said.get("choices", [])
        listed = list(choices.items()) if isinstance(choices, dict) else choices
        good = isinstance(listed, list) and all(
            isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str) and _is_number(pair[1])
            for pair in listed
        )
        if not good:
            raise Unreadable("`choices` maps tokens to their log-probabilities.")
        response["choices"] = [[token, logprob] for token, logprob in listed]
    return response


def place_of(said: Json) -> tuple[str, str]:
    """Return node and tick of `critic at 0`. Raises `Unreadable`."""
    node, at, tick = str(said).rpartition(" at ")
    if not isinstance(said, str) or not at or not node or not all(part.isdecimal() for part in tick.split(".")):
        raise Unreadable("`by` must say who asked and when: `node at tick`, such as `critic at 0`.")
    return node, tick


def stood_for(facts: Mapping[str, Json]) -> dict[str, Json]:
    """Return all facts of a model that `stood_for_json` shortened. Raises `Unreadable`."""
    if "class" in facts:  # the name was refused
        return dict(facts)
    known = {**_INFO, "retries": 0}
    if not set(facts) <= set(known) or not isinstance(facts.get("name"), str):
        raise Unreadable(f"A model has a `name` and may have {', '.join(key for key in known if key != 'name')}.")
    return {**known, **facts}


def _whole(said: Mapping[str, Json], key: str, usual: int) -> int:
    value = said.get(key, usual)
    if type(value) is not int or value < 0:
        raise Unreadable(f"`{key}` must be a whole number.")
    return value


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sentence(error: Json) -> str:
    return str(error.get("message", "")) if isinstance(error, dict) else str(error)
