"""A run as spans of a distributed trace, named as OpenTelemetry's conventions for generative AI name them.

The run is the root (`invoke_workflow`), a firing a span below its region's, a model function an `invoke_agent`, and
what a firing asked of the outside a span below it: `chat`, `text_completion`, `embeddings`, `execute_tool`. What took
no time (a log line, a reading of the clock, an alarm) is an event. Ids follow from the run's id and the numbers of
firing and effect, so exporting a run again gives the same spans.

What was said and what nodes gave is content: it is told only if asked for, as the conventions want it. So are the
sentences of errors, which may quote an answer. Conventions: github.com/open-telemetry/semantic-conventions-genai,
as of autumn 2026; names of ours begin with `studio.`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from studio.export.records.messages import input_messages, output_messages, tool_definitions
from studio.support.values import Json
from studio.trace import Trace
from studio.trace.found import Alarm, Effect, Firing, Run

Attribute: TypeAlias = str | bool | int | float | Sequence[str]
Attributes: TypeAlias = dict[str, Attribute]

INTERNAL: Final = 1
CLIENT: Final = 3

OPERATIONS: Final = {"chat": "chat", "complete": "text_completion", "embed": "embeddings"}
"""What the conventions call our kinds of model calls."""

MOMENTS: Final = ("log", "clock", "race", "timeout", "model", "embedder")
"""Kinds of effects that are events of their firing, not spans: they ask nobody for anything."""

PROVIDERS: Final = {
    "openai": "openai", "anthropic": "anthropic", "gemini": "gcp.gemini", "vertex_ai": "gcp.vertex_ai",
    "bedrock": "aws.bedrock", "azure": "azure.ai.openai", "azure_ai": "azure.ai.inference", "mistral": "mistral_ai",
    "xai": "x_ai", "moonshot": "moonshot_ai", "watsonx": "ibm.watsonx.ai", "cohere_chat": "cohere",
    "ollama_chat": "ollama",
}  # fmt: skip
"""First part of a model's name → `gen_ai.provider.name`; other services go by the first part itself."""

_BARE: Final = (("gpt-", "openai"), ("claude", "anthropic"), ("gemini", "gcp.gen_ai"), ("text-embedding-", "openai"))


@dataclass(frozen=True, slots=True)
class Event:
    """Something at a moment (nanoseconds since 1970) of a span."""

    name: str
    at: int
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of work from `start` to `end` (nanoseconds since 1970). `links` are (trace id, span id).

    What succeeded carries no status: the conventions leave that word to people.
    """

    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    name: str
    kind: int
    start: int
    end: int
    attributes: Attributes
    events: list[Event] = field(default_factory=list)
    failed: bool = False
    message: str = ""
    links: tuple[tuple[bytes, bytes], ...] = ()


def trace_id(run: str) -> bytes:
    """Return the 16 bytes by which a run is known elsewhere."""
    return hashlib.blake2b(run.encode(), digest_size=16, person=b"studio trace").digest()


def span_id(run: str, firing: int = 0, n: int = 0) -> bytes:
    """Return the 8 bytes by which a firing (0: the run) or its effect `n` is known elsewhere."""
    return hashlib.blake2b(f"{run}/{firing}/{n}".encode(), digest_size=8, person=b"studio span").digest()


def spans_of(trace: Trace, run: str, *, content: bool = False) -> Iterator[Span]:
    """Yield the spans of a run in the order of its steps, effects after their firing, the root last."""
    made = _Run(trace, trace.run(run), content)
    alarms: dict[int, list[Alarm]] = {}
    for alarm in trace.alarms(run):
        alarms.setdefault(alarm.firing, []).append(alarm)
    for whole in trace.whole(run):
        if whole.firing is None:
            made.notes.extend(made.event(effect) for effect in whole.effects)
            continue
        asked = [one for one in whole.effects if one.kind not in MOMENTS]
        events = [made.event(one) for one in whole.effects if one.kind in MOMENTS]
        events += [made.alarm(one) for one in alarms.get(whole.firing.id, ())]
        yield made.firing(whole.firing, events)
        for effect in asked:
            yield made.effect(effect)
    made.notes.extend(made.alarm(one) for one in alarms.get(0, ()))
    yield made.root()


class _Run:
    """Makes the spans of one run."""

    def __init__(self, trace: Trace, run: Run, content: bool) -> None:
        self._trace = trace
        self._run = run
        self._content = content
        self._id = trace_id(run.id)
        self._last = _nanoseconds(run.started_at)
        self.notes: list[Event] = []
        """Events of the run itself."""

    def root(self) -> Span:
        """Return the span of the run: up to its footer, or to the last that is known of it."""
        run = self._run
        attributes: Attributes = {
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": run.graph,
            "studio.run.id": run.id,
            "studio.run.status": run.status,
            "studio.graph.hash": run.graph_hash,
        }
        if run.ended:
            attributes["studio.run.ended"] = run.ended
        for name in ("firings", "ticks", "calls", "tokens_in", "tokens_out", "cost_usd"):
            total = run.totals.get(name)
            if isinstance(total, int | float):
                attributes[f"studio.run.{name}"] = total
        if self._content:
            attributes["studio.run.inputs"] = _text(self._trace.decoded(run.inputs))
            attributes["studio.run.outputs"] = _text(self._trace.decoded(run.outputs))
        message = ""
        if run.status in _FAILED:
            told = run.error if isinstance(run.error, Mapping) else {}
            attributes["error.type"] = str(told.get("code") or run.status)
            message = str(told.get("message") or "") if self._content else ""
        links = ((trace_id(run.parent_run), span_id(run.parent_run)),) if run.parent_run else ()
        finished = self._last if run.finished_at is None else _nanoseconds(run.finished_at)
        start = _nanoseconds(run.started_at)
        return Span(
            self._id, span_id(run.id), b"", f"invoke_workflow {run.graph}", INTERNAL, start, max(start, finished),
            attributes, self.notes, run.status in _FAILED, message, links,
        )  # fmt: skip

    def firing(self, firing: Firing, events: list[Event]) -> Span:
        """Return the span of a firing; of a skipped one, or one under way, as long as it took."""
        name = firing.node.rpartition("/")[2]
        attributes: Attributes = {
            "studio.node": firing.node,
            "studio.node.type": firing.type,
            "studio.tick": firing.tick,
            "studio.firing.id": firing.id,
            "studio.firing.status": firing.status,
            "studio.firing.origin": firing.origin,
            "studio.firing.attempt": firing.attempt,
        }
        if firing.seq is not None:
            attributes["studio.firing.seq"] = firing.seq
        if firing.item:
            attributes["studio.firing.item"] = firing.item
        if firing.type.startswith("llm.") and firing.status != "skipped":
            attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name, **attributes}
            name = f"invoke_agent {name}"
        if firing.status == "error":
            attributes["error.type"] = firing.absent.get("error") or "_OTHER"
        if self._content:
            attributes["studio.firing.outputs"] = _text(self._trace.outputs(firing))
            if firing.reason:
                attributes["studio.firing.reason"] = firing.reason
        parent = span_id(self._run.id, firing.parent or 0)
        return self._span(
            span_id(self._run.id, firing.id), parent, name, INTERNAL, firing.started_at, firing.duration_ms, attributes,
            events, firing.status, firing.reason,
        )  # fmt: skip

    def effect(self, effect: Effect) -> Span:
        """Return the span of something that was asked of the outside."""
        operation = OPERATIONS.get(effect.kind)
        if operation is not None:
            name, kind, attributes = self._model_call(effect, operation)
        elif effect.kind == "human":
            name, kind, attributes = "ask_human", INTERNAL, Attributes()
            if self._content:
                attributes |= {"studio.request": _text(effect.request), "studio.response": _text(effect.response)}
        else:
            tool = effect.name or effect.kind
            name, kind = f"execute_tool {tool}", INTERNAL
            attributes = {
                "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool, "gen_ai.tool.type": "function",
                "studio.tool.kind": effect.kind,
            }  # fmt: skip
            if self._content:
                attributes["gen_ai.tool.call.arguments"] = _text(effect.request)
                attributes["gen_ai.tool.call.result"] = _text(effect.response)
        attributes |= {"studio.effect.n": effect.n, "studio.effect.attempt": effect.attempt}
        if effect.origin != "executed":
            attributes["studio.effect.origin"] = effect.origin
        if effect.status == "error":
            told = effect.response if isinstance(effect.response, Mapping) else {}
            attributes["error.type"] = str(told.get("kind") or "_OTHER")
        return self._span(
            span_id(self._run.id, effect.firing, effect.n), span_id(self._run.id, effect.firing), name, kind,
            effect.asked_at, effect.duration_ms, attributes, [], effect.status, effect.error,
        )  # fmt: skip

    def _model_call(self, effect: Effect, operation: str) -> tuple[str, int, Attributes]:
        request = effect.request if isinstance(effect.request, Mapping) else {}
        response = effect.response if isinstance(effect.response, Mapping) else {}
        provider, model = provider_of(str(request.get("model") or effect.name))
        attributes: Attributes = {
            "gen_ai.operation.name": operation, "gen_ai.provider.name": provider, "gen_ai.request.model": model,
        }  # fmt: skip
        for name, key in (("max_tokens", "max_tokens"), ("temperature", "temperature"), ("seed", "seed")):
            given = request.get(name)
            if isinstance(given, int | float):
                attributes[f"gen_ai.request.{key}"] = given
        if request.get("stop") and isinstance(request["stop"], list | tuple):
            attributes["gen_ai.request.stop_sequences"] = [str(one) for one in request["stop"]]
        if operation != "embeddings":
            attributes["gen_ai.output.type"] = "json" if request.get("schema") else "text"
        if effect.finish_reason:
            attributes["gen_ai.response.finish_reasons"] = [effect.finish_reason]
        if effect.origin == "executed":  # nobody was asked otherwise, and nothing is to be counted twice
            for name, count in (("input", effect.tokens_in), ("output", effect.tokens_out)):
                if count is not None:
                    attributes[f"gen_ai.usage.{name}_tokens"] = count
            if effect.cost_usd is not None:
                attributes["studio.cost_usd"] = effect.cost_usd
        if effect.entropy is not None:
            attributes["studio.entropy_bits"] = effect.entropy
        if self._content and operation == "embeddings":
            attributes["studio.request"] = _text(request.get("texts"))
        elif self._content:
            attributes["gen_ai.input.messages"] = _text(input_messages(request))
            if effect.status == "ok":
                attributes["gen_ai.output.messages"] = _text(output_messages(response, effect.finish_reason))
            if request.get("tools"):
                attributes["gen_ai.tool.definitions"] = _text(tool_definitions(request))
        return f"{operation} {model}", CLIENT, attributes

    def event(self, effect: Effect) -> Event:
        """Return a moment: what was logged, which model a name stood for, what time it was."""
        attributes: Attributes = {"studio.effect.n": effect.n, "studio.effect.name": effect.name}
        if effect.kind in ("model", "embedder") and isinstance(effect.response, Mapping):
            attributes["studio.model.name"] = str(effect.response.get("name", ""))
        if self._content:
            attributes |= {"studio.request": _text(effect.request), "studio.response": _text(effect.response)}
        return Event(f"studio.{effect.kind}", _nanoseconds(effect.asked_at), attributes)

    def alarm(self, alarm: Alarm) -> Event:
        """Return an alarm, which is a sentence of the studio's own."""
        attributes: Attributes = {"studio.alarm.kind": alarm.kind}
        if self._content:
            attributes |= {"studio.alarm.message": alarm.message, "studio.alarm.evidence": _text(alarm.evidence)}
        return Event("studio.alarm", _nanoseconds(alarm.at), attributes)

    def _span(
        self, id: bytes, parent: bytes, name: str, kind: int, started_at: float, took_ms: float | None,
        attributes: Attributes, events: list[Event], status: str, message: str,
    ) -> Span:  # fmt: skip
        start = _nanoseconds(started_at)
        end = start + max(0, round((took_ms or 0.0) * 1e6))
        self._last = max(self._last, end)
        if took_ms is None:
            attributes["studio.unfinished"] = True
        told = message if self._content and status == "error" else ""
        return Span(self._id, id, parent, name, kind, start, end, attributes, events, status in _FAILED, told)


_FAILED: Final = ("error", "failed", "aborted", "interrupted")


def provider_of(model: str) -> tuple[str, str]:
    """Return who offers a model, in the words of the conventions, and its name there."""
    found = re.match(r"([A-Za-z0-9_.-]+)[/:](.+)", model, re.DOTALL)
    if found is not None:
        return PROVIDERS.get(found[1], found[1]), found[2]
    return next((provider for start, provider in _BARE if model.startswith(start)), "litellm"), model


def _nanoseconds(seconds: float) -> int:
    return max(0, round(seconds * 1e9))


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
