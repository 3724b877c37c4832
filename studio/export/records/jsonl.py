"""Runs as JSON Lines: a line per record, in the order of the steps, written as they are read.

Every line is an object with `record` (its kind) and `run` (the run's id). The kinds, in the order they come:

`run`       the head: `graph`, `file`, `graph_hash`, `graph_text` (the whole graph as YAML), `inputs`, `options`,
            `parent_run`, `fork_seq` (null for a run of its own), `boundary`, `started_at`
`firing`    `id`, `seq` (the step; null while undecided), `node`, `type`, `version`, `tick`, `parent` (the firing of the
            region around, 0 at the top), `item`, `status`, `reason`, `origin`, `attempt`, `started_at`, `duration_ms`,
            `inputs` (port → `[firing, port]` that gave it, a list of those where several may), `outputs`, `absent`
`effect`    what a firing asked: `firing` (0: the run itself), `n`, `kind`, `name`, `request`, `response`, `status`,
            `error`, `attempt`, `asked_at`, `duration_ms`, `tokens_in`, `tokens_out`, `cost_usd`, `finish_reason`,
            `entropy`, `origin`; follows its firing
`store_op`  what a firing did with a store: `firing`, `n`, `store`, `op`, `args`, `result`; follows the effects
`blob`      the bytes of a file that a value stands for (`{"$blob": hash, …}`): `hash`, `size`, `base64`, or `problem`
            where the record of the run has lost them; before the line of its first use, and only if asked for
`alarm`     `firing`, `kind`, `message`, `evidence`, `at`
`end`       `status`, `ended`, `error`, `outputs`, `totals`, `finished_at` (null if the run has not ended properly)

Times are seconds since 1970. Values stand in full, and keys were removed when the run was recorded.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping

from studio.support.errors import StudioError
from studio.support.values import Json, encode, is_blob
from studio.trace import Trace
from studio.trace.found import Alarm, Effect, Firing, Run, StoreOp

FORMAT = 1
"""Version of these lines; it stands in the head of each run."""


def run_lines(trace: Trace, runs: Iterable[str], *, blobs: bool = False) -> Iterator[bytes]:
    """Yield the lines of runs, each ended by a line break. With `blobs` the bytes of files are in them."""
    for run in runs:
        files = _Files(trace) if blobs else None
        for record in records_of(trace, run):
            if files is not None:
                for blob in files.new_in(record):
                    yield _line(run, blob)
            yield _line(run, record)


def records_of(trace: Trace, run: str) -> Iterator[dict[str, Json]]:
    """Yield the records of a run as objects, without blobs and without the run's id."""
    yield head(trace.run(run), trace.graph_text(run), trace)
    for whole in trace.whole(run):
        if whole.firing is not None:
            yield firing_record(whole.firing, trace)
        yield from map(effect_record, whole.effects)
        yield from map(store_record, whole.store_ops)
    yield from map(alarm_record, trace.alarms(run))
    yield end(trace.run(run), trace)


def head(run: Run, graph_text: str, trace: Trace) -> dict[str, Json]:
    """Return a run's first record."""
    return {
        "record": "run", "format": FORMAT, "graph": run.graph, "file": run.file, "graph_hash": run.graph_hash,
        "graph_text": graph_text, "inputs": trace.decoded(run.inputs), "options": dict(run.options),
        "parent_run": run.parent_run or None, "fork_seq": run.fork_seq, "boundary": run.boundary,
        "started_at": run.started_at,
    }  # fmt: skip


def firing_record(firing: Firing, trace: Trace) -> dict[str, Json]:
    """Return a firing, its outputs in full."""
    return {
        "record": "firing", "id": firing.id, "seq": firing.seq, "node": firing.node, "type": firing.type,
        "version": firing.version, "tick": firing.tick, "parent": firing.parent or 0, "item": firing.item,
        "status": firing.status, "reason": firing.reason, "origin": firing.origin, "attempt": firing.attempt,
        "started_at": firing.started_at, "duration_ms": firing.duration_ms, "inputs": dict(firing.inputs),
        "outputs": trace.outputs(firing), "absent": dict(firing.absent),
    }  # fmt: skip


def effect_record(effect: Effect) -> dict[str, Json]:
    """Return what was asked of the outside, with the answer."""
    return {
        "record": "effect", "firing": effect.firing, "n": effect.n, "kind": effect.kind, "name": effect.name,
        "request": effect.request, "response": effect.response, "status": effect.status, "error": effect.error,
        "attempt": effect.attempt, "asked_at": effect.asked_at, "duration_ms": effect.duration_ms,
        "tokens_in": effect.tokens_in, "tokens_out": effect.tokens_out, "cost_usd": effect.cost_usd,
        "finish_reason": effect.finish_reason, "entropy": effect.entropy, "origin": effect.origin,
    }  # fmt: skip


def store_record(done: StoreOp) -> dict[str, Json]:
    """Return an operation on a store."""
    return {
        "record": "store_op", "firing": done.firing, "n": done.n, "store": done.store, "op": done.op,
        "args": done.args, "result": done.result,
    }  # fmt: skip


def alarm_record(alarm: Alarm) -> dict[str, Json]:
    """Return something that was worth a person's eye."""
    return {
        "record": "alarm", "firing": alarm.firing, "kind": alarm.kind, "message": alarm.message,
        "evidence": alarm.evidence, "at": alarm.at,
    }  # fmt: skip


def end(run: Run, trace: Trace) -> dict[str, Json]:
    """Return a run's last record: how it ended, or that it has not."""
    return {
        "record": "end", "status": run.status, "ended": run.ended, "error": run.error,
        "outputs": trace.decoded(run.outputs), "totals": dict(run.totals), "finished_at": run.finished_at,
    }  # fmt: skip


def _line(run: str, record: Mapping[str, Json]) -> bytes:
    kind, *rest = record.items()
    return encode(dict([kind, ("run", run), *rest])) + b"\n"


class _Files:
    """The files that values stand for, each told once."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._told: set[str] = set()

    def new_in(self, value: Json) -> Iterator[dict[str, Json]]:
        """Yield the record of every file in a value that was not told before."""
        for hash in _hashes(value):
            if hash not in self._told:
                self._told.add(hash)
                yield {"record": "blob", "hash": hash, **self._told_of(hash)}

    def _told_of(self, hash: str) -> dict[str, Json]:
        try:
            data = self._trace.blob(hash)
        except StudioError as error:
            return {"problem": error.message}
        return {"size": len(data), "base64": base64.b64encode(data).decode()}


def _hashes(value: Json) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if is_blob(one):
            yield str(one["$blob"])
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)
