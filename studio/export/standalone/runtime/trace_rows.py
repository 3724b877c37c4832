"""One function for each kind of row that a recorder writes; the columns are those of `studio.trace.rows`.

Each is called within a transaction. `file.base` is the physical id of the run shifted left by 32: with the id within
the run it gives the id of the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from studio.export.standalone.runtime.trace_file import TraceFile
from studio.support.values import INLINE_BYTES, encode, hash_bytes
from studio.trace.log import NodePath, RunStart
from studio.trace.rows import INLINE_JSON, with_later
from studio.trace.views import ID_MASK, RUN_BITS


def write_start(file: TraceFile, start: RunStart, inputs: Mapping[str, bytes]) -> None:
    """The run's header."""
    file.execute(
        "INSERT OR IGNORE INTO _graph_version VALUES (?, ?, ?)", (start.graph_hash, start.graph_name, start.graph_text)
    )
    row = file.insert(
        "_run (run, process, graph_name, graph_file, graph_hash, inputs, options, parent_run, fork_seq, boundary,"
        " started_at)",
        start.run_id, file.process, start.graph_name, start.graph_file, start.graph_hash, _outputs(file, inputs),
        _json(file, encode(start.options)), start.parent_run or None, start.fork_seq, start.boundary, start.started_at,
    )  # fmt: skip
    file.base = row << RUN_BITS


def write_paths(file: TraceFile, first: int, prefix: str, nodes: tuple[NodePath, ...], parent: int, index: int) -> None:
    """The nodes of a region."""
    for place, (name, type, version) in enumerate(nodes):
        file.insert("_path", file.base + first + place, prefix + name, type, version, index + place, parent)


def write_open(file: TraceFile, id: int, path: int, *rest: Any) -> None:
    """A firing that has started."""
    file.insert("_open", file.base + id, file.base + path, *rest)


def write_firing(
    file: TraceFile, id: int, seq: int, path: int, facts: tuple[Any, ...], outputs: Mapping[str, bytes], attempt: int,
    absent: str | None,
) -> None:  # fmt: skip
    """A decided firing. `facts` are the columns from its tick to its inputs, `absent` says why outputs hold nothing."""
    row = (file.base + id, seq, file.base + path, *facts, _outputs(file, outputs) if outputs else None, attempt)
    _insert_summed(file, "_firing", row, absent)


def write_spent(file: TraceFile, seq: int, firing: int, *amounts: Any) -> None:
    """What a firing used, and the run so far."""
    file.insert("_spent", file.base + seq, file.base + firing, *amounts)


def write_checkpoint(file: TraceFile, seq: int, *facts: Any) -> None:
    """Where a run stands."""
    file.insert("_checkpoint", file.base + seq, *facts)


def write_effect(
    file: TraceFile, key: int, firing: int, n: int, kind: str, name: str, request: bytes,
    messages: list[tuple[str | bytes, str | None]] | None, attempt: int, at: int,
) -> None:  # fmt: skip
    """What is about to be asked; texts stand apart, once each."""
    id = file.base + key
    stored: str | None = None
    if messages is not None:
        stored = f"[{','.join(_message(file, id, head, text) for head, text in messages)}]"
    row = (id, file.base + firing, n, kind, name, _json(file, request), stored, attempt, at)
    file.insert("_effect", *row, _sum(row))


def write_answer(
    file: TraceFile, key: int, status: str, response: bytes, reply: str | None, error: str | None, duration: int,
    tokens_in: int | None, tokens_out: int | None, cost: float | None, finish: str, entropy: float | None, origin: int,
) -> None:  # fmt: skip
    """What was answered."""
    id = file.base + key
    message = None if reply is None else _used(file, reply, id)
    row = (
        id, status, _json(file, response), message, error, duration, tokens_in, tokens_out,
        None if cost is None else float(cost), finish, None if entropy is None else float(entropy),
    )  # fmt: skip
    _insert_summed(file, "_answer", row, origin or None)


def write_store_op(
    file: TraceFile, key: int, firing: int, n: int, store: str, op: str, args: bytes, result: bytes, place: int | None
) -> None:
    """An operation on a store."""
    row = (file.base + key, file.base + firing, n, store, op, _json(file, args), _json(file, result))
    _insert_summed(file, "_store_op", row, place)


def write_memory(file: TraceFile, key: int, *facts: Any) -> None:
    """A store as one region or item sees it."""
    file.insert("_memory", file.base + key, *facts)


def write_content(file: TraceFile, key: int, place: int, content: bytes) -> None:
    """What a store held."""
    file.insert("_memory_content", file.base + key, place, _json(file, content))


def write_alarm(file: TraceFile, key: int, firing: int, kind: str, message: str, evidence: bytes, at: int) -> None:
    """Something worth a person's eye."""
    file.insert("_alarm", file.base + key, file.base + firing, kind, message, _json(file, evidence), at)


def write_blob(file: TraceFile, data: bytes, media_type: str) -> None:
    """Bytes of an image, a sound, a file."""
    file.blob(data, media_type)


def write_end(
    file: TraceFile, status: str, ended: str, error: str | None, outputs: Mapping[str, bytes], totals: str, at: int
) -> None:
    """The run's footer, which counts what is there."""
    counts = [
        file.execute(
            f"SELECT count(*) FROM {table} WHERE id BETWEEN ? AND ?", (file.base, file.base + ID_MASK)
        ).fetchone()[0]
        for table in ("_firing", "_effect", "_store_op")
    ]
    file.insert(
        "_run_end", file.base >> RUN_BITS, status, ended, error, _outputs(file, outputs), totals, at, *counts
    )  # fmt: skip


def _insert_summed(file: TraceFile, table: str, row: tuple[Any, ...], later: Any) -> None:
    """Insert a row, its sum, and the column that was added later."""
    file.insert(table, *row, _sum(with_later(row, later)), later)


def _sum(row: tuple[Any, ...]) -> int:
    return crc32(encode(row))


def _outputs(file: TraceFile, outputs: Mapping[str, bytes]) -> str:
    """An object of encoded values as JSON text, large values by reference."""
    parts = []
    for port, data in outputs.items():
        # A small value that looks like a reference must not be taken for one.
        if len(data) >= INLINE_BYTES or data.startswith(b'{"$ref"'):
            file.blob(data, "json")
            data = b'{"$ref":"%s","size":%d}' % (hash_bytes(data).encode(), len(data))
        parts.append(encode(port) + b":" + data)
    return f"{{{b','.join(parts).decode()}}}"


def _json(file: TraceFile, data: bytes) -> str | int:
    """What stands in a JSON column: the text if short, else the id of a blob."""
    return data.decode() if len(data) < INLINE_JSON else file.blob(data, "json")


def _message(file: TraceFile, effect: int, head: str | bytes, text: str | None) -> str:
    """One message of a request: `[role, text]`, `[text, the rest]`, or all of it where there is no text."""
    if text is None:
        assert isinstance(head, bytes)
        return head.decode()
    message = _used(file, text, effect)
    return encode([head, message]).decode() if isinstance(head, str) else f"[{message},{head.decode()}]"


def _used(file: TraceFile, text: str, effect: int) -> int:
    """Keep a text and note the first effect of the run in which it occurs: where a search finds it."""
    message = file.message(text)
    file.execute(
        "INSERT INTO _message_use SELECT ?, ? WHERE NOT EXISTS "
        "(SELECT 1 FROM _message_use WHERE message = ? AND effect BETWEEN ? AND ?)",
        (message, effect, message, file.base, file.base + ID_MASK),
    )
    return message
