"""What asking for causes gives: plain records of edges, of the part of a run they span, and of an absence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from studio.trace.found import Firing

INPUT = "input"
"""A wire of the same tick (its value may be a steady node's, from an earlier one)."""
FEEDBACK = "feedback"
"""A feedback wire: the value of an earlier tick."""
FIRST_FROM = "first value from"
"""The first value of a feedback wire, taken from another node (`initial_from`)."""
FIRST = "first value"
"""The first value of a feedback wire, written in the graph: nothing in the run gave it."""
WHEN = "when"
"""What opened the node's `when`."""
ENTERS = "enters"
"""A value from around a region, as the `flow.input` inside got it."""
ITEM = "item"
"""The items of a map, as `item`, `index` and `key` inside got their share."""
LEAVES = "leaves"
"""The `flow.output` inside a region that gave its output."""
STORE = "store"
"""An operation on a store that made what this one met there."""
SAME_QUESTION = "same question"
"""The firing that really asked what this one was answered from the run's own memory."""
FAILURE = "failure"
"""The firing inside a region whose failure became the region's."""

OUTSIDE = 0
"""Stands for a producer that is no firing of the run."""


class Cause(NamedTuple):
    """One edge: what the firing `of` got at `port` came from output `output` of the firing `source`.

    For LEAVES `port` is the region's output and `output` the inner firing's; for STORE they are the store and the
    operation. `source` is OUTSIDE for a first value.
    """

    of: int
    port: str
    source: int
    output: str
    why: str


class Ancestry(NamedTuple):
    """A part of a run: firings that led to one (or that one led to), and why.

    `root` comes first in `firings`, the others follow breadth-first, each as soon as it is met; every edge is there
    that joins two firings of which the later was looked at. `more` are ids met but left out by `depth` or `limit` (at
    most a thousand): of what hangs on them nothing is known.
    """

    root: int
    port: str
    firings: Mapping[int, Firing]
    edges: tuple[Cause, ...]
    more: tuple[int, ...]


class Link(NamedTuple):
    """One step of an absence: the firing `firing` (None: it never came to one) had nothing, because of `why`.

    `port` is the input that lacked (or, of a firing that was decided, the output that holds nothing); `why` is a
    sentence for people.
    """

    firing: Firing | None
    node: str
    tick: str
    port: str
    why: str


class Absence(NamedTuple):
    """Why a node was skipped, gave nothing or was never decided: the chain from it to the root, which comes last.

    `kind`: route, failed, when, knockout, race, not fed, not wired, not given, no entry, stopped, cut off, unknown;
    for what was never decided steady, frozen, ended, paused, aborted, interrupted, running. `decided_by` is the firing
    that decided it, None if none did (a knockout, a limit, an input nobody gave).
    """

    kind: str
    links: tuple[Link, ...]
    decided_by: Firing | None
