"""Model calls as examples for fine-tuning, in the chat form that services and training tools share.

A line is `{"messages": [...]}`, and `"tools"` where the model was offered some: the question as it was first put, the
answer as last message. What a run took over from another one is not told again; the same example is told once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studio.export.records.conversations import Call, accepted, calls_of
from studio.export.records.messages import objects_in
from studio.support.errors import UsageError
from studio.support.expressions import Expression, ExpressionError
from studio.support.values import Json, encode
from studio.trace import Trace
from studio.trace.found import Firing, producers_of

KEPT_OUTPUTS = 2_000
"""Firings whose outputs are remembered, for those that take them in."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are wanted. `nodes` are paths or their last parts, `statuses` those of firings; empty: any.

    `passed` takes only answers that became what the node gave; `score` is an expression over the outputs and inputs
    of the firing, by name, that must be true.
    """

    nodes: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    passed: bool = False
    score: Expression | None = None


@dataclass(slots=True)
class Told:
    """How many examples were kept, and how many calls were left out, by reason."""

    kept: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    nodes: set[str] = field(default_factory=set)
    """Names among those wanted that some node has."""

    def sentences(self) -> list[str]:
        """Return what a person is told."""
        calls = "example" if self.kept == 1 else "examples"
        reasons = [f"{count} {reason}" for reason, count in self.left_out.most_common()]
        return [f"{self.kept} {calls} kept." + (f" Left out: {'; '.join(reasons)}." if reasons else "")]


def example_lines(trace: Trace, runs: Iterable[str], wanted: Wanted, told: Told) -> Iterator[bytes]:
    """Yield the examples of runs, a line each; `told` is filled on the way. Raises UsageError for a wrong score."""
    seen: set[bytes] = set()
    for run in runs:
        inputs = _Inputs(trace, run)
        for whole in trace.whole(run):
            if whole.firing is None or not whole.effects or not _is_wanted_node(whole.firing, wanted, told):
                continue
            for call in _chosen(whole.firing, calls_of(whole.firing, whole.effects), wanted, inputs, told):
                line = encode(example(call)) + b"\n"
                mark = hashlib.blake2b(line, digest_size=16).digest()
                if mark in seen:
                    told.left_out["told already"] += 1
                    continue
                seen.add(mark)
                told.kept += 1
                yield line
            told.left_out["by text completion, which is no chat"] += sum(
                one.kind == "complete" for one in whole.effects
            )
            told.left_out["without an answer"] += sum(
                one.kind == "chat" and one.status != "ok" for one in whole.effects
            )
    told.left_out = +told.left_out


def example(call: Call) -> dict[str, Json]:
    """Return one example: the messages, the answer last, and the tools that were offered."""
    answer: dict[str, Json] = {"role": "assistant", "content": call.reply.get("text") or ""}
    calls = [_tool_call(one) for one in objects_in(call.reply.get("tool_calls"))]
    if calls:
        answer["tool_calls"] = calls
    made: dict[str, Json] = {"messages": [*map(dict, call.asked), answer]}
    request = call.effect.request
    offered = [
        {
            "type": "function",
            "function": {
                "name": one.get("name"),
                "description": one.get("about", ""),
                "parameters": one.get("parameters"),
            },
        }
        for one in objects_in(request.get("tools"))
    ]
    return {**made, "tools": offered} if offered else made


def _tool_call(call: Mapping[str, Json]) -> Json:
    arguments = call.get("arguments")
    written = arguments if isinstance(arguments, str) else encode(arguments).decode()
    return {"id": call.get("id"), "type": "function", "function": {"name": call.get("name"), "arguments": written}}


def _is_wanted_node(firing: Firing, wanted: Wanted, told: Told) -> bool:
    if not wanted.nodes:
        return True
    names = {name for name in wanted.nodes if firing.node == name or firing.node.endswith(f"/{name}")}
    told.nodes |= names
    return bool(names)


def _chosen(firing: Firing, calls: Sequence[Call], wanted: Wanted, inputs: _Inputs, told: Told) -> Iterator[Call]:
    if not calls:
        return
    if wanted.statuses and firing.status not in wanted.statuses:
        told.left_out[f"of a firing that ended {firing.status}"] += len(calls)
        return
    if wanted.passed and firing.status != "ok":
        told.left_out["of a firing that failed"] += len(calls)
        return
    if wanted.score is not None:
        verdict = _score(wanted.score, firing, inputs)
        if verdict is not True:
            told.left_out["below the score" if verdict is False else "for which the score has no value"] += len(calls)
            return
    outputs = inputs.outputs(firing)
    best = accepted(calls, outputs) if wanted.passed else None
    for call in calls:
        if call.inner:
            told.left_out["that a later call holds"] += 1
        elif wanted.passed and call is not best:
            told.left_out["whose answer was not what the node gave"] += 1
        elif call.effect.origin == "replayed":
            told.left_out["taken over from another run"] += 1
        else:
            yield call


def _score(score: Expression, firing: Firing, inputs: _Inputs) -> bool | None:
    """Return whether a firing is good enough, None where the expression has no value for it."""
    values: dict[str, Any] = inputs.of(firing)
    outputs = inputs.outputs(firing)
    try:
        verdict = score.evaluate({**values, **outputs, "inputs": values, "outputs": outputs})
    except ExpressionError:  # a name that this node does not have, a value of another type
        return None
    if not isinstance(verdict, bool):
        raise UsageError(
            f"The score must be true or false; for `{firing.node}` it is {encode(verdict).decode()[:60]}.",
            where="--score",
            hint="Compare it, as in `confidence >= 0.9`.",
        )
    return verdict


class _Inputs:
    """What firings of a run took in: looked up where it was made."""

    def __init__(self, trace: Trace, run: str) -> None:
        self._trace = trace
        self._run = run
        self._outputs: dict[int, dict[str, Json]] = {}

    def outputs(self, firing: Firing) -> dict[str, Json]:
        """Return what a firing gave."""
        known = self._outputs.get(firing.id)
        if known is None:
            while len(self._outputs) >= KEPT_OUTPUTS:
                del self._outputs[next(iter(self._outputs))]
            known = self._outputs[firing.id] = self._trace.outputs(firing)
        return known

    def of(self, firing: Firing) -> dict[str, Json]:
        """Return what a firing took in, by port; null for what no firing made (a first value of a feedback wire)."""
        found: dict[str, Json] = {}
        for port, wires in firing.inputs.items():
            values = [self._made(id, output) for id, output in producers_of(wires)]
            several = isinstance(wires, list | tuple) and bool(wires) and isinstance(wires[0], list | tuple)
            found[port] = values if several else (values[0] if values else None)
        return found

    def _made(self, id: int, port: str) -> Json:
        if id <= 0:
            return None
        known = self._outputs.get(id)
        if known is None:
            known = self.outputs(self._trace.firing(self._run, id))
        return known.get(port)


def parsed_score(text: str) -> Expression | None:
    """Return the expression of a score, None for none. Raises UsageError if it cannot be read."""
    if not text.strip():
        return None
    try:
        return Expression.parse(text)
    except ExpressionError as error:
        raise UsageError(error.message, where="--score", hint=error.hint) from None
