"""The next step that holds a text: looked for a stretch at a time, so that what is near is found at once."""

from __future__ import annotations

from collections.abc import Iterator

from studio.support.values import encode
from studio.trace.assemble import values_of
from studio.trace.decided import RUN_OF
from studio.trace.found import Ref
from studio.trace.steps import CHUNK, Steps
from studio.trace.views import ID_MASK

_FACTS = "lower(p.path || ' ' || p.type || ' ' || coalesce(f.reason, '') || ' ' || coalesce(f.outputs, ''))"

_SAID = """EXISTS (SELECT 1 FROM _effect e LEFT JOIN _answer a ON a.id = e.id WHERE e.firing = s.source AND (
  EXISTS (SELECT 1 FROM _message m WHERE m.id = a.reply AND instr(lower(m.text), :plain))
  OR EXISTS (SELECT 1 FROM json_each(e.messages) j JOIN _message m ON m.id = CASE json_type(j.value)
    WHEN 'array' THEN CASE json_type(j.value, '$[0]') WHEN 'integer' THEN json_extract(j.value, '$[0]')
      ELSE json_extract(j.value, '$[1]') END END
    WHERE instr(lower(m.text), :plain))))"""


def next_holding(steps: Steps, text: str, seq: int, *, back: bool = False) -> int | None:
    """Return the next step (or the last one) whose node, type, reason, outputs, prompts or replies hold a text, in any
    case; None if there is none, or no text."""
    if not text.strip():
        return None
    first, last = steps.first(), steps.last()
    if first is None or last is None:
        return None
    known: dict[str, bool] = {}
    for low, high in _stretches(seq, first, last, back):
        found = [*_plainly(steps, text, low, high, back), *_spoken(steps, text, low, high, back)]
        best = (max if back else min)(found, default=None)
        large = _in_large_values(steps, text, low, high, back, best, known)
        if large is not None or best is not None:
            return large if large is not None else best
    return None


def _stretches(seq: int, first: int, last: int, back: bool) -> Iterator[tuple[int, int]]:
    """Stretches of steps beside a step, from near to far; bounds belong to them."""
    if back:
        high = min(seq - 1, last)
        while high >= first:
            yield max(first, high - CHUNK + 1), high
            high -= CHUNK
    else:
        low = max(seq + 1, first)
        while low <= last:
            yield low, min(last, low + CHUNK - 1)
            low += CHUNK


def _plainly(steps: Steps, text: str, low: int, high: int, back: bool) -> list[int]:
    wanted = encode(text.lower()).decode()[1:-1]  # as it stands inside stored JSON
    rows = steps.reader.rows(
        f"SELECT f.seq FROM _firing f JOIN _path p ON p.id = f.path WHERE f.id {RUN_OF} = ? AND f.seq BETWEEN ? AND ?"
        f" AND instr({_FACTS}, ?) ORDER BY f.seq {'DESC' if back else 'ASC'} LIMIT 1",
        (steps.key, low, high, wanted),
    )
    return [int(row[0]) for row in rows]


def _spoken(steps: Steps, text: str, low: int, high: int, back: bool) -> list[int]:
    rows = steps.reader.rows(
        f"SELECT s.id FROM _spent s WHERE s.id BETWEEN :low AND :high AND {_SAID}"
        f" ORDER BY s.id {'DESC' if back else 'ASC'} LIMIT 1",
        {"low": steps.base + low, "high": steps.base + high, "plain": text.lower()},
    )
    return [int(row[0]) & ID_MASK for row in rows]


def _in_large_values(
    steps: Steps, text: str, low: int, high: int, back: bool, best: int | None, known: dict[str, bool]
) -> int | None:
    """A step nearer than the best one so far, one of whose large outputs holds the text."""
    rows = steps.reader.rows(
        f"SELECT f.seq, f.outputs FROM _firing f WHERE f.id {RUN_OF} = ? AND f.seq BETWEEN ? AND ?"
        f" AND instr(f.outputs, '{{\"$ref\"') ORDER BY f.seq {'DESC' if back else 'ASC'}",
        (steps.key, low, high),
    )
    for seq, outputs in rows:
        if best is not None and (seq <= best if back else seq >= best):
            return None
        for value in values_of(outputs).values():
            if isinstance(value, Ref) and _holds(steps, value.hash, text, known):
                return int(seq)
    return None


def _holds(steps: Steps, hash: str, text: str, known: dict[str, bool]) -> bool:
    if hash not in known:
        wanted = encode(text.lower()).decode()[1:-1]
        row = steps.reader.one(
            "SELECT instr(lower(CAST(unpacked(data, enc, size) AS TEXT)), ?) FROM _blob WHERE hash = ?",
            wanted,
            bytes.fromhex(hash),
        )
        known[hash] = row is not None and bool(row[0])
    return known[hash]
