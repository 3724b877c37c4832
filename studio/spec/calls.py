"""Model calls as plain values: what is asked of a provider and what it answers.

They live here, beside `RunContext`, so that node types and providers share them without either
importing the other.  Providers are in `studio.models`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NotRequired, Protocol, TypedDict, runtime_checkable

from studio.support.errors import NodeError
from studio.support.values import Json, encode


class Message(TypedDict):
    """One chat message. `role` is system, user, assistant or tool; `content` is its text.

    A model's message that calls tools holds `tool_calls`, in the form that `ToolCall.to_message` gives (OpenAI's, which
    providers share); the message of role tool that answers one names it in `tool_call_id`.
    """

    role: str
    content: str
    tool_calls: NotRequired[list[dict[str, Json]]]
    tool_call_id: NotRequired[str]


@dataclass(frozen=True, slots=True)
class ToolOffer:
    """A tool that a model may call: a name of letters, digits and `_`, what it does, a JSON Schema of its arguments."""

    name: str
    about: str
    parameters: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to call a tool. `arguments` is what it wrote: an object, or the text itself if it is no JSON."""

    id: str
    name: str
    arguments: Json

    def to_message(self) -> dict[str, Json]:
        """Return the call as it stands in a message of the assistant."""
        written = self.arguments if isinstance(self.arguments, str) else encode(self.arguments).decode()
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": written}}

    def to_json(self) -> dict[str, Json]:
        """Return the recorded form of the call."""
        return {"id": self.id, "name": self.name, "arguments": self.arguments}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a model can do. `name` is the full litellm-style name; prices are USD per token, None if unknown."""

    name: str
    supports_schema: bool = True
    supports_logprobs: bool = False
    supports_completion: bool = False
    supports_tools: bool = False
    context_tokens: int | None = None
    billable: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True)
class ChatCall:
    """One chat request. `node` and `tick` say who asks (for scripts and messages); they are no part of the identity."""

    messages: tuple[Message, ...]
    schema: Mapping[str, Json] | None = None
    max_tokens: int | None = None
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    logprobs: bool = False
    tools: tuple[ToolOffer, ...] = ()
    must_call: bool = False
    """The answer has to be a call of one of the tools."""
    timeout_s: float | None = None
    node: str = ""
    tick: str = ""

    def canonical(self, model: str) -> dict[str, Json]:
        """Return the request as recorded and compared in replay: all that shapes the answer, nothing else."""
        offered: dict[str, Json] = {}
        if self.tools:
            offered["tools"] = [
                {"name": tool.name, "about": tool.about, "parameters": dict(tool.parameters)} for tool in self.tools
            ]
            offered["must_call"] = self.must_call
        return {
            "model": model,
            "messages": [dict(message) for message in self.messages],
            "schema": None if self.schema is None else dict(self.schema),
            "max_tokens": self.max_tokens,
            "temperature": float(self.temperature),
            "seed": self.seed,
            "stop": list(self.stop),
            "logprobs": self.logprobs,
            **offered,
        }


@dataclass(frozen=True, slots=True)
class CompletionCall:
    """One text completion whose token choices are wanted: the Decide mode's question. `top` choices per token."""

    prompt: str
    max_tokens: int = 1
    temperature: float = 0.0
    seed: int = 0
    top: int = 200
    timeout_s: float | None = None
    node: str = ""
    tick: str = ""

    def canonical(self, model: str) -> dict[str, Json]:
        """Return the request as recorded and compared in replay."""
        return {
            "model": model,
            "prompt": self.prompt,
            "max_tokens": self.max_tokens,
            "temperature": float(self.temperature),
            "seed": self.seed,
            "top": self.top,
        }


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A model's answer. `cost_usd` None means unknown (never 0 for a paid model).

    `entropy` is the mean of `token_entropy`: bits per token over the offered choices, None where the provider gives
    no log-probabilities.
    """

    text: str
    model: str = ""
    finish_reason: str = "stop"
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    entropy: float | None = None
    token_entropy: tuple[float, ...] = ()
    dropped: tuple[str, ...] = ()
    """Params the provider does not take and that were left out of the request."""
    tool_calls: tuple[ToolCall, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return the recorded form of the reply."""
        called: list[Json] = [call.to_json() for call in self.tool_calls]
        return {
            "text": self.text,
            "model": self.model,
            "finish_reason": self.finish_reason,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "cost_usd": self.cost_usd,
            "entropy": self.entropy,
            "token_entropy": list(self.token_entropy),
            "dropped": list(self.dropped),
            **({"tool_calls": called} if called else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ChatReply:
        """Return the reply that `to_json` wrote."""
        return cls(
            **{
                **value,
                "token_entropy": tuple(value.get("token_entropy", ())),
                "dropped": tuple(value.get("dropped", ())),
                "tool_calls": tuple(ToolCall(**call) for call in value.get("tool_calls", ())),
            }
        )


@dataclass(frozen=True, slots=True)
class TokenChoice:
    """One token the model might have said, with its natural log-probability."""

    token: str
    logprob: float


@dataclass(frozen=True, slots=True)
class CompletionReply:
    """A text completion: the text and, for its first token, the most likely choices."""

    text: str
    choices: tuple[TokenChoice, ...] = ()
    model: str = ""
    finish_reason: str = "stop"
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    entropy: float | None = None

    def to_json(self) -> dict[str, Json]:
        """Return the recorded form of the reply."""
        return {
            "text": self.text,
            "choices": [[choice.token, choice.logprob] for choice in self.choices],
            "model": self.model,
            "finish_reason": self.finish_reason,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "cost_usd": self.cost_usd,
            "entropy": self.entropy,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CompletionReply:
        """Return the reply that `to_json` wrote."""
        choices = tuple(TokenChoice(token, logprob) for token, logprob in value.get("choices", ()))
        return cls(**{**value, "choices": choices})


class ModelProvider(Protocol):
    """One model behind one protocol. Implementations raise `ModelError` only, and are safe to call from any event loop.

    `retry_transient` is how often the caller should repeat a call that failed with a transient error;
    `deterministic_order` is True where answers depend on the order of calls (unaddressed script lines).
    """

    @property
    def info(self) -> ModelInfo: ...
    @property
    def retry_transient(self) -> int: ...
    @property
    def deterministic_order(self) -> bool: ...
    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply: ...
    async def complete(self, call: CompletionCall) -> CompletionReply: ...


@runtime_checkable
class Script(Protocol):
    """What gives prepared answers one after another: a scripted model, a file of answers."""

    def answers(self, kind: str, name: str) -> bool:
        """True if effects of this kind and model name are answered by it."""

    def pass_over(self, node: str) -> None:
        """Use up the answer to a call of this node that a run which goes on has had before."""


@runtime_checkable
class Repeatable(Protocol):
    """A provider, of chats or of embeddings, whose answer follows from the request: it may be kept and given again.

    Who does not say so is asked every time: scripts and recorded runs answer by who asks and when.
    """

    def repeats(self, temperature: float) -> bool:
        """True if requests at this temperature are answered alike each time."""

    async def fingerprint(self) -> str:
        """Return what shapes the answers beyond the name of the model: its server, its weights, its settings."""


class EmbedProvider(Protocol):
    """Turns texts into vectors of one length."""

    @property
    def name(self) -> str: ...
    @property
    def billable(self) -> bool: ...
    async def embed(self, texts: list[str]) -> EmbedReply: ...


@dataclass(frozen=True, slots=True)
class EmbedReply:
    """Vectors, one per text, with what they cost."""

    vectors: list[list[float]] = field(default_factory=list)
    tokens_in: int = 0
    cost_usd: float | None = 0.0


@dataclass(frozen=True, slots=True)
class HumanCall:
    """A question to a person: its text, optional choices, and who asks."""

    question: str
    choices: tuple[str, ...] = ()
    default: str | None = None
    node: str = ""
    tick: str = ""


def match_choice(text: str, choices: tuple[str, ...]) -> str | None:
    """Return the choice that `text` names, exactly or but for case and spaces around it; None if it names none."""
    if text in choices:
        return text
    folded = [choice for choice in choices if choice.strip().casefold() == text.strip().casefold()]
    return folded[0] if len(folded) == 1 else None


class NobodyThere(NodeError):
    """There is nobody to ask now: the run waits for a person, paused, and can be resumed."""


class Human(Protocol):
    """Whoever answers `human.ask`: a terminal, a window, or a file of answers."""

    @property
    def deterministic_order(self) -> bool: ...
    async def ask(self, call: HumanCall) -> str: ...
