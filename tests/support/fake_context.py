"""A `RunContext` without an engine: scripted answers, toy vectors, stores in memory, a clock that stands still.

    ctx = FakeContext(replies=["Paris."])
    out = await run_node(Ask, {"instructions": "Capital of {country}?"}, {"country": "France"}, ctx)
    assert ctx.chats[0].messages[-1]["content"] == "Capital of France?"

Everything a node asks for is recorded in order in `ctx.effects`; a script that runs out fails the test.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.spec import (
    ChatReply,
    CompletionReply,
    Field,
    Fields,
    Message,
    ModelInfo,
    Node,
    TokenChoice,
    default_registry,
)
from studio.spec.calls import ChatCall, CompletionCall, HumanCall, ToolOffer
from studio.spec.outside import Outside
from studio.spec.params import parse_params
from studio.spec.types import value_check
from studio.support.errors import NodeError
from studio.support.paths import inside
from studio.support.values import Absent, Json, decode, encode, hash_bytes
from tests.support.plain_functions import Again

Reply = ChatReply | str | Json | Exception | Callable[[ChatCall], Any]
"""One chat reply: its text, an object (sent as JSON text), an error to raise, or a function of the call."""

Completion = CompletionReply | Mapping[str, float] | Exception | Callable[[CompletionCall], Any]
"""One completion: the reply, first tokens with their natural log-probabilities, an error, or a function."""

NOW = "2023-02-13T20:00:00+00:00"
FULL_INFO = ModelInfo(
    name="fake/model", supports_schema=True, supports_logprobs=True, supports_completion=True, context_tokens=2048
)


@dataclass(frozen=True)
class Effect:
    """One thing a node asked of the world."""

    kind: str
    name: str
    request: Json = None
    irreversible: bool = False
    outbound: bool = False


class FakeModel:
    """A model with its own script. `chats` and `completions` hold the calls it got."""

    def __init__(
        self, replies: Sequence[Reply] = (), completions: Sequence[Completion] = (), info: ModelInfo = FULL_INFO
    ) -> None:
        self.info = info
        self.replies = list(replies)
        self.scripted_completions = list(completions)
        self.chats: list[ChatCall] = []
        self.completions: list[CompletionCall] = []
        self.answered_once: dict[bytes, CompletionReply] = {}


class FakeContext:
    """Plays `RunContext` for one firing.

    `replies`, `completions` and `info` script the one model behind every name; `models` gives names their
    own `FakeModel`. `answers` are what a person says. `stores` maps names to objects with `do(op, args)`
    (the classes of `studio.stores`) . `folder` is the project folder, `outside` what stands
    for sandbox, web and tool servers. `clock` moves only by `sleep`.
    """

    def __init__(
        self,
        *,
        replies: Sequence[Reply] = (),
        completions: Sequence[Completion] = (),
        info: ModelInfo = FULL_INFO,
        models: Mapping[str, FakeModel] | None = None,
        answers: Sequence[str] = (),
        stores: Mapping[str, Any] | None = None,
        embed: Callable[[str], list[float]] | None = None,
        folder: Path | None = None,
        outside: Any = None,
        now: str = NOW,
        seed: int = 0,
        node: str = "node",
        tick: str = "0",
        attempt: int = 1,
    ) -> None:
        self.node = node
        self.tick = tick
        self.run = "01FAKERUN00000000000000000"
        self.attempt = attempt
        digest = hashlib.blake2b(f"{seed}/{node}/{tick}".encode(), digest_size=8).digest()
        self.random = random.Random(int.from_bytes(digest))
        self.default_model = FakeModel(replies, completions, info)
        self.models = dict(models or {})
        self.answers = list(answers)
        self.stores = dict(stores or {})
        self.effects: list[Effect] = []
        self.raised: list[dict[str, Any]] = []
        self.questions: list[HumanCall] = []
        self.said: list[str] = []
        self.logged: list[tuple[str, Json]] = []
        self.slept: list[float] = []
        self.blobs: dict[str, bytes] = {}
        self.folder = folder
        self._outside = outside
        self._now = now
        self._embed = embed or toy_embedding

    # -- what tests look at ---------------------------------------------------------------------

    @property
    def chats(self) -> list[ChatCall]:
        """The chat calls the default model got, in order."""
        return self.default_model.chats

    @property
    def completions(self) -> list[CompletionCall]:
        """The completion calls the default model got, in order."""
        return self.default_model.completions

    # -- RunContext -----------------------------------------------------------------------------

    def model(self, name: str = "default") -> _ModelCalls:
        return _ModelCalls(self, name, self.models.get(name, self.default_model))

    async def embed(self, texts: Sequence[str], model: str = "default", *, once: bool = False) -> list[list[float]]:
        self.effects.append(Effect("embed", model, list(texts)))
        return [self._embed(text) for text in texts]

    def store(self, name: str) -> FakeStore:
        if name not in self.stores:
            raise AssertionError(f"the test gave no store {name!r}")
        return FakeStore(self, name, self.stores[name])

    @property
    def outside(self) -> Outside:
        if self._outside is None:
            raise AssertionError("the test gave nothing outside")
        made: Outside = self._outside
        return made

    async def effect(
        self,
        kind: str,
        name: str,
        request: Json,
        perform: Callable[[], Awaitable[Json]],
        *,
        irreversible: bool = False,
        outbound: bool = False,
    ) -> Json:
        self.effects.append(Effect(kind, name, _copy(request), irreversible, outbound))
        return _copy(await perform())

    async def alarms(self) -> list[dict[str, Any]]:
        """Give what a test put into `raised`, each once."""
        self.effects.append(Effect("alarms", "alarms"))
        found, self.raised = self.raised, []
        return found

    async def now(self) -> str:
        self.effects.append(Effect("clock", "now"))
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.effects.append(Effect("clock", "sleep", seconds))
        self.slept.append(seconds)

    async def ask_human(self, question: str, choices: Sequence[str] = (), default: str | None = None) -> str:
        call = HumanCall(question, tuple(choices), default, self.node, self.tick)
        self.questions.append(call)
        self.effects.append(Effect("human", "ask", {"question": question, "choices": list(choices)}))
        if not self.answers:
            raise AssertionError(f"the test gave no answer to {question!r}")
        return self.answers.pop(0)

    def node_type(self, type: str) -> type[Node] | None:
        return default_registry().find(type)

    async def use(self, type: str, params: Mapping[str, Json], inputs: Mapping[str, Json]) -> dict[str, Json]:
        cls = default_registry().find(type)
        assert cls is not None, f"there is no node type {type!r}"
        return present(await run_node(cls, params=params, inputs=inputs, ctx=self))

    def project_path(self, name: str) -> str:
        if self.folder is None:
            raise AssertionError("the test gave no project folder")
        path = inside(self.folder, name)
        if path is None:
            raise NodeError(f"`{name}` lies outside the project folder.", hint="Choose a file inside it.")
        return str(path)

    def say(self, text: str) -> None:
        self.said.append(text)

    def log(self, label: str, value: Json) -> None:
        self.effects.append(Effect("log", label, _copy(value)))
        self.logged.append((label, _copy(value)))

    def put_blob(self, data: bytes, media_type: str) -> Json:
        key = hash_bytes(data)
        self.blobs[key] = data
        return {"$blob": key, "type": media_type, "size": len(data)}

    def get_blob(self, value: Json) -> bytes:
        return self.blobs[value["$blob"]]


class _ModelCalls:
    def __init__(self, ctx: FakeContext, name: str, model: FakeModel) -> None:
        self._ctx = ctx
        self._name = name
        self._model = model

    @property
    def info(self) -> ModelInfo:
        return self._model.info

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Json] | None = None,
        max_tokens: int | None = None,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        tools: Sequence[ToolOffer] = (),
        must_call: bool = False,
        timeout_s: float | None = None,
    ) -> ChatReply:
        call = ChatCall(
            messages=tuple(_copy(list(messages))),
            schema=_copy(schema),
            max_tokens=max_tokens,
            temperature=temperature,
            stop=tuple(stop),
            tools=tuple(tools),
            must_call=must_call,
            timeout_s=timeout_s,
            node=self._ctx.node,
            tick=self._ctx.tick,
        )
        self._model.chats.append(call)
        self._ctx.effects.append(Effect("chat", self._name, call.canonical(self.info.name)))
        if not self._model.replies:
            raise AssertionError(f"chat call {len(self._model.chats)} of {self._ctx.node!r} has no scripted reply")
        reply = _answer(self._model.replies.pop(0), call)
        if isinstance(reply, ChatReply):
            return reply
        text = reply if isinstance(reply, str) else encode(reply).decode()
        words_in = sum(len(str(message["content"]).split()) for message in messages)
        return ChatReply(text=text, model=self.info.name, tokens_in=words_in, tokens_out=len(text.split()))

    async def complete(
        self, prompt: str, *, max_tokens: int = 1, top: int = 200, timeout_s: float | None = None, once: bool = False
    ) -> CompletionReply:
        call = CompletionCall(
            prompt=prompt,
            max_tokens=max_tokens,
            top=top,
            timeout_s=timeout_s,
            node=self._ctx.node,
            tick=self._ctx.tick,
        )
        self._ctx.effects.append(Effect("complete", self._name, call.canonical(self.info.name)))
        key = encode(call.canonical(self.info.name))
        if once and key in self._model.answered_once:
            return self._model.answered_once[key]
        self._model.completions.append(call)
        if not self._model.scripted_completions:
            raise AssertionError(f"completion {len(self._model.completions)} of {self._ctx.node!r} is not scripted")
        reply = _answer(self._model.scripted_completions.pop(0), call)
        if not isinstance(reply, CompletionReply):
            choices = sorted((TokenChoice(token, chance) for token, chance in reply.items()), key=lambda c: -c.logprob)
            reply = CompletionReply(
                text=choices[0].token,
                choices=tuple(choices),
                model=self.info.name,
                tokens_in=len(prompt.split()),
                tokens_out=1,
            )
        if once:
            self._model.answered_once[key] = reply
        return reply


class FakeStore:
    """A store handle that records its operations as effects of kind `store`."""

    def __init__(self, ctx: FakeContext, name: str, store: Any) -> None:
        self._ctx = ctx
        self._name = name
        self._store = store

    @property
    def kind(self) -> str:
        return str(self._store.kind)

    def do(self, op: str, **args: Json) -> Json:
        self._ctx.effects.append(Effect("store", f"{self._name}.{op}", _copy(args)))
        return _copy(self._store.do(op, args))


async def run_node(
    cls: type[Node],
    params: Mapping[str, Json] | None = None,
    inputs: Mapping[str, Json] | None = None,
    ctx: FakeContext | None = None,
) -> Any:
    """Fire a node once, as the engine would, and return its outputs.

    Params pass `parse_params` and the type's own `problems`; inputs are checked against the ports that follow
    from the params; outputs must be declared and fit their port types; the function that a standalone script would hold
    must come to the same. A fault in any of these fails the test.
    """
    made, problems = parse_params(cls.Params, params or {})
    problems += cls.problems(made) if not problems else ()
    assert not problems, f"{cls.spec.type}: {' '.join(problems)}"
    entered = ready_inputs(cls, made, inputs or {})
    before = repr(entered)
    ctx = ctx or FakeContext()
    again = Again(cls, made, entered, ctx)
    try:
        result = cls().run(ctx, made, entered)  # type: ignore[attr-defined]
        out = await result if inspect.isawaitable(result) else result
    except Exception as error:
        await again.compare(error, ctx)
        raise
    await again.compare(out, ctx)
    # Built-in types share their inputs with whoever else reads the wire, so they must leave them as they are.
    assert repr(entered) == before, f"{cls.spec.type} changed its inputs"
    check_outputs(cls, made, out)
    return out


def ready_inputs(cls: type[Node], params: Any, given: Mapping[str, Json]) -> Fields:
    """Return the inputs as the engine would pass them: defaults filled in, types checked, values copied."""
    ports = cls.inputs(params)
    declared = ports.fields()
    unknown = [name for name in given if name not in declared]
    assert not unknown, f"{cls.spec.type} has no input {unknown[0]!r}, only {list(declared)}"
    missing = [name for name, spec in declared.items() if spec.required and name not in given]
    assert not missing, f"{cls.spec.type}: required input {missing[0]!r} is absent, so the node would be skipped"
    values = {}
    for name, spec in declared.items():
        if name not in given:
            values[name] = spec.default
        elif isinstance(given[name], Absent):
            values[name] = given[name]
        else:
            values[name] = _copy(given[name])
            for one in values[name] if spec.join == "many" else (values[name],):
                assert _fits(spec, one), f"{cls.spec.type}.{name} is {spec.type}, got {one!r}"
    return ports.holding(values)


def check_outputs(cls: type[Node], params: Any, out: Any) -> None:
    """Fail unless the outputs are declared and each present one is a JSON value of its port's type."""
    declared = cls.outputs(params).fields()
    assert isinstance(out, Fields), f"{cls.spec.type} returned {out!r}, not its Out"
    for name, value in out.as_dict().items():
        assert name in declared, f"{cls.spec.type} gave the undeclared output {name!r}"
        if not isinstance(value, Absent):
            encode(value)
            assert _fits(declared[name], value), f"{cls.spec.type}.{name} is {declared[name].type}, gave {value!r}"


def present(out: Fields) -> dict[str, Json]:
    """Return the outputs that carry a value, by port."""
    return {name: value for name, value in out.as_dict().items() if not isinstance(value, Absent)}


def toy_embedding(text: str) -> list[float]:
    """Return the toy vector: each lower-case word adds 1 to dimension (sum of its character codes mod 16)."""
    vector = [0.0] * 16
    for word in re.findall(r"[a-z0-9]+", text.lower()):
        vector[sum(map(ord, word)) % 16] += 1.0
    return vector


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the cosine of two vectors, 0 if one of them is all zeros."""
    size = math.hypot(*a) * math.hypot(*b)
    return sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0


def _answer(scripted: Any, call: Any) -> Any:
    answer = scripted(call) if callable(scripted) else scripted
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _fits(spec: Field, value: Json) -> bool:
    check = value_check(spec.type)
    return check is None or check(value)


def _copy(value: Json) -> Json:
    return decode(encode(value))
