"""Looks at the stores of a run for the panel: which there are, what one holds, and what the step at hand changed.

One `Looker` serves one thread: it remembers what it found last, so that a step that touches no store, or another word
to search for, costs nothing anew.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from studio.support.tables import cell_text
from studio.support.values import Json, encode, same_value

if TYPE_CHECKING:
    from studio.replay.states.held import Held, Place
    from studio.stores import Shown, Store
    from studio.trace import Trace

Mark = Literal["", "new", "changed", "gone"]

COUNTED: Final = 200
"""Stores whose values are counted; each has to be made again for that."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked: the run, the step (None: the last), the store ("": choose one) and the words to search for."""

    run: str
    seq: int | None
    path: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A store in the list. `size` is None where it is not known; `changed`: by this very step."""

    path: str
    kind: str
    scope: str
    tick: str
    used: bool
    size: int | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a store. `place` is where it stands in the store, -1 if it is gone; `before` what it was."""

    cells: tuple[Json, ...]
    mark: Mark = ""
    place: int = -1
    before: tuple[Json, ...] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer. `path` is the store that is shown, "" if there is none; `lines` are those that hold the words, and
    `total` counts all; `known` is False where the record does not tell what the store held."""

    seq: int
    last: int
    stores: tuple[Listed, ...]
    path: str = ""
    columns: tuple[str, ...] = ()
    key: int | None = None
    lines: tuple[Line, ...] = ()
    total: int = 0
    marks: Counter[str] | None = None
    known: bool = True

    def listed(self) -> Listed | None:
        """The store that is shown, as it stands in the list."""
        return next((one for one in self.stores if one.path == self.path), None)


class Looker:
    """Answers what is wanted of the runs of one trace, which must be asked on one thread."""

    def __init__(self) -> None:
        self._trace: Trace | None = None
        self._run = ""
        self._held: Held | None = None
        self._sizes: dict[tuple[str, object], int | None] = {}
        self._shown: tuple[object, Found] | None = None
        self._texts: list[str] = []

    def look(self, trace: Trace, wanted: Wanted) -> Found:
        """Find it. Raises StudioError for a run that is not there or has no step yet."""
        held = self._of(trace, wanted.run)
        last = len(held)
        seq = last if wanted.seq is None else wanted.seq
        places = held.places(seq)
        stores = tuple(self._listed(held, place, seq, number) for number, place in enumerate(places))
        path = wanted.path or _first(stores)
        place = next((one for one in places if one.path == path), None)
        if place is None:
            return Found(seq, last, stores, path)
        whole = self._content(held, place, seq)
        lines = whole.lines
        if words := wanted.words.casefold().strip():
            if not self._texts:
                self._texts = [" ".join(map(cell_text, line.cells)).casefold() for line in whole.lines]
            lines = tuple(line for line, text in zip(whole.lines, self._texts, strict=True) if words in text)
        return replace(whole, seq=seq, last=last, stores=stores, lines=lines)

    def _of(self, trace: Trace, run: str) -> Held:
        from studio.replay.cursor import Cursor
        from studio.replay.states.held import Held

        if self._held is None or trace is not self._trace or run != self._run:
            self._held = Held(Cursor(trace, run))
            self._trace, self._run = trace, run
            self._sizes.clear()
            self._shown = None
        return self._held

    def _listed(self, held: Held, place: Place, seq: int, number: int) -> Listed:
        now = held.version(place, seq)
        changed = place.used and seq > 0 and now != held.version(place, seq - 1)
        key = (place.path, now)
        if key not in self._sizes and number < COUNTED:
            if len(self._sizes) > 20 * COUNTED:
                self._sizes.clear()
            if changed:
                held.content(place, seq - 1)  # what it held before is wanted too, and from there it is one step
            content = held.content(place, seq)
            self._sizes[key] = None if content is None else content.size
        return Listed(place.path, place.kind, place.scope, place.tick, place.used, self._sizes.get(key), changed)

    def _content(self, held: Held, place: Place, seq: int) -> Found:
        version = (place.path, held.version(place, seq), held.version(place, seq - 1))
        if self._shown is None or self._shown[0] != version:
            self._shown = version, self._compared(held, place, seq, changed=version[1] != version[2])
            self._texts = []
        return self._shown[1]

    def _compared(self, held: Held, place: Place, seq: int, *, changed: bool) -> Found:
        content = held.content(place, seq)
        if content is None:
            return Found(seq, seq, (), place.path, known=False)
        after = content.rows()
        before: Shown | None = None
        if changed and place.used:
            # Before its first use in this execution there was what the declaration says.
            earlier: Store | None = held.content(place, seq - 1)
            before = None if earlier is None else earlier.rows()
        lines = compared(before, after)
        marks = Counter[str](line.mark for line in lines if line.mark)
        return Found(seq, seq, (), place.path, after.columns, after.key, lines, len(after.rows), marks)


def _first(stores: tuple[Listed, ...]) -> str:
    """The store that is shown if none was chosen: one that has just changed, else one that holds something."""
    for fits in (lambda one: one.changed, lambda one: one.size, lambda one: True):
        for one in stores:
            if fits(one):
                return one.path
    return ""


def compared(before: Shown | None, after: Shown) -> tuple[Line, ...]:
    """Return the rows of a store, marked by what they were before; rows that are gone stand where they stood.

    Where rows have a key, one whose other cells differ is changed; else equal rows are one and the same, and of equal
    ones the last are the new ones.
    """
    if before is None:
        return tuple(Line(cells, "", place) for place, cells in enumerate(after.rows))
    if after.key is not None and after.columns == before.columns and after.key == before.key:
        return _by_key(before, after, after.key)
    first, last = _middle(before.rows, after.rows)
    old = [encode(row) for row in before.rows[first : len(before.rows) - last]]
    new = [encode(row) for row in after.rows[first : len(after.rows) - last]]
    added = Counter(new)
    added.subtract(Counter(old))
    lines = [Line(cells, "", place) for place, cells in enumerate(after.rows)]
    for place in range(len(new) - 1, -1, -1):
        if added[new[place]] > 0:
            added[new[place]] -= 1
            lines[first + place] = Line(after.rows[first + place], "new", first + place)
    gone = Counter(old)
    gone.subtract(Counter(new))
    missing = []
    for place, packed in enumerate(old):
        if gone[packed] > 0:
            gone[packed] -= 1
            missing.append((first + place, before.rows[first + place]))
    return _with_gone(lines, missing)


def _middle(before: list[tuple[Json, ...]], after: list[tuple[Json, ...]]) -> tuple[int, int]:
    """How many rows are the same at the beginning, and at the end: most steps change one place of many."""
    most = min(len(before), len(after))
    first = 0
    while first < most and _same(before[first], after[first]):
        first += 1
    last = 0
    while last < most - first and _same(before[-1 - last], after[-1 - last]):
        last += 1
    return first, last


def _same(one: tuple[Json, ...], other: tuple[Json, ...]) -> bool:
    """True if two rows are the same to the letter: 1, 1.0 and true are three."""
    if one != other:
        return False
    return all(
        type(a) is type(b) and (not isinstance(a, list | dict) or same_value(a, b))
        for a, b in zip(one, other, strict=True)
    )


def _by_key(before: Shown, after: Shown, key: int) -> tuple[Line, ...]:
    old = {encode(row[key]): row for row in before.rows}
    lines: list[Line] = []
    there = set()
    for place, cells in enumerate(after.rows):
        name = encode(cells[key])
        there.add(name)
        was = old.get(name)
        if was is None:
            lines.append(Line(cells, "new", place))
        elif not _same(was, cells):
            lines.append(Line(cells, "changed", place, was))
        else:
            lines.append(Line(cells, "", place))
    missing = [(place, row) for place, row in enumerate(before.rows) if encode(row[key]) not in there]
    return _with_gone(lines, missing)


def _with_gone(lines: list[Line], missing: list[tuple[int, tuple[Json, ...]]]) -> tuple[Line, ...]:
    made: list[Line] = []
    rest = iter(lines)
    for place, cells in missing:
        while len(made) < place and (line := next(rest, None)) is not None:
            made.append(line)
        made.append(Line(cells, "gone"))
    return (*made, *rest)
