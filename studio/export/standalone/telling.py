"""Which wires and which nodes the statements of a graph name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from studio.engine.plan import NodePlan, RegionPlan, Wire
from studio.export.standalone.outline import Wiring
from studio.spec.types import accepts


def ports_of(node: NodePlan) -> Iterator[tuple[str, Sequence[Wire]]]:
    """Yield the inputs of a node with their wires, `when` first."""
    yield "when", node.when
    for entry in node.inputs:
        yield entry.name, entry.wires


def contenders(plan: RegionPlan, node: NodePlan, port: str) -> list[str]:
    """Return the nodes whose failure counts only if nobody wins the race into this port, in its order."""
    names: dict[str, None] = {}
    for branch in node.race_inputs[port].branches:
        for index in sorted(branch):
            if plan.nodes[index].contends and plan.nodes[index].on_error == "fail":
                names[plan.nodes[index].name] = None
    return list(names)


def is_told(node: NodePlan, port: str) -> bool:
    """True if the statement of the node names its wires on this port."""
    if not node.knockout or port == "when" or (node.knockout is True and port in node.race_inputs):
        return True
    kind = next(iter(node.out_types.values()), "")
    entry = next(entry for entry in node.inputs if entry.name == port)
    return node.knockout == "pass" and bool(node.out_types) and accepts(entry.type, kind)


def read_nodes(wiring: Wiring) -> set[int]:
    """Return the nodes of which some output is read by a statement."""
    read: set[int] = set()
    plan = wiring.plan
    for node in plan.nodes:
        for port, wires in ports_of(node):
            for wire in wires:
                if not is_told(node, port):
                    continue
                if wire.feedback < 0:
                    read.add(wire.source)
                else:
                    start = plan.registers[wire.feedback].initial_from
                    if start is not None:
                        read.add(start[0])
    if wiring.loops:
        read |= {register.source for register in plan.registers}
    return read
