"""Reads runs that strangers wrote: one JSON object per line, bounded, and refused in one sentence with its line.

Unknown keys are passed over, so that other tools may keep notes of their own in the same file.  Ticks may come in any
order.  What the analysis could misread is refused: a module that is not declared, a goal whose parent does not exist.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from studio.dynamics.exchange.run import Effect, Event, Goal, Module, Run
from studio.dynamics.words.reading import Reading
from studio.dynamics.words.shared import Shared
from studio.support.errors import UsageError

LONGEST_LINE = 256 * 2**20
"""Bytes of one line, which is one run."""
MOST_MODULES, MOST_GOALS, MOST_EVENTS = 10_000, 200_000, 2_000_000
LATEST_TICK = 2**53
LONGEST_ID = 500


class ExchangeError(UsageError):
    """A line is not a run of the exchange format."""

    code = "exchange"


def read_runs(source: Path | BinaryIO | Iterable[bytes | str], *, name: str = "") -> Iterator[Run]:
    """Yield the runs of a file, an open binary stream or an iterable of lines, one by one; blank lines are passed over.

    Raises `ExchangeError` at the first line that is no run; it says which line, what is wrong there and what to do.
    """
    if isinstance(source, Path):
        try:
            with source.open("rb") as stream:
                yield from read_runs(stream, name=name or str(source))
        except OSError as problem:
            raise ExchangeError(
                f"The file cannot be read: {problem.strerror}.", where=str(source), hint="Check its name and rights."
            ) from problem
        return
    for number, line in enumerate(_lines(source), 1):
        where = f"{name}:{number}" if name else f"line {number}"
        if len(line) > LONGEST_LINE:
            raise ExchangeError(
                f"The line is longer than {LONGEST_LINE // 2**20} MiB.", where=where, hint="Split the run in two."
            )
        if line.strip():
            yield load_run(line, where=where)


def load_run(line: bytes | str, *, where: str = "the run") -> Run:
    """Return the run that one line holds; `where` names the line in errors."""
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        raise ExchangeError(
            f"This is not JSON ({problem}).", where=where, hint="Write each run as one JSON object on one line."
        ) from problem
    return run_from(data, where=where)


def run_from(data: object, *, where: str = "the run") -> Run:
    """Return the run that a parsed JSON value describes."""
    top = _Place(where, "").mapping(data)
    modules = _modules(top)
    goals = _goals(top)
    events = _events(top, {module.id for module in modules} if modules else None)
    if not modules:
        modules = tuple(Module(name) for name in dict.fromkeys(event.module for event in events))
    run = Run(
        id=top.ident("id") if "id" in top.data else "",
        root_goal=top.text("root_goal"),
        modules=modules,
        goals=goals,
        events=events,
        finished=top.flag("finished"),
        t_end=top.tick("t_end", default=max((event.t for event in events), default=0)),
    )
    return Run(run.id, run.root_goal, run.modules, run.goals, tuple(run.ordered()), run.finished, run.t_end)


def _lines(source: BinaryIO | Iterable[bytes | str]) -> Iterator[bytes]:
    """Yield lines, never holding more than one byte above the longest that is allowed."""
    readline = getattr(source, "readline", None)
    if readline is not None:
        while line := readline(LONGEST_LINE + 1):
            yield line if isinstance(line, bytes) else line.encode("utf-8", "surrogatepass")
        return
    for line in source:
        yield line if isinstance(line, bytes) else line.encode("utf-8", "surrogatepass")


def _modules(top: _Place) -> tuple[Module, ...]:
    entries = [(place, place.ident("id")) for place in top.entries("modules", MOST_MODULES)]
    known = {name for _, name in entries}
    seen: set[str] = set()
    modules = []
    for place, name in entries:
        if name in seen:
            raise place.error(f"the module {name!r} is declared twice", "Give each module an id of its own.")
        seen.add(name)
        inputs = [place.name_in(item, "in") for item in place.items("in", MOST_MODULES)]
        modules.append(Module(name, place.text("kind") or "llm", tuple(item for item in inputs if item in known)))
    return tuple(modules)


def _goals(top: _Place) -> tuple[Goal, ...]:
    goals = []
    places = {}
    for place in top.entries("goals", MOST_GOALS):
        status = place.text("status") or "open"
        if status not in ("open", "done"):
            raise place.error(f"the status {_shown(status)} is neither open nor done", "Use one of these two.")
        done_at = place.tick("t_done", default=-1)
        goal = Goal(
            id=place.ident("id"),
            text=place.text("text"),
            parent=None if place.data.get("parent") is None else place.ident("parent"),
            t=place.tick("t", default=0),
            done=status == "done" or done_at >= 0,
            t_done=done_at if done_at >= 0 else None,
            call=place.flag("call"),
        )
        if goal.id in places:
            raise place.error(f"the goal {goal.id!r} is given twice", "Give each goal an id of its own.")
        places[goal.id] = place
        goals.append(goal)
    _check_parents(goals, places)
    return tuple(goals)


def _check_parents(goals: list[Goal], places: Mapping[str, _Place]) -> None:
    """Refuse a parent that does not exist, and goals that are their own ancestors."""
    parent = {goal.id: goal.parent for goal in goals}
    rooted: set[str] = set()
    for goal in goals:
        path: dict[str, None] = {}
        step: str | None = goal.id
        while step is not None and step not in rooted:
            if step not in parent:
                raise places[goal.id].error(f"the parent {step!r} is no goal of this run", "Name one of its goals.")
            if step in path:
                raise places[goal.id].error("the goal is its own ancestor", "Let one of these goals have no parent.")
            path[step] = None
            step = parent[step]
        rooted.update(path)


def _events(top: _Place, known: set[str] | None) -> tuple[Event, ...]:
    events = []
    shared = Shared()
    for place in top.entries("events", MOST_EVENTS):
        data = place.data
        module = place.ident("m")
        if known is not None and module not in known:
            raise place.error(f"the module {_shown(module)} is not declared", "List it under modules.")
        effect = data.get("effect")
        if effect is not None and effect not in ("read", "write"):
            raise place.error(f"the effect {_shown(effect)} is neither read nor write", "Use one of them, or leave it.")
        stored = data.get("reading")
        events.append(
            Event(
                t=place.tick("t"),
                module=module,
                out=data.get("out"),
                err=_failure(data.get("err")),
                effect=cast("Effect | None", effect),
                reading=None if stored is None else _stored(stored, place, shared),
                metric=place.number("metric"),
            )
        )
    return tuple(events)


def _failure(err: object) -> str | None:
    """Return the text of a failure; no failure is null, false, or an empty text."""
    if err is None or err is False or err == "":
        return None
    if err is True:
        return ""
    return err if isinstance(err, str) else orjson.dumps(err, option=orjson.OPT_SORT_KEYS).decode()


def _stored(stored: object, place: _Place, shared: Shared) -> Reading:
    try:
        return Reading.from_mapping(stored, shared)
    except ValueError as problem:
        raise place.error(f"the stored reading is not one ({problem})", "Leave it out and give the output.") from None


class _Place:
    """A JSON object of the file with the words that say where it stands."""

    __slots__ = ("data", "line", "path")

    def __init__(self, line: str, path: str, data: dict[str, Any] | None = None) -> None:
        self.line = line
        self.path = path
        self.data = data or {}

    def error(self, problem: str, hint: str) -> ExchangeError:
        where = f"{self.line}, {self.path}" if self.path else self.line
        return ExchangeError(problem[:1].upper() + problem[1:] + ".", where=where, hint=hint)

    def mapping(self, data: object) -> _Place:
        if not isinstance(data, dict):
            raise self.error(f"expected an object, found {_kind(data)}", "Write it as {…}.")
        self.data = data
        return self

    def items(self, key: str, most: int) -> list[Any]:
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error(f"{key} must be a list, found {_kind(value)}", "Write it as […].")
        if len(value) > most:
            raise self.error(f"{key} has {len(value)} entries, more than {most}", "Split the run in two.")
        return value

    def entries(self, key: str, most: int) -> Iterator[_Place]:
        for index, item in enumerate(self.items(key, most)):
            yield _Place(self.line, f"{key}[{index}]").mapping(item)

    def ident(self, key: str) -> str:
        return self.name_in(self.data.get(key), key)

    def name_in(self, value: object, key: str) -> str:
        """Return an id: a short text, or a whole number taken as text."""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value:
            raise self.error(f"{key} must be an id, found {_kind(value)}", "Give a short text.")
        if len(value) > LONGEST_ID:
            raise self.error(f"{key} is an id of {len(value)} characters", f"Use at most {LONGEST_ID}.")
        return value

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.error(f"{key} must be a text, found {_kind(value)}", "Put it in quotation marks.")
        return value

    def number(self, key: str) -> float | None:
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise self.error(f"{key} must be a number, found {_kind(value)}", "Give a number, or leave it out.")
        return float(value)

    def flag(self, key: str) -> bool:
        value = self.data.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self.error(f"{key} must be true or false, found {_kind(value)}", "Use one of them.")
        return value

    def tick(self, key: str, *, default: int | None = None) -> int:
        value = self.data.get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LATEST_TICK:
            raise self.error(f"{key} must be a tick, found {_shown(value)}", "Count ticks from 0 in whole numbers.")
        return value


def _kind(value: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return "nothing" if value is None else names.get(type(value), "something else")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
