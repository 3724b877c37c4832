"""What differs in two runs beside their firings: what they were started with, and how they ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from studio.replay.diff.found import Fact
from studio.replay.diff.values import same_value
from studio.support.values import Json, encode

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Run


def option_facts(trace_a: Trace, a: Run, trace_b: Trace, b: Run) -> tuple[Fact, ...]:
    """Return the options that differ: model, seed, limits, …, and which model a role stood for."""
    mine, theirs = dict(_options(a)), dict(_options(b))
    roles_a, roles_b = _roles(trace_a, a.id), _roles(trace_b, b.id)
    for role in roles_a.keys() & roles_b.keys():
        mine[role], theirs[role] = roles_a[role], roles_b[role]
    return _facts("", mine, theirs)


def input_facts(a: Run, b: Run) -> tuple[Fact, ...]:
    """Return the inputs of the runs that differ; large values as `Ref`."""
    return _facts("", a.inputs, b.inputs)


def end_facts(a: Run, b: Run, told: Callable[[str], str]) -> tuple[Fact, ...]:
    """Return what differs in how the runs ended and in their outputs; `told` gives texts of B in the names of A."""
    facts = list(_facts("", {"status": a.status, "ended": a.ended}, {"status": b.status, "ended": b.ended}))
    errors = [None if run.error is None else encode(run.error).decode() for run in (a, b)]
    if errors[0] != errors[1] and (errors[1] is None or told(errors[1]) != errors[0]):
        facts.append(Fact("error", a.error, b.error))
    return (*facts, *_facts("output ", a.outputs, b.outputs))


def _facts(prefix: str, mine: Mapping[str, Json], theirs: Mapping[str, Json]) -> tuple[Fact, ...]:
    return tuple(
        Fact(prefix + name, mine.get(name), theirs.get(name))
        for name in sorted({**mine, **theirs})
        if name not in mine or name not in theirs or not same_value(mine[name], theirs[name])
    )


def _options(run: Run) -> Iterator[tuple[str, Json]]:
    for name, value in run.options.items():
        if name == "limits" and isinstance(value, dict):
            yield from ((f"limit {limit}", amount) for limit, amount in value.items())
        else:
            yield name, value
    yield "boundary", run.boundary


def _roles(trace: Trace, run: str) -> dict[str, Json]:
    """Which model each role of a run stood for."""
    return {
        f"{effect.kind} {effect.name}": effect.response.get("name")
        for effect in trace.effects(run, firing=0)
        if effect.kind in ("model", "embedder") and isinstance(effect.response, dict)
    }
