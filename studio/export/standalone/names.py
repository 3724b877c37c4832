"""Names in a script: functions after nodes, coroutines after graphs, variables after what they hold; each means one
thing and hides nothing."""

from __future__ import annotations

import builtins
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Final

from studio.engine.plan import NodePlan, RegionPlan
from studio.export.naming import fresh
from studio.export.standalone.outline import Wiring

BUILT_IN: Final = frozenset(dir(builtins))

LONGEST: Final = 40
"""Characters of a name; longer ones are cut, so that lines stay readable."""

Owner = tuple[int, str]
"""A node as it stands in its graph: the graph by `id`, the node's name. Two plans of one graph share their modules."""


class Names:
    """The names at the top level of a script.

    `taken` are those of the runtime and of imports; nothing of a graph takes one of these, nor one of Python's own.
    """

    def __init__(self, wirings: Sequence[Wiring], taken: Iterable[str]) -> None:
        self.taken = {*BUILT_IN, *taken, "region", "firing"}
        self._constants: dict[tuple[int, str], str] = {}
        self.modules: dict[Owner, str] = {}
        """Function of each node that has one."""
        self.coroutines: dict[int, str] = {}
        """Coroutine of each plan, by `id`."""
        self.graphs: dict[int, str] = {}
        """The same with its facts around it, in capitals."""
        self._name_modules(wirings)
        self._name_graphs(wirings)

    def _name_modules(self, wirings: Sequence[Wiring]) -> None:
        top = wirings[-1].plan
        owners: dict[Owner, RegionPlan] = {}
        for wiring in (wirings[-1], *wirings[:-1]):
            for node in wiring.plan.nodes:
                if is_module(node):
                    owners.setdefault(owner(wiring.plan, node), wiring.plan)
        common = Counter(name.lower() for _, name in owners)
        for (graph, name), plan in owners.items():
            wanted = name if common[name.lower()] == 1 or plan is top else f"{stem(plan)}_{name}"
            self.modules[graph, name] = self._module(snake(wanted))

    def _module(self, wanted: str) -> str:
        """Take a name whose form in capitals is free, too: constants of a module are called so."""
        if wanted in self.taken:
            wanted = f"{wanted}_node"
        name, number = fresh(wanted, self.taken), 2
        while name.upper() != name and name.upper() in self.taken:
            name, number = fresh(f"{wanted}_{number}", self.taken), number + 1
        self.taken |= {name, name.upper()}
        return name

    def _name_graphs(self, wirings: Sequence[Wiring]) -> None:
        for wiring in (wirings[-1], *wirings[:-1]):
            plan = wiring.plan
            wanted = snake(stem(plan))
            if wanted in self.taken:
                wanted = f"{wanted}_{'organ' if plan.is_shared else 'graph'}"
            name = self.coroutines[id(plan)] = self._module(wanted)
            self.graphs[id(plan)] = name.upper() if name.upper() != name else self.top_level(f"{name}_GRAPH")

    def top_level(self, wanted: str) -> str:
        """Return a new name for something at the top level, as near to the wanted one as can be."""
        name = fresh(wanted, self.taken)
        self.taken.add(name)
        return name

    def constant(self, plan: RegionPlan, wanted: str) -> str:
        """Return the name of a constant of a graph, the same each time it is asked for."""
        known = (id(plan), wanted)
        if known not in self._constants:
            self._constants[known] = self.top_level(wanted)
        return self._constants[known]

    def local(self) -> Locals:
        """Return the names of one function, which hide none of the top level."""
        return Locals(self.taken)


class Locals:
    """The variables of one function."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {*taken, "region"}

    def take(self, *wanted: str) -> str:
        """Return the first of the wanted names that is free, else the last with a number behind it."""
        for name in wanted:
            if fresh(name, self._taken) == name:
                break
        name = fresh(name, self._taken)
        self._taken.add(name)
        return name


def owner(plan: RegionPlan, node: NodePlan) -> Owner:
    """Return which node of the document this is."""
    return id(plan.graph), node.name


def is_module(node: NodePlan) -> bool:
    """True if a node becomes a function; what the engine plays itself, and what is knocked out, does not."""
    return node.role == "" and not node.knockout


def stem(plan: RegionPlan) -> str:
    """Return what a graph is called: its name where it is run, or the file's without the ending."""
    reference = plan.scope.name or plan.graph.name
    return PurePosixPath(reference).stem if "/" in reference else reference


def snake(name: str) -> str:
    """Return a name as functions and variables are called: `fetchMails` → `fetch_mails`, cut to `LONGEST`."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"[^A-Za-z0-9_]+", "_", name)).lower()
    return (parts[:LONGEST].rstrip("_") or parts[:LONGEST]) or "graph"
