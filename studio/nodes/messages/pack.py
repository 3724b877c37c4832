"""`messages.pack`: what an agent sends to a model, packed into what the model takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.documents.tokens import count_tokens
from studio.nodes.messages.append import ROLES
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.templates import placeholders, render
from studio.support.values import Json, preview


@node("messages.pack", title="Pack messages", category="Models", icon="window", library="tokenizers")
class Pack(Node):
    """Pack a prompt: standing texts, remembered entries, the newest of a conversation, and a last word.

    First the system messages: each of `standing`, then one that tells the `entries`.  While these take more than
    `preamble`, an entry is dropped: the *last*, which is the least relevant where the best stand first, or the *first*.
    Then come the newest messages of `history`, as long as the next one keeps all within `budget`, and at the end
    `closing`, which is always there.  After AutoGPT v0.2.2 (`chat.py`, April 2023).

    In *tokens* each message takes 4 more, its role, and each time something is counted 3 more, as OpenAI's formula of
    2023 has it; the tokenizer is one of ours, so leave some room.  In *words* only the words of the texts count.  If
    the standing texts alone take more than `preamble` the node fails.
    """

    class Params(Fields):
        entries: str = param(
            "You remember:\n{entries}",
            help="The message that tells the entries; `{entries}` stands for them.",
            editor={"kind": "template", "rows": 3},
        )
        separator: str = param("\n", help="What stands between two entries.")
        role: Literal["system", "user"] = param("user", choices=("system", "user"), help="The role of `closing`.")

    class In(Fields):
        standing: list[Any] = port((), many=True, type="any", help="Texts that come first, in the order of the wires.")
        entries: list[Any] = port([], help="What was remembered, the most relevant first: texts.")
        history: list[Any] = port([], type="messages", help="The conversation so far, oldest first.")
        closing: str = port(help="What is said last.")
        budget: int = port(3_000, help="What all may take.")
        preamble: int = port(2_500, help="What the standing texts and the entries may take.")
        count: str = port("tokens", help="What is counted: tokens or words.")
        drop: str = port("last", help="Which entry is dropped while the preamble is too long: last or first.")

    class Out(Fields):
        messages: list[Any] = port(type="messages", help="The prompt.")
        used: int = port(help="What it takes.")
        entries: list[Any] = port(help="The entries that are told.")
        history: int = port(help="How many messages of the conversation are in it.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if placeholders(params.entries) != ("entries",):
            yield "`entries` needs the gap `{entries}` and no other."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        measure = _Measure(inputs.count)
        if inputs.drop not in ("last", "first"):
            raise NodeError(f"`drop` is last or first, not {preview(inputs.drop, 40)}.", code="input")
        if not all(isinstance(one, str) for one in (*inputs.standing, *inputs.entries)):
            raise NodeError("`standing` takes texts, and `entries` a list of texts.", code="input")
        entries = list(inputs.entries)
        while True:
            told = params.separator.join(entries)
            first = [_said("system", text) for text in inputs.standing]
            first.append(_said("system", render(params.entries, {"entries": told})))
            used = measure.all(first)
            if used <= inputs.preamble:
                break
            if not entries:
                raise NodeError(
                    f"the standing texts take {used} {inputs.count}, more than the preamble of {inputs.preamble}.",
                    hint="Raise `preamble`, or shorten the texts.",
                    code="context_window",
                )
            entries.pop(-1 if inputs.drop == "last" else 0)
        closing = _said(params.role, inputs.closing)
        used += measure.all([closing])
        kept: list[Json] = []
        for message in reversed(inputs.history):
            more = measure.all([_checked(message)])
            if used + more > inputs.budget:
                break
            kept.append(message)
            used += more
        return self.Out(
            messages=[*first, *reversed(kept), closing], used=used, entries=entries, history=len(kept)
        )  # fmt: skip


class _Measure:
    """Counts messages in tokens or words."""

    def __init__(self, unit: str) -> None:
        if unit not in ("tokens", "words"):
            raise NodeError(f"`count` is tokens or words, not {preview(unit, 40)}.", code="input")
        self._words = unit == "words"

    def all(self, messages: list[dict[str, str]]) -> int:
        if self._words:
            return sum(len(one["content"].split()) for one in messages)
        # Each message stands between marks (4), and the reply is begun once (3).
        return 3 + sum(4 + count_tokens(one["role"]) + count_tokens(one["content"]) for one in messages)


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _checked(message: Json) -> dict[str, str]:
    if not isinstance(message, dict) or message.get("role") not in ROLES or not isinstance(message["content"], str):
        raise NodeError(
            f"{preview(message, 60)} is no message of a conversation: an object with a `role` and a text as `content`.",
            hint="Take the messages from *messages.items*.",
            code="input",
        )
    return message
