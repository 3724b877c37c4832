"""`RunContext`: all that a firing may ask of the world, so that everything asked can be recorded and replayed."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from studio.spec.calls import ChatReply, CompletionReply, Message, ModelInfo, ToolOffer
from studio.spec.outside import Outside
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.spec.node import Node


class ModelCalls(Protocol):
    """A model as a node sees it: every call is recorded, counted against limits, and replayable."""

    @property
    def info(self) -> ModelInfo: ...

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
    ) -> ChatReply: ...

    async def complete(
        self, prompt: str, *, max_tokens: int = 1, top: int = 200, timeout_s: float | None = None, once: bool = False
    ) -> CompletionReply:
        """Complete a text. `once`: a question that many firings ask alike (Decide's blank inputs), which the run may
        answer from its own first answer. The effect is recorded in full for every firing, with origin `cached`, no
        tokens and no cost where it was not asked anew; requests under way are shared, failures are not kept."""
        ...


class StoreHandle(Protocol):
    """A store as a node sees it. `do` names an operation of the store's type; every operation is recorded."""

    @property
    def kind(self) -> str: ...

    def do(self, op: str, **args: Json) -> Json: ...


class RunContext(Protocol):
    """What `run` gets beside params and inputs. `node` is the node path, `tick` the tick path of this firing."""

    @property
    def node(self) -> str: ...
    @property
    def tick(self) -> str: ...
    @property
    def run(self) -> str: ...
    @property
    def attempt(self) -> int: ...
    @property
    def random(self) -> random.Random:
        """A generator seeded by run seed and firing identity: the same firing draws the same numbers."""
        ...

    def model(self, name: str = "default") -> ModelCalls: ...

    async def embed(self, texts: Sequence[str], model: str = "default", *, once: bool = False) -> list[list[float]]:
        """Return one vector per text. `once` as in `ModelCalls.complete`."""
        ...

    def store(self, name: str) -> StoreHandle: ...

    @property
    def outside(self) -> Outside:
        """Sandbox, web, tool servers and secrets of this run: for use inside of what is handed to `effect`."""
        ...

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
        """Ask something of the outside: `perform` runs unless a trace already holds the answer to this request.

        With `irreversible` the request is durable before `perform` starts and the answer before this returns.
        `outbound`: the request carries texts out of this machine; where untrusted and private texts meet on the way
        to it, a person approves the exact request first. What `perform` raises is raised here, an exception of a
        stranger's kind as a `NodeError` that names it: a trace holds no more.
        """
        ...

    def node_type(self, type: str) -> type[Node] | None:
        """Return a node type that `use` could let work; None if there is none of this name."""
        ...

    async def use(self, type: str, params: Mapping[str, Json], inputs: Mapping[str, Json]) -> dict[str, Json]:
        """Let another node type work as a part of this firing, and return its outputs that are present, by port.

        What it asks of the outside is asked by this firing, and recorded with it. Raises `NodeError` for params or
        inputs that the type does not take, and whatever the type raises.
        """
        ...

    async def alarms(self) -> list[dict[str, Any]]:
        """Return what was noticed about the run (that it stalls, circles, puts work off, wanders) since this node fired
        last: objects with t, kind, level, msg and perhaps module (an effect)."""
        ...

    async def now(self) -> str:
        """Return the time as ISO 8601 text with offset (an effect)."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait (an effect; a replayed or scripted clock does not wait)."""
        ...

    async def ask_human(self, question: str, choices: Sequence[str] = (), default: str | None = None) -> str: ...

    def project_path(self, name: str) -> str:
        """Return the absolute path of a file of the graph's project. Raises `NodeError` if it lies outside."""
        ...

    def say(self, text: str) -> None:
        """Show text while the firing is under way (streaming); not part of its outputs."""
        ...

    def log(self, label: str, value: Json) -> None:
        """Leave a note in the trace (an effect of kind `log`)."""
        ...

    def put_blob(self, data: bytes, media_type: str) -> Json:
        """Store bytes by hash and return the value that stands for them."""
        ...

    def get_blob(self, value: Json) -> bytes: ...
