"""`Trace`: reads a trace database. Results stream; nothing is written, with one exception.

The exception: runs of a process that was killed have no footer. Where the file may be written, the first reader
that meets a dead process notes its end, so that every other tool reads `interrupted` too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.ticks import asked_tick_key, tick_path
from studio.support.values import Json, content_hash, decode
from studio.trace import queries
from studio.trace.assemble import effect_of, firing_of, prompt_of, run_of
from studio.trace.found import Alarm, Effect, Firing, Match, Prompt, Ref, Run, StoredReading, StoreOp, Table
from studio.trace.log import ERROR, STATUS_NAMES
from studio.trace.reader import CHECK_HINT, PAGE, Reader
from studio.trace.views import ID_MASK, RUN_BITS

if TYPE_CHECKING:
    from studio.trace.moments import Moments
    from studio.trace.prompt_facets import Facets
    from studio.trace.prompt_list import PromptSearch, Wanted
    from studio.trace.prompt_rows import PromptDetail
    from studio.trace.run_list import RunList
    from studio.trace.verify import Finding
    from studio.trace.whole import Whole


class Trace:
    """Reads the runs of one database file; runs are named by id, unique prefix or `last`.

    Opening makes durable what this process still has to write into the file. `foreign=True` reads a checked private
    copy: for files that came from someone else. Raises `EnvironmentProblem` if the file cannot be read, `UsageError`
    for a run, node or firing that does not exist.
    """

    def __init__(self, db: str | Path, *, foreign: bool = False) -> None:
        self.path = Path(db)
        self._reader = Reader(self.path, foreign=foreign)

    @property
    def readable(self) -> Path:
        """The file that is read: of one that came from someone else the checked copy, which goes with `close`."""
        return self._reader.file

    # -- runs -------------------------------------------------------------------------------------

    def runs(self, limit: int | None = None) -> Iterator[Run]:
        """Yield the runs, newest first."""
        self._reader.settle()
        query = f"SELECT {queries.RUN} ORDER BY {queries.NEWEST_FIRST} LIMIT ?"
        for row in self._reader.rows(query, (time.time_ns(), limit or -1)):
            yield run_of(self._reader, row, self._reader.dead)

    def run(self, name: str = "last") -> Run:
        """Return one run."""
        key = self._reader.key(name)
        self._reader.settle()
        row = self._reader.rows(f"SELECT {queries.RUN} WHERE r.id = ?", (key,))[0]
        return run_of(self._reader, row, self._reader.dead)

    def run_list(self) -> RunList:
        """Return what answers lists of runs, filtered and sorted, page by page: for files with very many."""
        from studio.trace.run_list import RunList

        return RunList(self._reader)

    def has_run(self, id: str) -> bool:
        """True if the run of this whole id is in the file."""
        return bool(self._reader.rows("SELECT 1 FROM _run WHERE run = ?", (id,)))

    def lineage(self, run: str = "last") -> Iterator[Run]:
        """Yield a run, the one it continues, and on up, as far as they are in the file."""
        found = self.run(run)
        seen = set[str]()
        while found.id not in seen:  # a file that came from someone else may name runs in a circle
            yield found
            seen.add(found.id)
            if self.has_run(found.parent_run):
                found = self.run(found.parent_run)

    def graph_text(self, run: str = "last") -> str:
        """Return the graph as it was run, self-contained, as YAML text."""
        row = self._reader.one(
            "SELECT g.text FROM _run r JOIN _graph_version g ON g.hash = r.graph_hash WHERE r.id = ?",
            self._reader.key(run),
        )
        if row is None:
            raise EnvironmentProblem("The run's graph is missing.", where=str(self.path), hint=CHECK_HINT)
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
        """Yield the firings of a run in the order they started, those of one node path, tick or status.

        `status` is ok, error, skipped, running or interrupted; `after` leaves out ids up to it (for following a run).
        """
        if status is not None and status not in (*STATUS_NAMES, "running", "interrupted"):
            raise UsageError(
                f"{status!r} is no status of a firing.", hint="There are ok, error, skipped, running and interrupted."
            )
        key = self._reader.key(run)
        base = key << RUN_BITS
        wanted, named = "", dict[str, Any]()
        if node is not None:
            wanted, named["path"] = " AND f.path = :path", self._reader.path_id(base, node)
        if tick is not None:
            wanted, named["tick"] = wanted + " AND f.tick = :tick", asked_tick_key(tick)
        undecided = self._reader.undecided(key)
        query = (
            f"SELECT {queries.FIRING} WHERE f.id BETWEEN :first AND :last{wanted} UNION ALL "
            f"SELECT {queries.OPEN} WHERE f.id BETWEEN :first AND :last{wanted} AND {queries.UNDECIDED}"
        )
        for row in self._reader.stream(query, base + 1 + after, base + ID_MASK, **named):
            firing = firing_of(row, undecided)
            if status is None or firing.status == status:
                yield firing

    def firing(self, run: str, id: int) -> Firing:
        """Return one firing."""
        key = self._reader.key(run)
        physical = (key << RUN_BITS) + id
        row = None
        if 0 < id <= ID_MASK:
            row = self._reader.one(f"SELECT {queries.FIRING} WHERE f.id = ?", physical) or self._reader.one(
                f"SELECT {queries.OPEN} WHERE f.id = ?", physical
            )
        if row is None:
            raise UsageError(f"The run has no firing {id}.", where=str(self.path))
        return firing_of(row, self._reader.undecided(key))

    def source(self, firing: Firing) -> Firing | None:
        """Return the firing that was really executed where this one was taken over from the run it continues.

        It has the same node, tick and attempt in the parent run, or in its parent; the effects stand there. A firing
        of another origin is its own source. None if the parent run is not in this file.
        """
        if firing.origin != "replayed":
            return firing
        for run in islice(self.lineage(firing.run), 1, None):
            same = (one for one in self.firings(run.id, firing.node, firing.tick) if one.attempt == firing.attempt)
            found = next(same, None)
            if found is None or found.origin != "replayed":
                return found
        return None

    def outline(self, run: str = "last") -> Iterator[Firing]:
        """Yield the firings depth-first: tick of the top region, plan order, item, inner tick, inner plan order …;
        a region node comes after its body."""
        from studio.trace.outline import outline_order

        key = self._reader.key(run)
        base = key << RUN_BITS
        undecided = self._reader.undecided(key)
        ids = outline_order(
            self._reader.rows(queries.ORDER_KEYS, {"first": base + 1, "last": base + ID_MASK}), mask=ID_MASK
        )
        for at in range(0, len(ids), PAGE):
            page = ids[at : at + PAGE]
            marks = ",".join("?" * len(page))
            # Decisions come last and so replace the mere start of the same firing.
            chosen = f"WHERE f.id IN ({marks})"
            both = f"SELECT {queries.OPEN} {chosen} UNION ALL SELECT {queries.FIRING} {chosen}"
            rows = {row[0]: row for row in self._reader.rows(both, (*page, *page))}
            for id in page:
                if id not in rows:
                    raise EnvironmentProblem(
                        f"The firing {id & ID_MASK} is listed but missing.", where=str(self.path), hint=CHECK_HINT
                    )
                yield firing_of(rows[id], undecided)

    def whole(self, run: str = "last") -> Iterator[Whole]:
        """Yield what firing 0 asked, then every firing in the order of steps (those not decided come last), each with
        its effects and store operations; page by page, so that a long run need not fit into memory."""
        from studio.trace.whole import whole_firings

        return whole_firings(self._reader, self._reader.key(run))

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
        hash = ref.hash if isinstance(ref, Ref) else ref
        try:
            digest = bytes.fromhex(hash)
        except ValueError:
            if isinstance(ref, Ref):
                raise EnvironmentProblem("A reference is damaged.", where=str(self.path), hint=CHECK_HINT) from None
            raise UsageError(f"{hash!r} is no content hash.", hint="It has 40 hexadecimal digits.") from None
        row = self._reader.one("SELECT unpacked(data, enc, size) FROM _blob WHERE hash = ?", digest)
        if row is None:
            raise EnvironmentProblem(f"The value {hash[:12]}… is missing.", where=str(self.path), hint=CHECK_HINT)
        data = row[0].encode() if isinstance(row[0], str) else row[0]
        if not isinstance(data, bytes) or content_hash(data) != digest:
            raise EnvironmentProblem(f"The value {hash[:12]}… is damaged.", where=str(self.path), hint=CHECK_HINT)
        return data

    # -- effects ----------------------------------------------------------------------------------

    def effects(self, run: str = "last", firing: int | None = None, kind: str | None = None) -> Iterator[Effect]:
        """Yield the effects of a run in the order they were asked, those of one firing or of one kind."""
        base = self._reader.key(run) << RUN_BITS
        wanted, named = "e.id BETWEEN :first AND :last", dict[str, Any]()
        if firing is not None:
            wanted, named["firing"] = wanted + " AND e.firing = :firing", base + firing
        if kind is not None:
            wanted, named["kind"] = wanted + " AND e.kind = :kind", kind
        query = f"SELECT {queries.EFFECT} WHERE {wanted}"
        for _, *row in self._reader.stream(query, base + 1, base + ID_MASK, **named):
            yield effect_of(self._reader, tuple(row))

    def prompts(self, run: str = "last", node: str | None = None) -> Iterator[Prompt]:
        """Yield the model calls of a run in the order they were asked, or those of one node path."""
        base = self._reader.key(run) << RUN_BITS
        wanted, named = "", dict[str, Any]()
        if node is not None:
            wanted, named["path"] = " AND p.id = :path", self._reader.path_id(base, node)
        query = f"SELECT {queries.PROMPT} WHERE e.id BETWEEN :first AND :last AND e.messages IS NOT NULL{wanted}"
        for _, *row in self._reader.stream(query, base + 1, base + ID_MASK, **named):
            yield prompt_of(self._reader, tuple(row))

    def search(self, text: str, run: str | None = None, limit: int = 100) -> list[Match]:
        """Return the messages and replies that hold all words of `text`, newest first, each with the first model
        call of its run that held it.

        Any text may be searched for: it is no query language. Raises `UsageError` if it holds no word.
        """
        from studio.trace.search import find

        base = None if run is None else self._reader.key(run) << RUN_BITS
        rows = self._reader.guarded(lambda: find(self._reader.connection, text, base, limit))
        return [Match(row[0], row[1] & ID_MASK, row[2], row[3], tick_path(row[4]), row[5]) for row in rows]

    def find_prompts(self, wanted: Wanted, stop: Callable[[], bool] = lambda: False) -> PromptSearch:
        """Begin a search for prompts of all runs, which gives page after page; another thread may end it by `stop`."""
        from studio.trace.prompt_list import PromptSearch

        return PromptSearch(self._reader, wanted, stop)

    def prompt_detail(self, id: int) -> PromptDetail:
        """Return a call that `find_prompts` found, in full. Raises `UsageError` if it is gone."""
        from studio.trace.prompt_rows import detail_of

        return detail_of(self._reader, id)

    def prompt_texts(self, id: int) -> list[tuple[str, str]]:
        """Return the messages and the reply of a call that `find_prompts` found, uncut: role and text."""
        from studio.trace.prompt_rows import whole_texts

        return whole_texts(self._reader, id)

    def prompt_facets(self) -> Facets:
        """Return what prompts of this file can be told apart by: graphs, nodes and models."""
        from studio.trace.prompt_facets import facets_of

        return facets_of(self._reader)

    def store_ops(self, run: str = "last", firing: int | None = None) -> Iterator[StoreOp]:
        """Yield the store operations of a run in the order they were recorded, or those of one firing."""
        base = self._reader.key(run) << RUN_BITS
        wanted, named = "", dict[str, Any]()
        if firing is not None:
            wanted, named["firing"] = " AND s.firing = :firing", base + firing
        query = f"SELECT {queries.STORE_OP} WHERE s.id BETWEEN :first AND :last{wanted}"
        for row in self._reader.stream(query, base + 1, base + ID_MASK, **named):
            _, name, of, n, store, op, args, result = row
            yield StoreOp(name, of & ID_MASK, n, store, op, self._reader.column(args), self._reader.column(result))

    def steps(self, run: str = "last") -> Moments:
        """Return what answers questions about single steps of a run from indexes: for going through a long run."""
        from studio.trace.moments import Moments

        return Moments(self._reader, self._reader.key(run))

    def alarms(self, run: str = "last") -> Iterator[Alarm]:
        """Yield the alarms of a run in the order they were raised."""
        base = self._reader.key(run) << RUN_BITS
        query = f"SELECT {queries.ALARM} WHERE s.id BETWEEN :first AND :last"
        for _, name, of, kind, message, evidence, at in self._reader.stream(query, base + 1, base + ID_MASK):
            yield Alarm(name, of & ID_MASK, kind, message, self._reader.column(evidence), at / 1e9)

    def readings(self, run: str = "last") -> Iterator[StoredReading]:
        """Yield what modules said, as it was read when they fired, in outline order; nothing where none was kept."""
        base = self._reader.key(run) << RUN_BITS
        query = f"SELECT {queries.READING} WHERE s.id BETWEEN :first AND :last"
        known: dict[Json, Json] = {}
        for _, of, t, symbol, effect, stored, node, status in self._reader.stream(query, base + 1, base + ID_MASK):
            reading = known.get(stored)
            if reading is None:
                reading = known[stored] = self._reader.column(stored)
            yield StoredReading(of & ID_MASK, node, status == ERROR, t, symbol, effect or "", reading)

    def token_bits(self, run: str = "last") -> dict[str, float]:
        """Return how undecided models were in a run, by node path: mean bits of entropy per token over its calls; nodes
        of which no model told it are left out."""
        base = self._reader.key(run) << RUN_BITS
        rows = self._reader.rows(queries.TOKEN_BITS, {"first": base + 1, "last": base + ID_MASK})
        return {str(path): float(bits) for path, bits in rows}

    # -- the database as such ---------------------------------------------------------------------

    def sql(
        self,
        query: str,
        parameters: tuple[Json, ...] = (),
        *,
        limit: int = 1000,
        seconds: float = 10.0,
        stop: Callable[[], bool] = lambda: False,
    ) -> Table:
        """Run one SELECT: at most `limit` rows (fewer of very large ones), at most `seconds`, until `stop()`. The views
        of `tables.py` are there to stay.

        Raises `UsageError` for a query that is wrong, writes, opens other files, takes too long or too much memory, or
        is stopped.
        """
        from studio.trace.asking import ask

        self._reader.settle()
        return self._reader.guarded(
            lambda: ask(self._reader.connection, query, parameters, limit=limit, seconds=seconds, stop=stop)
        )

    def add_function(self, name: str, arguments: int, function: Callable[..., Json]) -> None:
        """Let queries call a function; what it raises is an error of the query."""
        self._reader.connection.create_function(name, arguments, function)

    def schema(self) -> dict[str, list[str]]:
        """Return the public views and tables with their columns."""
        from studio.trace.asking import public_schema

        return public_schema(self._reader.connection)

    def verify(self, run: str | None = None) -> list[Finding]:
        """Check row sums, content hashes, references and counts of one run or of the whole file; return what is wrong.

        Raises nothing for damage: that is what it looks for.
        """
        from studio.trace.verify import findings

        return findings(self._reader.connection, None if run is None else self._reader.key(run))

    def changes(self) -> int:
        """Return a number that changes whenever another connection has written; cheap enough to poll."""
        return int(self._reader.rows("PRAGMA data_version")[0][0])

    def close(self) -> None:
        """Close the connection; the object is of no use afterwards."""
        self._reader.close()

    def interrupt(self) -> None:
        """From another thread: have what is being read just now fail, as nobody waits for it any more."""
        self._reader.interrupt()

    def __enter__(self) -> Trace:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()
