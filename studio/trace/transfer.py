"""Takes the rows of one run out of a file that may be damaged or hostile and writes them into a database of ours.

Nothing of the other file is believed: sums, hashes and references are computed again, ids are given anew. What does
not hold raises `Damaged`, and the caller rolls the run back. The two files are open in two connections, so that the
other one's schema never enters the one that may write.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from studio.support.values import content_hash
from studio.trace.admissible import first_bad_row
from studio.trace.payloads import Damaged, Payloads, readable
from studio.trace.rows import Rows, sum_of_row
from studio.trace.sqlite import sqlite3
from studio.trace.tally import Tallies
from studio.trace.views import ID_MASK, RUN_BITS

PAGE = 2000
"""Rows read and written at a time."""

MISSING = 100_000
"""Firings that may have started without leaving a row when a process died."""

Row = list[Any]


class Transfer:
    """Copies runs from `source` to `target`; the target's transaction is the caller's.

    It remembers which payloads it has brought: call `forget` after a rollback.
    """

    def __init__(self, source: sqlite3.Connection, target: sqlite3.Connection) -> None:
        self._source = source
        self._target = target
        self._rows = Rows(target)
        self._tallies = Tallies(target)
        self._payloads = Payloads(source, self._rows)
        self._processes: dict[int, int] = {}
        self._from = self._to = 0
        self._copied = 0

    @property
    def copied(self) -> int:
        """Rows written so far, those of runs that were rolled back included."""
        return self._copied + self._payloads.copied

    def forget(self) -> None:
        """Forget what was believed to be in the target."""
        self._rows.forget()
        self._payloads.forget()
        self._processes.clear()

    def run(self, key: int) -> None:
        """Copy the run with this physical id. Raises `Damaged`."""
        try:
            bad = first_bad_row(self._source, key)
            if bad is not None:
                raise Damaged(f"{bad} holds what does not belong there")
            self._dense(key)
            self._graph(key)
            self._header(key)
            self._from = key << RUN_BITS
            self._payloads.uses.clear()
            self._table("_path", lambda row: None)
            self._table("_open", self._open)
            counts = (
                self._table("_firing", self._firing),
                self._table("_effect", self._effect),
                self._table("_store_op", self._store_op),
            )
            self._table("_memory", lambda row: None)
            self._table("_memory_content", self._content)
            self._table("_answer", self._answer)
            self._table("_alarm", self._alarm)
            self._table("_reading", self._reading)
            self._write("_message_use", [[message, effect] for message, effect in self._payloads.uses.items()])
            self._footer(key, counts)
            self._flaws(key)
            self._tallies.rebuild(self._to)
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise Damaged(f"a value cannot be read: {error}") from error

    def _dense(self, key: int) -> None:
        """Firings are counted from 1: an id far beyond their number is none, and would make others count to it."""
        base = key << RUN_BITS
        row = self._one(
            "SELECT max(coalesce((SELECT max(id) FROM _firing WHERE id BETWEEN ?1 AND ?2), ?1),"
            " coalesce((SELECT max(id) FROM _open WHERE id BETWEEN ?1 AND ?2), ?1)) - ?1,"
            " (SELECT count(*) FROM _firing WHERE id BETWEEN ?1 AND ?2)"
            " + (SELECT count(*) FROM _open WHERE id BETWEEN ?1 AND ?2)",
            base,
            base + ID_MASK,
        )
        assert row is not None
        if row[0] > 2 * row[1] + MISSING:
            raise Damaged("the numbers of its firings are not counted from 1")

    # -- the run itself ---------------------------------------------------------------------------

    def _graph(self, key: int) -> None:
        row = self._one(
            "SELECT g.hash, g.name, g.text FROM _run r JOIN _graph_version g ON g.hash = r.graph_hash WHERE r.id = ?",
            key,
        )
        if row is None:
            raise Damaged("its graph is missing")
        hash, name, text = row
        # Versions are kept by hash: a false one would stand in for the graph of somebody else's run.
        if not isinstance(text, str) or not isinstance(name, str | None) or content_hash(text.encode()).hex() != hash:
            raise Damaged("its graph does not match the graph's hash")
        self._target.execute("INSERT OR IGNORE INTO _graph_version (hash, name, text) VALUES (?, ?, ?)", row)

    def _header(self, key: int) -> None:
        names = self._columns("_run")
        row = self._one(f"SELECT {', '.join(names)} FROM _run WHERE id = ?", key)
        assert row is not None
        facts = dict(zip(names, row, strict=True))
        facts["process"] = self._process(facts["process"])
        self._payloads.references(facts["inputs"])
        facts["options"] = self._payloads.json(facts["options"])
        del facts["id"]
        made = self._target.execute(
            f"INSERT INTO _run ({', '.join(facts)}) VALUES ({', '.join('?' * len(facts))})", list(facts.values())
        )
        assert made.lastrowid is not None
        self._to = made.lastrowid << RUN_BITS
        self._copied += 1

    def _process(self, key: int) -> int:
        """Return the target's row for the process that wrote the run; whatever it said of itself, it has ended."""
        found = self._processes.get(key)
        if found is None:
            row = self._one("SELECT pid, host, sqlite, started_at, ended_at FROM _process WHERE id = ?", key)
            pid, host, library, started, ended = row or (None, None, None, None, None)
            facts = (
                pid if isinstance(pid, int) else None,
                host if isinstance(host, str) else None,
                library if isinstance(library, str) else None,
                started if isinstance(started, int) else None,
                ended if isinstance(ended, int) else time.time_ns(),
            )
            made = self._target.execute(
                "INSERT INTO _process (pid, host, sqlite, started_at, ended_at) VALUES (?, ?, ?, ?, ?)", facts
            )
            assert made.lastrowid is not None
            found = self._processes[key] = made.lastrowid
        return found

    def _footer(self, key: int, counts: tuple[int, int, int]) -> None:
        names = self._columns("_run_end")
        row = self._one(f"SELECT {', '.join(names)} FROM _run_end WHERE id = ?", key)
        if row is None:
            return
        facts = dict(zip(names, row, strict=True))
        if (facts["firings"], facts["effects"], facts["store_ops"]) != counts:
            raise Damaged("its rows are not as many as its footer counts")
        self._payloads.references(facts["outputs"])
        facts["id"] = self._to >> RUN_BITS
        self._write("_run_end", [list(facts.values())])

    def _flaws(self, key: int) -> None:
        rows = self._source.execute(
            "SELECT f.run, f.kind, f.message, f.record, f.at FROM _run r JOIN _flaw f ON f.run = r.run WHERE r.id = ?",
            (key,),
        ).fetchall()
        for row in rows:
            if not all(isinstance(value, str) for value in row[:4]) or not isinstance(row[4], int):
                raise Damaged("a note of a flaw cannot be read")
        self._target.executemany("INSERT INTO _flaw (run, kind, message, record, at) VALUES (?, ?, ?, ?, ?)", rows)
        self._copied += len(rows)

    # -- its rows ---------------------------------------------------------------------------------

    def _table(self, table: str, mend: Callable[[Row], None]) -> int:
        """Copy the run's rows of one table, ids given anew, `mend` giving the other references anew; count them."""
        names = self._columns(table)
        summed = names.index("sum") if "sum" in names else None
        self._place = {name: place for place, name in enumerate(names)}
        moved = self._to - self._from
        count = 0
        for page in self._pages(table, names):
            done = []
            for read in page:
                row = list(read)
                if summed is not None and sum_of_row(read, summed) != read[summed]:
                    raise Damaged(f"row {row[0] & ID_MASK} of {table} does not match its sum")
                row[0] += moved
                mend(row)
                if summed is not None:
                    row[summed] = sum_of_row(row, summed)
                done.append(row)
            self._write(table, done)
            count += len(done)
        return count

    def _open(self, row: Row) -> None:
        row[self._place["path"]] += self._to - self._from

    def _firing(self, row: Row) -> None:
        place = self._place
        row[place["path"]] += self._to - self._from
        for name in ("inputs", "absent"):
            readable(row[place[name]])
        self._payloads.references(row[place["outputs"]])

    def _effect(self, row: Row) -> None:
        place = self._place
        row[place["firing"]] += self._to - self._from
        row[place["request"]] = self._payloads.json(row[place["request"]], part=row[place["messages"]] is not None)
        if row[place["messages"]] is not None:
            row[place["messages"]] = self._payloads.listed(row[place["messages"]], row[0], row[place["kind"]])

    def _answer(self, row: Row) -> None:
        place = self._place
        reply = row[place["reply"]]
        row[place["response"]] = self._payloads.json(row[place["response"]], part=reply is not None)
        if reply is not None:
            row[place["reply"]] = self._payloads.message(reply, row[0])

    def _store_op(self, row: Row) -> None:
        row[self._place["firing"]] += self._to - self._from
        for name in ("args", "result"):
            row[self._place[name]] = self._payloads.json(row[self._place[name]])

    def _content(self, row: Row) -> None:
        row[self._place["content"]] = self._payloads.json(row[self._place["content"]])

    def _alarm(self, row: Row) -> None:
        row[self._place["firing"]] += self._to - self._from
        row[self._place["evidence"]] = self._payloads.json(row[self._place["evidence"]])

    def _reading(self, row: Row) -> None:
        row[self._place["firing"]] += self._to - self._from
        row[self._place["reading"]] = self._payloads.json(row[self._place["reading"]])

    # -- reading and writing ----------------------------------------------------------------------

    def _columns(self, table: str) -> list[str]:
        """Return the columns that the target's table has; the other file has been checked to have the same."""
        return [row[1] for row in self._target.execute(f"PRAGMA table_info({table})")]

    def _one(self, query: str, *parameters: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._source.execute(query, parameters).fetchone()
        return row

    def _pages(self, table: str, names: list[str]) -> Iterator[list[tuple[Any, ...]]]:
        rows = self._source.execute(
            f"SELECT {', '.join(names)} FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id",
            (self._from + 1, self._from + ID_MASK),
        )
        while page := rows.fetchmany(PAGE):
            yield page

    def _write(self, table: str, rows: list[Row]) -> None:
        if rows:
            self._target.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
            self._copied += len(rows)
