"""What an undecided node waits for at a step, and why: open inputs, a store's order, an answer, or the run's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from studio.replay.states.standing import DECIDED, FAILED

if TYPE_CHECKING:
    from studio.engine.plan import NodePlan, RegionPlan, Wire
    from studio.replay.states.standing import Standing
    from studio.replay.states.state import NodeState
    from studio.trace.decided import PathRow
    from studio.trace.found import Run
    from studio.trace.moments import Moments


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that a node waits for. `kind`: input, store, effect, body, failure, end or ready.

    `node` is the node of the region that must be decided first, `port` the input it feeds; `text` says it to people.
    """

    kind: str
    text: str
    node: str = ""
    port: str = ""


class Waiting:
    """Says of the undecided nodes of one region what they wait for. It holds none of the node states that hold it, so
    that what was read of a step goes with its last reader; `paths` are the nodes that the run knows."""

    def __init__(
        self,
        steps: Moments,
        run: Run,
        plan: RegionPlan,
        standing: Standing,
        paths: Sequence[PathRow],
        first: bool,
        time: int,
        is_last: bool,
    ) -> None:
        self._steps = steps
        self._run = run
        self._plan = plan
        self._standing = standing
        self._paths = paths
        self._first = first
        self._time = time
        self._is_last = is_last

    def of(self, state: NodeState) -> tuple[Wait, ...]:
        """What one node waits for; nothing if that is not known."""
        if state.now is not None:
            return self._answers(state)
        node = self._plan.nodes[state.path.plan_index]
        failed = self._failure
        if failed is not None:
            return (Wait("failure", f"`{failed}` failed: nothing new starts in this region", failed),)
        waits = [*self._inputs(node), *self._stores(node)]
        return tuple(waits) or (self._ready(),)

    def _answers(self, state: NodeState) -> tuple[Wait, ...]:
        """What a firing under way is doing."""
        assert state.now is not None
        if self._plan.nodes[state.path.plan_index].body is not None:
            return (Wait("body", "its body is under way"),)
        effects = self._steps.open_effects(state.now.id, self._time)
        return tuple(Wait("effect", f"{effect.kind} {effect.name} has not answered") for effect in effects)

    @cached_property
    def _known(self) -> frozenset[int]:
        return frozenset(path.plan_index for path in self._paths)

    @cached_property
    def _failure(self) -> str | None:
        """The node that has failed the region in this tick."""
        if not self._standing.may_have_failed():
            return None
        for index in sorted(self._known):
            node = self._plan.nodes[index]
            if self._standing.of(index) == FAILED and node.on_error == "fail" and not node.contends:
                return node.name
        return None

    def _inputs(self, node: NodePlan) -> list[Wait]:
        found: dict[tuple[str, str], Wait] = {}
        ports = [("when", node.when), *((entry.name, entry.wires) for entry in node.inputs)]
        for port, wires in ports:
            for wire in wires:
                source = self._before(wire)
                if source is None or not self._is_open(source):
                    continue
                name = self._plan.nodes[source].name
                text = f"waits for `{name}`{self._doing(source)}, its input `{port}`"
                found.setdefault((port, name), Wait("input", text, name, port))
        return list(found.values())

    def _before(self, wire: Wire) -> int | None:
        """The node that must be decided in this tick before a wire can be read."""
        if wire.feedback < 0:
            return wire.source
        start = self._plan.registers[wire.feedback].initial_from
        return start[0] if start is not None and self._first else None

    def _stores(self, node: NodePlan) -> list[Wait]:
        found = []
        for store in node.stores:
            users = [one for one in self._plan.nodes[: node.index] if store in one.stores and (one.live or self._first)]
            if users and self._is_open(users[-1].index):
                name = users[-1].name
                text = f"waits for `{name}`{self._doing(users[-1].index)}, which uses the store `{store}` before it"
                found.append(Wait("store", text, name))
        return found

    def _ready(self) -> Wait:
        run = self._run
        if self._is_last and run.status != "running":
            if run.status == "paused":
                return Wait("end", f"the run paused here ({run.ended or 'paused'})")
            return Wait("end", f"the run ended here ({run.status})")
        return Wait("ready", "ready to start")

    def _is_open(self, index: int) -> bool:
        return index in self._known and self._standing.of(index) not in DECIDED

    def _doing(self, index: int) -> str:
        return " (running)" if index in self._standing.now else ""
