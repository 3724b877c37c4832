"""Which of the model calls of a firing belong together, and which of them gave what the firing gave.

A model function asks again when an answer breaks a rule, and shows the model that answer and the rule; what is to be
learned from is the question as it was first put, with the answer that was accepted at last. An agent goes on with its
conversation instead, and the last call holds all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.export.records.messages import objects_in
from studio.support.values import Json
from studio.trace.found import Effect, Firing

Message = Mapping[str, Json]

REPAIRING = "llm.function"
"""The type whose later questions mend its first one; other types go on with a conversation."""


@dataclass(slots=True)
class Call:
    """An answered chat. `asked` is the question without the turns in which earlier answers were mended, `root` the
    call that began it; `inner` is true if a later call holds all of it."""

    effect: Effect
    messages: list[Message]
    reply: Mapping[str, Json]
    asked: list[Message]
    root: Call | None = None
    inner: bool = False

    @property
    def text(self) -> str:
        """What the model said."""
        return str(self.reply.get("text") or "")

    @property
    def first(self) -> Call:
        """The call that began this conversation."""
        return self if self.root is None else self.root


def calls_of(firing: Firing, effects: Sequence[Effect]) -> list[Call]:
    """Return the answered chats of a firing's last attempt, in order, each with what it continues."""
    calls: list[Call] = []
    for effect in effects:
        if effect.kind != "chat" or effect.status != "ok" or effect.attempt != firing.attempt:
            continue
        messages, reply = _messages(effect.request), effect.response
        if messages and isinstance(reply, Mapping):
            call = Call(effect, messages, reply, messages)
            _join(call, calls, repairs=firing.type == REPAIRING)
            calls.append(call)
    return calls


def accepted(calls: Sequence[Call], outputs: Mapping[str, Json]) -> Call | None:
    """Return the call whose answer became the firing's outputs, None if none did.

    Calls that ask something else than the first (judges of an answer) are not looked at.
    """
    if not calls:
        return None
    question = _last_question(calls[0].first.messages)
    for call in reversed(calls):
        if _last_question(call.first.messages) == question and _gave(call, outputs):
            return call
    return None


def _join(call: Call, earlier: Sequence[Call], *, repairs: bool) -> None:
    """Find what a call continues: its messages begin as an earlier call's did, and quote an earlier answer next."""
    said = {one.text.strip() for one in earlier}
    for before in reversed(earlier):
        length = len(before.messages)
        if len(call.messages) <= length or call.messages[:length] != before.messages:
            continue
        turn = call.messages[length]
        if turn.get("role") != "assistant" or str(turn.get("content") or "").strip() not in said:
            continue
        call.root = before.first
        if repairs:
            call.asked = before.asked
        else:
            before.inner = True
        return


def _messages(request: Json) -> list[Message]:
    given = request.get("messages") if isinstance(request, Mapping) else None
    if not isinstance(given, list | tuple) or not all(isinstance(one, Mapping) for one in given):
        return []
    return list(given)


def _last_question(messages: Sequence[Message]) -> Json:
    return next((one.get("content") for one in reversed(messages) if one.get("role") == "user"), None)


def _gave(call: Call, outputs: Mapping[str, Json]) -> bool:
    """True if the outputs are what the model said: as it stands, as the JSON that it is, or as a tool's arguments."""
    said = call.text.strip()
    if said and said in (one.strip() for one in outputs.values() if isinstance(one, str)):
        return True
    values: list[Any] = [_json(said)] if said else []
    values += [one.get("arguments") for one in objects_in(call.reply.get("tool_calls"))]
    return any(_shows(value, outputs) for value in values if value is not None)


def _shows(value: Json, outputs: Mapping[str, Json]) -> bool:
    if value in outputs.values():
        return True
    if not isinstance(value, Mapping) or not value:
        return False
    shared = [name for name in value if name in outputs]
    return bool(shared) and all(
        value[name] == outputs[name] if name in outputs else value[name] is None for name in value
    )


def _json(said: str) -> Json:
    """Return the JSON of an answer, which a model may have put between fences; None if it is none."""
    body = said.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
