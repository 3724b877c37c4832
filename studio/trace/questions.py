"""What a run asked of models, found by the question: an index of hashes, made when it is first needed.

No text and no answer is kept in memory. The trace stores texts once and calls them by number, so two questions are
the same if the same numbers stand in them; an answer is read when it is wanted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from studio.support.ticks import tick_path
from studio.support.values import Json, content_hash, hash_bytes, sorted_encode
from studio.trace import queries
from studio.trace.assemble import effect_of
from studio.trace.found import Effect
from studio.trace.log import MODEL_KINDS, ORIGIN_NAMES
from studio.trace.reader import Reader
from studio.trace.runlog import message_parts
from studio.trace.views import ID_MASK, RUN_BITS

Place = tuple[str, str]
"""Node path and tick path."""

_ASKED = """SELECT e.id, e.firing, e.n, p.path, coalesce(f.tick, o.tick), e.request, e.messages, a.status, a.response,
 a.reply, a.error
 FROM _effect e JOIN _answer a ON a.id = e.id
 LEFT JOIN _firing f ON f.id = e.firing LEFT JOIN _open o ON o.id = e.firing
 JOIN _path p ON p.id = coalesce(f.path, o.path)
 WHERE e.id BETWEEN :first AND :last AND e.kind = :kind"""

_TAKEN_OVER = """SELECT f.id, p.path, f.tick FROM _firing f JOIN _path p ON p.id = f.path
 WHERE f.id BETWEEN :first AND :last AND f.origin = :origin"""


class Question(NamedTuple):
    """One answered question: who asked it, and what tells its answer from another (`answer`, by number).

    Questions sort as their firings started; the order in which firings side by side came to ask is chance.
    """

    firing: int
    n: int
    effect: int
    node: str
    tick: str
    answer: tuple[Any, ...]


class Questions:
    """The answered questions of one run and, where it continues another one, of the firings it took over.

    Safe to use from several threads. Raises `UsageError` if there is no such run.
    """

    def __init__(self, db: Path, run: str = "last") -> None:
        self._reader = Reader(db)
        self._lock = threading.Lock()
        self._indexes: dict[str, dict[bytes, list[Question]]] = {}
        self._digests: dict[str | int, bytes] = {}
        try:
            self._key = self._reader.key(run)
        except BaseException:
            self._reader.close()
            raise
        row = self._reader.one("SELECT run FROM _run WHERE id = ?", self._key)
        assert row is not None
        self.run = str(row[0])
        """The run's full id."""

    def close(self) -> None:
        """Close the database."""
        self._reader.close()

    def names(self) -> dict[tuple[str, str], Effect]:
        """Return what each name stood for, by kind (`model` or `embedder`) and name, in the order of first use."""
        with self._lock:
            found: dict[tuple[str, str], Effect] = {}
            for key in reversed(self._lineage()):
                rows = self._reader.rows(
                    f"SELECT {queries.EFFECT} WHERE e.firing = ? AND e.id BETWEEN ? AND ? ORDER BY e.id",
                    (key << RUN_BITS, key << RUN_BITS, (key << RUN_BITS) + ID_MASK),
                )
                for _, *row in rows:
                    effect = effect_of(self._reader, tuple(row))
                    found[(effect.kind, effect.name)] = effect
            return found

    def find(self, kind: str, request: Json) -> list[Question]:
        """Return all questions of a kind (chat, complete, embed) that are the same but for the model's name."""
        with self._lock:
            key = self._key_of(kind, request)
            return [] if key is None else list(self._index(kind).get(key, ()))

    def differing(self) -> bool:
        """True if some question was answered in several ways: then it matters who gets which answer."""
        with self._lock:
            return any(
                len({one.answer for one in alike}) > 1 for kind in MODEL_KINDS for alike in self._index(kind).values()
            )

    def of_node(self, kind: str, node: str) -> Iterator[Question]:
        """Yield the questions that a node path asked, in the order they were asked."""
        with self._lock:
            mine = [one for alike in self._index(kind).values() for one in alike if one.node == node]
        yield from sorted(mine, key=_order)

    def read(self, question: Question) -> Effect:
        """Return a question in full, with its answer."""
        with self._lock:
            row = self._reader.rows(f"SELECT {queries.EFFECT} WHERE e.id = ?", (question.effect,))[0]
            return effect_of(self._reader, tuple(row[1:]))

    # -- the index --------------------------------------------------------------------------------

    def _lineage(self) -> list[int]:
        """The run and those it continues, as far as they stand in this file; newest first."""
        keys = [self._key]
        while True:
            row = self._reader.one(
                "SELECT p.id FROM _run r JOIN _run p ON p.run = r.parent_run WHERE r.id = ?", keys[-1]
            )
            if row is None or row[0] in keys:
                return keys
            keys.append(int(row[0]))

    def _index(self, kind: str) -> dict[bytes, list[Question]]:
        known = self._indexes.get(kind)
        if known is not None:
            return known
        made: dict[bytes, list[Question]] = {}
        wanted: set[Place] | None = None  # None: everything
        for key in self._lineage():
            base = key << RUN_BITS
            for row in self._reader.stream(_ASKED, base + 1, base + ID_MASK, kind=kind):
                effect, firing, n, node, tick, request, messages, *answer = row
                # What a run took over was asked by the run it continues, and stands there.
                if wanted is not None and (node, tick) not in wanted:
                    continue
                asked = self._stored_key(request, messages)
                made.setdefault(asked, []).append(Question(firing, n, effect, node, tick_path(tick), tuple(answer)))
            rows = self._reader.stream(_TAKEN_OVER, base + 1, base + ID_MASK, origin=ORIGIN_NAMES.index("replayed"))
            taken = {(node, tick) for _, node, tick in rows}
            wanted = taken if wanted is None else wanted & taken
            if not wanted:
                break
        for alike in made.values():
            alike.sort(key=_order)
        self._indexes[kind] = made
        return made

    def _stored_key(self, request: str | int, messages: str | None) -> bytes:
        digest = self._digests.get(request)
        if digest is None:
            digest = self._digests[request] = _digest(self._reader.column(request))
        return content_hash(digest + (messages or "").encode())

    def _key_of(self, kind: str, request: Json) -> bytes | None:
        """The key under which a question stands, None if one of its texts stands nowhere in the database."""
        parted, messages = message_parts(kind, request)
        if messages is None:
            return content_hash(_digest(parted))
        listed: list[Any] = []
        for head, text in messages:
            if text is None:
                assert isinstance(head, bytes)
                listed.append(orjson.Fragment(head))
                continue
            row = self._reader.one("SELECT id FROM _message WHERE hash = ?", content_hash(text.encode()))
            if row is None:
                return None
            listed.append([head, row[0]] if isinstance(head, str) else [row[0], orjson.Fragment(head)])
        return content_hash(_digest(parted) + orjson.dumps(listed))


def _order(question: Question) -> tuple[int, int]:
    return question.firing, question.n


def _digest(request: Json) -> bytes:
    """A hash of a request without its texts and without the model's name."""
    if isinstance(request, Mapping):
        request = {key: value for key, value in request.items() if key != "model"}
    return hash_bytes(sorted_encode(request)).encode()
