"""What a run holds of the cache: looking up takes microseconds, keeping is left to a thread.

Whatever is wrong with the file (damaged, another program's, a full disk), the run goes on without the cache: nothing is
raised, `problem` says what it was.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.cache.entries import Entry, Kept
from studio.cache.file import drop_oldest, open_file, told
from studio.support.errors import EnvironmentProblem
from studio.support.values import content_hash, decode, encode
from studio.trace import sqlite

Scrub = Callable[[str], str]

BATCH = 500
"""Entries written in one transaction, at most."""

LARGEST = 0.25
"""The largest entry, as a share of the limit: one must not push out all others."""

SHOWN_BYTES = 20_000
"""So much of a request is kept, to be shown."""


class Cache:
    """The cache of one run. `limit` in bytes; `scrub` cleans what is written of secrets (see `models.keys`)."""

    def __init__(self, path: Path, limit: int, scrub: Scrub) -> None:
        self.path = path
        self.problem: EnvironmentProblem | None = None
        """Why the cache is used no more, None while all is well."""
        self._limit = limit
        self._scrub = scrub
        self._pending: dict[str, Entry] = {}
        self._waiting: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._file: Any = None
        try:
            self._file = open_file(path)
        except EnvironmentProblem as problem:
            self.problem = problem

    def find(self, key: str) -> Kept | None:
        """Return what is kept under a key, None if there is nothing or it is not whole."""
        waiting = self._pending.get(key)
        if waiting is not None:
            self._put("used", key)
            return Kept(decode(waiting.response), waiting.facts, waiting.tokens, waiting.cost_usd, waiting.duration_ns)
        if self.problem is not None:
            return None
        try:
            row = self._file.execute(
                "SELECT facts, response, sum, tokens, cost_usd, duration FROM entry WHERE key = ?", (key,)
            ).fetchone()
        except sqlite.sqlite3.Error as error:
            self._give_up(told(error, self.path))
            return None
        if row is None:
            return None
        kept = _whole(key, row)
        self._put("drop" if kept is None else "used", key)
        return kept

    def keep(self, entry: Entry) -> None:
        """Keep an answer; written soon, by a thread, and found from now on."""
        if self.problem is None and len(entry.request) + len(entry.response) <= self._limit * LARGEST:
            self._pending[entry.key] = entry
            self._put("keep", entry)

    def drop(self, key: str) -> None:
        """Forget an entry: it is not what it should be."""
        self._put("drop", key)

    def close(self) -> None:
        """Write what waits and close the file."""
        if self._thread is not None:
            self._waiting.put(("close", None))
            self._thread.join()
            self._thread = None
        if self._file is not None:
            self._file.close()
            self._file = None

    # -- the thread ----------------------------------------------------------------------------

    def _put(self, what: str, about: Any) -> None:
        if self.problem is not None:
            return
        self._waiting.put((what, about))
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="cache writer", daemon=True)
            self._thread.start()

    def _write(self) -> None:
        connection: Any = None
        closing = False
        while not closing:
            batch = [self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get())
            closing = any(what == "close" for what, _ in batch)
            if self.problem is None:
                try:
                    if connection is None:
                        connection = open_file(self.path)
                    self._commit(connection, batch)
                except EnvironmentProblem as problem:
                    self._give_up(problem)
                except sqlite.sqlite3.Error as error:
                    self._give_up(told(error, self.path))
            for what, about in batch:
                if what == "keep":
                    self._pending.pop(about.key, None)
        if connection is not None:
            connection.close()

    def _commit(self, connection: Any, batch: list[tuple[str, Any]]) -> None:
        now = time.time_ns()
        connection.execute("BEGIN IMMEDIATE")
        try:
            for what, about in batch:
                if what == "keep":
                    self._insert(connection, about, now)
                elif what == "used":
                    connection.execute("UPDATE entry SET used = ?, hits = hits + 1 WHERE key = ?", (now, about))
                elif what == "drop":
                    connection.execute("DELETE FROM entry WHERE key = ?", (about,))
            dropped = drop_oldest(connection, self._limit)
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        if dropped:
            connection.execute("PRAGMA incremental_vacuum").fetchall()

    def _insert(self, connection: Any, entry: Entry, now: int) -> None:
        response = entry.response.decode()
        if self._scrub(response) != response:
            return  # cleaned it would be another answer, and as it is it holds a secret
        request = self._scrub(entry.request.decode())
        facts = encode(dict(entry.facts))
        connection.execute(
            "INSERT OR REPLACE INTO entry"
            " (key, kind, name, made, used, hits, duration, tokens, cost_usd, facts, request, response, sum)"
            " VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.key, entry.kind, self._scrub(entry.name), now, now, entry.duration_ns, entry.tokens,
                entry.cost_usd, facts, request.encode()[:SHOWN_BYTES], entry.response,
                _sum(entry.key, facts, entry.response),
            ),
        )  # fmt: skip

    def _give_up(self, problem: EnvironmentProblem) -> None:
        self.problem = self.problem or problem


def _sum(key: str, facts: bytes, response: bytes) -> bytes:
    return content_hash(b"\0".join((key.encode(), facts, response)))


def _whole(key: str, row: tuple[Any, ...]) -> Kept | None:
    """Return a row as an answer, None if it is not what was written."""
    facts, response, checked, tokens, cost_usd, duration = row
    if not (isinstance(facts, bytes) and isinstance(response, bytes) and checked == _sum(key, facts, response)):
        return None
    try:
        told_facts, told_response = decode(facts), decode(response)
    except ValueError:
        return None
    whole = type(told_facts) is dict and type(tokens) is int and type(duration) is int
    if not whole or not (cost_usd is None or type(cost_usd) is float):
        return None
    return Kept(told_response, told_facts, tokens, cost_usd, duration)
