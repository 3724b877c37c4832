"""One firing of two runs in full: every part that differs, with both values. Only here are values decoded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from studio.replay.diff.asked import asked_for, model_of, reply_of
from studio.replay.diff.found import Change, RunDiff
from studio.replay.diff.values import Given, Values
from studio.support.values import encode
from studio.trace.found import Ref, producers_of
from studio.trace.log import CALLS

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Effect


Side: TypeAlias = "tuple[Trace, str, int]"
"""A firing: trace, run and the firing's id, 0 where there is none."""


class Part(NamedTuple):
    """A part of a firing that differs: `input text`, `prompt 1 user`, `reply 1`, `output label`. `a` or `b` is None
    where that run has no such part."""

    name: str
    a: Given | None
    b: Given | None


def details(trace_a: Trace, trace_b: Trace, found: RunDiff, change: Change) -> list[Part]:
    """Return the parts in which a firing differs; of one that only one run has, all parts."""
    return between((trace_a, found.a.id, change.id_a), (trace_b, found.b.id, change.id_b))


def between(one: Side, other: Side) -> list[Part]:
    """Return the parts in which two firings differ, of one run or of two; of one that is not there, all of the other's.

    A side is a trace, a run and the firing's id there, 0 where there is none.
    """
    of_one = list(_parts(*one)) if one[2] else []
    of_other = list(_parts(*other)) if other[2] else []
    mine, theirs = dict(of_one), dict(of_other)
    names = _merged([name for name, _ in of_one], [name for name, _ in of_other])
    return [
        Part(name, mine.get(name), theirs.get(name))
        for name in names
        if name not in mine or name not in theirs or encode(mine[name].value) != encode(theirs[name].value)
    ]


def as_text(given: Given | None) -> str:
    """Return a value as text to be compared line by line: text as it is, anything else as indented JSON."""
    if given is None:
        return ""
    value = given.value
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _parts(trace: Trace, run: str, id: int) -> Iterator[tuple[str, Given]]:
    firing = trace.firing(run, id)
    yield "type", Given(f"{firing.type} version {firing.version}")
    yield "status", Given(firing.status)
    if firing.reason:
        yield "reason", Given(firing.reason)
    values = Values(trace, run)
    for port, wires in firing.inputs.items():
        several = producers_of(wires)
        for number, (producer, output) in enumerate(several, 1):
            given = values.on_wire(firing, port, producer, output)
            if given is not None:
                name = f"input {port}" if len(several) == 1 else f"input {port} {number}"
                yield name, _decoded(trace, given)
    source = trace.source(firing)
    if source is not None:
        yield from _effects(list(trace.effects(source.run, firing=source.id)))
        for op in trace.store_ops(source.run, firing=source.id):
            yield f"store {op.store} {op.n} {op.op}", Given({"args": op.args, "result": op.result})
    for port, value in firing.outputs.items():
        yield f"output {port}", _decoded(trace, Given(value))


def _effects(effects: Sequence[Effect]) -> Iterator[tuple[str, Given]]:
    several = len(effects) > 1
    for effect in effects:
        number = f" {effect.n}" if several else ""
        (spoken, request), reply = asked_for(effect), reply_of(effect)
        if effect.kind in CALLS:
            yield f"model{number}", Given(model_of(effect))
            if isinstance(spoken, list):
                for place, message in enumerate(spoken, 1):
                    where = f"prompt{number}" + (f" message {place}" if len(spoken) > 1 else "")
                    yield f"{where} {message.get('role', '')}", Given(message.get("content"))
            else:
                yield f"prompt{number}", Given(spoken)
            yield f"request{number}", Given(request)
            if isinstance(reply, dict) and "text" in reply:
                yield f"reply{number}", Given(reply["text"])
                reply = {key: value for key, value in reply.items() if key != "text" and value not in ([], None)}
                if reply:
                    yield f"what came with reply{number}", Given(reply)
            else:
                yield f"reply{number}", Given(reply)
            continue
        if request is not None:
            yield f"{effect.kind}{number} asked", Given(request)
        yield f"{effect.kind}{number} answered", Given(reply)


def _decoded(trace: Trace, given: Given) -> Given:
    return Given(trace.value(given.value)) if isinstance(given.value, Ref) else given


def _merged(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Both lists in one order: what only the second has comes behind what stands before it there."""
    merged = list(dict.fromkeys(one))
    place = 0
    for name in dict.fromkeys(other):
        if name in merged:
            place = merged.index(name) + 1
        else:
            merged.insert(place, name)
            place += 1
    return merged
