"""What a model node would send: its own code is run with a model that only listens, so the prompt is the very one.

The node asks, the listener writes down what was asked and ends the firing there. No model, no network, no trace.
"""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from studio.spec.calls import ChatReply, CompletionReply, Message, ModelInfo, TokenChoice
from studio.spec.fields import MISSING, Fields
from studio.spec.node import Node
from studio.support.errors import StudioError
from studio.support.values import ABSENT, Json

TYPES = ("llm.function", "llm.chat", "llm.complete")
"""Types whose code does nothing but ask models before the first answer."""


class Asked(NamedTuple):
    """One request: chat messages with the schema the answer is held to, a plain text to go on with, or texts to be
    compared by embedding."""

    model: str
    messages: tuple[Message, ...] = ()
    schema: Json = None
    prompt: str = ""
    texts: tuple[str, ...] = ()


class _Heard(BaseException):
    """Ends the firing once its question is known; no `except Exception` of a node keeps it."""


class _Listener:
    """A model that writes down what it is asked."""

    def __init__(self, ctx: _Context, name: str) -> None:
        self._ctx = ctx
        self.info = ctx.info_of(name)

    async def chat(
        self, messages: Sequence[Message], *, schema: Mapping[str, Json] | None = None, **_: Any
    ) -> ChatReply:
        self._ctx.asked = Asked(self.info.name, tuple(messages), None if schema is None else dict(schema))
        raise _Heard

    async def complete(self, prompt: str, *, once: bool = False, **_: Any) -> CompletionReply:
        if once:
            # Decide first asks about empty inputs; equal answers bring it to the question itself.
            even = math.log(1 / max(1, len(self._ctx.labels)))
            return CompletionReply("", tuple(TokenChoice(label, even) for label in self._ctx.labels))
        self._ctx.asked = Asked(self.info.name, prompt=prompt)
        raise _Heard


class _Context:
    """As much of a `RunContext` as a node needs until its first question."""

    node, tick, run, attempt = "preview", "0", "preview", 1

    def __init__(self, info_of: Callable[[str], ModelInfo], labels: Sequence[str]) -> None:
        self.info_of = info_of
        self.labels = labels
        self.asked: Asked | None = None
        self.random = random.Random(0)

    def model(self, name: str = "default") -> _Listener:
        return _Listener(self, name)

    async def embed(self, texts: Sequence[str], model: str = "default", *, once: bool = False) -> list[list[float]]:
        if once:
            return [[1.0] for _ in texts]
        self.asked = Asked(model, texts=tuple(texts))
        raise _Heard

    def log(self, label: str, value: Json) -> None:
        """Notes of a firing go nowhere."""

    def say(self, text: str) -> None:
        """Nor does streaming."""


def what_is_asked(
    cls: type[Node], params: Fields, values: Mapping[str, Json], info_of: Callable[[str], ModelInfo]
) -> Asked | str:
    """Return the first question of a firing with these inputs, or a sentence saying why there is none."""
    declared = cls.inputs(params)
    given: dict[str, Any] = {}
    for name, field in declared.fields().items():
        given[name] = values.get(name, ABSENT if field.default is MISSING else field.default)
    labels = getattr(params, "labels", None)
    ctx = _Context(info_of, [str(one) for one in labels] if isinstance(labels, list | dict) else ())
    try:
        made: Any = cls().run(ctx, params, declared(**given))  # type: ignore[attr-defined]
        if inspect.isawaitable(made):
            _drive(made)
    except _Heard:
        return ctx.asked if ctx.asked is not None else "It asks nothing."
    except StudioError as error:
        return f"{error.message} {error.hint}".strip()
    except Exception as error:  # noqa: BLE001 - a node's code, fed with samples of a kind it may not expect
        return f"With these sample values it fails: {type(error).__name__}: {error}"[:400]
    return "With these sample values it asks no model."


def _drive(made: Awaitable[Any]) -> None:
    """Run a coroutine that has nothing to wait for."""
    coroutine: Any = made
    try:
        coroutine.send(None)
    except StopIteration:
        return
    finally:
        coroutine.close()


def info_of_name(name: str) -> ModelInfo:
    """Return what a model of this name can do, as far as its name tells; nothing is loaded for it."""
    ours = name.startswith("embedded/")
    return ModelInfo(name, supports_schema=True, supports_logprobs=ours, supports_completion=ours, local=ours)


def as_transcript(asked: Asked) -> str:
    """Return a question as people read it."""
    if asked.texts:
        return f"No model is asked: the text is embedded by {asked.model} and compared.\n\n{asked.texts[-1]}"
    if asked.prompt:
        return asked.prompt
    parts = [f"── {message['role']} ──\n{message['content']}" for message in asked.messages]
    if asked.schema is not None:
        from studio.gui.widgets.json_text import pretty

        parts.append(f"── the answer is held to ──\n{pretty(asked.schema)}")
    return "\n\n".join(parts)
