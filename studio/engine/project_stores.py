"""Stores of scope `project`: they outlive the run, in an SQLite file of their own beside the project's graphs.

The file holds, per store, a snapshot of its content and the writes since then, in order.  Every write is one
transaction that first takes in what other processes wrote, so two runs at once never lose each other's writes.
A `TabledStore` has no snapshot: its content is in tables of its own, row by row, which each write changes too. Its
last writes stand in the file only for those who have read the tables before.
A replay never touches the file: results come from the trace (design section 12).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio.stores.base import Store
from studio.stores.tabled import TabledStore
from studio.support.errors import EnvironmentProblem, NodeError
from studio.support.values import Json, decode, encode
from studio.trace import sqlite

FILE_NAME = ".studio/stores.db"
"""Where project stores live, relative to the project folder."""

WRITES_PER_SNAPSHOT = 1000
"""So many writes are kept one by one before they become part of the snapshot (ids of writes are never used again)."""

LARGE_WRITE_BYTES = 1 << 20
"""A write with larger arguments to a store with tables is not kept beside what it did."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS snapshot (store TEXT PRIMARY KEY, kind TEXT NOT NULL, up_to INTEGER NOT NULL, content BLOB);
CREATE TABLE IF NOT EXISTS write (
  id INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL, op TEXT NOT NULL, args BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS write_store ON write (store, id);
"""


class ProjectFile:
    """The file with a project's stores, opened when a store is first used and closed with the run."""

    def __init__(self, project: Path) -> None:
        self.path = project / FILE_NAME
        self._connection: Any = None

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """One transaction that has the file to itself. Raises EnvironmentProblem if the disk refuses."""
        try:
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite.sqlite3.Error as error:
            problem = sqlite.problem_of(error, self.path)
            if problem is None:
                raise
            raise problem from error

    def _opened(self) -> Any:
        if self._connection is None:
            self._require_no_link()
            self._connection = sqlite.connect_writer(self.path)
            self._connection.executescript(_SCHEMA)
        return self._connection

    def _require_no_link(self) -> None:
        """A project may come from a stranger: a link in it must not lead what a run writes into another file."""
        beside = (
            self.path.parent,
            *(self.path.with_name(self.path.name + end) for end in ("", "-wal", "-shm", "-journal")),
        )
        link = next((one for one in beside if one.is_symlink()), None)
        if link is not None:
            raise EnvironmentProblem(
                "The project's stores are not used, since a link stands in the place of their file.",
                where=str(link),
                hint="Remove the link.",
            )


class ProjectStore(Store):
    """A store of any kind whose content is in the project file; otherwise it behaves like the kind it wraps."""

    def __init__(self, inner: Store, file: ProjectFile) -> None:
        self.inner = inner
        self.file = file
        self.kind = inner.kind  # type: ignore[misc]
        self.ops = inner.ops  # type: ignore[misc]
        self.name = inner.name
        self._seen = 0
        self._loaded = False
        self._tabled = inner if isinstance(inner, TabledStore) else None

    def do(self, op: str, args: Mapping[str, Json]) -> Json:
        """Perform one operation on the content as it is on disk now; a write is on disk when this returns."""
        refusal: NodeError | None = None
        result: Json = None
        try:
            with self.file.transaction() as connection:
                self._catch_up(connection)
                try:
                    result = self.inner.do(op, args)
                except NodeError as error:
                    if self._tabled is None:
                        raise
                    refusal = error  # such a store takes all of an operation or nothing: it need not be read anew
                if refusal is None and self.ops.get(op) != "read":
                    self._append(connection, op, args)
        except BaseException:
            self._seen = -1  # what is in memory may be ahead of the file: read it anew next time
            if self._tabled is not None:
                self._tabled.begin()
                self._loaded = False
            raise
        if refusal is not None:
            raise refusal
        return result

    def fork(self) -> Store:  # type: ignore[override]
        """Return a snapshot for an item of a map; its writes reach the file when the map ends."""
        with self.file.transaction() as connection:
            self._catch_up(connection)
        return self.inner.fork()

    def _perform(self, op: str, packed: dict[str, bytes]) -> bytes:
        """Repeat a write of a map item (see `Store.apply_to`)."""
        args = {name: decode(value) for name, value in packed.items()}
        return encode(self.do(op, args))

    def _append(self, connection: Any, op: str, args: Mapping[str, Json]) -> None:
        packed = encode(dict(args))
        made = connection.execute("INSERT INTO write (store, op, args) VALUES (?, ?, ?)", (self.name, op, packed))
        self._seen = made.lastrowid
        if self._tabled is not None:
            self._tabled.write_tables(connection)
            if len(packed) > LARGE_WRITE_BYTES:
                self._snapshot(connection)
                return
        row = connection.execute("SELECT count(*) FROM write WHERE store = ?", (self.name,)).fetchone()
        if row[0] >= WRITES_PER_SNAPSHOT:
            self._snapshot(connection)

    def _snapshot(self, connection: Any) -> None:
        connection.execute(
            "INSERT INTO snapshot VALUES (?, ?, ?, ?) ON CONFLICT (store) DO UPDATE SET "
            "kind = excluded.kind, up_to = excluded.up_to, content = excluded.content",
            (self.name, self.kind, self._seen, b"null" if self._tabled is not None else encode(self.inner.dump())),
        )
        connection.execute("DELETE FROM write WHERE store = ? AND id <= ?", (self.name, self._seen))

    def _catch_up(self, connection: Any) -> None:
        """Take in what the file holds beyond what this process has seen."""
        row = connection.execute("SELECT kind, up_to FROM snapshot WHERE store = ?", (self.name,)).fetchone()
        if row is not None:
            if row[0] != self.kind:
                raise NodeError(
                    f"the project's store `{self.name}` is a {row[0]}, but the graph declares a {self.kind}.",
                    where=str(self.file.path),
                    hint="Give one of them another name.",
                    code="store",
                )
            if self._tabled is not None:
                if not self._loaded or row[1] > self._seen:
                    self._read_tables(self._tabled, connection, row[1])
            elif row[1] > self._seen:
                (content,) = connection.execute("SELECT content FROM snapshot WHERE store = ?", (self.name,)).fetchone()
                self.inner.load(decode(content))
                self._seen = row[1]
        elif not self._loaded:
            # The first run of the project: what the declaration gives is the content everybody starts from.
            if self._tabled is not None:
                self._make_tables(self._tabled, connection)
                self._tabled.track()
                self._tabled.write_tables(connection)
            self._snapshot(connection)
        self._loaded = True
        self._repeat(connection)

    def _make_tables(self, store: TabledStore, connection: Any) -> None:
        for statement in store.tables.split(";"):
            connection.execute(statement)  # `executescript` would end the transaction

    def _read_tables(self, store: TabledStore, connection: Any, up_to: int) -> None:
        """Take the content from the tables, which hold what every write up to now has done."""
        store.read_tables(connection)
        last = connection.execute("SELECT max(id) FROM write WHERE store = ?", (self.name,)).fetchone()[0]
        self._seen = max(up_to, last or 0)

    def _repeat(self, connection: Any) -> None:
        """Do what others wrote since."""
        for number, op, args in connection.execute(
            "SELECT id, op, args FROM write WHERE store = ? AND id > ? ORDER BY id", (self.name, self._seen)
        ).fetchall():
            self.inner.do(op, decode(args))
            self._seen = number
        if self._tabled is not None:
            self._tabled.forget_changes()
