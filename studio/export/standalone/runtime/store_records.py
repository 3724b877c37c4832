"""What a recorder writes of the stores of a graph."""

from __future__ import annotations

from typing import Any

from studio.export.standalone.runtime.recording import Recorder, summed
from studio.export.standalone.runtime.trace_file import TraceFile
from studio.support.values import Json, encode


def record_store_op(
    log: Recorder, firing: int, n: int, store: str, op: str, args: Json, result: bytes, memory: int, after: int
) -> None:
    """Operation `n` of a firing on a store, which `record_memory` gave a number; `after` is the last step before it."""
    facts = (log.base + next(log.store_numbers), log.base + firing, n, store, op)
    place = memory << 32 | after if memory else None
    log.later(_write_store_op, facts, log.clean(encode(args)), log.clean(result), place)


def record_memory(log: Recorder, *facts: Any) -> int:
    """A store is used for the first time: its name and kind, the prefix, tick, firing, item and attempt of its region,
    the number of the store that it is a view of (0: none), the last step before. Returns its number."""
    number = next(log.store_numbers)
    log.later(TraceFile.insert, "_memory", log.base + number, *facts)
    return number


def record_content(log: Recorder, memory: int, after: int, content: bytes) -> None:
    """What a store held after a step."""
    id, place = log.base + next(log.store_numbers), memory << 32 | after
    log.later(_write_content, id, place, log.clean(content))


def _write_store_op(file: TraceFile, facts: tuple[Any, ...], args: bytes, result: bytes, place: int | None) -> None:
    file.insert("_store_op", *summed((*facts, file.json(args), file.json(result)), place))


def _write_content(file: TraceFile, id: int, place: int, content: bytes) -> None:
    file.insert("_memory_content", id, place, file.json(content))
