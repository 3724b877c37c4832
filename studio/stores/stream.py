"""The store `stream`: the memory stream of Generative Agents.

Park et al. 2023 (UIST, arXiv 2304.03442), section 4.1: entries are retrieved by recency, importance and relevance. How
the three make a score is an expression, so that the paper's formula, the released program's and one's own are params.
"""

from __future__ import annotations

import base64
from array import array
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any, ClassVar, Final, NamedTuple

from studio.spec.fields import Field, Fields, param
from studio.spec.node import StoreUse
from studio.spec.params import value_problem
from studio.stores.base import Shown, Store, count_of, filter_of, list_of, number_of, text_of
from studio.support.errors import NodeError
from studio.support.expressions import Expression, ExpressionError
from studio.support.values import Json, decode, encode, preview

FORMULA: Final = "recency + importance + relevance"
"""The paper's: each scaled to 0…1 over the candidates, all weights 1."""
DECAY: Final = 0.995
"""The paper's, per hour since the last access. (The released program has 0.99, by rank.)"""
TERMS: Final = ("recency", "importance", "relevance")
NAMES: Final = (*TERMS, "raw_recency", "raw_importance", "raw_relevance", "idle_hours", "age_hours", "rank", "count")
"""What a formula may name: see `StreamStore.op_retrieve`."""
RECENCIES: Final = ("hours", "rank")
TIES: Final = ("newest", "released")

_VECTOR: Final = Field("vector", type="vector")


class Entry(NamedTuple):
    """A memory. Times are ISO texts or hours; the vector is float32, empty if there is none; `meta` is encoded."""

    text: str
    kind: str
    importance: float
    created: Json
    accessed: Json
    vector: bytes
    meta: bytes


class StreamStore(Store):
    """Memories in the order they came, each with what retrieval needs."""

    kind = "stream"
    summary = "A memory stream: entries retrieved by recency, importance and relevance, and remembered by use."
    ops: ClassVar[dict[str, StoreUse]] = {
        "add": "write", "touch": "write", "forget": "write", "clear": "write", "retrieve": "read", "items": "read",
        "length": "read",
    }  # fmt: skip

    class Params(Fields):
        max_items: int | None = param(None, ge=1, help="Keep only so many of the newest entries.")

    def op_add(
        self, id: bytes, text: bytes, now: bytes, importance: bytes = b"1", kind: bytes = b'""',
        vector: bytes = b"null", meta: bytes = b"{}",
    ) -> bytes:  # fmt: skip
        """Remember a text. `id` names the entry; where it is taken, `~2` and so on is put to it. Returns the entry's
        name and how many there are."""
        when = decode(now)
        hours(when)
        entry = Entry(
            text_of(text, "text"), text_of(kind, "kind"), number_of(importance, "importance"), when, when,
            _vector(vector), meta,
        )  # fmt: skip
        if not isinstance(decode(meta), dict):
            raise NodeError("what is noted beside a memory must be an object.", code="store")
        wanted = name = text_of(id, "id")
        again = 1
        while name in self._data:
            again += 1
            name = f"{wanted}~{again}"
        self._data[name] = entry
        if self.params.max_items is not None and len(self._data) > self.params.max_items:
            del self._data[next(iter(self._data))]
        return encode({"id": name, "length": len(self._data)})

    def op_touch(self, ids: bytes, now: bytes) -> bytes:
        """Note that entries were accessed; those that are gone are passed over. Returns how many were there."""
        when = decode(now)
        hours(when)
        found = [text_of(id, "id") for id in list_of(ids)]
        there = [id for id in found if id in self._data]
        for id in there:
            self._data[id] = self._data[id]._replace(accessed=when)
        return b"%d" % len(there)

    def op_forget(self, filter: bytes, now: bytes = b"null") -> bytes:
        """Forget the entries that a filter lets pass; returns how many they were."""
        gone = self._passing(filter, decode(now))
        for id, _ in gone:
            del self._data[id]
        return b"%d" % len(gone)

    def op_clear(self) -> bytes:
        """Forget everything."""
        self._data.clear()
        return b"0"

    def op_retrieve(
        self, now: bytes, vector: bytes = b"null", limit: bytes = b"null", formula: bytes = b'""',
        decay: bytes = b"0.995", recency: bytes = b'"hours"', filter: bytes = b"null", ties: bytes = b'"newest"',
    ) -> bytes:  # fmt: skip
        """Return entries, at most `limit`, those of the highest score first and of equal ones the newest: what `items`
        gives of each, its `score`, and the three terms.

        With `ties` as `released`, entries accessed at one time are ranked the newest first, and thoughts after all
        others; of equal scores that of the lower rank comes first. So does the released program (`retrieve.py`).

        The candidates are all that the filter lets pass. The formula may name

        - `recency`, `importance`, `relevance`: each scaled to 0…1 over the candidates, 0.5 where all are equal;
        - `raw_recency`: decay to the power of the hours since the last access (`recency` is `hours`: the paper's), or
          to the power of the rank by last access, of which 1 is the oldest (`rank`: the released program's);
        - `raw_importance` as it was given, `raw_relevance`: the cosine with the query's vector, 0 without one;
        - `idle_hours` since the last access, `age_hours` since it was made, `rank`, and `count` of candidates.

        Nothing is written: use `touch`.
        """
        when, how = decode(now), text_of(recency, "recency")
        hours(when)
        if how not in RECENCIES:
            raise NodeError(f"recency goes by {' or '.join(RECENCIES)}, not by {preview(how, 40)}.", code="store")
        base = number_of(decay, "decay")
        if not 0 < base <= 1:
            raise NodeError(
                f"the decay of a stream is {base:g}, but it must lie above 0 and not above 1.", code="store"
            )
        score = Score(text_of(formula, "formula") or FORMULA)
        between = text_of(ties, "ties")
        if between not in TIES:
            raise NodeError(f"ties go by {' or '.join(TIES)}, not by {preview(between, 40)}.", code="store")
        found = self._passing(filter, when)
        if between == "released":
            found.reverse()
            found.sort(key=lambda one: (hours(one[1].accessed), one[1].kind == "thought"))
        values = _terms(found, when, _vector(vector), base, how)
        used = [(name, values[name]) for name in score.names]
        totals = [score({name: column[place] for name, column in used}) for place in range(len(found))]
        sign = 1 if between == "released" else -1
        best = sorted(range(len(found)), key=lambda place: (-totals[place], sign * place))
        return encode(
            [
                _told(*found[place]) | {"score": totals[place]} | {name: values[name][place] for name in TERMS}
                for place in best[: count_of(limit, "limit")]
            ]
        )

    def op_items(self, last: bytes = b"null", filter: bytes = b"null", now: bytes = b"null") -> bytes:
        """Return the entries that a filter lets pass, oldest first, or the last few of them: objects with `id`, `text`,
        `kind`, `importance`, `created`, `accessed`, `meta`."""
        found, count = self._passing(filter, decode(now)), count_of(last, "last")
        return encode(
            [_told(id, entry) for id, entry in found[max(0, len(found) - count) if count is not None else 0 :]]
        )

    def op_length(self) -> bytes:
        """Return how many entries it holds."""
        return b"%d" % len(self._data)

    def _passing(self, filter: bytes, now: Json) -> list[tuple[str, Entry]]:
        if filter in (b"null", b"{}"):
            return list(self._data.items())
        test = filter_of(filter)
        return [(id, entry) for id, entry in self._data.items() if test(_described(id, entry, now))]

    def shown(self) -> Json:
        return [_told(id, entry) for id, entry in self._data.items()]

    def rows(self) -> Shown:
        rows = [
            (
                id, entry.text, entry.kind, entry.importance, entry.created, entry.accessed,
                f"{len(entry.vector) // 4} numbers" if entry.vector else None, decode(entry.meta) or None,
            )
            for id, entry in self._data.items()
        ]  # fmt: skip
        columns = ("id", "text", "kind", "importance", "created", "accessed", "vector", "meta")
        return Shown(columns, rows, 0)

    def dump(self) -> Json:
        return [
            _told(id, entry) | {"vector": base64.b64encode(entry.vector).decode()} for id, entry in self._data.items()
        ]

    def _start(self) -> Any:
        return {}

    def _unpack(self, content: Json) -> Any:
        return {
            one["id"]: Entry(
                one["text"], one["kind"], one["importance"], one["created"], one["accessed"],
                base64.b64decode(one["vector"]), encode(one["meta"]),
            )
            for one in content
        }  # fmt: skip


class Score:
    """A formula, to be asked for many entries: `score(values)` with the values of `names`.

    Raises `NodeError` if it cannot be read, and when it is asked if it fails or gives no number.
    """

    def __init__(self, formula: str) -> None:
        if why := formula_problem(formula):
            raise NodeError(why, code="expression")
        self._expression = Expression.parse(formula)
        self.names = self._expression.names

    def __call__(self, values: Mapping[str, float]) -> float:
        try:
            made = self._expression.evaluate(values)
        except ExpressionError as error:
            raise NodeError(str(error), code="expression") from None
        if type(made) not in (int, float):
            text = preview(self._expression.text)
            raise NodeError(f"the formula `{text}` gave {preview(made, 40)}, but a score is a number.", code="store")
        total: float = made
        return total


def formula_problem(formula: str) -> str:
    """Return what is wrong with a formula, one sentence, or ""."""
    try:
        unknown = [name for name in Expression.parse(formula).names if name not in NAMES]
    except ExpressionError as error:
        return str(error)
    return f"The formula names `{unknown[0]}`, but there are {', '.join(NAMES)}." if unknown else ""


def hours(when: Json) -> float:
    """Return a time in hours: of an ISO text since 1970, a number as it is. Raises `NodeError` for what is neither."""
    if type(when) in (int, float):
        return float(when)
    made = _hours_of(when) if isinstance(when, str) else None
    if made is None:
        raise NodeError(
            f"a stream was given {preview(when, 40)} where it needs a time.",
            hint="Write it as in `2023-02-13T20:00:00+00:00`, or as a number of hours.",
            code="store",
        )
    return made


@lru_cache(maxsize=4096)
def _hours_of(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # What says no offset is UTC: the time of the machine would make another score elsewhere.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() / 3600


def _vector(packed: bytes) -> bytes:
    vector = decode(packed)
    if vector is None:
        return b""
    if value_problem(_VECTOR, vector):
        raise NodeError(f"a stream was given {preview(vector, 40)} where it needs a vector.", code="store")
    made = array("f", vector)
    if not all(map(isfinite, made)):
        raise NodeError("a vector holds a number that is too large for one.", code="store")
    return made.tobytes()


def _told(id: str, entry: Entry) -> dict[str, Json]:
    return {
        "id": id, "text": entry.text, "kind": entry.kind, "importance": entry.importance, "created": entry.created,
        "accessed": entry.accessed, "meta": decode(entry.meta),
    }  # fmt: skip


def _described(id: str, entry: Entry, now: Json) -> dict[str, Json]:
    """An entry as filters see it: with its ages in hours, if it is known what time it is."""
    made = _told(id, entry)
    if now is not None:
        made["age_hours"] = _between(entry.created, now)
        made["idle_hours"] = _between(entry.accessed, now)
    return made


def _between(then: Json, now: Json) -> float:
    if isinstance(then, str) is not isinstance(now, str):
        raise NodeError(
            "a stream holds times of two sorts, moments and numbers of hours, which cannot be compared.",
            hint="Give all nodes that use it the same sort of time.",
            code="store",
        )
    return max(0.0, hours(now) - hours(then))


def _terms(
    found: list[tuple[str, Entry]], now: Json, query: bytes, decay: float, recency: str
) -> dict[str, list[float]]:
    """The values of `NAMES` for each candidate."""
    entries = [entry for _, entry in found]
    idle = [_between(entry.accessed, now) for entry in entries]
    rank = [0.0] * len(entries)
    for number, place in enumerate(sorted(range(len(entries)), key=lambda place: -idle[place]), 1):
        rank[place] = float(number)
    raw = {
        "recency": [decay**by for by in (idle if recency == "hours" else rank)],
        "importance": [float(entry.importance) for entry in entries],
        "relevance": _cosines(found, query),
    }
    return {
        **{name: _scaled(column) for name, column in raw.items()},
        **{f"raw_{name}": column for name, column in raw.items()},
        "idle_hours": idle,
        "age_hours": [_between(entry.created, now) for entry in entries],
        "rank": rank,
        "count": [float(len(entries))] * len(entries),
    }


def _scaled(column: list[float]) -> list[float]:
    """Min-max scaling; 0.5 for each if all are equal, as in the released program."""
    low, high = min(column, default=0.0), max(column, default=0.0)
    return [(value - low) / (high - low) if high > low else 0.5 for value in column]


def _cosines(found: list[tuple[str, Entry]], query: bytes) -> list[float]:
    """The cosine of each vector with the query's; 0 where one of them is missing or all zeros."""
    if not query or not found:
        return [0.0] * len(found)
    for id, entry in found:
        if entry.vector and len(entry.vector) != len(query):
            raise NodeError(
                f"the memory `{id}` has a vector of {len(entry.vector) // 4} numbers, but the query one of "
                f"{len(query) // 4}.",
                hint="Use one embedder for all texts of a stream and its queries.",
                code="store",
            )
    import numpy

    wanted = numpy.frombuffer(query, numpy.float32).astype(numpy.float64)
    empty = bytes(len(query))
    table = numpy.frombuffer(b"".join(entry.vector or empty for _, entry in found), numpy.float32)
    rows = table.astype(numpy.float64).reshape(len(found), len(wanted))
    # Not `@`: what the linear algebra library adds up in which order differs between machines.
    size = numpy.sqrt((rows * rows).sum(axis=1)) * numpy.sqrt((wanted * wanted).sum())
    dots = (rows * wanted).sum(axis=1)
    return [round(float(dot / length), 12) if length else 0.0 for dot, length in zip(dots, size, strict=True)]
