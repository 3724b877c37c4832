"""Reads what can still be read of a trace that is damaged, cut off or written by a newer studio into a fresh one.

The file is never written to: a private copy is read page by page (`pages`), also where SQLite gives up. Nothing is
believed: rows whose sum or hash does not hold, and what does not belong into its column, are left out and counted. Of
a newer studio's file those columns are read that this one knows.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.support.errors import EnvironmentProblem
from studio.support.values import content_hash
from studio.trace.admissible import MOST_RUNS, RULES
from studio.trace.gaps import fill_gaps
from studio.trace.merging import CARRIED
from studio.trace.packing import unpacked
from studio.trace.pages import Broken, Pages, Row
from studio.trace.rows import sum_of_row
from studio.trace.schema import VERSION, make_current
from studio.trace.search import index_some
from studio.trace.sqlite import columns_made_by, connect_writer, copy_file, problem_of, sqlite3, take_in_log
from studio.trace.tally import Tallies
from studio.trace.verify import findings
from studio.trace.views import ID_MASK, RUN_BITS

NO_GRAPH = "its graph is missing: what it did can be listed and its prompts read, but not stepped through"

BATCH = 1000
"""Rows written at a time."""

Told = Callable[[int, int], None]
"""Hears how many tables are done, of how many."""

MOST_BYTES = 2 << 30
"""Largest file that is read: it is held in memory."""

MOST_SQL = 10_000

_MAKES_TABLE = re.compile(r"CREATE TABLE [\w\"]+ ?\(", re.ASCII)

_TOLD_BY_ITSELF = ("_firing", "_effect", "_answer", "_store_op", "_message", "_blob")

_SHAPES = {
    "_path": re.compile("t[tn]iii"),
    "_open": re.compile("iti[in]i"),
    "_run": re.compile("titttt.[tn][in][tn]i"),
    "_run_end": re.compile("tt[tn][tn]tiiii"),
}
"""Columns of rows that have no sum, by what they hold: text, integer, null; the id is left out."""

_REFUSALS = (
    sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, ValueError, OverflowError,
)  # fmt: skip
"""What a row leads to that no table of ours can hold."""

_HASHED = {"_graph_version": "text", "_message": "text", "_blob": "data"}
"""Tables whose rows are known by the hash of a column."""


@dataclass(slots=True)
class Salvaged:
    """What was read of a file. `runs` maps the ids of the runs that can be opened to what is wrong with each (nothing,
    if it is whole); `lost` counts, by table, rows that were met and left out; `holes` counts pages and rows that
    could not be read at all: whose they were is not known.
    """

    source: Path
    into: Path
    version: int
    runs: dict[str, list[str]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    """Runs of which too little is left: how they began is gone."""
    lost: dict[str, int] = field(default_factory=dict)
    holes: int = 0

    @property
    def is_newer(self) -> bool:
        """True if a newer studio wrote the file."""
        return self.version > VERSION

    @property
    def whole(self) -> list[str]:
        """The runs of which nothing is missing."""
        return [run for run, wrong in self.runs.items() if not wrong]

    def said(self) -> str:
        """Return one sentence that says what was read."""
        parts = [f"{len(self.whole):,} of {len(self.runs) + len(self.unreadable):,} runs are whole"]
        if partly := len(self.runs) - len(self.whole):
            parts.append(f"{partly:,} can be read in part")
        if self.unreadable:
            parts.append(f"{len(self.unreadable):,} cannot be read")
        return ", ".join(parts) + "."


def salvage(source: Path, into: Path, *, told: Told | None = None) -> Salvaged:
    """Read what can be read of `source` into the new file `into`.

    Raises `EnvironmentProblem` if there is no such file, if it is no trace or nothing of it can be read, if `into`
    exists already, or if it cannot be written.
    """
    if into.exists():
        raise EnvironmentProblem("The file is there already.", where=str(into), hint="Give another name.")
    pages = _pages_of(source)
    writing = connect_writer(into)
    found = Salvaged(source, into, pages.version)
    try:
        make_current(writing, into)
        _fill(pages, writing, found, told)
        _judge(writing, found)
        if not found.runs:
            raise EnvironmentProblem(
                "No run in it can be read.", where=str(source), hint="Is it a trace? Look for another copy of the file."
            )
    except BaseException as error:
        writing.close()
        into.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise problem_of(error, into) or error from error
        raise
    writing.close()
    return found


def _pages_of(source: Path) -> Pages:
    """Read a file, with what stands in the log beside it if SQLite can still take that in."""
    try:
        with tempfile.TemporaryDirectory(prefix="studio-salvage-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / "salvage.db"
            copy_file(source, copy, MOST_BYTES)
            if copy.with_name(copy.name + "-wal").exists():
                take_in_log(copy)
            return Pages(copy.read_bytes())
    except Broken as broken:
        raise EnvironmentProblem(
            f"Nothing in it can be read: {broken}.", where=str(source), hint="Look for another copy of the file."
        ) from broken
    except OSError as error:
        raise EnvironmentProblem(f"The file cannot be read: {error.strerror}.", where=str(source)) from error


# -- reading and writing ----------------------------------------------------------------------------


class _Table:
    """A table of ours that is being filled."""

    def __init__(self, writing: sqlite3.Connection, name: str, found: Salvaged) -> None:
        self.name = name
        self._writing = writing
        self._found = found
        about = writing.execute(f"PRAGMA table_info({name})").fetchall()
        self.columns = [row[1] for row in about]
        self._reals = [place for place, row in enumerate(about) if row[2] == "REAL"]
        self.sql = str(writing.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0])
        self._into = f"INSERT OR IGNORE INTO {name} VALUES ({', '.join('?' * len(self.columns))})"
        self._page: list[list[Any]] = []

    def take(self, row: Row, theirs: list[str]) -> bool:
        """Take a row in whose columns are called so; False if it does not hold."""
        named = dict(zip(theirs, row.values, strict=False))
        if row.id is not None:
            named["id"] = row.id
        values = [named.get(column) for column in self.columns]
        for place in self._reals:
            value = values[place]
            if type(value) is int:  # a real without a fraction is stored so (section 2.1)
                values[place] = float(value)
        if not _holds(self.name, self.columns, values):
            return False
        self._page.append(values)
        if len(self._page) >= BATCH:
            self.write()
        return True

    def write(self) -> None:
        """Write what waits."""
        page, self._page = self._page, []
        refused = _write(self._writing, self._into, page) if page else 0
        if refused:
            self.lose(refused)

    def lose(self, rows: int = 1) -> None:
        """Count rows that were met and left out."""
        self._found.lost[self.name] = self._found.lost.get(self.name, 0) + rows


def _fill(pages: Pages, writing: sqlite3.Connection, found: Salvaged, told: Told | None) -> None:
    tables = {name: _Table(writing, name, found) for name in CARRIED}
    roots: dict[str, tuple[int, list[str]]] = {}
    for kind, name, _, root, sql in pages.schema():
        if kind == "table" and isinstance(name, str) and isinstance(root, int) and name in tables:
            mine = tables[name]
            columns = mine.columns if sql == mine.sql else _columns_of(name, sql)
            if columns:
                roots[name] = root, columns
        elif isinstance(root, int) and root > 1:
            pages.pass_over(root)
    steps = len(roots) + 1
    for done, (name, (root, columns)) in enumerate(roots.items()):
        if told is not None:
            told(done, steps)
        for row in pages.tree(root):
            if not tables[name].take(row, columns):
                tables[name].lose()
        tables[name].write()
    if told is not None:
        told(steps - 1, steps)
    for has_id, row in pages.stray():
        name = _home_of(tables, row, has_id)
        if name:
            tables[name].take(row, tables[name].columns)
    for table in tables.values():
        table.write()
    found.holes = pages.missing
    if told is not None:
        told(steps, steps)


def _columns_of(name: str, sql: object) -> list[str]:
    """Return the columns of a table that was made otherwise than ours: of a newer studio's, or of an older one's."""
    if not isinstance(sql, str) or len(sql) > MOST_SQL or not _MAKES_TABLE.match(sql):
        return []
    return columns_made_by(name, sql)


def _home_of(tables: dict[str, _Table], row: Row, has_id: bool) -> str:
    """Return the table that a row of a stray page belongs to; "" if none can be told. Sums and hashes tell for sure."""
    for name in _TOLD_BY_ITSELF if has_id else ("_graph_version",):
        columns = tables[name].columns
        values = [*row.values, *[None] * (len(columns) - len(row.values))]
        if has_id and values:
            values[0] = row.id
        if len(values) == len(columns) and _holds(name, columns, values):
            return name
    shape = "".join("n" if value is None else "t" if isinstance(value, str) else "i" for value in row.values[1:])
    return next((name for name, wanted in _SHAPES.items() if has_id and wanted.fullmatch(shape)), "")


def _holds(table: str, columns: list[str], row: list[Any]) -> bool:
    """True if a row agrees with the sum or hash that stands in it, where its table has one."""
    try:
        if "sum" in columns:
            place = columns.index("sum")
            return bool(sum_of_row(row, place) == row[place])
        if table in _HASHED:
            value, hash = row[columns.index(_HASHED[table])], row[columns.index("hash")]
            if table == "_blob":
                value = unpacked(value, row[columns.index("enc")], row[columns.index("size")])
            if not isinstance(value, str | bytes):
                return False
            digest = content_hash(value.encode() if isinstance(value, str) else value)
            return bool(hash == (digest.hex() if table == "_graph_version" else digest))
    except (TypeError, ValueError, AttributeError, OverflowError):
        return False  # of another type than any row of ours
    return True


def _write(writing: sqlite3.Connection, into: str, page: list[list[Any]]) -> int:
    """Write rows, one by one where a row among them cannot be; return how many could not."""
    refused = 0
    writing.execute("BEGIN IMMEDIATE")
    try:
        writing.execute("SAVEPOINT page")
        try:
            writing.executemany(into, page)
        except _REFUSALS:
            writing.execute("ROLLBACK TO page")
            for row in page:
                try:
                    writing.execute(into, row)
                except _REFUSALS:
                    refused += 1
        writing.execute("COMMIT")
    except BaseException:
        writing.execute("ROLLBACK")
        raise
    return refused


# -- judging ----------------------------------------------------------------------------------------


def _judge(writing: sqlite3.Connection, found: Salvaged) -> None:
    """Take out what no reader could bear, count what is needed for stepping again, and say what each run lacks."""
    runs = dict(writing.execute("SELECT id, run FROM _run").fetchall())
    # Firings and calls of runs whose beginning is gone belong to nothing.
    for table in ("_run_end", *(name for name in RULES if name not in ("_run", "_run_end"))):
        shift = "" if table == "_run_end" else f" >> {RUN_BITS}"
        _delete(writing, table, f"id{shift} NOT IN (SELECT id FROM _run)", {}, found)
    for key, run in runs.items():
        if not 0 < key <= MOST_RUNS or not isinstance(run, str) or not _admit(writing, key, found):
            found.unreadable.append(str(run))
            continue
        Tallies(writing).rebuild(key << RUN_BITS)
        found.runs[run] = [one.what for one in findings(writing, key) if one.run == run]
        if not _has_graph(writing, key):
            found.runs[run].insert(0, NO_GRAPH)
    _drop_unreadable(writing, set(found.runs))
    for key, count in fill_gaps(writing).items():
        run = runs.get(key)
        if run in found.runs and not any("missing" in what for what in found.runs[run]):
            found.runs[run].append(f"{count:,} values or messages of it are missing")
    while index_some(writing):
        pass


def _admit(writing: sqlite3.Connection, key: int, found: Salvaged) -> bool:
    """Take rows out of a run that are not what they should be; False if the run itself is not."""
    span = {"run": key, "first": key << RUN_BITS, "last": (key << RUN_BITS) + ID_MASK}
    head = writing.execute(f"SELECT coalesce({RULES['_run']}, 0) FROM _run t WHERE id = :run", {"run": key}).fetchone()
    if not head[0]:
        return False
    _delete(writing, "_run_end", f"id = :run AND NOT coalesce({RULES['_run_end']}, 0)", {"run": key}, found)
    for table, rule in RULES.items():
        if table in ("_run", "_run_end"):
            continue
        where = f"id BETWEEN :first AND :last AND NOT coalesce({rule}, 0)"
        _delete(writing, table, where, span if ":run" in rule else _without_run(span), found)
    return True


def _has_graph(writing: sqlite3.Connection, key: int) -> bool:
    query = "SELECT 1 FROM _run r JOIN _graph_version g ON g.hash = r.graph_hash WHERE r.id = ?"
    return writing.execute(query, (key,)).fetchone() is not None


def _without_run(span: dict[str, int]) -> dict[str, int]:
    return {name: value for name, value in span.items() if name != "run"}


def _delete(writing: sqlite3.Connection, table: str, where: str, values: dict[str, int], found: Salvaged) -> None:
    gone = writing.execute(f"DELETE FROM {table} AS t WHERE {where}", values).rowcount
    if gone:
        found.lost[table] = found.lost.get(table, 0) + gone


def _drop_unreadable(writing: sqlite3.Connection, kept: set[str]) -> None:
    """Runs whose beginning is not what it should be cannot be shown anywhere: they are told of in the report only."""
    for key, run in writing.execute("SELECT id, run FROM _run").fetchall():
        if run not in kept:
            writing.execute("DELETE FROM _run WHERE id = ?", (key,))
            writing.execute("DELETE FROM _run_end WHERE id = ?", (key,))
