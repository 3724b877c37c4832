"""What models answer, as a script holds it: made of what is recorded. The studio's forms are in `studio.spec.calls`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class TokenChoice(NamedTuple):
    """One token the model might have said, with its natural log-probability."""

    token: str
    logprob: float


@dataclass(frozen=True, kw_only=True)
class ChatReply:
    """A model's answer. `cost_usd` None means unknown; `dropped` are params that the model does not take.

    `choices` are the likeliest first tokens of a text that was completed.
    """

    text: str
    model: str = ""
    finish_reason: str = "stop"
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    entropy: float | None = None
    token_entropy: Sequence[float] = ()
    dropped: Sequence[str] = ()
    tool_calls: Sequence[Any] = ()
    choices: Sequence[TokenChoice] = ()


CompletionReply = ChatReply
