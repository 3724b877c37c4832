"""What a fork does where not a node but a whole graph means something else: its stores, its end, its limits.

Stores, `until`, `max_ticks` and `on_limit` hold from a graph's first step on, so a fork that changes them begins there,
and so does one that adds a node: nothing says when that would have fired.  Limits and what is done about alarms
only say when a run pauses or is stopped: a fork that changes nothing else goes on at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from studio.graph.model import Graph
from studio.replay.changes import Changes, parts
from studio.spec.registry import Registry
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Run

SETTINGS = ("stores", "until", "max_ticks", "on_limit")
"""Settings of a graph that mean something for what its nodes give."""


def changed_graphs(before: Graph, after: Graph) -> frozenset[int]:
    """Return the graphs of `after`, by identity, that mean something else as a whole: with other settings, or with
    nodes that are new."""
    return frozenset(
        id(now) for then, now in _pairs(before, after) if _other_settings(then, now) or now.nodes.keys() - then.nodes
    )


def require_from_the_beginning(
    trace: Trace, run: Run, before: Graph, after: Graph, registry: Registry, at: int
) -> None:
    """Raise UsageError if a setting is changed of a graph that has begun before step `at`."""
    for then, now in _pairs(before, after):
        names = _other_settings(then, now)
        first = Changes().find_first_step(trace, run, after, registry, frozenset({id(now)})) if names else 0
        if first and first < at:
            raise UsageError(
                f"`{names[0]}` of the graph `{now.name}` holds from its first step on, and that is step {first}.",
                hint="Leave `--at` out: what nothing changes for is taken over all the same.",
            )


def has_other_limits(before: Graph, after: Graph) -> bool:
    """True if a graph or a node of `after` has other limits than in `before`, or an alarm has another effect."""
    return before.dynamics != after.dynamics or any(
        then.limits != now.limits
        or any(node.limits != then.nodes[name].limits for name, node in now.nodes.items() if name in then.nodes)
        for then, now in _pairs(before, after)
    )


def limits_of_fork(bounds: Mapping[str, float], before: Graph, after: Graph) -> dict[str, float]:
    """Return the limits of a fork from those of its parent: what the changed graph says otherwise counts."""
    dropped = {name for name, value in before.limits.items() if name not in after.limits and bounds.get(name) == value}
    changed = {name: value for name, value in after.limits.items() if before.limits.get(name) != value}
    return {**{name: value for name, value in bounds.items() if name not in dropped}, **changed}


def _pairs(before: Graph, after: Graph) -> Iterator[tuple[Graph, Graph]]:
    """Yield the graphs that are in both, with what they were."""
    old = dict(parts(before))
    for place, now in parts(after):
        if place in old:
            yield old[place], now


def _other_settings(then: Graph, now: Graph) -> list[str]:
    return [name for name in SETTINGS if getattr(then, name) != getattr(now, name)]
