"""From the engine's plan of a graph to the statements of a script (`outline`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from studio.engine.plan import NodePlan, RegionPlan, Wire
from studio.export.standalone.outline import Start, Step, Wiring


def outline(plan: RegionPlan) -> list[Wiring]:
    """Return the wiring of a graph and of all that its region nodes run, bodies before what runs them where possible.

    A graph that contains itself comes once. The graph of the plan is last.
    """
    known: dict[int, Wiring] = {}
    order: list[Wiring] = []
    _outline(plan, False, known, order)
    return order


def _outline(
    plan: RegionPlan, item: bool, known: dict[int, Wiring], order: list[Wiring], inner: bool = False
) -> Wiring:
    if id(plan) in known:
        known[id(plan)].item |= item
        known[id(plan)].inner |= inner
        return known[id(plan)]
    loops = plan.is_shared or _may_tick_again(plan, set())
    wiring = known[id(plan)] = Wiring(plan, loops=loops, item=item, inner=inner)
    for node in plan.nodes:
        if node.body is not None:
            wiring.bodies[node.index] = _outline(node.body.plan, node.role == "map", known, order, inner=True)
    order.append(wiring)
    _arrange(wiring)
    return wiring


def _may_tick_again(plan: RegionPlan, seen: set[int]) -> bool:
    """True if a region of its own clock may have a second tick (design rule 2.5), or a shared body may ask for one."""
    if id(plan) in seen:
        return False
    seen.add(id(plan))
    if not plan.is_shared and plan.until == "stop":
        return True
    if any(not register.hold for register in plan.registers):
        return True
    return any(
        node.body is not None and node.body.shared and _may_tick_again(node.body.plan, seen) for node in plan.nodes
    )


# -- order -------------------------------------------------------------------------------------------


def _arrange(wiring: Wiring) -> None:
    """Put the nodes into statements: inputs first, then what fires once before the first live node, then the loop."""
    plan = wiring.plan
    needs = _needs(plan)
    first = [node for node in plan.nodes if _opens(wiring, node)]
    opening = {node.index for node in first}
    rest = [node for node in plan.nodes if node.index not in opening]
    if not wiring.loops:
        wiring.opening = [Step([node]) for node in first] + list(_steps(needs, rest))
        _place_starts(wiring)
        return
    live = {node.index for node in first if node.live}
    late = (place for place, node in enumerate(rest) if node.live or needs[node.index] & live)
    count = next(late, len(rest))
    wiring.opening = [Step([node]) for node in first if not node.live] + list(_steps(needs, rest[:count]))
    wiring.ticks = [Step([node]) for node in first if node.live] + list(_steps(needs, rest[count:]))
    for step in wiring.ticks:
        step.once = not step.nodes[0].live
    _place_starts(wiring)


def _opens(wiring: Wiring, node: NodePlan) -> bool:
    """True for an input that cannot fail and waits for nothing: it may stand before all others."""
    checked = wiring.item and any(kind not in ("any", "json") for kind in node.out_types.values())
    checked = checked or (wiring.inner and bool(node.choices))
    return node.role == "input" and not node.when and not checked


class _Stretch:
    """Nodes in plan order among which those that wait can come together, as none of these needs another."""

    def __init__(self) -> None:
        self.nodes: list[NodePlan] = []
        self.waiting: list[NodePlan] = []
        self.behind: set[int] = set()
        """Indices of those that wait, and of all that needs one of them, directly or not."""

    def add(self, node: NodePlan, waits: bool, needs: frozenset[int]) -> None:
        self.nodes.append(node)
        if waits:
            self.waiting.append(node)
        if waits or needs & self.behind:
            self.behind.add(node.index)

    def takes(self, node: NodePlan, waits: bool, needs: frozenset[int]) -> bool:
        """True if the node may belong to it."""
        if self.nodes and self.nodes[0].live != node.live:
            return False
        return not (waits and needs & self.behind)

    def steps(self) -> Iterator[Step]:
        """Yield its statements. What stands between two that come together is moved: before them, if it needs neither,
        else behind."""
        if len(self.waiting) < 2:
            yield from (Step([node]) for node in self.nodes)
            return
        last = self.nodes.index(self.waiting[-1])
        yield from (Step([node]) for node in self.nodes[:last] if node.index not in self.behind)
        yield Step(self.waiting)
        for place, node in enumerate(self.nodes):
            if node not in self.waiting and (node.index in self.behind or place > last):
                yield Step([node])


def _steps(needs: Sequence[frozenset[int]], nodes: Iterable[NodePlan]) -> Iterator[Step]:
    """Yield statements in plan order; nodes that wait come together where none needs another.

    The order of those that wait is kept, as a script of replies answers them in it.
    """
    stretch = _Stretch()
    for node in nodes:
        waits = may_wait(node)
        if not stretch.takes(node, waits, needs[node.index]):
            yield from stretch.steps()
            stretch = _Stretch()
        stretch.add(node, waits, needs[node.index])
    yield from stretch.steps()


def may_wait(node: NodePlan, seen: set[int] | None = None) -> bool:
    """True if a node waits for the outside: a model, a server, a person, a program; or runs such a node."""
    seen = set() if seen is None else seen
    if node.knockout:
        return False
    if node.body is not None:
        if id(node.body.plan) in seen:
            return False
        seen.add(id(node.body.plan))
        return any(may_wait(inner, seen) for inner in node.body.plan.nodes)
    return node.effects != "pure" and (node.is_async or node.blocking)


def _needs(plan: RegionPlan) -> list[frozenset[int]]:
    """Return for each node those that must be decided before it in the same tick: what it reads, and who uses one of
    its stores before it (design rule 2.9)."""
    found: list[frozenset[int]] = []
    users: dict[str, list[int]] = {}
    for node in plan.nodes:
        needed = {index for store in node.stores for index in users.get(store, ())}
        for wire in wires_of(node):
            start = plan.registers[wire.feedback].initial_from if wire.feedback >= 0 else (wire.source, wire.port)
            if start is not None:
                needed.add(start[0])
        found.append(frozenset(needed))
        for store in node.stores:
            users.setdefault(store, []).append(node.index)
    return found


def wires_of(node: NodePlan) -> Iterator[Wire]:
    """Yield all wires that lead into a node."""
    yield from node.when
    for entry in node.inputs:
        yield from entry.wires


def _place_starts(wiring: Wiring) -> None:
    registers = wiring.plan.registers
    for step in wiring.steps:
        for node in step.nodes:
            for wire in wires_of(node):
                if wire.feedback >= 0 and registers[wire.feedback].initial_from is not None:
                    step.starts.append(Start(wire.feedback))
