"""Random graphs of the types that ship with the studio: what `tests.engine.generator` makes of toys, with real nodes.

They compute with small whole numbers and fail, wait for nothing and ask nobody, so that a whole script can be compared
with a run of the engine.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from studio.graph import Graph
from tests.engine.generator import INT, OTHER, Draft, Maker, Setting

_COMPUTED: dict[str, Callable[[dict[str, Any], str], tuple[str, str]]] = {
    "toy.number": lambda params, port: (str(params["value"]), "integer"),
    "toy.subset": lambda params, port: ('[{"name": "k" + str(i), "n": i} for i in range(value % 4)]', "list"),
    "toy.table": lambda params, port: ("[value, value + 1]", "list"),
    "toy.at_least": lambda params, port: (f"value {'>=' if port == 'yes' else '<'} {params['limit']}", "boolean"),
    "toy.fail": lambda params, port: (f"100 // (value % {params['modulus'] + 1})", "integer"),
}
"""What the generator puts between nodes, as expressions."""


class RealMaker(Maker):
    """Makes a graph of real nodes."""

    def make(self, inputs: tuple[str, ...] = (), outputs: int = 1) -> Graph:
        return _translated(super().make(inputs, outputs))

    def draft(self, name: str) -> Draft:
        rng = self.rng
        factor, plus = rng.randrange(1, 9), rng.randrange(100)
        names = {"a": INT} | ({"b": INT} if self.chance(0.5) else {})
        both = f"(a * {factor} + {' + '.join(names)} + {plus}) % 997"
        fragile = f"{plus} // (a % {rng.randint(2, 3)})"
        template = "{a}, again {{a}} " + str(plus)
        whole = {"whole": True, "low": 0, "high": 50}
        kinds: list[tuple[int, Any]] = [
            (6, lambda: Draft(name, "math.expression", {"expression": both, "kind": "integer"}, names, {}, VALUE)),
            (3, lambda: self.careful(Draft(name, "math.expression", {"expression": fragile}, {"a": INT}, {}, VALUE))),
            (2, lambda: Draft(name, "math.expression", {"expression": "len(str(any))"}, {"any": OTHER}, {}, VALUE)),
            (2, lambda: Draft(name, "text.template", {"template": template}, {"a": OTHER}, {}, {"text": OTHER})),
            (2, lambda: Draft(name, "text.join", {}, {"texts": OTHER}, {}, {"text": OTHER})),
            (2, lambda: Draft(name, "json.build", {"template": {"x": "{a}", "y": [plus]}}, {"a": OTHER}, {}, OTHERS)),
            (2, lambda: Draft(name, "flow.gate", {"condition": "value % 2 == 0"}, {"value": INT}, {}, GATED)),
            (2, lambda: Draft(name, "flow.switch", {"cases": [3, 7]}, {"value": INT, "data": INT}, {}, SWITCHED)),
            (2, lambda: Draft(name, "flow.merge", {}, {"value": INT}, {}, VALUE)),
            (1, lambda: Draft(name, "flow.merge", {"take": "first_arrival"}, {"value": INT}, {}, VALUE)),
            (1, lambda: Draft(name, "flow.merge", {"take": "all"}, {"value": INT}, {}, OTHERS)),
            (2, lambda: Draft(name, "random.number", whole, {}, {}, VALUE)),
        ]
        if self.stores:
            kinds.append((5, lambda: self.store_user(name)))
        if self.setting.depth < 2:
            kinds += [(4, lambda: self.subgraph(name)), (4, lambda: self.map(name))]
        made: Draft = rng.choices([make for _, make in kinds], [weight for weight, _ in kinds])[0]()
        return made

    def careful(self, draft: Draft) -> Draft:
        self.choose_on_error(draft, (0.6 if self.setting.depth else 0.2) if self.setting.may_fail else 0)
        return draft

    def store_user(self, name: str) -> Draft:
        kinds: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
            ("store.items", "log", {}, {"length": INT, "items": OTHER})
        ]
        if self.setting.may_write or self.stores["log"]:
            kinds.append(("store.append", "log", {"value": INT}, {"length": INT}))
            kinds.append(("queue.push", "tasks", {"value": INT}, {"length": INT}))
        if self.stores["tasks"] or (self.setting.may_take and self.setting.may_write):
            kinds.append(("queue.pop", "tasks", {}, {"item": INT, "empty": OTHER}))
        type_name, store, required, outputs = self.rng.choice(kinds)
        return Draft(name, type_name, {"store": store}, required, {}, outputs)


VALUE = {"value": INT}
OTHERS = {"value": OTHER}
GATED = {"value": INT, "otherwise": INT}
SWITCHED = {"3": INT, "7": INT, "else": INT}


def _translated(graph: Graph) -> Graph:
    ports: dict[tuple[str, str], str] = {}
    for node in graph.nodes.values():
        used = next((edge.source_port for edge in graph.edges if edge.source == node.name), "")
        if node.type == "toy.parity":
            node.type, node.params = "flow.gate", {"condition": "value % 2 == 0"}
            ports |= {(node.name, "even"): "value", (node.name, "odd"): "otherwise"}
        elif node.type in _COMPUTED:
            expression, kind = _COMPUTED[node.type](node.params, used)
            node.type, node.params = "math.expression", {"expression": expression, "kind": kind}
            for port in ("out", "items", "by_key", "by_index", "yes", "no"):
                ports[node.name, port] = "value"
    for edge in graph.edges:
        edge.source_port = ports.get((edge.source, edge.source_port), edge.source_port)
        name, _, port = edge.initial_from.partition(".")
        edge.initial_from = f"{name}.{ports.get((name, port), port)}" if name else ""
    return graph


def real_graph(seed: int, size: int) -> Graph:
    """Return the graph of this seed with about `size` nodes at the top."""
    return RealMaker(random.Random(seed), size, Setting()).make(outputs=2)
