"""Races: `first` ports, who contends for them, and who may be cancelled when one wire has won (design rule 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.engine.plan import NodePlan, Register, Wire


class Race:
    """A `first` port of node `node`. `contenders`: nodes whose failure is absence here while another may deliver.

    `cancels[w]` holds the nodes that may be cancelled once wire `w` has won: all their outputs lead to losing
    wires, they use no store and have no outside effect but model calls.
    """

    __slots__ = ("branches", "cancels", "contenders", "node", "port", "wires")

    def __init__(self, node: int, port: str, wires: tuple[Wire, ...]) -> None:
        self.node = node
        self.port = port
        self.wires = wires
        self.branches: list[frozenset[int]] = []
        self.contenders: frozenset[int] = frozenset()
        self.cancels: list[frozenset[int]] = []


def find_races(nodes: Sequence[NodePlan], registers: Sequence[Register]) -> list[Race]:
    """Return the races of a region, with contenders and cancellable nodes worked out."""
    races = [
        Race(made.index, entry.name, entry.wires)
        for made in nodes
        for entry in made.inputs
        if entry.join == "first" and entry.wires
    ]
    if not races:
        return []
    leaves: list[list[tuple[int, str, Wire]]] = [[] for _ in nodes]
    for made in nodes:
        for entry in made.inputs:
            for wire in entry.wires:
                leaves[wire.source].append((made.index, entry.name, wire))
        for wire in made.when:
            leaves[wire.source].append((made.index, "when", wire))
    for register in registers:
        if register.initial_from is not None:
            leaves[register.initial_from[0]].append((register.target, "initial_from", _NOWHERE))
    for race in races:
        same_tick = [wire for wire in race.wires if wire.feedback < 0]
        only_here = _leading_only_to(race, set(map(id, same_tick)), leaves, len(nodes))
        direct = {wire.source for wire in same_tick}
        race.contenders = frozenset(only_here | direct)
        race.branches = [
            frozenset(
                ({wire.source} if wire.feedback < 0 else set())
                | (_ancestors(nodes, wire.source) & only_here if wire.feedback < 0 else set())
            )
            for wire in race.wires
        ]
        for winner in race.wires:
            losing = {id(wire) for wire in same_tick if wire is not winner}
            candidates = _leading_only_to(race, losing, leaves, len(nodes))
            race.cancels.append(frozenset(i for i in candidates if _may_be_cancelled(nodes[i])))
    return races


class _Nowhere:
    feedback = 0


_NOWHERE: Wire = _Nowhere()  # type: ignore[assignment]


def _leading_only_to(race: Race, wires: set[int], leaves: list[list[tuple[int, str, Wire]]], count: int) -> set[int]:
    """Nodes with at least one outgoing edge, every one of which leads, directly or through such nodes, to `wires`."""
    found: set[int] = set()
    for index in range(count - 1, -1, -1):  # plan order backwards: successors first
        edges = leaves[index]
        if edges and all(
            wire.feedback < 0 and (id(wire) in wires or (target in found and target != race.node))
            for target, _, wire in edges
        ):
            found.add(index)
    return found


def _ancestors(nodes: Sequence[NodePlan], start: int) -> set[int]:
    seen: set[int] = set()
    todo = [start]
    while todo:
        made = nodes[todo.pop()]
        wires = [wire for entry in made.inputs for wire in entry.wires] + list(made.when)
        for wire in wires:
            if wire.feedback < 0 and wire.source not in seen:
                seen.add(wire.source)
                todo.append(wire.source)
    return seen


def _may_be_cancelled(made: NodePlan) -> bool:
    """No store, no outside effect but model calls. Network types that are not live are model calls (rule 2.4)."""
    if made.stores:
        return False
    if made.body is not None:
        return all(map(_may_be_cancelled, made.body.plan.nodes))
    return made.effects == "pure" or (made.effects == "network" and not made.spec.live)
