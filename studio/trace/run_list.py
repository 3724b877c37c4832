"""Lists the runs of a trace: filtered, sorted, page by page, however many there are.

A listing is two questions: `keys` gives the numbers of all runs that are wanted, in order; `rows` gives what is to be
known of some of them. A list on a screen asks the second one only for the rows that are in view.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from studio.support.values import encode
from studio.trace.assemble import values_of
from studio.trace.found import Ref
from studio.trace.moments import Moments
from studio.trace.reader import Reader
from studio.trace.run_filter import RunFilter, RunOrder
from studio.trace.views import ID_MASK, RUN_BITS

PAGE: Final = 400
"""Rows asked for at a time."""

INPUTS_SHOWN: Final = 400
"""Signs of the inputs that a row holds."""

SEARCHED_BYTES: Final = 1_000_000
"""Bytes of a large input or output in which words are looked for."""

Key = int
"""The number of a run in its file."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """What a list tells of a run. Of one without an end the numbers are those so far; None is not known.

    `models` are the models that answered it. `error` is the sentence it failed with. `has_parent` is False for the
    child of a run that is not in this file. `inputs` is the beginning of the inputs as JSON. `behaviour` is the class
    of its dynamics where one is recorded.
    """

    key: Key
    id: str
    graph: str
    file: str
    status: str
    ended: str
    error: str
    inputs: str
    started_at: float
    finished_at: float | None
    firings: int | None
    calls: int | None
    tokens: int | None
    cost_usd: float | None
    models: tuple[str, ...]
    parent_run: str
    has_parent: bool
    fork_seq: int | None
    alarms: int
    behaviour: str

    @property
    def is_live(self) -> bool:
        """True while its process goes on."""
        return self.status == "running"

    def took(self, now: float) -> float | None:
        """Return its length in seconds, up to now for one that goes on; None where its end is not known."""
        if self.finished_at is not None:
            return max(0.0, self.finished_at - self.started_at)
        return max(0.0, now - self.started_at) if self.is_live else None


@dataclass(frozen=True, slots=True)
class Pulse:
    """By what it is seen whether a list is still right: the newest run, how many there are, and which go on."""

    newest: Key
    count: int
    live: frozenset[Key]


_FROM = "FROM _run r LEFT JOIN _run_end z ON z.id = r.id LEFT JOIN _process w ON w.id = r.process"

_NOTE = f"""_effect e JOIN _answer a ON a.id = e.id WHERE e.firing = r.id << {RUN_BITS} AND e.kind = 'model'"""
"""The run's notes of what a model name stood for: at no firing, so the index of effects has them together."""


def _total(name: str, so_far: str) -> str:
    """SQL of one of the totals: of the footer, or what the run has come to."""
    return f"CASE WHEN z.id IS NULL THEN {so_far} WHEN json_valid(z.totals) THEN json_extract(z.totals, '$.{name}') END"


def _spent(column: str) -> str:
    span = f"BETWEEN r.id << {RUN_BITS} AND (r.id << {RUN_BITS}) + {ID_MASK}"
    return f"coalesce((SELECT s.{column} FROM _spent s WHERE s.id {span} ORDER BY s.id DESC LIMIT 1), 0)"


def _of_batches(only: str = "") -> str:
    """SQL of the ids of runs that were begun for batches, or that batches count as theirs."""
    parts = (f"SELECT o.run FROM {table} o {only} WHERE o.run IS NOT NULL" for table in ("_batch_try", "_batch_result"))
    return " UNION ".join(parts)


_FIRINGS = _total("firings", f"coalesce((SELECT max(f.seq) FROM _firing f WHERE f.id / {1 << RUN_BITS} = r.id), 0)")
_CALLS = _total("calls", _spent("sum_calls"))
_TOKENS_IN = _total("tokens_in", _spent("sum_tokens_in"))
_TOKENS_OUT = _total("tokens_out", _spent("sum_tokens_out"))
_COST = _total("cost_usd", _spent("sum_cost_usd"))
_CLASS = _total("class", "NULL")


class RunList:
    """Answers lists of runs of one file. Made by `Trace.run_list`; for one thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    # -- which runs ---------------------------------------------------------------------------

    def count(self) -> int:
        """Return how many runs there are."""
        row = self._reader.one("SELECT count(*) FROM _run")
        return int(row[0]) if row else 0

    def keys(self, wanted: RunFilter = RunFilter(), order: RunOrder = RunOrder()) -> array[int]:  # noqa: B008 - frozen
        """Return the runs that a filter lets through, in order."""
        self._reader.settle()
        where, values = self._where(wanted)
        named = {**values, "now": time.time_ns()}
        found = self._reader.rows(f"SELECT r.id {_FROM} WHERE {where} ORDER BY {self._sorted(order)}", named)
        keys: Iterable[int] = (row[0] for row in found)
        if wanted.words:
            keys = self._holding(list(keys), wanted.words)
        listed = array("q", keys)
        return self._by_models(listed, order.descending) if order.by == "models" else listed

    def key(self, id: str) -> Key | None:
        """Return the number of a run by its whole id."""
        row = self._reader.one("SELECT id FROM _run WHERE run = ?", id)
        return None if row is None else int(row[0])

    def live(self) -> frozenset[Key]:
        """Return the runs that go on."""
        self._reader.settle()
        rows = self._reader.rows(
            "SELECT r.id, r.process FROM _process w JOIN _run r ON r.process = w.id LEFT JOIN _run_end z ON z.id = r.id"
            " WHERE w.ended_at IS NULL AND z.id IS NULL"
        )
        return frozenset(key for key, process in rows if process not in self._reader.dead)

    def pulse(self) -> Pulse:
        """Return by what a list is seen to be right still. Asks less than a list does, but not nothing."""
        row = self._reader.one("SELECT coalesce(max(id), 0), count(*) FROM _run")
        newest, count = row or (0, 0)
        return Pulse(newest, count, self.live())

    def parents(self) -> dict[Key, Key]:
        """Return, of each run that goes on from another one in the file, which one that is."""
        rows = self._reader.rows("SELECT r.id, p.id FROM _run r JOIN _run p ON p.run = r.parent_run WHERE p.id <> r.id")
        return dict(rows)

    def models(self) -> list[str]:
        """Return the names of all models that runs of the file had."""
        return sorted(set(self._model_names().values()) - {""})

    def behaviours(self) -> list[str]:
        """Return the classes of dynamics that runs of the file were given."""
        rows = self._reader.rows(f"SELECT DISTINCT {_CLASS} AS class FROM _run_end z ORDER BY class")
        return [row[0] for row in rows if row[0] and isinstance(row[0], str)]

    def graphs(self) -> list[str]:
        """Return the names of all graphs that were run."""
        rows = self._reader.rows("SELECT DISTINCT graph_name FROM _run WHERE graph_name <> '' ORDER BY graph_name")
        return [str(row[0]) for row in rows]

    # -- what of them -------------------------------------------------------------------------

    def rows(self, keys: Sequence[Key]) -> list[RunRow]:
        """Return what is to be known of some runs, in the order of `keys`; those that are not there are left out."""
        found: dict[int, RunRow] = {}
        names = self._model_names() if keys else {}
        for page in _pages(keys):
            marks = ",".join(map(str, page))
            notes: dict[int, list[str]] = {}
            for key, response in self._reader.rows(
                f"SELECT r.id, a.response FROM _run r JOIN {_NOTE} AND r.id IN ({marks}) ORDER BY e.n"
            ):
                notes.setdefault(key, []).append(names.get(response, ""))
            for row in self._reader.rows(f"{self._row()} WHERE r.id IN ({marks})"):
                found[row[0]] = self._made(row, notes.get(row[0], []))
        return [found[key] for key in keys if key in found]

    def _row(self) -> str:
        alarms = f"SELECT count(*) FROM _alarm x WHERE x.id BETWEEN r.id << {RUN_BITS} AND (r.id << 32) + {ID_MASK}"
        return (
            f"SELECT r.id, r.run, r.graph_name, r.graph_file, {self._status()}, z.ended, z.error,"
            f" substr(r.inputs, 1, {4 * INPUTS_SHOWN}), length(r.inputs), r.started_at, z.finished_at, {_FIRINGS},"
            f" {_CALLS}, {_TOKENS_IN}, {_TOKENS_OUT}, {_COST}, r.parent_run,"
            f" EXISTS (SELECT 1 FROM _run p WHERE p.run = r.parent_run), r.fork_seq, ({alarms}), {_CLASS}, z.id IS NULL"
            f" {_FROM}"
        )

    def _made(self, row: tuple[Any, ...], models: list[str]) -> RunRow:
        (
            key, run, graph, file, status, ended, error, inputs, size, started, finished, firings, calls, sent, got,
            cost, parent, has_parent, fork_seq, alarms, behaviour, is_open,
        ) = row  # fmt: skip
        if is_open:
            steps = Moments(self._reader, key)
            counts = steps.counts(steps.last() or 0)
            firings = counts.decided - counts.skipped
        return RunRow(
            key=key,
            id=str(run),
            graph=_text(graph),
            file=_text(file),
            status=_text(status),
            ended=_text(ended),
            error=_sentence(error),
            inputs=_beginning(_text(inputs), size),
            started_at=(_number(started) or 0) / 1e9,
            finished_at=None if _number(finished) is None else finished / 1e9,
            firings=_whole(firings),
            calls=_whole(calls),
            tokens=None if _number(sent) is None or _number(got) is None else int(sent + got),
            cost_usd=_number(cost),
            models=tuple(dict.fromkeys(name for name in models if name)),
            parent_run=_text(parent),
            has_parent=bool(has_parent),
            fork_seq=_whole(fork_seq),
            alarms=int(alarms),
            behaviour="" if behaviour is None else str(behaviour)[:80],
        )

    # -- filters ------------------------------------------------------------------------------

    def _status(self) -> str:
        dead = ",".join(map(str, sorted(self._reader.dead))) or "NULL"
        return (
            "coalesce(z.status, CASE WHEN w.ended_at IS NOT NULL OR "
            f"coalesce(r.process IN ({dead}), 0) THEN 'interrupted' ELSE 'running' END)"
        )

    def _where(self, wanted: RunFilter) -> tuple[str, dict[str, Any]]:
        parts, values = ["1"], dict[str, Any]()
        if wanted.graph:
            parts.append("r.graph_name = :graph")
            values["graph"] = wanted.graph
        if wanted.statuses:
            names = [f"status{number}" for number, _ in enumerate(wanted.statuses)]
            values.update(zip(names, sorted(wanted.statuses), strict=True))
            parts.append(f"{self._status()} IN ({', '.join(':' + name for name in names)})")
        if wanted.since is not None:
            parts.append("r.started_at >= :since")
            values["since"] = _nanoseconds(wanted.since)
        if wanted.until is not None:
            parts.append("r.started_at < :until")
            values["until"] = _nanoseconds(wanted.until)
        if wanted.cost_over is not None:
            parts.append(f"({_COST}) > :cost")
            values["cost"] = wanted.cost_over
        if wanted.behaviour:
            parts.append(f"({_CLASS}) = :behaviour")
            values["behaviour"] = wanted.behaviour
        if wanted.batch:
            parts.append(f"r.run IN ({_of_batches('JOIN _batch b ON b.id = o.batch AND b.batch = :batch')})")
            values["batch"] = wanted.batch
        if wanted.single:
            parts.append(f"r.run NOT IN ({_of_batches()})")
        if wanted.model:
            noted = [stored for stored, name in self._model_names().items() if name == wanted.model]
            names = [f"note{number}" for number, _ in enumerate(noted)]
            values.update(zip(names, noted, strict=True))
            parts.append(
                f"EXISTS (SELECT 1 FROM {_NOTE} AND a.response IN ({', '.join(':' + name for name in names)}))"
            )
        return " AND ".join(parts), values

    def _sorted(self, order: RunOrder) -> str:
        # Runs of a machine whose clock is ahead are not newer for it (as in `queries.NEWEST_FIRST`).
        newest = "r.started_at > :now, r.started_at DESC, r.id DESC"
        if order.by == "started":
            return newest if order.descending else "r.started_at, r.id"
        column = {
            "graph": "r.graph_name COLLATE NOCASE",
            "status": self._status(),
            "took": f"CASE {self._status()} WHEN 'running' THEN :now - r.started_at"
            " ELSE z.finished_at - r.started_at END",
            "firings": _FIRINGS,
            "calls": _CALLS,
            "tokens": f"({_TOKENS_IN}) + ({_TOKENS_OUT})",
            "cost": _COST,
            "ended": "z.ended",
            "class": _CLASS,
            "inputs": f"substr(r.inputs, 1, {INPUTS_SHOWN}) COLLATE NOCASE",
            "lineage": "nullif(r.parent_run, '')",
            "id": "r.run",
            "models": "NULL",
        }[order.by]
        return f"{column} {'DESC' if order.descending else 'ASC'} NULLS LAST, {newest}"

    def _by_models(self, keys: array[int], descending: bool) -> array[int]:
        names, of = self._model_names(), dict[int, str]()
        for key, response in self._reader.rows(f"SELECT r.id, a.response FROM _run r JOIN {_NOTE} ORDER BY r.id, e.n"):
            of.setdefault(key, names.get(response, ""))
        known = sorted((key for key in keys if of.get(key)), key=lambda key: of[key].casefold(), reverse=descending)
        return array("q", [*known, *(key for key in keys if not of.get(key))])

    def _model_names(self) -> dict[Any, str]:
        """Return what model each stored note names. They are few: equal notes are stored once."""
        found: dict[Any, str] = {}
        for (stored,) in self._reader.rows(f"SELECT DISTINCT a.response FROM _run r JOIN {_NOTE}"):
            note = self._reader.column(stored)
            name = note.get("name") if isinstance(note, dict) else None
            found[stored] = str(name)[:200] if name else ""
        return found

    def _holding(self, keys: list[int], words: tuple[str, ...]) -> Iterator[int]:
        """Yield the runs in whose texts all words stand."""
        known: dict[str, str] = {}
        for page in _pages(keys):
            marks = ",".join(map(str, page))
            rows = {
                row[0]: row[1:]
                for row in self._reader.rows(
                    "SELECT r.id, r.run, r.graph_name, r.graph_file, r.inputs, z.outputs, z.error"
                    f" {_FROM} WHERE r.id IN ({marks})"
                )
            }
            for key in page:
                if key in rows and self._holds(rows[key], words, known):
                    yield key

    def _holds(self, texts: tuple[Any, ...], words: tuple[str, ...], known: dict[str, str]) -> bool:
        shown = "\n".join(str(text) for text in texts if text is not None).casefold()
        left = [word for word in words if not _stands_in(word, shown)]
        if left:  # large values stand elsewhere
            for stored in texts[3:5]:
                for ref in _refs(stored):
                    text = self._large(ref, known)
                    left = [word for word in left if not _stands_in(word, text)]
                    if not left:
                        return True
        return not left

    def _large(self, ref: Ref, known: dict[str, str]) -> str:
        if ref.hash not in known:
            if len(known) > PAGE:
                known.clear()
            row = self._reader.one(
                "SELECT unpacked(data, enc, size) FROM _blob WHERE hash = ?", bytes.fromhex(ref.hash)
            )
            data = b"" if row is None else row[0].encode() if isinstance(row[0], str) else bytes(row[0] or b"")
            known[ref.hash] = data[:SEARCHED_BYTES].decode("utf-8", "replace").casefold()
        return known[ref.hash]


def _nanoseconds(moment: float) -> int:
    """A moment as the database has it, of one beyond all times the last (or first) that it can hold."""
    return int(max(-9e18, min(moment * 1e9, 9e18)))


def _stands_in(word: str, text: str) -> bool:
    """True if a word stands in texts some of which are JSON, where quotes and the like are written otherwise."""
    return word in text or ((written := encode(word).decode()[1:-1]) != word and written in text)


def _refs(stored: Any) -> Iterator[Ref]:
    if isinstance(stored, str) and '{"$ref"' in stored:
        try:
            values = values_of(stored)
        except (ValueError, AttributeError):  # damaged: there is nothing to find in it
            return
        for value in values.values():
            if isinstance(value, Ref) and len(value.hash) == 40 and value.hash.isalnum():
                yield value


def _pages(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(keys), PAGE):
        yield keys[at : at + PAGE]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _sentence(stored: Any) -> str:
    """The message of a stored error."""
    if not stored:
        return ""
    try:
        error = orjson.loads(stored)
    except (ValueError, TypeError):
        return _text(stored)[:1000]
    message = error.get("message", "") if isinstance(error, dict) else error
    return _text(message)[:1000]


def _beginning(stored: str, size: Any) -> str:
    """The inputs on one line; of large ones their size."""
    try:
        values = values_of(stored or None)
    except (ValueError, AttributeError):
        return stored[:INPUTS_SHOWN] + ("…" if isinstance(size, int) and size > INPUTS_SHOWN else "")
    parts = []
    for name, value in values.items():
        shown = f"({value.size:,} bytes)" if isinstance(value, Ref) else value
        text = shown if isinstance(shown, str) else encode(shown).decode()
        parts.append(f"{name}: {text}" if len(values) > 1 else text)
    return "  ".join(parts)[:INPUTS_SHOWN]
