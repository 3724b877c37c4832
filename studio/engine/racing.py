"""Races while they run: who has arrived at a `first` port, who has won, who is cancelled (rule 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.engine.context import Context
from studio.engine.plan import InputPlan, NodePlan
from studio.engine.races import Race
from studio.engine.wires import read_wire, start_registers
from studio.support.ticks import tick_path
from studio.support.values import Absent

if TYPE_CHECKING:
    from studio.engine.region import Region


def open_races(region: Region, todo: list[int]) -> None:
    """Start the tick's races: what lies there already (registers, held values) arrives first."""
    region.races = {}
    nodes, registers, first = region.plan.nodes, region.plan.registers, region.first
    for index in region.plan.racing:
        node = nodes[index]
        if not (first or node.live):
            continue
        for race in node.race_inputs.values():
            coming = 0
            winner = -1
            for position, wire in enumerate(race.wires):
                source_comes = wire.feedback < 0 and (first or nodes[wire.source].live)
                starts_from_output = wire.feedback >= 0 and first and registers[wire.feedback].initial_from is not None
                if source_comes or starts_from_output:
                    coming += 1
                elif winner < 0 and type(read_wire(region, wire)[0]) is not Absent and _may_win(region, race, position):
                    winner = position
            region.races[race] = [coming, winner]
            if winner >= 0:
                _won(region, race, winner, todo)
            elif not coming:
                _race_over(region, race, todo)


def arrive(region: Region, index: int, todo: list[int]) -> None:
    """A node is decided: tell the races that its wires (or, at tick 0, an `initial_from`) run in."""
    for race, position, only_first in region.plan.race_watch[index]:
        state = region.races.get(race)
        if state is None or (only_first and not region.first):
            continue
        if only_first:
            start_registers(region, region.plan.nodes[race.node])
        state[0] -= 1
        if state[1] >= 0:
            continue
        value, _ = read_wire(region, race.wires[position])
        if type(value) is not Absent and _may_win(region, race, position):
            state[1] = position
            _won(region, race, position, todo)
        elif state[0] == 0:
            _race_over(region, race, todo)


def _won(region: Region, race: Race, winner: int, todo: list[int]) -> None:
    if region.engine.recorded is None:  # in a replay the record says who lost
        reason = f"lost the race at `{region.plan.nodes[race.node].name}`"
        for loser in race.cancels[winner]:
            region.lost[loser] = reason  # asked when it enters or begins; who is decided already does neither
            task = region.own_tasks.get(loser)
            if task is not None and loser in region.begun:
                task.cancel()
    _race_over(region, race, todo)


def record_races(region: Region, node: NodePlan, context: Context) -> None:
    """Record which wires won the races of a node that fires."""
    for port, race in node.race_inputs.items():
        if region.races[race][1] >= 0:
            context.race_won(port, region.races[race][1])


def _may_win(region: Region, race: Race, position: int) -> bool:
    """In a replay only the wire that won then wins now; else whoever comes first."""
    engine, node = region.engine, region.plan.nodes[race.node]
    if engine.past is not None:
        return engine.past.winner(region, node, race.port) in (None, position)
    if engine.recorded is None:
        return True
    return engine.recorded.winner(region.prefix + node.name, tick_path(region.tick_key), race.port) == position


def _race_over(region: Region, race: Race, todo: list[int]) -> None:
    left = region.pending[race.node] = region.pending[race.node] - 1
    if left == 0:
        region.push(todo, race.node)


def undelivered(region: Region, node: NodePlan, entry: InputPlan) -> bool:
    """No contender delivered: the first failure in edge order fails the region (rule 2.3)."""
    race = node.race_inputs.get(entry.name)
    if race is None:
        return False
    for branch in race.branches:
        for contender in sorted(branch):
            if contender in region.deferred:
                region.fail_region(contender, region.deferred[contender])
                return True
    return False


def raise_undelivered(region: Region) -> None:
    """At the end of a tick: failures whose races nobody else won (or whose merge never asked) count."""
    for contender, failure in sorted(region.deferred.items()):
        delivered = any(
            type(region.outs[race.node]) is dict or _race_has_value(region, race)
            for race in region.plan.nodes[contender].contends
        )
        if not delivered:
            region.failures.append((contender, failure))
    # The error of a steady contender holds (rule 2.4): it counts again in a later tick in which nobody delivers.
    nodes = region.plan.nodes
    region.deferred = {index: failure for index, failure in region.deferred.items() if not nodes[index].live}


def _race_has_value(region: Region, race: Race) -> bool:
    return any(type(read_wire(region, wire)[0]) is not Absent for wire in race.wires)
