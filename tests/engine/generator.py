"""Random graphs over the toys: feedback, joins, races, switches, regions of every kind, stores, errors, knockouts.

A graph comes from a random generator alone, so a failing example is named by its seed and size.  Two things are kept
out because the contract promises nothing about them: writes to an outer store from a body in which a node may fail
the region (what was in flight beside a failure may or may not have written), and the text of an error as data.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from studio.graph import Graph

INT, OTHER = "int", "other"


@dataclass(frozen=True)
class Setting:
    """What a graph being made may use, by where it stands."""

    depth: int = 0
    shared: bool = False
    may_fail: bool = True
    may_write: bool = True
    may_take: bool = True
    outer_stores: tuple[str, ...] = ()


@dataclass
class Draft:
    """A node on the drawing board: its ports by what they carry."""

    name: str
    type: str
    params: dict[str, Any] = field(default_factory=dict)
    required: dict[str, str] = field(default_factory=dict)
    optional: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)


class Maker:
    """Makes one graph with the bodies it needs."""

    def __init__(self, rng: random.Random, size: int, setting: Setting) -> None:
        self.rng = rng
        self.size = size
        self.setting = setting
        self.graph = Graph("random")
        self.drafts: list[Draft] = []
        self.stores: dict[str, bool] = dict.fromkeys(setting.outer_stores, False)
        self.wires: list[tuple[str, str, Any]] = []

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def make(self, inputs: tuple[str, ...] = (), outputs: int = 1) -> Graph:
        """Return the graph; `inputs` become its `flow.input`s, and it gets that many `flow.output`s."""
        rng = self.rng
        if self.chance(0.4):
            self.declare_stores()
        for name in inputs:
            params = {"value": rng.randrange(20)} if self.chance(0.4) else {}
            self.drafts.append(Draft(name, "flow.input", params, outputs={"value": INT}))
        self.drafts.append(Draft("seed", "toy.number", {"value": rng.randrange(10)}, outputs={"out": INT}))
        for number in range(self.size):
            self.drafts.append(self.draft(f"n{number}"))
        for number in range(outputs):
            collect = not self.setting.shared and self.chance(0.4)
            self.drafts.append(Draft(f"y{number}", "flow.output", {"collect": collect}, {"value": INT}))
        if self.chance(0.3):
            self.drafts.append(Draft("stop", "flow.stop"))
        for position, draft in enumerate(self.drafts):
            self.wire(position, draft)
        if not self.setting.shared:
            self.graph.max_ticks = rng.randint(1, 6 if self.setting.depth == 0 else 3)
            self.graph.until = "stop" if self.chance(0.15) else "quiet"
            if self.setting.may_fail and self.chance(0.04):
                self.graph.on_limit = "fail"
        self.assemble()
        return self.graph

    # -- nodes ----------------------------------------------------------------------------------

    def declare_stores(self) -> None:
        scope: Literal["run", "region"] = "run" if self.chance(0.2) and self.setting.depth == 0 else "region"
        self.graph.add_store("list", "log", scope=scope)
        self.graph.add_store("queue", "tasks", scope=scope, items=[self.rng.randrange(9) for _ in range(3)])
        self.stores.update(log=True, tasks=True)

    def draft(self, name: str) -> Draft:
        rng = self.rng
        salt = rng.randrange(100)
        kinds: list[tuple[int, Any]] = [
            (3, lambda: Draft(name, "toy.add", {"plus": salt}, {"a": INT}, {"b": INT}, {"out": INT})),
            (5, lambda: Draft(name, "toy.mix", {"salt": salt}, {"a": INT}, {"b": INT, "c": INT}, {"out": INT})),
            (3, lambda: Draft(name, "toy.echo", {}, {"value": INT}, {}, {"out": INT})),
            (2, lambda: Draft(name, "toy.gather", {}, {"parts": INT}, {}, {"sum": INT, "all": OTHER})),
            (1, lambda: Draft(name, "toy.gather_any", {}, {}, {"parts": INT}, {"sum": INT})),
            (3, lambda: Draft(name, "toy.parity", {}, {"value": INT}, {}, {"even": INT, "odd": INT})),
            (
                2,
                lambda: Draft(
                    name, "flow.switch", {"cases": [3, 7]}, {"value": INT, "data": INT}, {}, {"3": INT, "else": INT}
                ),
            ),
            (2, lambda: Draft(name, "flow.merge", {}, {"value": INT}, {}, {"value": INT})),
            (2, lambda: Draft(name, "toy.first", {}, {"value": INT}, {}, {"out": INT})),
            (1, lambda: Draft(name, "flow.merge", {"take": "first_arrival"}, {"value": INT}, {}, {"value": INT})),
            (2, lambda: Draft(name, "toy.world", {}, {}, {"after": INT}, {"out": INT})),
            (2, lambda: Draft(name, "toy.digest", {}, {"value": OTHER}, {}, {"out": INT})),
            (4, lambda: self.failing(name)),
        ]
        if self.stores:
            kinds.append((5, lambda: self.store_user(name)))
        if self.setting.depth < 2:
            kinds += [(4, lambda: self.subgraph(name)), (4, lambda: self.map(name))]
        return rng.choices([make for _, make in kinds], [weight for weight, _ in kinds])[0]()  # type: ignore[no-any-return]

    def failing(self, name: str) -> Draft:
        rng = self.rng
        params: dict[str, Any] = {"modulus": rng.randint(2, 4), "remainder": rng.randrange(2)}
        draft = Draft(name, "toy.fail", params, {"value": INT}, {}, {"out": INT})
        self.choose_on_error(draft, (0.6 if self.setting.depth else 0.2) if self.setting.may_fail else 0)
        if self.chance(0.2):
            params["heals"] = rng.randint(1, 2)
            params["retries"] = rng.randint(1, 2)
        return draft

    def choose_on_error(self, draft: Draft, fail: float) -> None:
        if self.chance(fail):
            return
        choice = self.rng.choice(["skip", "default", "route"])
        out = next((port for port, kind in draft.outputs.items() if kind == INT), None)
        if choice == "default" and out is None:
            choice = "skip"
        draft.params["on_error"] = choice
        if choice == "default":
            draft.params["default"] = {out: self.rng.randrange(50)}

    def store_user(self, name: str) -> Draft:
        kinds: list[tuple[str, str, dict[str, str], dict[str, str], dict[str, str]]] = [
            ("toy.notes", "log", {}, {"after": INT}, {"out": INT, "all": OTHER})
        ]
        if self.setting.may_write or self.stores["log"]:
            kinds.append(("toy.note", "log", {"value": INT}, {}, {"out": INT}))
            kinds.append(("toy.send", "tasks", {"value": INT}, {}, {"out": INT}))
        if self.stores["tasks"] or (self.setting.may_take and self.setting.may_write):
            kinds.append(("toy.take", "tasks", {}, {"after": INT}, {"out": INT}))
        type_name, store, required, optional, outputs = self.rng.choice(kinds)
        return Draft(name, type_name, {"store": store}, required, optional, outputs)

    def inner(self, name: str, shared: bool, inputs: tuple[str, ...], **changes: Any) -> Graph:
        may_fail = self.setting.may_fail and self.chance(0.5)
        setting = replace(
            self.setting,
            depth=self.setting.depth + 1,
            shared=shared,
            may_fail=may_fail,
            may_write=self.setting.may_write and not may_fail,
            outer_stores=tuple(self.stores),
            **changes,
        )
        made = type(self)(self.rng, self.rng.randint(1, 5), setting).make(inputs, outputs=2)
        made.name = f"body_{name}"
        self.graph.graphs[made.name] = made
        return made

    def subgraph(self, name: str) -> Draft:
        shared = self.chance(0.5)
        body = self.inner(name, shared, ("x", "z"))
        outputs = {
            inner.name: OTHER if inner.params["collect"] else INT
            for inner in body.nodes.values()
            if inner.type == "flow.output"
        }
        params = {"graph": body.name, "clock": "shared" if shared else "own"}
        draft = Draft(name, "flow.subgraph", params, {}, {}, outputs)
        self.take_ports(draft, body, ("x", "z"))
        self.choose_on_error(draft, 0.2)
        return draft

    def map(self, name: str) -> Draft:
        shared, sequential = self.chance(0.5), self.chance(0.2)
        may_take = self.setting.may_take and sequential
        body = self.inner(name, shared, ("item", "index", "x", "z"), may_take=may_take)
        params: dict[str, Any] = {
            "graph": body.name,
            "clock": "shared" if shared else "own",
            "concurrency": self.rng.randint(1, 4),
            "on_item_error": self.rng.choice(["fail", "skip", "null"]),
            "sequential": sequential,
        }
        if shared or self.chance(0.3):
            params["key"] = "name"
        draft = Draft(name, "flow.map", params, {"items": "items"}, {}, {"y0": OTHER, "y1": OTHER})
        self.take_ports(draft, body, ("x", "z"))
        if self.chance(0.4):
            params["each"] = ["x"]
            (draft.required if "x" in draft.required else draft.optional)["x"] = "table"
        self.choose_on_error(draft, 0.2)
        return draft

    @staticmethod
    def take_ports(draft: Draft, body: Graph, names: tuple[str, ...]) -> None:
        for port in names:
            (draft.optional if "value" in body.nodes[port].params else draft.required)[port] = INT

    # -- wires ----------------------------------------------------------------------------------

    def sources(self, drafts: list[Draft], kind: str) -> list[str]:
        return [
            f"{draft.name}.{port}"
            for draft in drafts
            for port, carries in draft.outputs.items()
            if kind == OTHER or carries == kind
        ]

    def wire(self, position: int, draft: Draft) -> None:
        """Wire the inputs of a node, to earlier ones in the same tick and to any of them by feedback."""
        if draft.type in ("flow.input", "toy.number"):
            return
        if draft.params.get("take") == "first_arrival" or draft.type == "toy.first":
            if self.setting.may_fail and self.chance(0.4):
                self.contender(position, draft)
        for port, kind in draft.required.items():
            join = port in ("parts", "value") and draft.type in (
                "toy.gather", "flow.merge", "toy.first", "flow.output", "toy.echo",
            )  # fmt: skip
            for _ in range(self.rng.randint(1, 3) if join else 1 + self.chance(0.2)):
                self.one_wire(position, draft, port, kind)
        for port, kind in draft.optional.items():
            for _ in range(self.rng.choice([0, 1, 1, 2])):
                self.one_wire(position, draft, port, kind)
        if draft.type == "flow.stop" or self.chance(0.15):
            self.when_wire(position, draft)

    def one_wire(self, position: int, draft: Draft, port: str, kind: str) -> None:
        if kind in ("items", "table"):
            helper = self.helper(position, "toy.subset" if kind == "items" else "toy.table")
            out = "items" if kind == "items" else self.rng.choice(["by_key", "by_index"])
            feedback: Any = {"hold": True} if self.chance(0.15) else self.chance(0.2)
            self.wires.append((f"{helper}.{out}", f"{draft.name}.{port}", feedback))
            return
        earlier = self.sources(self.drafts[:position], kind)
        if self.chance(0.3) or not earlier:
            options: dict[str, Any] = {}
            chosen = self.rng.random()
            if chosen < 0.6:
                options["initial"] = self.rng.randrange(20)
            elif chosen < 0.75 and earlier:
                options["initial_from"] = self.rng.choice(earlier)
            if self.chance(0.4):
                options["hold"] = True
            source = self.rng.choice(self.sources(self.drafts, kind))
            self.wires.append((source, f"{draft.name}.{port}", options or True))
        else:
            self.wires.append((self.rng.choice(earlier), f"{draft.name}.{port}", False))

    def when_wire(self, position: int, draft: Draft) -> None:
        helper = f"gate_{draft.name}"
        source = self.rng.choice(self.sources(self.drafts[:position], INT))
        self.graph.add("toy.parity" if self.chance(0.5) else "toy.at_least", helper)
        if self.graph.nodes[helper].type == "toy.at_least":
            self.graph.nodes[helper].params["limit"] = self.rng.randrange(60)
        outs = ["even", "odd"] if self.graph.nodes[helper].type == "toy.parity" else ["yes", "no"]
        self.wires.append((source, f"{helper}.value", False))
        feedback: Any = {"initial": True} if self.chance(0.15) else False
        self.wires.append((f"{helper}.{self.rng.choice(outs)}", f"{draft.name}.when", feedback))
        if self.chance(0.3):
            other = self.rng.choice(self.drafts[:position])
            port = "error" if other.params.get("on_error") == "route" and self.chance(0.6) else "done"
            self.wires.append((f"{other.name}.{port}", f"{draft.name}.when", False))

    def contender(self, position: int, draft: Draft) -> None:
        """Give a race a contender that may fail and leads nowhere else."""
        name = f"runner_{draft.name}"
        self.graph.add("toy.fail", name, modulus=self.rng.randint(1, 4))
        self.wires.append((self.rng.choice(self.sources(self.drafts[:position], INT)), f"{name}.value", False))
        self.wires.append((f"{name}.out", f"{draft.name}.value", False))

    def helper(self, position: int, type_name: str) -> str:
        name = f"help{len(self.graph.nodes)}_{len(self.wires)}"
        self.graph.add(type_name, name)
        source = self.rng.choice(self.sources(self.drafts[:position], INT))
        self.wires.append((source, f"{name}.value", False))
        return name

    def assemble(self) -> None:
        """Put the nodes and edges into the file in an order of its own."""
        for draft in self.drafts:
            keys: dict[str, Any] = dict(draft.params)
            if draft.type not in ("flow.input", "flow.stop", "flow.output"):
                if self.chance(0.1):
                    keys["fires"] = self.rng.choice(["once", "every_tick"])
                if self.chance(0.06):
                    keys["knockout"] = self.rng.choice([True, "pass"])
            self.graph.add(draft.type, draft.name, **keys)
        names = list(self.graph.nodes)
        self.rng.shuffle(names)
        self.graph.nodes = {name: self.graph.nodes[name] for name in names}
        self.rng.shuffle(self.wires)
        for source, target, feedback in self.wires:
            self.graph.connect(source, target, feedback=feedback)


def random_graph(seed: int, size: int) -> Graph:
    """Return the graph of this seed with about `size` nodes at the top."""
    return Maker(random.Random(seed), size, Setting()).make(outputs=2)
