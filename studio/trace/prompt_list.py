"""Finds prompts of all runs of a file: by words, by who asked, by what came of it; page after page, newest first
or, as they were asked, oldest first.

A prompt holds a word if one of its messages or its reply does. Runs go by their start, prompts of one run by when they
were asked. Nothing of a long list is kept but numbers, and each step ends soon, so that it can be left at any time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from studio.trace.prompt_hits import Hits
from studio.trace.prompt_rows import MODEL, REFUSED, PromptRow, refs_of, rows_of
from studio.trace.prompt_words import Words, read_words
from studio.trace.queries import NEWEST_FIRST
from studio.trace.reader import Reader
from studio.trace.sqlite import sqlite3
from studio.trace.views import ID_MASK, RUN_BITS

PAGE: Final = 100
"""Rows of a page."""

SECONDS: Final = 0.25
"""How long one step may look, in seconds."""

MOST_RATED: Final = 50_000
"""Prompts among which the best are looked for: the newest, or oldest, that hold the words."""

MOST_GROUPED: Final = 200_000
"""Prompts among which the same ones are looked for: the newest, or oldest."""

STATUSES: Final = ("ok", "error", "unanswered", "refused", "cut off", "cached")
"""What can be asked for as `Wanted.status`: `refused` by a check, `cut off` at the limit of tokens."""

ROLES: Final = ("system", "user", "assistant", "reply")
"""Where words can be looked for; `user` is also the text of a completion."""

_CHUNK: Final = 500
_FEW_RUNS: Final = 2_000

_CONDITIONS = {
    "ok": "a.status = 'ok'",
    "error": "a.status = 'error'",
    "unanswered": "a.status IS NULL",
    "refused": REFUSED,
    "cut off": "a.finish_reason = 'length' AND e.kind = 'chat'",
    "cached": "a.origin = 1",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which prompts are wanted; what is empty (or None) does not matter.

    `run` is a run's id, `node` a node path with `*` for items of maps, or the end of one; with `/` before it, the whole
    path. Times are seconds since 1970. `role` is where the words are looked for. `distinct`: the same messages once.
    `oldest`: not the newest first but the oldest, as one reads what a run has done. `best`: first those that fit the
    words best.
    """

    text: str = ""
    run: str = ""
    graph: str = ""
    node: str = ""
    model: str = ""
    status: str = ""
    since: float | None = None
    until: float | None = None
    tokens_over: int | None = None
    cost_over: float | None = None
    role: str = ""
    distinct: bool = False
    best: bool = False
    oldest: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some more rows. `found` prompts were found so far, `is_all` says that these are all, `at_end` that no more rows
    come; `about` is how many there may be. `note` says how the words were read, or what was left out."""

    rows: list[PromptRow]
    found: int
    about: int
    is_all: bool
    at_end: bool
    note: str = ""


class Stopped(Exception):
    """The search was left."""


@dataclass(slots=True)
class _Group:
    """Prompts with the same messages; `first` is the first that was found."""

    first: int
    score: float
    count: int = 0
    replies: set[int | None] = field(default_factory=set)


class PromptSearch:
    """One search, for one thread. `next_page` goes on with it; `stop()` True makes it end with `Stopped`."""

    def __init__(self, reader: Reader, wanted: Wanted, stop: Callable[[], bool] = lambda: False) -> None:
        self.reader = reader
        self.wanted = wanted
        self.words: Words = read_words(wanted.text)
        self.found = 0
        self._stop = stop
        self._hits: Hits | None = None
        self._scan: Iterator[int | None] | None = None
        self._ahead: list[int] = []
        self._given = 0
        self._done = False
        self._passed = 0
        self._all = 0
        self._left: list[int] = []
        self._groups: dict[str, _Group] = {}
        self._scores: dict[int, float] = {}
        self._notes = [self.words.note] if self.words.note else []

    def next_page(self, count: int = PAGE, seconds: float = SECONDS) -> Page:
        """Return the next rows; fewer than `count`, or none, if looking takes longer than `seconds`.

        Raises Stopped, UsageError for a run that is not there, EnvironmentProblem for a file that cannot be read.
        """
        return self._interruptible(lambda: self._page(count, seconds))

    def count_on(self, seconds: float = SECONDS) -> Page:
        """Look on without giving rows: for how many there are."""
        return self._interruptible(lambda: self._page(0, seconds))

    # -- going on ---------------------------------------------------------------------------------

    def _interruptible(self, call: Callable[[], Page]) -> Page:
        connection = self.reader.connection
        connection.set_progress_handler(lambda: int(self._stop()), 20_000)
        try:
            if self._stop():
                raise Stopped
            return call()
        except sqlite3.OperationalError as error:
            if "interrupt" in str(error):
                raise Stopped from error
            raise
        finally:
            connection.set_progress_handler(None, 0)

    def _page(self, count: int, seconds: float) -> Page:
        until = time.monotonic() + seconds
        if self._scan is None:
            self._begin()
        sorts = self.wanted.distinct or self._rates
        while not self._done and (sorts or count == 0 or len(self._ahead) - self._given < count):
            self._step()
            if time.monotonic() > until:
                break
        if sorts and not self._done:
            return self._told([], at_end=False)
        ids = self._ahead[self._given : self._given + count]
        self._given += len(ids)
        return self._told(self._rows(ids), at_end=self._done and self._given >= len(self._ahead))

    @property
    def _end(self) -> str:
        """From which end prompts are looked through."""
        return "oldest" if self.wanted.oldest else "newest"

    @property
    def _rates(self) -> bool:
        return self.wanted.best and bool(self.words.wanted)

    def _begin(self) -> None:
        if self.words.all:
            self._hits = Hits(self.reader, self.words, self._stop)
            self.reader.guarded(self._hits.look)
            if self._stop():
                raise Stopped
            if self._rates:
                self._hits.rate()
        self._scan = self._look()

    def _step(self) -> None:
        if self._stop():
            raise Stopped
        assert self._scan is not None
        for id in self._scan:
            if id is None:  # the end of a chunk
                return
            self._ahead.append(id)
            self.found += 1
            if self._rates and self.found >= MOST_RATED and not self.wanted.distinct:
                self._notes.append(f"The best of the {self._end} {MOST_RATED:,}.")
                break
        self._done = True
        if self.wanted.distinct:
            self._ahead = [group.first for group in self._sorted_groups()]
            self.found = len(self._ahead)
        elif self._rates:
            self._ahead.sort(key=lambda id: -self._scores.get(id, 0.0))

    def _sorted_groups(self) -> list[_Group]:
        groups = list(self._groups.values())
        if self._rates:
            groups.sort(key=lambda group: -group.score)
        return groups

    def _told(self, rows: list[PromptRow], *, at_end: bool) -> Page:
        found = len(self._groups) if self.wanted.distinct else self.found
        about = found
        if not self._done and self._passed:
            about = self._guess(found)
        return Page(rows, found, about, self._done, at_end, "  ".join(self._notes))

    def _rows(self, ids: list[int]) -> list[PromptRow]:
        rows = rows_of(self.reader, ids, self._hits, self.wanted.role)
        if not self.wanted.distinct:
            return rows
        groups = {group.first: group for group in self._groups.values() if group.count > 1}
        return [
            row._replace(times=groups[row.id].count, replies=len(groups[row.id].replies)) if row.id in groups else row
            for row in rows
        ]

    # -- looking ----------------------------------------------------------------------------------

    def _look(self) -> Iterator[int | None]:
        """Yield the numbers of effects that are wanted, newest (or oldest) first, and None after each chunk."""
        where, named = self._where()
        query = (
            f"SELECT e.id, e.messages, a.reply FROM _effect e LEFT JOIN _answer a ON a.id = e.id {self._joins()}"
            f"WHERE e.id BETWEEN :first AND :last AND e.messages IS NOT NULL{where} "
            f"ORDER BY e.id {'ASC' if self.wanted.oldest else 'DESC'} LIMIT {_CHUNK}"
        )
        looked = 0
        for run in self._runs():
            base = run << RUN_BITS
            first, last = base + 1, base + ID_MASK
            size = self._size(run)
            begun = self._passed
            while True:
                chunk = self.reader.rows(query, {"first": first, "last": last, **named})
                parted = self._parted(chunk)
                for (id, messages, reply), refs in zip(chunk, parted, strict=True):
                    looked += 1
                    if self._fits(id, messages, reply, refs):
                        yield id
                    if self.wanted.distinct and looked >= MOST_GROUPED:
                        self._notes.append(f"Of the {self._end} {MOST_GROUPED:,} prompts.")
                        return
                if len(chunk) < _CHUNK:
                    break
                seen = chunk[-1][0]
                if self.wanted.oldest:
                    first = seen + 1
                    self._passed = begun + min(size, seen - base)
                else:
                    last = seen - 1
                    self._passed = begun + size - min(size, last - base)
                yield None
            self._passed = begun + size
            yield None

    def _runs(self) -> Iterator[int]:
        if self.wanted.run:
            runs = [self.reader.key(self.wanted.run)]
        else:
            where, values = ("WHERE r.graph_name = ? ", (self.wanted.graph,)) if self.wanted.graph else ("", ())
            query = f"SELECT r.id FROM _run r {where}ORDER BY {NEWEST_FIRST}"
            runs = [row[0] for row in self.reader.rows(query, (*values, time.time_ns()))]
            if self.wanted.oldest:
                runs.reverse()
        if self._hits is not None and self._hits.runs is not None:
            runs = [run for run in runs if run in self._hits.runs]
        if self.wanted.node.startswith("/") and "*" not in self.wanted.node:
            query = "SELECT id >> 32 FROM _path WHERE path = ?"
            have = {row[0] for row in self.reader.rows(query, (self.wanted.node[1:],))}
            runs = [run for run in runs if run in have]
        self._left = runs
        return iter(runs)

    def _guess(self, found: int) -> int:
        """How many there may be, by how far we are."""
        if self._all == 0:
            few = len(self._left) <= _FEW_RUNS
            query = "SELECT count(*) FROM _effect"
            self._all = sum(map(self._size, self._left)) if few else int(self.reader.rows(query)[0][0])
        return max(found, round(found * self._all / self._passed))

    def _size(self, run: int) -> int:
        """How many effects a run has, about."""
        base = run << RUN_BITS
        query = "SELECT coalesce(max(id), :base) - :base FROM _effect WHERE id BETWEEN :base AND :last"
        return int(self.reader.rows(query, {"base": base, "last": base + ID_MASK})[0][0])

    def _parted(self, chunk: list[tuple[Any, ...]]) -> list[list[int]]:
        """The texts of some calls in which words are looked for, by number."""
        role = self.wanted.role
        if self._hits is None:
            return [[]] * len(chunk)
        parted = [
            [ref for of, ref in refs_of(messages, reply) if not role or of == role] for _, messages, reply in chunk
        ]
        self._hits.prepare(ref for refs in parted for ref in refs)
        return parted

    def _fits(self, id: int, messages: str, reply: int | None, refs: list[int]) -> bool:
        """Return whether an effect holds the words, as one of its own; one of a group only counts into it."""
        hits = self._hits
        score = 0.0
        if hits is not None:
            bits = 0
            for message in refs:
                bits |= hits.of(message)
                score = max(score, hits.rank(message)) if self._rates else 0.0
            if bits & hits.wanted != hits.wanted or bits & hits.unwanted:
                return False
        if self._rates:
            self._scores[id] = score
        if not self.wanted.distinct:
            return True
        group = self._groups.get(messages)
        is_new = group is None
        if group is None:
            group = self._groups[messages] = _Group(id, score)
        group.count += 1
        group.score = max(group.score, score)
        group.replies.add(reply)
        return is_new

    def _joins(self) -> str:
        if not self.wanted.node:
            return ""
        return (
            "LEFT JOIN _firing f ON f.id = e.firing LEFT JOIN _open o ON o.id = e.firing "
            "JOIN _path p ON p.id = coalesce(f.path, o.path) "
        )

    def _where(self) -> tuple[str, dict[str, Any]]:
        wanted, parts, named = self.wanted, list[str](), dict[str, Any]()
        if wanted.node.startswith("/"):
            parts.append("p.path GLOB :node AND length(p.path) - length(replace(p.path, '/', '')) = :deep")
            named["node"], named["deep"] = _glob(wanted.node[1:]), wanted.node.count("/") - 1
        elif wanted.node:
            parts.append("(p.path GLOB :node OR p.path GLOB '*/' || :node)")
            named["node"] = _glob(wanted.node)
        if wanted.model:
            parts.append(f"({MODEL} = :model OR e.name = :model)")
            named["model"] = wanted.model
        if wanted.status in _CONDITIONS:
            parts.append(f"({_CONDITIONS[wanted.status]})")
        for name, limit, factor, column in (
            ("since", wanted.since, 1e9, "e.asked_at >= :since"),
            ("until", wanted.until, 1e9, "e.asked_at < :until"),
            ("tokens", wanted.tokens_over, 1, "a.tokens_in + a.tokens_out > :tokens"),
            ("cost", wanted.cost_over, 1, "a.cost_usd > :cost"),
        ):
            if limit is not None:
                parts.append(column)
                named[name] = int(limit * factor) if factor > 1 else limit
        return "".join(f" AND {part}" for part in parts), named


def _glob(node: str) -> str:
    """A node path as GLOB takes it: only `*` means more than itself."""
    return "".join(f"[{sign}]" if sign in "?[" else sign for sign in node)
