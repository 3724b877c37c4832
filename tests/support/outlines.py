"""What a recorded run did, without what differs from one run to the next: times, ids, the order in which work began."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.trace import Trace


def outline(db: Path, run: str = "last") -> Iterator[tuple[Any, ...]]:
    """Yield each firing in outline order (design rule 2.7): node, type, tick, status, reason, where its inputs came
    from, outputs, prompts with their replies, and what it did to stores."""
    with Trace(db) as trace:
        prompts: dict[int, list[Any]] = {}
        for one in trace.prompts(run):
            prompts.setdefault(one.firing, []).append((one.model, one.system, one.messages, one.reply))
        ops: dict[int, list[Any]] = {}
        for op in trace.store_ops(run):
            ops.setdefault(op.firing, []).append((op.store, op.op, op.args, op.result))
        firings = list(trace.outline(run))
        known = {one.id: f"{one.node} at {one.tick}" for one in firings}

        def by_name(wire: Any) -> Any:
            """Ids count starts, whose order is no part of what a run does."""
            if isinstance(wire, list) and wire and isinstance(wire[0], int):
                return [known.get(wire[0], "outside"), *wire[1:]]
            return [by_name(one) for one in wire] if isinstance(wire, list) else wire

        for firing in firings:
            inputs = {port: by_name(wire) for port, wire in firing.inputs.items()}
            yield (
                firing.node, firing.type, firing.tick, firing.status, firing.reason, inputs,
                trace.outputs(firing), prompts.get(firing.id), ops.get(firing.id),
            )  # fmt: skip


def is_as_expected(found: Iterator[tuple[Any, ...]], expected: list[tuple[Any, ...]], *, goes_on: bool) -> bool:
    """Whether an outline is the one expected. The prompts of a run that `goes_on` from another stand where they were
    answered, as do its uses of stores: only what its firings gave is compared."""
    told = 7 if goes_on else None
    return [firing[:told] for firing in found] == [firing[:told] for firing in expected]
