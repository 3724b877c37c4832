"""What a kept answer must look like to be believed: the file may have been damaged, or written by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.spec.calls import ChatReply, CompletionReply
from studio.support.values import Json

_CHAT = frozenset(ChatReply("").to_json())
_COMPLETION = frozenset(CompletionReply("").to_json())


def is_reply(kind: str, request: Json, response: Json) -> bool:
    """True if `response` can be the answer to this request."""
    check = _CHECKS.get(kind)
    return check is not None and check(request, response)


def _chat(_: Json, response: Json) -> bool:
    return (
        _same_of_both(response, _CHAT)
        and _all(response["token_entropy"], _is_number)
        and _all(response["dropped"], _is_text)
    )


def _complete(_: Json, response: Json) -> bool:
    return _same_of_both(response, _COMPLETION) and _all(
        response["choices"],
        lambda one: isinstance(one, list) and len(one) == 2 and _is_text(one[0]) and _is_number(one[1]),
    )


def _embed(request: Json, response: Json) -> bool:
    return (
        isinstance(response, list)
        and len(response) == len(request["texts"])
        and all(_all(vector, _is_number) for vector in response)
    )


_CHECKS: dict[str, Callable[[Json, Json], bool]] = {"chat": _chat, "complete": _complete, "embed": _embed}


def _same_of_both(response: Json, names: frozenset[str]) -> bool:
    """What replies of both kinds hold."""
    return (
        isinstance(response, dict)
        and response.keys() == names
        and all(_is_text(response[name]) for name in ("text", "model", "finish_reason"))
        and all(type(response[name]) is int for name in ("tokens_in", "tokens_out"))
        and all(response[name] is None or _is_number(response[name]) for name in ("cost_usd", "entropy"))
    )


def _all(value: Json, check: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(check, value))


def _is_text(value: Json) -> bool:
    return type(value) is str


def _is_number(value: Json) -> bool:
    return type(value) in (int, float)
