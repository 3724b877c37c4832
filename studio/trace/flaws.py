"""Records that cannot be stored as they are: kept escaped, with what was wrong beside them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import orjson

from studio.trace.records import BY_KIND
from studio.trace.rows import Record, Rows
from studio.trace.sqlite import sqlite3

DATA_ERRORS: tuple[type[Exception], ...] = (
    sqlite3.Error,  # the caller has asked first whether the machine is at fault
    UnicodeError,
    OverflowError,
    TypeError,
    ValueError,
    AttributeError,
)
"""What a bad record can raise while it is encoded, bound or stored."""


def keep(connection: sqlite3.Connection, rows: Rows, record: Record, error: Exception) -> None:
    """Store the record with its texts escaped and note the flaw; if even that fails, the note alone remains."""
    log, kind, *values = record
    escaped = (log, kind, *map(escape, values))
    note = f"{type(error).__name__}: {escape(str(error))}"
    connection.execute("SAVEPOINT flawed")
    try:
        rows.write([escaped])
    except DATA_ERRORS as again:
        connection.execute("ROLLBACK TO flawed")
        rows.forget()
        note += f"; not stored: {escape(str(again))}"
    connection.execute("RELEASE flawed")
    record_text = orjson.dumps([plain(value) for value in values]).decode()
    connection.execute(
        "INSERT INTO _flaw (run, kind, message, record, at) VALUES (?, ?, ?, ?, ?)",
        (escape(log.run_id), BY_KIND[kind].__name__.removesuffix("Record").lower(), note, record_text, time.time_ns()),
    )


def escape(value: Any) -> Any:
    """Return the value with lone surrogates written out, bytes that are no UTF-8 escaped, and huge integers cut."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, bytes):
        text = value.decode("utf-8", "backslashreplace")
        return value if text.encode() == value else orjson.dumps(text)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return min(max(value, -(1 << 63)), (1 << 63) - 1)
    if isinstance(value, Mapping):
        return {escape(str(key)): escape(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(escape(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{field.name: escape(getattr(value, field.name)) for field in fields(value)})
    return value


def plain(value: Any) -> Any:
    """Return the value as something JSON can hold, whatever it is."""
    if isinstance(value, str):
        return escape(value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if escape(value) == value else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return {escape(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return escape(repr(value))
