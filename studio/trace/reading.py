"""`Trace`: reads a trace database. Results stream; nothing is written, with one exception.

The exception: runs of a process that was killed have no footer. Where the file may be written, the first reader
that meets a dead process notes its end, so that every other tool reads `interrupted` too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.ticks import tick_key, tick_path
from studio.support.values import Json, decode
from studio.trace import locks
from studio.trace.found import Alarm, Effect, Firing, Match, Prompt, Ref, Run, StoreOp, Table
from studio.trace.log import ORIGIN_NAMES, STATUS_NAMES
from studio.trace.schema import VERSION, require_current, version_of
from studio.trace.sqlite import connect_foreign, connect_reader, is_recorded_example, problem_of, sqlite3
from studio.trace.views import ID_MASK, RUN_BITS

if TYPE_CHECKING:
    from studio.trace.verify import Finding

T = TypeVar("T")

PAGE = 500
"""Rows fetched at a time."""


class Trace:
    """Reads the runs of one database file.

    Opening it flushes what this process still has to write into the file. `foreign=True` reads a checked private copy:
    for files that came from someone else. Raises `EnvironmentProblem` if the file cannot be read.
    """

    def __init__(self, db: str | Path, *, foreign: bool = False) -> None:
        self.path = Path(db)
        self._copy: Path | None = None
        self._dead: set[int] = set()
        if foreign:
            self._connection, self._copy = connect_foreign(self.path)
        else:
            self._flush_own_writer()
            self._connection = connect_reader(self.path)
        try:
            if self._is_older():
                self._migrate()
            require_current(self._connection, self.path)
            self._settle()
        except BaseException:
            self.close()
            raise

    # -- runs -------------------------------------------------------------------------------------

    def runs(self, limit: int | None = None) -> Iterator[Run]:
        """Yield the runs, newest first."""
        self._settle()
        query = f"SELECT {_RUN} ORDER BY r.id DESC" + ("" if limit is None else f" LIMIT {int(limit)}")
        for row in self._rows(query):
            yield self._run(row)

    def run(self, name: str = "last") -> Run:
        """Return the run with this id, a unique prefix of it, or `last`. Raises `UsageError` if none or several fit."""
        self._settle()
        return self._run(next(self._rows(f"SELECT {_RUN} WHERE r.id = ?", (self._key(name),))))

    def graph_text(self, run: str) -> str:
        """Return the graph as it was run, self-contained, as YAML text."""
        row = self._one(
            "SELECT g.text FROM _run r JOIN _graph_version g ON g.hash = r.graph_hash WHERE r.id = ?", self._key(run)
        )
        if row is None:
            raise EnvironmentProblem("The run's graph is missing.", where=str(self.path), hint=_CHECK)
        return str(row[0])

    # -- firings ----------------------------------------------------------------------------------

    def firings(
        self,
        run: str = "last",
        node: str | None = None,
        tick: str | None = None,
        status: str | None = None,
        *,
        after: int = 0,
    ) -> Iterator[Firing]:
        """Yield the firings of a run in the order they started. `after` leaves out ids up to it (for following).

        `status` is ok, error, skipped, running or interrupted. Raises `UsageError` for an unknown run, node or status.
        """
        key = self._key(run)
        base = key << RUN_BITS
        wanted, values = "", list[Any]()
        if node is not None:
            wanted, values = " AND f.path = ?", [self._path(base, node, run)]
        if tick is not None:
            wanted, values = wanted + " AND f.tick = ?", [*values, _tick_key(tick)]
        if status is not None and status not in (*STATUS_NAMES, "running", "interrupted"):
            raise UsageError(
                f"{status!r} is no status of a firing.", hint="There are ok, error, skipped, running and interrupted."
            )
        undecided = self._undecided(key)
        span = (base + 1 + after, base + ID_MASK)
        # Two streams in order of id, merged by SQLite itself.
        for row in self._rows(
            f"SELECT {_FIRING} WHERE f.id BETWEEN ? AND ?{wanted} UNION ALL SELECT {_OPEN} WHERE f.id BETWEEN ? AND ?"
            f"{wanted} AND NOT EXISTS (SELECT 1 FROM _firing d WHERE d.id = f.id) ORDER BY 1",
            (*span, *values, *span, *values),
        ):
            firing = self._firing(row, undecided)
            if status is None or firing.status == status:
                yield firing

    def firing(self, run: str, id: int) -> Firing:
        """Return one firing. Raises `UsageError` if the run has none with this id."""
        key = self._key(run)
        physical = (key << RUN_BITS) + id
        row = self._one(f"SELECT {_FIRING} WHERE f.id = ?", physical) or self._one(
            f"SELECT {_OPEN} WHERE f.id = ?", physical
        )
        if row is None or not 0 < id <= ID_MASK:
            raise UsageError(f"The run has no firing {id}.", where=str(self.path))
        return self._firing(row, self._undecided(key))

    def outline(self, run: str = "last") -> Iterator[Firing]:
        """Yield the firings depth-first: tick of the top region, plan order, item, inner tick, inner plan order …;
        a region node comes after its body."""
        from studio.trace.outline import outline_order

        key = self._key(run)
        base = key << RUN_BITS
        undecided = self._undecided(key)
        span = (base, base + ID_MASK)
        ids = outline_order(
            self._rows(
                "SELECT f.id, f.parent, f.item, f.tick, p.plan_index FROM _firing f JOIN _path p ON p.id = f.path"
                " WHERE f.id BETWEEN ? AND ? UNION ALL SELECT f.id, f.parent, f.item, f.tick, p.plan_index FROM _open f"
                " JOIN _path p ON p.id = f.path WHERE f.id BETWEEN ? AND ?"
                " AND NOT EXISTS (SELECT 1 FROM _firing d WHERE d.id = f.id)",
                (*span, *span),
            ),
            ID_MASK,
        )
        for at in range(0, len(ids), PAGE):
            page = ids[at : at + PAGE]
            marks = ",".join("?" * len(page))
            rows = {
                row[0]: row
                for row in self._rows(
                    f"SELECT {_OPEN} WHERE f.id IN ({marks}) UNION ALL SELECT {_FIRING} WHERE f.id IN ({marks})",
                    (*page, *page),
                )
            }
            for id in page:
                yield self._firing(rows[id], undecided)

    def outputs(self, firing: Firing) -> dict[str, Json]:
        """Return the firing's outputs with every `Ref` replaced by its value."""
        return self.decoded(firing.outputs)

    def decoded(self, values: Mapping[str, Json]) -> dict[str, Json]:
        """Return a run's inputs or outputs, or a firing's outputs, with every `Ref` replaced by its value."""
        return {port: self.value(value) if isinstance(value, Ref) else value for port, value in values.items()}

    def value(self, ref: Ref | str) -> Json:
        """Return the value kept under a reference or hash. Raises `EnvironmentProblem` if it is missing or damaged."""
        return decode(self.blob(ref))

    def blob(self, ref: Ref | str) -> bytes:
        """Return the bytes kept under a reference or hash. Raises `EnvironmentProblem` if missing or damaged."""
        import hashlib

        hash = ref.hash if isinstance(ref, Ref) else ref
        try:
            digest = bytes.fromhex(hash)
        except ValueError:
            raise UsageError(f"{hash!r} is no content hash.", hint="It has 40 hexadecimal digits.") from None
        row = self._one("SELECT data FROM _blob WHERE hash = ?", digest)
        if row is None:
            raise EnvironmentProblem(f"The value {hash[:12]}… is missing.", where=str(self.path), hint=_CHECK)
        data = row[0].encode() if isinstance(row[0], str) else bytes(row[0])
        if hashlib.blake2b(data, digest_size=20).digest() != digest:
            raise EnvironmentProblem(f"The value {hash[:12]}… is damaged.", where=str(self.path), hint=_CHECK)
        return data

    # -- effects ----------------------------------------------------------------------------------

    def effects(self, run: str = "last", firing: int | None = None, kind: str | None = None) -> Iterator[Effect]:
        """Yield the effects of a run in the order they were asked, or those of one firing or kind."""
        base = self._key(run) << RUN_BITS
        if firing is None:
            wanted, values = "e.id BETWEEN ? AND ?", list[Any]((base, base + ID_MASK))
        else:
            wanted, values = "e.firing = ?", [base + firing]
        if kind is not None:
            wanted, values = wanted + " AND e.kind = ?", [*values, kind]
        order = "e.id" if firing is None else "e.n, e.id"
        for row in self._rows(f"SELECT {_EFFECT} WHERE {wanted} ORDER BY {order}", tuple(values)):
            yield self._effect(row)

    def prompts(self, run: str = "last", node: str | None = None) -> Iterator[Prompt]:
        """Yield the model calls of a run in the order they were asked."""
        base = self._key(run) << RUN_BITS
        wanted, values = "", list[Any]()
        if node is not None:
            wanted, values = " AND p.id = ?", [self._path(base, node, run)]
        query = (
            f"SELECT r.run, f.seq, p.path, coalesce(f.tick, o.tick), {_EFFECT_COLUMNS} {_EFFECT_FROM}"
            " LEFT JOIN _firing f ON f.id = e.firing LEFT JOIN _open o ON o.id = e.firing"
            " JOIN _path p ON p.id = coalesce(f.path, o.path)"
            f" WHERE e.id BETWEEN ? AND ? AND e.messages IS NOT NULL{wanted} ORDER BY e.id"
        )
        for row in self._rows(query, (base, base + ID_MASK, *values)):
            yield self._prompt(row)

    def search(self, text: str, run: str | None = None, limit: int = 100) -> list[Match]:
        """Return the messages and replies that hold all words of `text`, newest first, each with the first model
        call of its run that held it.

        Any text may be searched for: it is no query language. Raises `UsageError` if it holds no word.
        """
        from studio.trace.search import find

        base = None if run is None else self._key(run) << RUN_BITS
        return [
            Match(row[0], row[1] & ID_MASK, row[2], row[3], tick_path(row[4]), row[5])
            for row in self._guarded(lambda: find(self._connection, text, base, limit))
        ]

    def store_ops(self, run: str = "last", firing: int | None = None) -> Iterator[StoreOp]:
        """Yield the store operations of a run in the order they were recorded, or those of one firing."""
        base = self._key(run) << RUN_BITS
        wanted, values = ("", ()) if firing is None else (" AND s.firing = ?", (base + firing,))
        for row in self._rows(
            "SELECT r.run, s.firing, s.n, s.store, s.op, s.args, s.result FROM _store_op s JOIN _run r"
            f" ON r.id = s.id >> {RUN_BITS} WHERE s.id BETWEEN ? AND ?{wanted} ORDER BY s.id",
            (base, base + ID_MASK, *values),
        ):
            args, result = self._column(row[5]), self._column(row[6])
            yield StoreOp(row[0], row[1] & ID_MASK, row[2], row[3], row[4], args, result)

    def alarms(self, run: str = "last") -> Iterator[Alarm]:
        """Yield the alarms of a run in the order they were raised."""
        base = self._key(run) << RUN_BITS
        for row in self._rows(
            "SELECT r.run, s.firing, s.kind, s.message, s.evidence, s.at FROM _alarm s JOIN _run r"
            f" ON r.id = s.id >> {RUN_BITS} WHERE s.id BETWEEN ? AND ? ORDER BY s.id",
            (base, base + ID_MASK),
        ):
            yield Alarm(row[0], row[1] & ID_MASK, row[2], row[3], self._column(row[4]), row[5] / 1e9)

    # -- the database as such ---------------------------------------------------------------------

    def sql(self, query: str, parameters: tuple[Json, ...] = (), *, limit: int = 1000, seconds: float = 10.0) -> Table:
        """Run one query over the public views (and nothing else): at most `limit` rows, at most `seconds`.

        Raises `UsageError` for a query that is wrong, writes, opens other files, or takes too long.
        """
        from studio.trace.asking import ask

        self._settle()
        return self._guarded(lambda: ask(self._connection, query, parameters, limit=limit, seconds=seconds))

    def schema(self) -> dict[str, list[str]]:
        """Return the public views and tables with their columns."""
        from studio.trace.asking import public_schema

        return public_schema(self._connection)

    def verify(self, run: str | None = None) -> list[Finding]:
        """Check row sums, content hashes, references and counts of one run or of all; return what is wrong."""
        from studio.trace.verify import findings

        return findings(self._connection, None if run is None else self._key(run))

    def changes(self) -> int:
        """Return a number that changes whenever another connection has written; for polling (60 µs)."""
        return int(self._guarded(lambda: self._connection.execute("PRAGMA data_version").fetchone())[0])

    def close(self) -> None:
        """Close the connection; the object is of no use afterwards."""
        self._connection.close()
        if self._copy is not None:
            shutil.rmtree(self._copy, ignore_errors=True)
            self._copy = None

    def __enter__(self) -> Trace:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    # -- within -----------------------------------------------------------------------------------

    def _flush_own_writer(self) -> None:
        from studio.trace.runlog import flush_own

        flush_own(self.path)

    def _is_older(self) -> bool:
        return self._guarded(lambda: 0 < version_of(self._connection, self.path) < VERSION)

    def _migrate(self) -> None:
        from studio.trace.schema import make_current
        from studio.trace.sqlite import connect_writer

        path = self.path if self._copy is None else self._copy / "foreign.db"
        if is_recorded_example(path):
            return
        self._connection.close()
        try:
            writing = connect_writer(path)
        except EnvironmentProblem:  # may only be read: `require_current` says what to do
            self._connection = connect_reader(path)
            return
        try:
            make_current(writing, path)
        finally:
            writing.close()
        self._connection = connect_reader(path)

    def _settle(self) -> None:
        """Find processes that died without a word and note their end, here and (if possible) in the database."""
        if self._copy is not None or is_recorded_example(self.path):
            rows = self._rows("SELECT id FROM _process WHERE ended_at IS NULL")
            self._dead.update(row[0] for row in rows)
            return
        news = [
            row[0]
            for row in self._rows("SELECT id FROM _process WHERE ended_at IS NULL")
            if row[0] not in self._dead and not locks.process_is_alive(self.path, row[0])
        ]
        if not news:
            return
        self._dead.update(news)
        note_deaths(self.path, news)

    def _key(self, name: str) -> int:
        """Return the physical id of a run given by id, unique prefix or `last`."""
        if name == "last":
            row = self._one("SELECT max(id) FROM _run")
            if row is None or row[0] is None:
                raise UsageError("No run is recorded yet.", where=str(self.path), hint="Run a graph first.")
            return int(row[0])
        rows = list(
            self._rows(
                "SELECT id, run FROM _run WHERE run >= ?1 AND run < ?1 || char(1114111) ORDER BY run LIMIT 4",
                (name.upper() if name else "",),
            )
        ) or list(self._rows("SELECT id, run FROM _run WHERE run >= ?1 AND run < ?1 || char(1114111) LIMIT 4", (name,)))
        exact = [row for row in rows if row[1] in (name, name.upper())]
        if len(rows) == 1 or exact:
            return int((exact or rows)[0][0])
        if rows and name:
            shown = ", ".join(row[1] for row in rows[:3]) + (" …" if len(rows) > 3 else "")
            raise UsageError(f"{name!r} is the beginning of several runs: {shown}.", hint="Give more of the id.")
        raise UsageError(
            f"There is no run {name!r}.", where=str(self.path), hint="`studio runs` lists them; `last` is the newest."
        )

    def _path(self, base: int, node: str, run: str) -> int:
        row = self._one("SELECT id FROM _path WHERE id BETWEEN ? AND ? AND path = ?", base, base + ID_MASK, node)
        if row is None:
            raise UsageError(f"The run has no node `{node}`.", where=run, hint="`studio show` lists its nodes.")
        return int(row[0])

    def _undecided(self, key: int) -> str:
        """Return how a firing without a decision reads in this run."""
        row = self._one(
            "SELECT z.status IS NULL AND w.ended_at IS NULL, r.process FROM _run r LEFT JOIN _run_end z ON z.id = r.id"
            " LEFT JOIN _process w ON w.id = r.process WHERE r.id = ?",
            key,
        )
        self._settle()
        return "running" if row is not None and row[0] and row[1] not in self._dead else "interrupted"

    def _run(self, row: tuple[Any, ...]) -> Run:
        status = row[4]
        if status is None:
            status = "interrupted" if row[16] is not None or row[17] in self._dead else "running"
        return Run(
            id=row[0],
            graph=row[1] or "",
            file=row[2] or "",
            graph_hash=row[3] or "",
            status=status,
            ended=row[5] or "",
            error=None if row[6] is None else decode(row[6]),
            inputs=_values(row[7]),
            outputs=_values(row[8]),
            options=self._column(row[9]),
            parent_run=row[10] or "",
            fork_seq=row[11],
            boundary=row[12] or "",
            started_at=row[13] / 1e9,
            finished_at=None if row[14] is None else row[14] / 1e9,
            totals={} if row[15] is None else decode(row[15]),
        )

    def _firing(self, row: tuple[Any, ...], undecided: str) -> Firing:
        (
            id, run, seq, path, type, version, plan_index, tick, parent, item, status, reason, origin, started,
            duration, inputs, outputs, attempt,
        ) = row  # fmt: skip
        return Firing(
            run=run,
            id=id & ID_MASK,
            seq=seq,
            node=path,
            type=type,
            tick=tick_path(tick),
            tick_key=tick,
            parent=parent,
            item=item,
            status=undecided if status is None else STATUS_NAMES[status],
            reason=reason or "",
            origin=ORIGIN_NAMES[origin or 0],
            started_at=started / 1e9,
            duration_ms=None if duration is None else duration / 1e6,
            inputs={} if inputs is None else orjson.loads(inputs),
            outputs=_values(outputs),
            attempt=attempt or 1,
            plan_index=plan_index,
            version=version,
        )

    def _effect(self, row: tuple[Any, ...]) -> Effect:
        (
            run, firing, n, kind, name, request, messages, attempt, asked, status, response, reply, error, duration,
            tokens_in, tokens_out, cost, finish, entropy,
        ) = row  # fmt: skip
        asked_for = self._column(request)
        if messages is not None:
            if kind == "complete":
                asked_for["prompt"] = self._messages(messages)[0]["content"]
            else:
                asked_for["messages"] = self._messages(messages)
        answer = self._column(response)
        if reply is not None:
            answer["text"] = self._text(reply)
        return Effect(
            run=run,
            firing=firing & ID_MASK,
            n=n,
            kind=kind,
            name=name,
            request=asked_for,
            response=answer,
            status=status or "unanswered",
            error=error or "",
            attempt=attempt,
            asked_at=asked / 1e9,
            duration_ms=None if duration is None else duration / 1e6,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost_usd=cost,
            finish_reason=finish or "",
            entropy=entropy,
        )

    def _prompt(self, row: tuple[Any, ...]) -> Prompt:
        run, seq, node, tick, *rest = row
        effect = self._effect((run, *rest))
        messages = self._messages(rest[5])
        system = next((m["content"] for m in messages if m.get("role") == "system" and m.get("content")), "")
        tokens = None
        if effect.tokens_in is not None and effect.tokens_out is not None:
            tokens = effect.tokens_in + effect.tokens_out
        request = effect.request if isinstance(effect.request, dict) else {}
        return Prompt(
            run=run,
            seq=seq,
            firing=effect.firing,
            n=effect.n,
            node=node,
            tick=tick_path(tick),
            model=str(request.get("model") or effect.name),
            system=str(system),
            messages=tuple(messages),
            reply=None if rest[10] is None else self._text(rest[10]),
            status=effect.status,
            tokens=tokens,
            cost=effect.cost_usd,
        )

    def _messages(self, stored: str) -> list[dict[str, Json]]:
        """Put the messages of a request together again, exactly as they were asked."""
        messages: list[dict[str, Json]] = []
        for one in orjson.loads(stored):
            if isinstance(one, dict):
                messages.append(one)
            elif isinstance(one[0], str):
                messages.append({"role": one[0], "content": self._text(one[1])})
            else:
                messages.append({**one[1], "content": self._text(one[0])})
        return messages

    def _text(self, message: int) -> str:
        row = self._one("SELECT text FROM _message WHERE id = ?", message)
        if row is None:
            raise EnvironmentProblem(f"The message {message} is missing.", where=str(self.path), hint=_CHECK)
        return str(row[0])

    def _column(self, stored: str | int | None) -> Json:
        """Decode a JSON column that holds the text or the id of a blob."""
        if stored is None:
            return None
        if isinstance(stored, int):
            row = self._one("SELECT data FROM _blob WHERE id = ?", stored)
            if row is None:
                raise EnvironmentProblem(f"The value {stored} is missing.", where=str(self.path), hint=_CHECK)
            return decode(row[0])
        return decode(stored)

    def _one(self, query: str, *parameters: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._guarded(lambda: self._connection.execute(query, parameters).fetchone())
        return row

    def _rows(self, query: str, parameters: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Stream rows page by page."""
        cursor = self._guarded(lambda: self._connection.execute(query, parameters))
        while page := self._guarded(lambda: cursor.fetchmany(PAGE)):
            yield from page

    def _guarded(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except sqlite3.Error as error:
            problem = problem_of(error, self.path)
            if problem is None:
                raise
            raise problem from error


def note_deaths(path: Path, processes: list[int]) -> None:
    """Write down that these processes ended, if the file may be written."""
    import time

    from studio.trace.sqlite import connect_writer

    try:
        connection = connect_writer(path)
    except EnvironmentProblem:
        return  # may only be read: this reader knows it anyway
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "UPDATE _process SET ended_at = ? WHERE id = ? AND ended_at IS NULL",
            [(time.time_ns(), process) for process in processes],
        )
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if problem_of(error, path) is None:
            raise
    finally:
        connection.close()


def _values(text: str | None) -> dict[str, Json]:
    """Decode an object of values; references become `Ref`."""
    if text is None:
        return {}
    values: dict[str, Json] = orjson.loads(text)
    if '{"$ref"' in text:
        for port, value in values.items():
            if type(value) is dict and len(value) == 2 and "$ref" in value and "size" in value:
                values[port] = Ref(value["$ref"], value["size"])
    return values


@lru_cache(maxsize=1024)
def _tick_key(tick: str) -> str:
    try:
        return tick_key(tick)
    except ValueError:
        raise UsageError(f"{tick!r} is no tick.", hint="Ticks are numbers joined by dots, such as 3 or 3.1.") from None


_CHECK = "`studio db check` says which runs are still whole."

_RUN = """r.run, r.graph_name, r.graph_file, r.graph_hash, z.status, z.ended, z.error, r.inputs, z.outputs, r.options,
 r.parent_run, r.fork_seq, r.boundary, r.started_at, z.finished_at, z.totals, w.ended_at, r.process
 FROM _run r LEFT JOIN _run_end z ON z.id = r.id LEFT JOIN _process w ON w.id = r.process"""

_FROM = f"JOIN _path p ON p.id = f.path JOIN _run r ON r.id = f.id >> {RUN_BITS}"
_FIRING = f"""f.id, r.run, f.seq, p.path, p.type, p.version, p.plan_index, f.tick, f.parent, f.item, f.status, f.reason,
 f.origin, f.started_at, f.duration, f.inputs, f.outputs, f.attempt FROM _firing f {_FROM}"""
_OPEN = f"""f.id, r.run, NULL, p.path, p.type, p.version, p.plan_index, f.tick, f.parent, f.item, NULL, NULL, NULL,
 f.started_at, NULL, NULL, NULL, NULL FROM _open f {_FROM}"""

_EFFECT_COLUMNS = """e.firing, e.n, e.kind, e.name, e.request, e.messages, e.attempt, e.asked_at, a.status, a.response,
 a.reply, a.error, a.duration, a.tokens_in, a.tokens_out, a.cost_usd, a.finish_reason, a.entropy"""
_EFFECT_FROM = f"""FROM _effect e LEFT JOIN _answer a ON a.id = e.id JOIN _run r ON r.id = e.id >> {RUN_BITS}"""
_EFFECT = f"r.run, {_EFFECT_COLUMNS} {_EFFECT_FROM}"
