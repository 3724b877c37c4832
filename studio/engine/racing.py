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
    deciding = (lambda node: True) if region.first else (lambda node: node.live)
    for node in region.plan.nodes:
        if not node.race_inputs or not deciding(node):
            continue
        if region.first:
            start_registers(region, node)
        for race in node.race_inputs.values():
            coming = 0
            winner = -1
            for position, wire in enumerate(race.wires):
                if wire.feedback < 0 and deciding(region.plan.nodes[wire.source]):
                    coming += 1
                elif winner < 0 and type(read_wire(region, wire)[0]) is not Absent and _may_win(region, race, position):
                    winner = position
            region.races[race] = [coming, winner]
            if winner >= 0:
                _won(region, race, winner, todo)
            elif not coming:
                _race_over(region, race, todo)


def arrive(region: Region, index: int, todo: list[int]) -> None:
    for race, position in region.plan.race_watch[index]:
        state = region.races.get(race)
        if state is None:
            continue
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
    reason = f"lost the race at `{region.plan.nodes[race.node].name}`"
    for loser in race.cancels[winner]:
        region.lost[loser] = reason  # asked when it enters; one that is decided already enters no more in this tick
        task = region.own_tasks.get(loser)
        if task is not None:
            task.cancel()
    _race_over(region, race, todo)


def record_races(region: Region, node: NodePlan, context: Context) -> None:
    for port, race in node.race_inputs.items():
        if region.races[race][1] >= 0:
            context.race_won(port, region.races[race][1])


def _may_win(region: Region, race: Race, position: int) -> bool:
    """In a replay only the wire that won then wins now; else whoever comes first."""
    recorded = region.engine.recorded
    if recorded is None:
        return True
    path = region.prefix + region.plan.nodes[race.node].name
    return recorded.winner(path, tick_path(region.tick_key), race.port) == position


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
