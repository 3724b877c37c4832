"""Breakpoints: where and when a run is to stop by itself.

critic                        before it fires, at every tick
critic:len(draft) > 100       before it fires, if that holds over its inputs
critic:label == "wrong"       after it fired, if that holds over its outputs
critic:after label == "x"     says so where inputs and outputs have the same names
critic:error                  when it failed
:error, :alarm                when any node failed; when a dynamics alarm is raised
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from studio.control.places import Place, find_place
from studio.support.errors import UsageError
from studio.support.expressions import Expression, ExpressionError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.engine.plan import RegionPlan

When = Literal["before", "after", "error", "alarm"]


@dataclass(slots=True, eq=False)
class Breakpoint:
    """One breakpoint. `id` counts from 1 within the run; `node` is a path, empty for any node; `hits` counts how often
    it was met, and it stops the run from the `from_hit`-th time on; `once` removes it when it has stopped the run."""

    id: int
    node: str
    when: When
    condition: str = ""
    enabled: bool = True
    once: bool = False
    from_hit: int = 1
    hits: int = 0
    place: Place | None = field(default=None, repr=False)
    told: bool = field(default=False, repr=False)
    """True once the person was told that the condition cannot be evaluated."""

    def __str__(self) -> str:
        name = self.node or "any node"
        if self.when in ("error", "alarm"):
            return f"{self.when} at {name}" if self.node else f"any {self.when}"
        return f"{self.when} {name}" + (f" if {self.condition}" if self.condition else "")

    def to_json(self) -> dict[str, Json]:
        """The breakpoint for other programs."""
        return {
            "id": self.id, "node": self.node, "when": self.when, "if": self.condition, "enabled": self.enabled,
            "once": self.once, "from_hit": self.from_hit, "hits": self.hits,
        }  # fmt: skip


def read_breakpoint(plan: RegionPlan, text: str, *, once: bool = False, from_hit: int = 1) -> Breakpoint:
    """Return the breakpoint that a text (see the module) stands for, its id still 0.

    Raises UsageError for a node that is not there, ExpressionError for a condition that cannot be read.
    """
    name, _, condition = text.partition(":")
    name, condition = name.strip(), condition.strip()
    when: When | None = None
    if condition in ("error", "alarm"):
        when = "error" if condition == "error" else "alarm"
        condition = ""
    for word in ("before", "after"):
        if condition == word or condition.startswith(word + " "):
            when, condition = ("before" if word == "before" else "after"), condition.removeprefix(word).strip()
    if from_hit < 1:
        raise UsageError(f"{from_hit} is no number of a hit.", hint="Hits are counted from 1.")
    if not name:
        if when not in ("error", "alarm"):
            raise UsageError(f"`{text}` names no node.", hint="Write `NODE`, `NODE:CONDITION`, `:error` or `:alarm`.")
        return Breakpoint(0, "", when, once=once, from_hit=from_hit)
    place = find_place(plan, name)
    if condition:
        when = _side(place, condition, when)
    return Breakpoint(0, place.path, when or "before", condition, once=once, from_hit=from_hit, place=place)


def _side(place: Place, condition: str, when: When | None) -> When:
    """Whether a condition is over inputs or outputs, by the names in it."""
    names = Expression.parse(condition).names
    inputs = [entry.name for entry in place.node.inputs]
    outputs = [*place.node.out_types, "done", "error"]
    sides: dict[When, list[str]] = {"before": inputs, "after": outputs}
    for side, known in sides.items():
        if when in (None, side) and all(name in known for name in names):
            return side
    unknown = next((name for name in names if name not in inputs and name not in outputs), None)
    ports = f"Its inputs: {', '.join(inputs) or 'none'}; its outputs: {', '.join(place.node.out_types) or 'none'}."
    if unknown is None:
        raise UsageError("A condition is over inputs or over outputs, not both.", where=f"breakpoint {place.path}")
    raise UsageError(f"`{place.path}` has no port `{unknown}`.", hint=ports)


class Breakpoints:
    """The breakpoints of a run, found by the node's path without items."""

    def __init__(self) -> None:
        self._all: dict[int, Breakpoint] = {}
        self._by_path: dict[str, list[Breakpoint]] = {}
        self._last = 0

    def __iter__(self) -> Iterator[Breakpoint]:
        return iter(self._all.values())

    @property
    def any_enabled(self) -> bool:
        """True if one of them may stop the run."""
        return any(one.enabled for one in self._all.values())

    def add(self, made: Breakpoint) -> Breakpoint:
        """Number a breakpoint and keep it."""
        self._last += 1
        made.id = self._last
        self._all[made.id] = made
        self._sort()
        return made

    def get(self, id: int) -> Breakpoint:
        """Return a breakpoint by its number. Raises UsageError."""
        found = self._all.get(id)
        if found is None:
            known = ", ".join(map(str, self._all)) or "none"
            raise UsageError(f"There is no breakpoint {id}.", hint=f"There are: {known}.")
        return found

    def remove(self, id: int) -> None:
        """Take a breakpoint away. Raises UsageError."""
        self.get(id)
        del self._all[id]
        self._sort()

    def at(self, plain: str, when: When) -> Iterator[Breakpoint]:
        """The enabled ones for a node path without items."""
        for one in (*self._by_path.get(plain, ()), *self._by_path.get("", ())):
            if one.enabled and one.when == when:
                yield one

    def has(self, when: When) -> bool:
        """True if one of this kind is there at all."""
        return any(one.when == when for one in self._all.values())

    def count(self, one: Breakpoint) -> bool:
        """Count a hit; True if it stops the run."""
        one.hits += 1
        if one.hits < one.from_hit:
            return False
        if one.once:
            self.remove(one.id)
        return True

    def _sort(self) -> None:
        self._by_path = {}
        for one in self._all.values():
            self._by_path.setdefault(one.place.plain if one.place is not None else "", []).append(one)


def holds(one: Breakpoint, values: Mapping[str, Json]) -> bool | str:
    """Whether a condition holds over these values; a sentence where it cannot be evaluated."""
    if not one.condition:
        return True
    try:
        return bool(Expression.parse(one.condition).evaluate(values))
    except ExpressionError as error:
        return str(error)
