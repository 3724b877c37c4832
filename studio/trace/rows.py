"""Turns queued records into rows and writes them, inside a transaction the writer has begun.

Rows go in by statements of many rows each: SQLite gives the interpreter lock back once per statement, and a busy
engine returns it only after some milliseconds, so that one statement per row would crawl.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import orjson

from studio.support.values import INLINE_BYTES, content_hash
from studio.trace.log import SKIPPED, BatchResult, BatchStart, RunStart
from studio.trace.runlog import (
    ALARM,
    ANSWER,
    ASK,
    BATCH,
    BATCH_END,
    BLOB,
    CONTENT,
    FINISH,
    FIRING,
    MEMORY,
    OPEN,
    PATHS,
    READING,
    SCORED,
    START,
    STORE,
    TRY,
    FileRunLog,
)  # fmt: skip
from studio.trace.sqlite import sqlite3
from studio.trace.tally import Tallies
from studio.trace.views import ID_MASK, RUN_BITS

Record = tuple[Any, ...]

INLINE_JSON = 256
"""Requests, answers and store values from this size on are kept by hash: they often repeat."""

CACHED_HASHES = 20_000

_CHUNKS = (512, 64, 8, 1)
_COLUMNS = {"_firing": 16, "_path": 6, "_open": 6}
_SQL = {
    (table, chunk): f"INSERT INTO {table} VALUES " + ",".join(["(" + ",".join("?" * columns) + ")"] * chunk)
    for table, columns in _COLUMNS.items()
    for chunk in _CHUNKS
}


def checksum(row: Sequence[Any]) -> int:
    """Return the CRC-32 that stands behind a row's other columns."""
    return crc32(orjson.dumps(row))


def with_later(row: tuple[Any, ...], later: Any) -> tuple[Any, ...]:
    """Return what a row's sum is over: the columns before the sum, and one that a migration added where it is set."""
    return row if later is None else (*row, later)


def sum_of_row(row: Sequence[Any], place: int) -> int:
    """Return what the sum of a whole row must be, which stands at `place`, with one later column at most behind it."""
    later = row[place + 1] if len(row) > place + 1 else None
    return checksum(with_later(tuple(row[:place]), later))


class Rows:
    """Writes records through one connection; remembers which payloads the database has already."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute
        self.process = 0
        """Row of this process in `_process`."""
        self._blobs: dict[bytes, int] = {}
        self._messages: dict[bytes, int] = {}
        self._used: set[tuple[int, int]] = set()
        self._port_keys: dict[str, bytes] = {}
        self._tallies = Tallies(connection)

    def forget(self) -> None:
        """Forget what was believed to be stored; called after a rollback."""
        self._forget_payloads()
        self._tallies.forget()

    def _forget_payloads(self) -> None:
        self._blobs.clear()
        self._messages.clear()
        self._used.clear()

    def write(self, batch: Sequence[Record]) -> None:
        """Write the records in order. Raises whatever SQLite or the encoder says; the caller rolls back."""
        if len(self._blobs) + len(self._messages) + len(self._used) > CACHED_HASHES:
            self._forget_payloads()
        firings: list[Any] = []
        paths: list[Any] = []
        opens: dict[int, tuple[Any, ...]] = {}
        dumps = orjson.dumps
        outputs_of = self._outputs
        for record in batch:
            kind = record[1]
            if kind == FIRING:
                (
                    log, _, id, seq, path, tick, parent, item, status, reason, origin, started, duration, inputs,
                    outputs, attempt, absent,
                ) = record  # fmt: skip
                base = log.base
                id += base
                row = (
                    id, seq, base + path, tick, parent, item, status, reason or None, origin, started, duration,
                    dumps(inputs).decode() if inputs else None,
                    outputs_of(outputs) if outputs else None,
                    attempt,
                )  # fmt: skip
                firings += row
                if absent:
                    told = dumps(absent).decode()
                    firings += (crc32(dumps((*row, told))), told)
                else:
                    firings += (crc32(dumps(row)), None)
                if opens and status != SKIPPED:  # a skip does not say when it had started, if it had
                    opens.pop(id, None)  # decided in the same transaction: its start need not stand apart
            elif kind == PATHS:
                log, _, first, prefix, nodes, parent, index = record
                first += log.base
                for place, (name, type, version) in enumerate(nodes):
                    paths += (first + place, prefix + name, type, version, index + place, parent)
            elif kind == OPEN:
                log, _, id, path, tick, parent, item, started = record
                base = log.base
                opens[base + id] = (base + id, base + path, tick, parent, item, started)
            else:
                if kind == FINISH:  # it counts what is there
                    self._insert("_firing", firings)
                    firings = []
                self._others[kind](self, record)
        self._insert("_path", paths)
        self._insert("_open", [value for row in opens.values() for value in row])
        self._insert("_firing", firings)
        self._tallies.note(batch)

    def _insert(self, table: str, values: list[Any]) -> None:
        columns = _COLUMNS[table]
        at, end = 0, len(values)
        for chunk in _CHUNKS:
            size = chunk * columns
            sql = _SQL[table, chunk]
            while end - at >= size:
                self._execute(sql, values[at : at + size])
                at += size

    def _outputs(self, outputs: Mapping[str, bytes]) -> str:
        """Return the object of outputs as JSON text, large values by reference."""
        keys = self._port_keys
        parts = []
        for port, data in outputs.items():
            key = keys.get(port)
            if key is None:
                key = keys[port] = orjson.dumps(port) + b":"
            # A small value that looks like a reference must not be taken for one.
            if len(data) >= INLINE_BYTES or data.startswith(b'{"$ref"'):
                digest = content_hash(data)
                self.blob(digest, data, "json")
                parts.append(b'%s{"$ref":"%s","size":%d}' % (key, digest.hex().encode(), len(data)))
            else:
                parts.append(key + data)
        return b"{%s}".__mod__(b",".join(parts)).decode()

    def blob(self, digest: bytes, data: bytes, type: str) -> int:
        """Store a payload once and return its id."""
        found = self._blobs.get(digest)
        if found is None:
            row = self._execute("SELECT id FROM _blob WHERE hash = ?", (digest,)).fetchone()
            if row is None:
                found = self._execute(
                    "INSERT INTO _blob (hash, type, size, data) VALUES (?, ?, ?, ?)", (digest, type, len(data), data)
                ).lastrowid
            else:
                found = row[0]
            assert found is not None
            self._blobs[digest] = found
        return found

    def _json(self, data: bytes) -> str | int:
        """Return what stands in a JSON column: the text if short, else the id of a blob."""
        if len(data) < INLINE_JSON:
            return data.decode()
        return self.blob(content_hash(data), data, "json")

    def message(self, text: str) -> int:
        """Store a message's text once and return its id."""
        digest = content_hash(text.encode())
        found = self._messages.get(digest)
        if found is None:
            row = self._execute("SELECT id FROM _message WHERE hash = ?", (digest,)).fetchone()
            if row is None:
                found = self._execute("INSERT INTO _message (hash, text) VALUES (?, ?)", (digest, text)).lastrowid
            else:
                found = row[0]
            assert found is not None
            self._messages[digest] = found
        return found

    def _use(self, base: int, message: int, effect: int) -> None:
        """Note the first effect of a run in which a message occurs: where a search finds it."""
        if (base, message) not in self._used:
            self._used.add((base, message))
            self._execute(
                "INSERT INTO _message_use SELECT ?1, ?2 WHERE NOT EXISTS "
                "(SELECT 1 FROM _message_use WHERE message = ?1 AND effect BETWEEN ?3 AND ?4)",
                (message, effect, base, base + ID_MASK),
            )

    def _start(self, record: Record) -> None:
        log: FileRunLog = record[0]
        start: RunStart = record[2]
        self._execute(
            "INSERT OR IGNORE INTO _graph_version VALUES (?, ?, ?)",
            (start.graph_hash, start.graph_name, start.graph_text),
        )
        made = self._execute(
            "INSERT INTO _run (run, process, graph_name, graph_file, graph_hash, inputs, options, parent_run, fork_seq,"
            " boundary, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                start.run_id, self.process, start.graph_name, start.graph_file, start.graph_hash,
                self._outputs(start.inputs), self._json(orjson.dumps(start.options)), start.parent_run or None,
                start.fork_seq, start.boundary, start.started_at,
            ),
        )  # fmt: skip
        assert made.lastrowid is not None
        log.base = made.lastrowid << RUN_BITS

    def _finish(self, record: Record) -> None:
        log, _, status, ended, error, outputs, totals, at = record
        span = (log.base, log.base + ID_MASK)
        counts = [
            self._execute(f"SELECT count(*) FROM {table} WHERE id BETWEEN ? AND ?", span).fetchone()[0]
            for table in ("_firing", "_effect", "_store_op")
        ]
        self._execute(
            "INSERT INTO _run_end VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                log.base >> RUN_BITS, status, ended, None if error == b"null" else error.decode(),
                self._outputs(outputs), totals.decode(), at, *counts,
            ),
        )  # fmt: skip

    def _ask(self, record: Record) -> None:
        log, _, key, firing, n, kind, name, request, messages, attempt, at = record
        base = log.base
        id = base + key
        stored: str | None = None
        if messages is not None:
            listed: list[Any] = []
            for head, text in messages:
                if text is None:
                    listed.append(orjson.Fragment(head))
                    continue
                message = self.message(text)
                self._use(base, message, id)
                listed.append([head, message] if type(head) is str else [message, orjson.Fragment(head)])
            stored = orjson.dumps(listed).decode()
        row = (id, base + firing, n, kind, name, self._json(request), stored, attempt, at)
        self._execute("INSERT INTO _effect VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, checksum(row)))

    def _answer(self, record: Record) -> None:
        (
            log, _, key, _firing, _n, status, response, reply, error, duration, tokens_in, tokens_out, cost, finish,
            entropy, origin,
        ) = record  # fmt: skip
        base = log.base
        message = None
        if reply is not None:
            message = self.message(reply)
            self._use(base, message, base + key)
        row = (
            base + key, status, self._json(response), message, error or None, duration, tokens_in, tokens_out,
            None if cost is None else float(cost), finish, None if entropy is None else float(entropy),
        )  # fmt: skip
        self._execute(
            "INSERT INTO _answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, checksum(with_later(row, origin or None)), origin or None),
        )

    def _store(self, record: Record) -> None:
        log, _, key, firing, n, store, op, args, result, memory, after = record
        base = log.base
        place = memory << RUN_BITS | after if memory else None
        row = (base + key, base + firing, n, store, op, self._json(args), self._json(result))
        self._execute(
            "INSERT INTO _store_op VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, checksum(with_later(row, place)), place)
        )

    def _memory(self, record: Record) -> None:
        log, _, key, *facts = record
        self._execute("INSERT INTO _memory VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (log.base + key, *facts))

    def _content(self, record: Record) -> None:
        log, _, key, memory, after, content = record
        self._execute(
            "INSERT INTO _memory_content VALUES (?, ?, ?)",
            (log.base + key, memory << RUN_BITS | after, self._json(content)),
        )

    def _alarm(self, record: Record) -> None:
        log, _, key, firing, kind, message, evidence, at = record
        self._execute(
            "INSERT INTO _alarm VALUES (?, ?, ?, ?, ?, ?)",
            (log.base + key, log.base + firing, kind, message, self._json(evidence), at),
        )

    def _reading(self, record: Record) -> None:
        log, _, key, firing, t, symbol, effect, reading = record
        self._execute(
            "INSERT INTO _reading VALUES (?, ?, ?, ?, ?, ?)",
            (log.base + key, log.base + firing, t, symbol, effect or None, self._json(reading)),
        )

    def _bytes(self, record: Record) -> None:
        _, _, digest, data, media_type = record
        self.blob(digest, data, media_type)

    # -- batches ----------------------------------------------------------------------------------

    def _batch(self, record: Record) -> None:
        """A batch that stands there already goes on: it has one header, and a session for each time it was driven."""
        log = record[0]
        start: BatchStart = record[2]
        data = self.blob(content_hash(start.data), start.data, "jsonl") if start.data else None
        self._execute(
            "INSERT OR IGNORE INTO _batch (batch, name, experiment, data, planned, started_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                start.batch, start.name, self._json(orjson.dumps(start.experiment)), data, start.planned,
                start.started_at,
            ),
        )  # fmt: skip
        log.base = self._execute("SELECT id FROM _batch WHERE batch = ?", (start.batch,)).fetchone()[0]
        made = self._execute(
            "INSERT INTO _batch_session (batch, process, started_at) VALUES (?, ?, ?)",
            (log.base, self.process, start.started_at),
        )
        log.session = made.lastrowid

    def _try(self, record: Record) -> None:
        log, _, key, attempt, run, at = record
        self._execute(
            "INSERT INTO _batch_try (batch, key, attempt, run, at) VALUES (?, ?, ?, ?, ?)",
            (log.base, key, attempt, run, at),
        )

    def _scored(self, record: Record) -> None:
        log = record[0]
        one: BatchResult = record[2]
        self._execute(
            "INSERT OR IGNORE INTO _batch_result (batch, key, place, graph, variant, row, seed, run, status, scores,"
            " facts, error, attempt, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                log.base, one.key, one.place, one.graph, one.variant, one.row, one.seed, one.run, one.status,
                one.scores.decode(), self._json(one.facts), one.error or None, one.attempt, one.at,
            ),
        )  # fmt: skip

    def _batch_end(self, record: Record) -> None:
        log, _, status, reason, at = record
        self._execute("INSERT INTO _batch_end VALUES (?, ?, ?, ?)", (log.session, status, reason or None, at))

    _others = {  # noqa: RUF012 - the methods by kind of record
        START: _start,
        FINISH: _finish,
        ASK: _ask,
        ANSWER: _answer,
        STORE: _store,
        MEMORY: _memory,
        CONTENT: _content,
        ALARM: _alarm,
        READING: _reading,
        BLOB: _bytes,
        BATCH: _batch,
        TRY: _try,
        SCORED: _scored,
        BATCH_END: _batch_end,
    }
