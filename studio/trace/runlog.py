"""`FileRunLog`: the `RunLog` of one run in a database file. Each call appends one tuple to the writer's queue.

What can still change after the call (requests, answers) is encoded here; everything else is left to the writer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from studio.support.errors import EnvironmentProblem
from studio.support.values import Json, NotJson, content_hash, encode
from studio.trace.log import CALLS, EXECUTED, NodePath, RunStart

if TYPE_CHECKING:
    from collections import deque

FIRING, PATHS, OPEN, ASK, ANSWER, STORE, ALARM, BLOB, START, FINISH, MEMORY, CONTENT, READING = range(13)
"""Kinds of queued records: `(log, kind, *fields)`, fields as in `studio.trace.records`."""

BATCH, TRY, SCORED, BATCH_END = range(13, 17)
"""Kinds of records that are about a batch of runs; their log is a `studio.trace.batches.BatchLog`."""

MARK = -1
"""Kind of a queued question "is everything before me durable?": `(None, MARK, call)`."""

SHORTEST = 10
"""Bytes of an encoded value that could hold a key (`support.keys` takes nothing shorter than 8 signs for one)."""

QUEUE_LIMIT = 200_000
"""Records that may wait; beyond it callers block until the writer has caught up."""

Listener = Callable[[list[tuple]], None]  # type: ignore[type-arg]
Scrub = Callable[[str], str]
Durable = Callable[[EnvironmentProblem | None], None]


class Writing(Protocol):
    """What takes the records of runs: the writer of a file (`studio.trace.writer`), or what sends them to one
    (`studio.trace.frames`)."""

    queue: deque[tuple[Any, ...]]
    asleep: bool

    def attend(self) -> None: ...

    def flush(self) -> None: ...

    def mark(self, call: Durable) -> None: ...

    def raise_if_broken(self) -> None: ...


class FileRunLog:
    """Writes one run into a trace database; see `RunLog` for the meaning of its methods."""

    __slots__ = (
        "_alarms",
        "_append",
        "_asked",
        "_effects",
        "_queue",
        "_readings",
        "_run_id",
        "_scrub",
        "_store_ops",
        "_writer",
        "base",
        "listener",
    )

    def __init__(self, writer: Writing, start: RunStart, listener: Listener | None, scrub: Scrub | None) -> None:
        self._writer = writer
        self._queue = writer.queue
        self._append = writer.queue.append
        self._run_id = start.run_id
        self._scrub = scrub
        self.listener = listener
        self.base = 0
        """Physical id of this run shifted left, set by the writer when it writes the header."""
        self._effects = itertools.count(1)
        self._store_ops = itertools.count(1)
        self._alarms = itertools.count(1)
        self._readings = itertools.count(1)
        self._asked: dict[tuple[int, int], tuple[int, str]] = {}
        self._put((self, START, replace(start, inputs=self._clean_all(start.inputs))))

    @property
    def run_id(self) -> str:
        return self._run_id

    def paths(
        self, first_id: int, prefix: str, nodes: Sequence[NodePath], parent_path: int, first_index: int = 0
    ) -> None:
        self._put((self, PATHS, first_id, prefix, nodes, parent_path, first_index))

    def firing(
        self,
        id: int,
        seq: int,
        path_id: int,
        tick: str,
        parent: int,
        item: int,
        status: int,
        reason: str,
        origin: int,
        started_at: int,
        duration: int,
        inputs: Mapping[str, Json] | None,
        outputs: Mapping[str, bytes] | None,
        attempt: int,
        absent: Mapping[str, str] | None = None,
    ) -> None:
        # The hottest call of a run: one tuple, one append, two looks.
        if self._scrub is not None:
            if reason:
                reason = self._scrub(reason)
            if outputs:
                outputs = self._clean_all(outputs)
        self._append(
            (
                self, FIRING, id, seq, path_id, tick, parent, item, status, reason, origin, started_at, duration,
                inputs, outputs, attempt, absent,
            )
        )  # fmt: skip
        if self._writer.asleep or len(self._queue) > QUEUE_LIMIT:
            self._writer.attend()

    def open_firing(self, id: int, path_id: int, tick: str, parent: int, item: int, started_at: int) -> None:
        self._put((self, OPEN, id, path_id, tick, parent, item, started_at))

    def effect_intent(self, firing: int, n: int, kind: str, name: str, request: Json, attempt: int, at: int) -> None:
        request = self._clean(request)
        encoded = encode(request)  # refuses what is no finite JSON, before anything is queued
        rest, messages = message_parts(kind, request)
        if messages is not None:
            encoded = encode(rest)
        key = next(self._effects)
        self._asked[firing, n] = (key, kind)
        self._put((self, ASK, key, firing, n, kind, name, encoded, messages, attempt, at))

    def effect_result(
        self,
        firing: int,
        n: int,
        status: str,
        response: Json,
        error: str,
        duration: int,
        tokens_in: int | None,
        tokens_out: int | None,
        cost_usd: float | None,
        finish_reason: str,
        entropy: float | None,
        origin: int = EXECUTED,
    ) -> None:
        response = self._clean(response)
        if self._scrub is not None:
            error = self._scrub(error)
        encoded = encode(response)
        encode([cost_usd, entropy])
        asked = self._asked.pop((firing, n), None)
        if asked is None:
            raise ValueError(f"effect {n} of firing {firing} was answered but not asked, or answered twice")
        key, kind = asked
        reply: str | None = None
        if kind in CALLS and type(response) is dict and type(response.get("text")) is str:
            reply = response["text"]
            encoded = encode({**response, "text": None})
        self._put(
            (
                self, ANSWER, key, firing, n, status, encoded, reply, error, duration, tokens_in, tokens_out,
                cost_usd, finish_reason, entropy, origin,
            )
        )  # fmt: skip

    def store_op(
        self, firing: int, n: int, store: str, op: str, args: Json, result: bytes, memory: int = 0, after: int = 0
    ) -> None:
        args, result = self._clean_data(encode(args)), self._clean_data(result)
        self._put((self, STORE, next(self._store_ops), firing, n, store, op, args, result, memory, after))

    def memory(
        self, store: str, kind: str, prefix: str, tick: str, firing: int, item: int, attempt: int, base: int, after: int
    ) -> int:
        number = next(self._store_ops)
        self._put((self, MEMORY, number, store, kind, prefix, tick, firing, item, attempt, base, after))
        return number

    def memory_content(self, memory: int, after: int, content: bytes) -> None:
        self._put((self, CONTENT, next(self._store_ops), memory, after, self._clean_data(content)))

    def alarm(self, firing: int, kind: str, message: str, evidence: Json, at: int) -> None:
        message, evidence = self._clean(message), self._clean(evidence)
        self._put((self, ALARM, next(self._alarms), firing, kind, message, encode(evidence), at))

    def reading(self, firing: int, t: int, symbol: int, effect: str, reading: bytes) -> None:
        number = next(self._readings)
        self._put((self, READING, number, firing, t, symbol, effect, self._clean_data(reading)))

    def blob(self, data: bytes, media_type: str) -> str:
        digest = content_hash(data)
        self._put((self, BLOB, digest, bytes(data), media_type))
        return digest.hex()

    def finish(
        self, status: str, ended: str, error: Json, outputs: Mapping[str, bytes], totals: Mapping[str, Json], at: int
    ) -> None:
        given = self._clean_all(outputs)
        self._put((self, FINISH, status, ended, encode(self._clean(error)), given, encode(dict(totals)), at))

    def flush(self) -> None:
        self._writer.flush()

    def when_durable(self, call: Callable[[EnvironmentProblem | None], None]) -> None:
        self._writer.mark(call)

    def raise_if_broken(self) -> None:
        self._writer.raise_if_broken()

    def _put(self, record: tuple[object, ...]) -> None:
        self._append(record)
        if self._writer.asleep or len(self._queue) > QUEUE_LIMIT:
            self._writer.attend()

    def _clean_all(self, values: Mapping[str, bytes]) -> dict[str, bytes]:
        return {name: self._clean_data(data) for name, data in values.items()}

    def _clean_data(self, data: bytes) -> bytes:
        """An encoded value without keys. What is as short as most numbers and labels holds none."""
        if self._scrub is None or len(data) < SHORTEST:
            return data
        text = data.decode()
        clean = self._scrub(text)
        return data if clean == text else clean.encode()

    def _clean(self, value: Json) -> Json:
        return value if self._scrub is None else scrubbed(value, self._scrub)


def open_run(
    db: str | Path, start: RunStart, listener: Listener | None = None, *, scrub: Scrub | None = None
) -> FileRunLog:
    """Begin to record a run in the database file `db` (created or migrated if need be).

    `listener(records)` is called by the writer thread with each durable batch of this run's records
    (`studio.trace.records`). `scrub(text)` cleans every text and every encoded value before it is queued; it must leave
    JSON text JSON text.
    Raises `EnvironmentProblem` if the database cannot be written.
    """
    from studio.trace.writer import writer_of

    return FileRunLog(writer_of(Path(db)), start, listener, scrub)


def message_parts(kind: str, request: Json) -> tuple[Json, list[tuple[str | bytes, str | None]] | None]:
    """Part a request from its texts: the request with null in their place, and the texts; None if it has none."""
    if kind == "chat" and type(request) is dict and type(request.get("messages")) is list:
        return {**request, "messages": None}, [_message(one) for one in request["messages"]]
    if kind == "complete" and type(request) is dict and type(request.get("prompt")) is str:
        return {**request, "prompt": None}, [("prompt", request["prompt"])]
    return request, None


def _message(message: Json) -> tuple[str | bytes, str | None]:
    """Part a message from its text: `(role, text)` if that is all there is, else `(the rest encoded, text)`."""
    if type(message) is not dict:
        raise NotJson("a message that is no object")
    content = message.get("content")
    if type(content) is not str:
        return encode(message), None
    if tuple(message) == ("role", "content") and type(message["role"]) is str:
        return message["role"], content
    return encode({**message, "content": None}), content


def scrubbed(value: Json, scrub: Scrub) -> Json:
    """Return a JSON value with every text in it cleaned, as the log keeps it."""
    if type(value) is str:
        return scrub(value)
    if type(value) is dict:
        return {key: scrubbed(item, scrub) for key, item in value.items()}
    if type(value) in (list, tuple):
        return [scrubbed(item, scrub) for item in value]
    return value


def flush_own(db: Path) -> None:
    """Make durable what this process has put for the file so far. Raises `EnvironmentProblem` if the disk refuses."""
    import sys

    module = sys.modules.get("studio.trace.writer")  # never loaded: nothing was put
    if module is not None and (writer := module.open_writer(db)) is not None:
        writer.flush()
