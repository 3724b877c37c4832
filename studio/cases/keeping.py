"""What is too bulky to read: vectors, long lists and images lie in `NAME.cases.db`, a sealed trace, by content hash.

The hash in the tests file pins the value, so nothing in the database can change without a line of text changing too.
A file without bulky values has no database.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from studio.support.errors import StudioError
from studio.support.values import Json, decode, encode, hash_bytes

MARK = "$kept"
"""A value `{$kept: HASH, size: BYTES}` stands for one in the database."""

INLINE_BYTES = 1200
"""Encoded values up to this size stand in the text."""

INLINE_TEXT = 20_000
"""Texts up to this length (in characters) stand in the text: people read them."""


class Keeper:
    """Puts bulky values aside while a case is written. `values` are those put aside, by hash."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    def keep(self, value: Json) -> Json:
        """Return the value as it stands in the text, bulky parts of it replaced by their mark."""
        if isinstance(value, str):
            return value if len(value) <= INLINE_TEXT else self._put(value)
        if not isinstance(value, dict | list | tuple):
            return value
        data = encode(value)
        if isinstance(value, dict) and MARK in value:
            return self._put(value)  # the user's own key: it must not be taken for a mark
        if len(data) <= INLINE_BYTES and MARK.encode() not in data:
            return value
        if isinstance(value, dict) and len(value) <= 24:
            return {key: self.keep(inner) for key, inner in value.items()}
        if all(isinstance(one, str | dict) for one in value) and len(data) <= INLINE_TEXT:
            return [self.keep(one) for one in value]
        return self._put(value)

    def _put(self, value: Json) -> Json:
        data = encode(value)
        digest = hash_bytes(data)
        self.values[digest] = data
        return {MARK: digest, "size": len(data)}


class Kept:
    """The database beside a tests file, opened when a value is first asked for, as a checked private copy."""

    def __init__(self, db: Path, known: Mapping[str, bytes] | None = None) -> None:
        """`known` are values that need not be looked up."""
        self.db = db
        self._known = dict(known or {})

    def resolve(self, value: Json) -> Json:
        """Return a value with every mark in it replaced by what it stands for. Raises as `data` does."""
        if isinstance(value, dict):
            if MARK in value:
                return decode(self.data(str(value[MARK])))
            return {key: self.resolve(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.resolve(inner) for inner in value]
        return value

    def data(self, digest: str) -> bytes:
        """Return the bytes kept under a hash. Raises `EnvironmentProblem` if they are missing or damaged."""
        if digest not in self._known:
            from studio.trace import Trace

            with Trace(self.db, foreign=True) as trace:
                self._known[digest] = trace.blob(digest)
        return self._known[digest]


def marks_in(value: Json) -> Iterator[str]:
    """Yield the hashes of all values that a value leaves to the database."""
    if isinstance(value, dict):
        if MARK in value:
            yield str(value[MARK])
        else:
            for inner in value.values():
                yield from marks_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from marks_in(inner)


def write_kept(db: Path, values: Mapping[str, bytes]) -> None:
    """Write the database anew with exactly these values; without values there is none. Raises `EnvironmentProblem`."""
    if not values:
        db.unlink(missing_ok=True)
        return
    from studio.support.ids import new_run_id
    from studio.trace import RunStart, open_run
    from studio.trace.copies import seal
    from studio.trace.writer import close_writer

    with tempfile.TemporaryDirectory() as scratch:
        loose = Path(scratch) / "cases.db"
        log = open_run(loose, RunStart(new_run_id(), f"values of {db.name}", "", "", "", started_at=time.time_ns()))
        try:
            for data in values.values():
                log.blob(data, "json")
            log.finish("ok", "quiet", None, {}, {}, time.time_ns())
            log.flush()
        finally:
            close_writer(loose)
        seal(loose, db)


def old_values(db: Path, wanted: set[str]) -> dict[str, bytes]:
    """Return the values of an earlier database that are still wanted; what is missing there is left out."""
    found: dict[str, bytes] = {}
    if not wanted or not db.exists():
        return found
    kept = Kept(db)
    for digest in sorted(wanted):
        try:
            found[digest] = kept.data(digest)
        except StudioError:
            continue  # its case cannot be played, which playing it will say
    return found
