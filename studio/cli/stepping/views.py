"""What can be looked at from a step, as lines: the step itself, its region, wires, stores, and what is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from studio.cli.showing import Line, brief, step_lines, value_lines
from studio.cli.text import Piece, duration, money, plural
from studio.replay.cursor import Cursor
from studio.replay.firing.whole import value_of
from studio.replay.states.state import NodeState, State
from studio.replay.states.wires import Lying
from studio.support.values import Json
from studio.trace import Trace

SIGNS: Final[Mapping[str, Piece]] = {
    "fired": ("green", "✓"), "failed": ("red", "✗"), "skipped": ("dim", "·"), "held": ("dim", "="),
    "running": ("cyan", "…"), "waiting": ("yellow", "○"), "not yet": " ",
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """One thing to look at: its key, its name (also its word by line), what it shows, and its lines."""

    key: str
    name: str
    help: str
    lines: Callable[[Cursor, int], Iterator[Line]]


def _step(cursor: Cursor, width: int) -> Iterator[Line]:
    yield from step_lines(cursor.step(), width=width)


def _region(cursor: Cursor, width: int) -> Iterator[Line]:
    state = cursor.state()
    yield from _where(state)
    longest = max((len(name) for name in state.nodes), default=8)
    label = min(28, max(8, longest)) + 2
    stands_on = cursor.here.node.rpartition("/")[2]
    for node in state.nodes.values():
        here: Piece = ("cyan", "▶ ") if node.name == stands_on else "  "
        name = ("dim" if node.state in ("held", "skipped", "not yet") else "", node.name)
        gap = " " * max(2, label - len(node.name))
        yield (
            here,
            SIGNS[node.state],
            " ",
            name,
            gap,
            ("dim", f"{node.state:<8}  "),
            *_outcome(cursor.trace, state, node, width),
        )
    if cursor.regions.problem:
        yield (("yellow", f"The run's graph is not known any more: {cursor.regions.problem}"),)


def _wires(cursor: Cursor, width: int) -> Iterator[Line]:
    state = cursor.state()
    yield from _where(state)
    if not state.wires:
        yield ("  ", ("dim", cursor.regions.problem or "There are no wires in this region."))
    labels = {id(wire): str(wire.edge).partition(":")[0].strip() for wire in state.wires}
    longest = min(44, max((len(text) for text in labels.values()), default=8))
    for wire in state.wires:
        text = labels[id(wire)]
        gap = " " * max(2, longest + 2 - len(text))
        room = max(20, width - longest - 24)
        yield ("  ", ("cyan", text), gap, *_lying(cursor.trace, wire.lying, state, room))
        if wire.coming is not None:
            yield ("  ", " " * (longest + 2), ("dim", "next tick  "), *_lying(cursor.trace, wire.coming, state, room))


def _stores(cursor: Cursor, width: int) -> Iterator[Line]:
    state = cursor.state()
    yield from _where(state)
    if not state.stores:
        yield ("  ", ("dim", "No store can be used in this region."))
    for store in state.stores:
        notes = [store.kind, f"of the {store.scope}"]
        notes += ["as this item sees it"] if store.in_item else []
        notes += [] if store.used else ["not used yet"]
        yield ("  ", ("bold", store.name), ("dim", "  " + ", ".join(notes)))
        if not store.known:
            yield ("    ", ("yellow", "what it held is not recorded"))
            continue
        if store.content in ([], {}):
            yield ("    ", ("dim", "empty"))
            continue
        for line in value_lines(store.content, width=max(20, width - 4)):
            yield ("    ", line)


def _under_way(cursor: Cursor, width: int) -> Iterator[Line]:
    state = cursor.state()
    yield from _where(state)
    under_way = state.under_way
    yield (("bold", "  under way in the run"), ("dim", "" if under_way else "  nothing"))
    for firing, effects in under_way:
        for_so_long = duration(max(0.0, state.time - firing.started_at / 1e9))
        yield ("    ", SIGNS["running"], " ", firing.node, ("dim", f"  tick {firing.tick}  for {for_so_long}"))
        for effect in effects:
            yield ("        ", ("magenta", effect.kind), " ", effect.name, ("dim", "  not answered yet"))
    yield from _used(cursor)
    waiting = [node for node in state.nodes.values() if node.state == "waiting"]
    yield (("bold", "  waiting here"), ("dim", "" if waiting else "  nothing"))
    for node in waiting:
        for number, wait in enumerate(node.waits):
            name = node.name if not number else " " * len(node.name)
            yield ("    ", SIGNS["waiting"] if not number else " ", " ", name, "  ", ("dim", wait.text))


VIEWS: Final = (
    View("1", "step", "the step: its inputs, outputs, prompts and replies", _step),
    View("2", "state", "the nodes of its region at this moment", _region),
    View("3", "wires", "what lies on the wires of its region", _wires),
    View("4", "stores", "what stores hold at this moment", _stores),
    View("5", "waiting", "what waits for what, what is under way, what was used", _under_way),
)
BY_NAME: Final = {view.name: view for view in VIEWS}


def _where(state: State) -> Iterator[Line]:
    """Which region, and the ticks of all regions around it."""
    ticks = [f"{name or 'top'} at {tick or 'no tick yet'}" for name, tick in state.ticks]
    yield (("heading", state.region.name or "top region"), ("dim", "  " + " › ".join(ticks)))


def _outcome(trace: Trace, state: State, node: NodeState, width: int) -> tuple[Piece, ...]:
    if node.state == "waiting":
        return (("dim", "; ".join(wait.text for wait in node.waits)),)
    if node.state == "running":
        return (("cyan", "; ".join(wait.text for wait in node.waits) or "at work"),)
    if node.last is None:
        return ("",)
    origin: tuple[Piece, ...] = (("dim", f"  {node.origin}"),) if node.origin != "executed" else ()
    if node.last.status == "error":
        return (("red", node.reason), *origin)
    if node.last.status == "skipped":
        return (("dim", node.reason), *origin)
    if node.outputs:
        return (brief(_shown(trace, node.outputs), max(24, width - 44)), *origin)
    taken = next((wire.lying for wire in state.wires if wire.edge.target == node.name), None)
    if taken is None or taken.state != "present":  # it only takes, and what it took is gone
        return ("", *origin)
    return (("dim", "← "), brief({"": value_of(trace, taken.value)}, max(24, width - 46)), *origin)


def _lying(trace: Trace, lying: Lying, state: State, room: int) -> tuple[Piece, ...]:
    if lying.state == "open":
        return (("dim", "nothing yet"),)
    if lying.state == "absent":
        return (("dim", f"absent: {lying.reason}"),)
    notes = []
    if lying.origin != "firing":
        notes.append("first value")
    if not lying.fresh:
        notes.append("held")
    if lying.firing is not None and lying.firing.tick_key != state.tick_key:
        notes.append(f"of tick {lying.firing.tick}")
    note = f"  {', '.join(notes)}" if notes else ""
    return (brief({"": value_of(trace, lying.value)}, room) or '""', ("dim", note))


def _used(cursor: Cursor) -> Iterator[Line]:
    totals = cursor.totals()
    cost = "of unknown cost" if totals.cost_usd is None else money(totals.cost_usd)
    tokens = totals.tokens_in + totals.tokens_out
    yield (("bold", "  used so far"),)
    yield (
        "    ",
        f"{plural(totals.firings, 'firing')}, {plural(totals.skipped, 'skip')}, {plural(totals.errors, 'error')}",
    )
    yield ("    ", f"{plural(totals.calls, 'model call')}, {tokens:,} tokens, {cost}")
    if totals.taken_over:
        cost = "of unknown cost" if totals.inherited_cost_usd is None else money(totals.inherited_cost_usd)
        tokens = totals.inherited_tokens_in + totals.inherited_tokens_out
        taken, calls = plural(totals.taken_over, "firing"), plural(totals.inherited_calls, "model call")
        run = cursor.run.parent_run
        text = f"{taken} of these taken over from run {run}, which had used {calls}, {tokens:,} tokens, {cost}"
        yield ("    ", ("dim", text))


def _shown(trace: Trace, values: Mapping[str, Json]) -> dict[str, Json]:
    return {port: value_of(trace, value) for port, value in values.items()}
