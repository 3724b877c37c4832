"""From the engine's plan of a graph to the statements of a script (`outline`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


def _outline(plan: RegionPlan, item: bool, known: dict[int, Wiring], order: list[Wiring]) -> Wiring:
    if id(plan) in known:
        known[id(plan)].item |= item
        return known[id(plan)]
    wiring = known[id(plan)] = Wiring(plan, loops=plan.is_shared or _may_tick_again(plan, set()), item=item)
    for node in plan.nodes:
        if node.body is not None:
            wiring.bodies[node.index] = _outline(node.body.plan, node.role == "map", known, order)
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
    first = [node for node in plan.nodes if _opens(wiring, node)]
    rest = [node for node in plan.nodes if node not in first]
    if not wiring.loops:
        wiring.opening = [Step([node]) for node in first] + list(_steps(plan, rest))
        _place_starts(wiring)
        return
    steady, live = ([node for node in first if node.live is wanted] for wanted in (False, True))

    def is_early(node: NodePlan) -> bool:
        return not node.live and not _needs_any(plan, node, live)

    count = next((place for place, node in enumerate(rest) if not is_early(node)), len(rest))
    wiring.opening = [Step([node]) for node in steady] + list(_steps(plan, rest[:count]))
    wiring.ticks = [Step([node]) for node in live] + list(_steps(plan, rest[count:]))
    for step in wiring.ticks:
        step.once = not step.nodes[0].live
    _place_starts(wiring)


def _opens(wiring: Wiring, node: NodePlan) -> bool:
    """True for an input that cannot fail and waits for nothing: it may stand before all others."""
    checked = wiring.item and any(kind not in ("any", "json") for kind in node.out_types.values())
    return node.role == "input" and not node.when and not checked


def _steps(plan: RegionPlan, nodes: Iterable[NodePlan]) -> Iterator[Step]:
    """Yield statements in plan order; nodes that wait come together where none needs another.

    The order of those that wait is kept, as a script of replies answers them in it. What stands between two that come
    together steps aside: before them if it needs neither, else behind.
    """
    held: list[NodePlan] = []
    for node in nodes:
        waiting = [other for other in held if may_wait(other, set())]
        if held and held[0].live != node.live:
            yield from _settled(plan, held)
            held = []
        elif waiting and may_wait(node, set()) and _needs_any(plan, node, _behind(plan, waiting[0], held)):
            yield from _settled(plan, held)
            held = []
        held.append(node)
    yield from _settled(plan, held)


def _settled(plan: RegionPlan, held: list[NodePlan]) -> Iterator[Step]:
    """Yield a stretch of nodes in which those that wait can come together."""
    waiting = [node for node in held if may_wait(node, set())]
    if len(waiting) < 2:
        yield from (Step([node]) for node in held)
        return
    behind = _behind(plan, waiting[0], held)
    last = held.index(waiting[-1])
    for place, node in enumerate(held):
        if node not in behind and place < last:
            yield Step([node])
    yield Step(waiting)
    for place, node in enumerate(held):
        if node not in waiting and (node in behind or place > last):
            yield Step([node])


def _behind(plan: RegionPlan, first: NodePlan, held: list[NodePlan]) -> list[NodePlan]:
    """Return the first that waits, the others that wait, and all that needs one of these, directly or not."""
    found: list[NodePlan] = []
    for node in held[held.index(first) :]:
        if may_wait(node, set()) or _needs_any(plan, node, found):
            found.append(node)
    return found


def _needs_any(plan: RegionPlan, node: NodePlan, others: list[NodePlan]) -> bool:
    return any(_needs(plan, node, other) for other in others)


def may_wait(node: NodePlan, seen: set[int]) -> bool:
    """True if a node waits for the outside: a model, a server, a person, a program; or runs such a node."""
    if node.body is not None:
        if id(node.body.plan) in seen:
            return False
        seen.add(id(node.body.plan))
        return any(may_wait(inner, seen) for inner in node.body.plan.nodes)
    if node.knockout:
        return False
    return node.effects != "pure" and (node.is_async or node.blocking)


def _needs(plan: RegionPlan, node: NodePlan, other: NodePlan) -> bool:
    """True if a node reads another in the same tick, or uses a store after it (design rule 2.9)."""
    if any(store in other.stores for store in node.stores):
        return True
    for wire in wires_of(node):
        if wire.feedback < 0:
            if wire.source == other.index:
                return True
        else:
            start = plan.registers[wire.feedback].initial_from
            if start is not None and start[0] == other.index:
                return True
    return False


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
