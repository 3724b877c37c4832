"""Writes a script's run as the studio writes one; `studio.trace.log.RunLog` says what each call means.

Calls return at once: rows wait and are written a moment later, many in one transaction. `flush` writes them now, before
and after what costs money.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from studio.export.standalone.runtime.trace_file import TraceFile
from studio.support.errors import EnvironmentProblem
from studio.support.keys import scrubber
from studio.support.values import INLINE_BYTES, Json, encode, hash_bytes
from studio.trace.log import CALLS, SKIPPED
from studio.trace.sqlite import sqlite3

WINDOW_S = 0.02
"""Longest wait of a row before it is written, where the event loop turns."""


class Recorder:
    """One run in a trace file. Without a file it writes nothing, and checks the same.

    Times are nanoseconds since 1970 or lengths in nanoseconds, ids of firings and paths count within the run, from 1.
    """

    def __init__(
        self, path: Path | None, schema: str, *, run_id: str, graph: str, graph_hash: str, text: str,
        inputs: Mapping[str, bytes], options: Json, at: int,
    ) -> None:  # fmt: skip
        """Begin to record: `graph` is its name, `text` the graph as the studio writes it. Raises `EnvironmentProblem`
        if the file is no trace of this version or cannot be written."""
        self.run_id = run_id
        self.base = 0
        """Number of the run in the file, shifted left: an id within the run added to it gives the id in the file."""
        self.store_numbers = itertools.count(1)
        self._file = None if path is None else TraceFile(path, schema)
        self._process = 0
        self._scrub = scrubber()
        self._waiting: dict[object, tuple[Callable[..., object], tuple[Any, ...]]] = {}
        """What is not in the file yet; the start of a firing stands under its id."""
        self._timer: asyncio.TimerHandle | None = None
        self._problem: EnvironmentProblem | None = None
        self._effects = itertools.count(1)
        self._asked: dict[tuple[int, int], tuple[int, str]] = {}
        self._answered: set[int] = set()
        self.later(self._begin, graph, graph_hash, text, self._values(inputs), encode(options), at)
        self.flush()

    # -- what happens in a run -----------------------------------------------------------------------

    def paths(
        self, first_id: int, prefix: str, nodes: Sequence[tuple[str, str, int]], parent_path: int, first_index: int = 0
    ) -> None:
        """Declare the nodes of a region (name, type, version of the type) before its first firing."""
        for place, (name, type, version) in enumerate(nodes):
            row = (self.base + first_id + place, prefix + name, type, version, first_index + place, parent_path)
            self.later(TraceFile.insert, "_path", *row)

    def open_firing(self, id: int, path_id: int, tick: str, parent: int, item: int, started_at: int) -> None:
        """A firing has started that will have effects or inner firings."""
        row = (self.base + id, self.base + path_id, tick, parent, item, started_at)
        self.later(TraceFile.insert, "_open", *row, key=id)

    def firing(
        self, id: int, seq: int, path_id: int, tick: str, parent: int, item: int, status: int, reason: str, origin: int,
        started_at: int, duration: int, inputs: Mapping[str, Json] | None, outputs: Mapping[str, bytes] | None,
        attempt: int, absent: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """A firing was decided."""
        if self._file is None:
            return
        if status != SKIPPED:  # a skip does not say when it had started, if it had
            self._waiting.pop(id, None)
        row = (
            self.base + id, seq, self.base + path_id, tick, parent, item, status, self.clean_text(reason) or None,
            origin, started_at, duration, encode(dict(inputs)).decode() if inputs else None,
            self._values(outputs) if outputs else None, attempt,
        )  # fmt: skip
        told = {port: self.clean_text(why) for port, why in absent.items()} if absent else None
        self.later(TraceFile.insert, "_firing", *summed(row, encode(told).decode() if told else None))
        if id in self._answered:
            self._answered.discard(id)
            self.later(_write_spent, self.base + seq, self.base + id)

    def effect_intent(self, firing: int, n: int, kind: str, name: str, request: Json, attempt: int, at: int) -> None:
        """Effect `n` of a firing is about to be asked. Raises `NotJson` for a request that is no finite JSON."""
        request = self.cleaned(request)
        encode(request)
        key = next(self._effects)
        self._asked[firing, n] = (key, kind)
        facts = (n, kind, self.clean_text(name), request, attempt, at)
        self.later(_write_effect, self.base + key, self.base + firing, *facts)

    def effect_result(
        self, firing: int, n: int, status: str, response: Json, error: str, duration: int, tokens_in: int | None,
        tokens_out: int | None, cost_usd: float | None, finish_reason: str, entropy: float | None, origin: int = 0,
    ) -> None:  # fmt: skip
        """The answer to effect `n`: status `ok` or `error`."""
        response = self.cleaned(response)
        encode([response, cost_usd, entropy])
        key, kind = self._asked.pop((firing, n))
        self._answered.add(firing)
        facts = (
            self.clean_text(error) or None, duration, tokens_in, tokens_out,
            None if cost_usd is None else float(cost_usd), finish_reason, None if entropy is None else float(entropy),
        )  # fmt: skip
        self.later(_write_answer, self.base + key, kind, status, response, facts, origin or None)

    def blob(self, data: bytes, media_type: str) -> str:
        """Keep bytes by their content hash, which is returned."""
        self.later(TraceFile.blob, bytes(data), media_type)
        return hash_bytes(data)

    def finish(
        self, status: str, ended: str, error: Json, outputs: Mapping[str, bytes], totals: Mapping[str, Json], at: int
    ) -> None:
        """The run's footer. Without it a run reads as interrupted."""
        told = None if error is None else encode(self.cleaned(error)).decode()
        given, used = self._values(outputs), encode(dict(totals)).decode()
        self.later(_write_end, self.base, status, ended, told, given, used, at)

    # -- when it is written --------------------------------------------------------------------------

    def later(self, write: Callable[..., object], *values: Any, key: int = 0) -> None:
        """Let a row wait: `write` is called with the file and these values."""
        if self._file is None:
            return
        self._waiting[key or object()] = (write, values)
        if self._timer is None:
            with contextlib.suppress(RuntimeError):  # no loop turns here: the next `flush` writes it
                self._timer = asyncio.get_running_loop().call_later(WINDOW_S, self._write_now)

    def flush(self) -> None:
        """Write all that waits. Raises `EnvironmentProblem` if the machine refuses; then it waits on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._file is None or not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}  # a node that works in a thread of its own may add to them
        try:
            with self._file.transaction():
                for write, values in waiting.values():
                    write(self._file, *values)
            self._problem = None
        except EnvironmentProblem as problem:
            self._waiting = {**waiting, **self._waiting}
            self._problem = problem
            raise

    def raise_if_broken(self) -> None:
        """Raise `EnvironmentProblem` if what waits could not be written when it was last tried."""
        if self._problem is not None:
            raise self._problem

    def close(self) -> None:
        """Write all that waits and close the file. Raises `EnvironmentProblem`."""
        if self._file is not None:
            try:
                # So that what has no end is not taken for a run under way.
                goodbye = "UPDATE _process SET ended_at = ? WHERE id = ?"
                self.later(lambda file: file.execute(goodbye, (time.time_ns(), self._process)))
                self.flush()
            finally:
                self._file.close()

    def _write_now(self) -> None:
        with contextlib.suppress(EnvironmentProblem):  # `raise_if_broken` tells, and the next `flush`
            self.flush()

    # -- what is written -----------------------------------------------------------------------------

    def _begin(
        self, file: TraceFile, graph: str, hash: str, text: str, inputs: str, options: bytes, at: int
    ) -> None:  # fmt: skip
        about = (os.getpid(), platform.node(), sqlite3.sqlite_version, time.time_ns())
        self._process = file.insert("_process (pid, host, sqlite, started_at)", *about)
        file.hold(self._process)  # before others see the row
        file.execute("INSERT OR IGNORE INTO _graph_version VALUES (?, ?, ?)", (hash, graph, text))
        columns = "run, process, graph_name, graph_file, graph_hash, inputs, options, boundary, started_at"
        run = (self.run_id, self._process, graph, "", hash, inputs, file.json(options), "", at)
        self.base = file.insert(f"_run ({columns})", *run) << 32

    def _values(self, values: Mapping[str, bytes]) -> str:
        """An object of encoded values as JSON text, large values by reference."""
        parts = []
        for name, data in values.items():
            data = self.clean(data)
            # A small value that looks like a reference must not be taken for one.
            if len(data) >= INLINE_BYTES or data.startswith(b'{"$ref"'):
                data = b'{"$ref":"%s","size":%d}' % (self.blob(data, "json").encode(), len(data))
            parts.append(encode(name) + b":" + data)
        return f"{{{b','.join(parts).decode()}}}"

    def clean(self, data: bytes) -> bytes:
        """An encoded value without keys."""
        return self._scrub(data.decode()).encode()

    def clean_text(self, text: str) -> str:
        """A text without keys: that of an error may quote anything, half a character too."""
        return self._scrub(text).encode("utf-8", "backslashreplace").decode()

    def cleaned(self, value: Json) -> Json:
        """A copy of a value with every text in it without keys."""
        if type(value) is str:
            return self._scrub(value)
        if type(value) is dict:
            return {key: self.cleaned(item) for key, item in value.items()}
        return [self.cleaned(item) for item in value] if type(value) in (list, tuple) else value


def summed(row: tuple[Any, ...], later: Any = None) -> tuple[Any, ...]:
    """A row with its sum, and with a column that came later, which counts where it is set."""
    return (*row, crc32(encode(row if later is None else (*row, later))), later)


def _write_effect(
    file: TraceFile, id: int, firing: int, n: int, kind: str, name: str, request: Json, attempt: int, at: int
) -> None:
    """What is about to be asked; texts stand apart, once each."""
    texts = None
    if kind == "chat" and type(request) is dict and type(request.get("messages")) is list:
        texts = encode([_message(file, one, id) for one in request["messages"]]).decode()
        request = {**request, "messages": None}
    elif kind == "complete" and type(request) is dict and type(request.get("prompt")) is str:
        texts = encode([["prompt", file.text(request["prompt"], id)]]).decode()
        request = {**request, "prompt": None}
    row = (id, firing, n, kind, name, file.json(encode(request)), texts, attempt, at)
    file.insert("_effect", *summed(row)[:-1])


def _message(file: TraceFile, message: Json, effect: int) -> Json:
    """A message as it is stored: `[role, id of the text]`, `[id, all but the text]`, or as it is."""
    content = message.get("content") if type(message) is dict else None
    if type(content) is not str:
        return message
    id = file.text(content, effect)
    if tuple(message) == ("role", "content") and type(message["role"]) is str:
        return [message["role"], id]
    return [id, {**message, "content": None}]


def _write_answer(
    file: TraceFile, id: int, kind: str, status: str, response: Json, facts: tuple[Any, ...], origin: int | None
) -> None:
    """What was answered; `facts` are the columns from the error to the entropy."""
    reply = None
    if kind in CALLS and type(response) is dict and type(response.get("text")) is str:
        reply = file.text(response["text"], id)
        response = {**response, "text": None}
    row = (id, status, file.json(encode(response)), reply, *facts)
    file.insert("_answer", *summed(row, origin))


def _write_spent(file: TraceFile, step: int, firing: int) -> None:
    """What a firing used for models, and the run so far: the studio tells any step of a run from it."""
    file.execute(
        """INSERT INTO _spent
        SELECT :step, :firing, 0, u.asked, u.calls, u.tokens_in, u.tokens_out, u.cost_usd, u.unpriced,
          coalesce(sum_calls, 0) + u.calls, coalesce(sum_tokens_in, 0) + u.tokens_in,
          coalesce(sum_tokens_out, 0) + u.tokens_out, coalesce(sum_cost_usd, 0.0) + u.cost_usd,
          coalesce(sum_unpriced, 0) + u.unpriced, 0, 0, 0, 0.0, 0
        FROM (
          SELECT sum(call) AS asked, sum(call AND paid) AS calls, sum(paid * coalesce(tokens_in, 0)) AS tokens_in,
            sum(paid * coalesce(tokens_out, 0)) AS tokens_out, sum(paid * coalesce(cost_usd, 0.0)) AS cost_usd,
            sum(call AND paid AND status = 'ok' AND cost_usd IS NULL) AS unpriced
          FROM (
            SELECT e.kind IN ('chat', 'complete') AS call, a.*,
              coalesce(a.origin, 0) = 0 AND coalesce(a.finish_reason, '') <> 'cached' AS paid
            FROM _effect e LEFT JOIN _answer a ON a.id = e.id WHERE e.firing = :firing)
        ) u LEFT JOIN (SELECT * FROM _spent WHERE id BETWEEN :step >> 32 << 32 AND :step ORDER BY id DESC LIMIT 1)
        WHERE u.asked OR u.tokens_in OR u.tokens_out OR u.cost_usd""",
        {"step": step, "firing": firing},
    )


def _write_end(file: TraceFile, base: int, *facts: Any) -> None:
    """The run's footer, which counts what is there."""
    counted = "SELECT count(*) FROM {} WHERE id BETWEEN ? AND ? | 4294967295"
    tables = ("_firing", "_effect", "_store_op")
    counts = [file.execute(counted.format(table), (base, base)).fetchone()[0] for table in tables]
    file.insert("_run_end", base >> 32, *facts, *counts)
