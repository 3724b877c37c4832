"""The store `messages`: a conversation, packed into the tokens that a model takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, ClassVar, Final

from studio.documents.tokens import count_tokens
from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.stores.base import Row, Shown, count_of, joined, list_of, text_of
from studio.support.errors import NodeError
from studio.support.templates import as_text
from studio.support.values import Json, decode, encode, preview

ROLES: Final = ("system", "user", "assistant", "tool")
COUNTS: Final = ("tokens", "words")
PER_MESSAGE: Final = 4
"""Tokens that a message takes beside its text: the marks around it and its role, in the usual chat formats."""


class MessagesStore(Row):
    """Messages in the order they were said."""

    kind = "messages"
    summary = "A conversation: messages in order, of which the newest are packed into so many tokens."
    ops: ClassVar[dict[str, StoreUse]] = {
        "extend": "write", "clear": "write", "items": "read", "window": "read", "length": "read",
    }  # fmt: skip

    class Params(Fields):
        items: list[Any] = param((), help="Messages at the start: objects with `role` and `content`.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        for place, message in enumerate(params.items):
            if why := message_problem(message):
                yield f"Item {place} of `items` {why}."

    def op_extend(self, messages: bytes) -> bytes:
        """Put messages at the end; returns how many there are now."""
        packed = list_of(messages)
        for one in packed:
            if why := message_problem(decode(one)):
                raise NodeError(f"a message for `{self.name}` {why}.", code="store")
        self._data.extend(packed)
        return self.op_length()

    def op_items(self, last: bytes = b"null") -> bytes:
        """Return all messages, or the last few."""
        count = count_of(last, "last")
        return joined(self._data if count is None else list(self._data)[max(0, len(self._data) - count) :])

    def op_window(
        self, budget: bytes, first: bytes = b"0", count: bytes = b'"tokens"', per_message: bytes = b"4",
        whole_turns: bytes = b"false", standing: bytes = b"[]",
    ) -> bytes:  # fmt: skip
        """Return `{"messages", "size", "left_out"}`: what fits into a budget, see `pack`. Messages of `standing` come
        before all of the store's, and take their part of the budget."""
        before = [encode(one) for one in _standing(decode(standing))]
        kept, size = pack(
            [(decode(one), one) for one in (*before, *self._data)],
            count_of(budget, "budget") or 0,
            first=count_of(first, "first") or 0,
            counted=text_of(count, "count"),
            per_message=count_of(per_message, "per_message") or 0,
            whole_turns=bool(decode(whole_turns)),
            where=self.name,
        )
        row = [*before, *self._data]
        told = joined(row[at] for at in kept)
        return b'{"messages":' + told + b',"size":%d,"left_out":%d}' % (size, len(row) - len(kept))

    def rows(self) -> Shown:
        rows = [(message["role"], message["content"], _others(message)) for message in map(decode, self._data)]
        return Shown(("role", "content", "more"), rows)


def _standing(given: Json) -> list[Json]:
    messages = given if isinstance(given, list) else [given]
    for message in messages:
        problem = message_problem(message)
        if problem or message["role"] != "system":
            told = problem or "is no system message"
            raise NodeError(f"a standing message {told}.", hint="Give messages of role system.", code="input")
    return messages


def message_problem(message: Json) -> str:
    """Return what is wrong with a message, as the end of a sentence."""
    if not isinstance(message, dict) or not {"role", "content"} <= message.keys():
        return f"is {preview(message, 40)}, but a message has a `role` and a `content`"
    if message["role"] not in ROLES:
        return f"has the role {preview(message['role'], 40)}, but there are {', '.join(ROLES)}"
    calls = message.get("tool_calls", [])
    if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
        return "has `tool_calls` that are no list of objects"
    return ""


def pack(
    messages: list[tuple[dict[str, Json], bytes]],
    budget: int,
    *,
    first: int = 0,
    counted: str = "tokens",
    per_message: int = PER_MESSAGE,
    whole_turns: bool = False,
    where: str = "",
) -> tuple[list[int], int]:
    """Return the places of the messages that fit into a budget, in order, and what they take of it.

    Kept are all system messages, the first `first` others, and then the newest ones as long as the next one fits. A
    tool call and its results go together, and with `whole_turns` all from one user's message to the next. A result
    whose call is not there is left out. Raises `NodeError` if not even what must be kept and the newest part fit.
    """
    if counted not in COUNTS:
        raise NodeError(f"messages are counted in {' or '.join(COUNTS)}, not in {preview(counted, 40)}.", code="store")

    def size(at: int) -> int:
        return _size(messages[at][1], counted) + per_message

    standing = [at for at, (message, _) in enumerate(messages) if message["role"] == "system"]
    parts = _parts([message for message, _ in messages], whole_turns)
    begun = 0
    while begun < len(parts) and parts[begun][0] < _place_of(first, parts):
        standing += parts[begun]
        begun += 1
    kept, used = standing, sum(map(size, standing))
    _refuse_beyond(budget, used, "what is always kept", counted, where)
    for part in reversed(parts[begun:]):
        more = sum(map(size, part))
        if used + more > budget and len(kept) > len(standing):
            break
        _refuse_beyond(budget, used + more, "the newest part and what is always kept", counted, where)
        kept, used = kept + part, used + more
    return sorted(kept), used


def _refuse_beyond(budget: int, used: int, what: str, counted: str, where: str) -> None:
    if used > budget:
        raise NodeError(
            f"{what} of the messages `{where}` takes {used} {counted}, more than the budget of {budget}.",
            hint="Raise the budget, keep less, or shorten the messages.",
            code="context_window",
        )


def _place_of(first: int, parts: list[list[int]]) -> int:
    """The place before which the first so many messages stand."""
    places = sorted(at for part in parts for at in part)
    return places[first] if first < len(places) else (places[-1] + 1 if places else 0)


def _parts(messages: list[dict[str, Json]], whole_turns: bool) -> list[list[int]]:
    """What is kept or left out together, as places, in the order of their beginnings; without system messages."""
    parts: list[list[int]] = []
    of_call: dict[Json, list[int]] = {}
    for at, message in enumerate(messages):
        if message["role"] == "system":
            continue
        if message["role"] == "tool":
            part = of_call.get(str(message.get("tool_call_id")))
            if part is not None:
                part.append(at)
            continue
        if whole_turns and message["role"] != "user" and parts:
            parts[-1].append(at)
        else:
            parts.append([at])
        for call in message.get("tool_calls", ()):
            of_call[str(call.get("id"))] = parts[-1]
    return parts


@lru_cache(maxsize=4096)
def _size(packed: bytes, counted: str) -> int:
    """What the texts of a message take, without the marks around it."""
    message = decode(packed)
    count: Callable[[str], int] = count_tokens if counted == "tokens" else _words
    content = message["content"]
    texts = [content] if isinstance(content, str) else [_text_of(part) for part in content or ()]
    if message.get("tool_calls"):
        texts.append(as_text(message["tool_calls"]))
    return sum(map(count, texts))


def _words(text: str) -> int:
    return len(text.split())


def _text_of(part: Json) -> str:
    """The text of a part of a message: of an image or another value, what stands for it."""
    return part["text"] if isinstance(part, dict) and isinstance(part.get("text"), str) else as_text(part)


def _others(message: dict[str, Json]) -> Json:
    return {name: value for name, value in message.items() if name not in ("role", "content")} or None
