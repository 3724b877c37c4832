"""What can be added to a graph: node types and ready-made beginnings, described for palettes.

A `TypeEntry` is worked out once per registry; what depends on a document (its subgraphs and stores) is asked of
`document_entries` and `starting`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from studio.editing.document.document import Document
from studio.editing.document.ops import At, Op, PutStore
from studio.editing.edits.bodies import add_graph
from studio.editing.edits.naming import free_name
from studio.editing.edits.stores import stores_for
from studio.editing.offering.presets import PRESETS, STARTERS, SYNONYMS
from studio.graph.check_regions import store_kinds_of
from studio.graph.model import Graph, NodeInstance, StoreDecl
from studio.graph.ports import node_ports
from studio.graph.scope import BODY_PARAM
from studio.spec.fields import Field
from studio.spec.node import Node, NodeSpec
from studio.spec.params import parse_params
from studio.spec.registry import Registry
from studio.support.values import Json

EFFECTS_WORDS = {
    "pure": "pure",
    "reads": "reads the outside",
    "network": "asks the network",
    "executes": "executes",
}
"""How palettes call the effects classes."""


@dataclass(frozen=True, eq=False)
class TypeEntry:
    """One thing that can be added: a node type, or one with params for a common job (`preset` is then its name).

    `params` is what a new node begins with, `name` what it is called; `inputs` and `outputs` are its ports then,
    without the implicit ones. `help` is Markdown.
    """

    type: str
    title: str
    category: str
    summary: str
    help: str
    icon: str
    effects: str
    live: bool
    role: str
    name: str
    params: Mapping[str, Json]
    inputs: Mapping[str, Field]
    outputs: Mapping[str, Field]
    preset: str = ""
    slot: str = ""
    takes: tuple[str, ...] = ()
    synonyms: str = ""
    stores: tuple[str, ...] = field(default=())
    """Params that name a store."""

    @property
    def key(self) -> str:
        """What tells entries apart, the same in every session: type, and preset behind a colon."""
        return f"{self.type}:{self.preset}" if self.preset else self.type

    @property
    def ports(self) -> str:
        """The ports in short: `text → parts, length`."""
        return f"{', '.join(self.inputs) or '·'} → {', '.join(self.outputs) or '·'}"

    @property
    def nature(self) -> str:
        """The effects class in words, and whether it fires every tick."""
        words = EFFECTS_WORDS.get(self.effects, self.effects)
        return f"{words}, fires every tick" if self.live else words

    @cached_property
    def searched(self) -> tuple[str, str, str, str, str, str]:
        """Type, title, synonyms, category, summary and help as searches compare them: folded words after spaces."""
        return (
            words_of(self.type), words_of(self.title), words_of(self.synonyms), words_of(self.category),
            words_of(self.summary), words_of(self.help),
        )  # fmt: skip


def words_of(text: str) -> str:
    """Return the words of a text, folded, each after a space; the whole ends with one."""
    return f" {' '.join(_BETWEEN.split(text.casefold()))} "


_BETWEEN = re.compile(r"[\W_]+")


_KNOWN: WeakKeyDictionary[Registry, tuple[int, list[TypeEntry]]] = WeakKeyDictionary()


def catalogue(registry: Registry) -> list[TypeEntry]:
    """Return an entry for each node type and preset, by category and title; kept as long as the types are the same.

    The first call imports every node type (a fifth of a second for ours).
    """
    types = registry.all_types()
    mark = hash(tuple(map(id, types)))
    known = _KNOWN.get(registry)
    if known is None or known[0] != mark:
        known = (mark, _entries(types))
        _KNOWN[registry] = known
    return known[1]


def _entries(types: Sequence[type[Node]]) -> list[TypeEntry]:
    by_type = {cls.spec.type: cls for cls in types}
    made = [_entry(cls) for cls in types]
    for preset in PRESETS:
        cls = by_type.get(preset.type)
        if cls is not None:
            made.append(
                replace(
                    _with_ports(_entry(cls), cls, preset.params),
                    title=preset.title, summary=preset.summary, name=preset.name, preset=preset.name, slot=preset.slot,
                    takes=preset.takes, synonyms=preset.words,
                )
            )  # fmt: skip
    return sorted(made, key=lambda entry: (entry.category, entry.type, bool(entry.preset), entry.title))


def _entry(cls: type[Node]) -> TypeEntry:
    spec = cls.spec
    slot, starter = STARTERS.get(spec.type, ("", {}))
    bare = TypeEntry(
        type=spec.type,
        title=title_of(spec),
        category=spec.category,
        summary=_first_sentence(spec.summary),
        help=spec.help,
        icon=spec.icon,
        effects=spec.effects,
        live=spec.live,
        role=spec.role,
        name=spec.type.rpartition(".")[2],
        params={},
        inputs={},
        outputs={},
        slot=slot,
        synonyms=SYNONYMS.get(spec.type, ""),
        stores=tuple(spec.stores),
    )
    made = _with_ports(bare, cls, starter)
    if spec.role in ("subgraph", "map"):
        return replace(made, inputs=_BODY_IN[spec.role], outputs=_BODY_OUT[spec.role])
    return made


_BODY_IN = {
    "subgraph": {"input": Field("input", "port", "any")},
    "map": {"items": Field("items", "port", "list", help="One run of the body each.")},
}
_BODY_OUT = {
    "subgraph": {"result": Field("result", "port", "any")},
    "map": {"result": Field("result", "port", "list")},
}
"""Ports of a region node with the body that `starting` makes."""


def with_params(entry: TypeEntry, registry: Registry, params: Mapping[str, Json]) -> TypeEntry:
    """Return the entry with other params and the ports that follow from them."""
    cls = registry.find(entry.type)
    return replace(entry, params=params) if cls is None else _with_ports(entry, cls, params)


def _with_ports(entry: TypeEntry, cls: type[Node], params: Mapping[str, Json]) -> TypeEntry:
    made, _ = parse_params(cls.Params, params)
    return replace(
        entry, params=dict(params), inputs=_asked(cls.inputs, made, cls.In), outputs=_asked(cls.outputs, made, cls.Out)
    )


def _asked(question: Any, params: Any, fallback: Any) -> dict[str, Field]:
    """Ask a type for its ports; one that cannot say them for unfinished params is listed with those it declares."""
    try:
        return dict(question(params).fields())
    except Exception:  # noqa: BLE001 - code of plugins; `graph.ports` reports the same as a finding at the node
        return dict(fallback.fields())


def title_of(spec: NodeSpec) -> str:
    """Return what people call a type: as declared, else the words of its name, `Read folder` for `files.read_folder`,
    with its family where that matters."""
    if spec.title:
        return spec.title
    family, _, last = spec.type.rpartition(".")
    words = last.replace("_", " ")
    if family in _NAMED_BY_FAMILY:
        return f"{words.capitalize()} ({family.replace('_', ' ')})"
    return words.capitalize()


_NAMED_BY_FAMILY = (
    "queue", "priority_queue", "store", "board", "messages", "stream", "list", "json", "random", "text", "math",
    "logic", "llm", "human", "table", "vector",
)  # fmt: skip
"""Families whose words alone would not tell what is meant: `Items`, `Push`, `Read`."""


def _first_sentence(text: str) -> str:
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


# -- what depends on a document ------------------------------------------------------------------


def document_entries(doc: Document, at: At) -> list[TypeEntry]:
    """Return entries for the local subgraphs that a graph may run: each as one node that runs it."""
    by_key = {entry.key: entry for entry in catalogue(doc.registry)}
    runner = by_key.get("flow.subgraph")
    if runner is None:
        return []
    made = []
    for name, body in _bodies(doc, at).items():
        if name == (at[-1] if at else None):
            continue  # a graph that runs itself is asked for by name, not offered
        node = NodeInstance("", "flow.subgraph", {BODY_PARAM: name})
        inputs, outputs = _body_ports(doc, at, node)
        made.append(
            replace(
                runner, title=name, name=name, preset=name, category="Own subgraphs",
                summary=_first_sentence(" ".join(body.about.split())) or f"Run the subgraph {name}.",
                params={BODY_PARAM: name}, inputs=inputs, outputs=outputs, synonyms="subgraph",
            )
        )  # fmt: skip
    return made


def _bodies(doc: Document, at: At) -> dict[str, Graph]:
    found: dict[str, Graph] = {}
    for depth in range(len(at), -1, -1):
        for name, graph in doc.at(at[:depth]).graphs.items():
            found.setdefault(name, graph)
    return found


def _body_ports(doc: Document, at: At, node: NodeInstance) -> tuple[dict[str, Field], dict[str, Field]]:
    ports = node_ports(doc.scope(at), node, doc.registry)
    return ports.inputs, ports.outputs


@dataclass(frozen=True)
class Start:
    """What a new node of an entry begins with here: its params, and ops that must come before it."""

    params: dict[str, Json]
    ops: tuple[Op, ...] = ()


def starting(doc: Document, at: At, entry: TypeEntry) -> Start:
    """Return with which params a node of an entry begins in a graph, so that nothing is wrong with it at once.

    A node that uses a store gets one of the graph's, or one is declared; a node that uses several gets each another.
    A region node without a body gets a new subgraph with one input and one output. Apply `ops` before the node is
    added, in the same edit.
    """
    params: dict[str, Json] = dict(entry.params)
    ops: list[Op] = []
    cls = doc.registry.find(entry.type)
    for param in entry.stores if cls is not None else ():
        if param not in params and cls is not None:
            wanted = param if len(entry.stores) > 1 else ""
            taken = {str(params[other]) for other in entry.stores if other in params}
            name, declared = _store_for(doc, at, store_kinds_of(cls, param), wanted, taken)
            params[param] = name
            if declared is not None:
                ops.append(PutStore(at, name, declared))
    if entry.role in ("subgraph", "map") and BODY_PARAM not in params:
        name = free_name("item_work" if entry.role == "map" else "subgraph", _bodies(doc, at))
        params[BODY_PARAM] = name
        ops += add_graph(doc, at, name, empty_body(name, "item" if entry.role == "map" else "input"))
    return Start(params, tuple(ops))


_STORE_NAMES = {
    "queue": "tasks", "list": "notes", "priority_queue": "waiting", "table": "rows", "board": "board",
    "messages": "conversation", "stream": "memories", "facts": "facts",
}  # fmt: skip
"""What a store of a kind is called when it is declared for a node."""


def _store_for(
    doc: Document, at: At, kinds: tuple[str, ...], wanted: str, taken: Collection[str]
) -> tuple[str, StoreDecl | None]:
    """Return a store of the graph that is not taken, or one to declare, called as wanted or by its kind."""
    for name in stores_for(doc, at, kinds):
        if name not in taken:
            return name, None
    kind = kinds[0] if kinds else "kv"
    name = free_name(wanted or _STORE_NAMES.get(kind, "memory"), {*doc.scope(at).store_names(), *taken})
    return name, StoreDecl(name, kind)


def empty_body(name: str, entry: str) -> Graph:
    """Return a subgraph to begin with: an input that goes straight to the output `result`."""
    body = Graph(name=name, layout={entry: [0, 0], "result": [240, 0]})
    body.add("flow.input", entry)
    body.add("flow.output", "result")
    body.connect(f"{entry}.value", "result.value")
    return body
