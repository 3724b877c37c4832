"""What a graph may do: the list a person approves, node by node, and the hash that an approval is bound to.

The hash covers what decides what may happen: where a node stands, its type and version, all of its permissions, and
what is wired into it.  Places on the canvas, titles, prompts and the order of nodes do not change it; one changed byte
of code does.  Where something is wired into a command or a tool server, it covers all that the graph says, prompts too:
what comes over a wire is decided far away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.reading import is_file_reference
from studio.graph.scope import BODY_PARAM, bundle
from studio.graph.writing import node_to_json
from studio.models.names import EMBEDDED, REPLAY, ROLES, SCRIPTED, replay_parts
from studio.models.weights import SMOLLM2
from studio.spec.node import Node
from studio.spec.params import read_params
from studio.spec.permissions import KIND_WORDS, Kind, Permission
from studio.spec.registry import Registry, default_registry
from studio.support.values import Json, NotJson, decode, hash_bytes, sorted_encode
from studio.trust.showing import seen, seen_line

SHIPPED_MODELS: Final = ("embedded", "toy", f"{EMBEDDED}wordllama-256", f"{EMBEDDED}{SMOLLM2.name}")
"""Models that come with the studio. Any other name that begins with `embedded/` is a file of weights, which the graph's
author may have made: native code reads it.  Of `scripted:FILE` the graph gets what stands in that file."""

MODEL_EDITORS: Final = ("model", "embedder")
"""Editors of params that name a model."""

OPEN: Final[tuple[Kind, ...]] = ("command", "server", "other")
"""Kinds of which the inputs decide as much as the params do."""

LONG: Final[tuple[Kind, ...]] = ("code", "other")
"""Kinds whose `what` is shown as a block of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One node that may do something: its path (names of graphs, then its own), its type, and what it may do.

    `wires` are what is wired into it, as `port <- node.port`; `file` is the file that it was read from.
    """

    path: str
    type: str
    version: int
    effects: str
    permissions: tuple[Permission, ...]
    wires: tuple[str, ...] = ()
    file: str = ""

    @property
    def identity(self) -> Json:
        """What counts for the hash."""
        may = [[one.kind, one.what] for one in self.permissions]
        return [self.path, self.type, self.version, self.effects, may, list(self.wires)]

    @property
    def is_open(self) -> bool:
        """True if wires decide what a program of this computer is told to do, or whether: then an approval holds for
        the whole graph as it is. Commands do not run behind a boundary that would make any input harmless."""
        return bool(self.wires) and any(one.kind in OPEN for one in self.permissions)

    def to_json(self) -> Json:
        """Return it for programs."""
        may = [{"kind": one.kind, "what": one.what, "note": one.note} for one in self.permissions]
        return {
            "node": self.path, "type": self.type, "version": self.version, "effects": self.effects,
            "permissions": may, "wires": list(self.wires),
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """Say it for people, with all that would run, every sign of it to be seen."""
        yield f"{seen_line(self.path)} ({seen_line(self.type)})"
        for one in self.permissions:
            if "\n" in one.what.strip() or (one.kind in LONG and len(one.what) > 60):
                note = f" ({seen_line(one.note)})" if one.note else ""
                yield f"    {KIND_WORDS[one.kind]}{note}:"
                yield from (f"      | {line}" for line in seen(one.what).rstrip("\n").split("\n"))
            else:
                yield f"    {seen_line(one.told)}"
        if self.wires:
            yield f"    with {', '.join(map(seen_line, self.wires))}"


@dataclass(frozen=True, slots=True)
class Survey:
    """What a graph may do, and the hash of it. `name` is the graph's own and proves nothing."""

    name: str
    entries: tuple[Entry, ...]
    hash: str

    @property
    def asks(self) -> bool:
        """False for a graph that only computes and asks models of the person's own choice: it needs no approval."""
        return bool(self.entries)

    @property
    def sends(self) -> bool:
        """True if texts can leave the machine, other than to models."""
        return any(one.is_outbound for entry in self.entries for one in entry.permissions)

    def lines(self) -> list[str]:
        """Say all of it, node by node."""
        return [line for entry in self.entries for line in entry.lines()]

    def to_json(self) -> Json:
        """Return it for programs."""
        return {"graph": self.name, "hash": self.hash, "nodes": [entry.to_json() for entry in self.entries]}


def survey(graph: Graph, registry: Registry) -> Survey:
    """Return what a graph may do, with all graphs in it and the files it includes. Runs and connects nothing.

    Raises GraphError if a file that it includes cannot be read.
    """
    return survey_whole(whole_of(graph), registry)


def whole_of(graph: Graph) -> Graph:
    """Return a graph with the files it includes, or itself if there are none: copying a large one takes a moment.

    Raises GraphError if a file that it includes cannot be read.
    """
    bodies = (node.params.get(BODY_PARAM) for _, part in graph.walk() for node in part.nodes.values())
    return bundle(graph) if any(isinstance(one, str) and is_file_reference(one) for one in bodies) else graph


def survey_whole(graph: Graph, registry: Registry) -> Survey:
    """Like `survey`, for a graph that holds all its bodies already (see `bundle`)."""
    found: list[Entry] = []
    for place, part in graph.walk():
        feeds = _feeds(part.edges)
        for node in part.nodes.values():
            cls = registry.find(node.type)
            if cls is not None:  # an unknown type cannot run
                permissions = permissions_of(cls, node, feeds.get(node.name, ()), registry)
                if permissions:
                    path = f"{place}/{node.name}" if place else node.name
                    wires = tuple(sorted(f"{edge.target_port} <- {_source(edge)}" for edge in feeds.get(node.name, ())))
                    found.append(
                        Entry(
                            path, cls.spec.type, cls.spec.version, cls.spec.effects, permissions, wires, node.place.file
                        )
                    )
    found.sort(key=lambda entry: entry.path)
    identity: list[Json] = [entry.identity for entry in found]
    if any(entry.is_open for entry in found):
        identity.append(_content_of(graph))
    return Survey(graph.name, tuple(found), hash_bytes(sorted_encode(identity)))


def _content_of(whole: Graph) -> Json:
    """All that a graph says but for how it looks: names of graphs, titles, places, notes, and the order of nodes."""
    parts: list[Json] = []
    for place, part in whole.walk():
        nodes = {name: {**node_to_json(node), "title": ""} for name, node in part.nodes.items()}
        stores = {name: [store.type, store.scope, store.params] for name, store in part.stores.items()}
        wires = [str(edge) for edge in part.edges]
        ends = [part.until, part.max_ticks, part.on_limit]
        parts.append([place, sorted(nodes.items()), wires, sorted(stores.items()), ends])
    return _plain(parts)


def _plain(value: Json) -> Json:
    """The value as JSON can hold it: whole numbers of a hundred digits and the like as their text."""
    try:
        return decode(sorted_encode(value))
    except NotJson:
        return repr(value)


def permissions_of(
    cls: type[Node], node: NodeInstance, feeds: Iterable[Edge], registry: Registry
) -> tuple[Permission, ...]:
    """Return what one node may do, in a fixed order; `feeds` are the edges into it."""
    found = _asked_for(cls, node.params, {edge.target_port for edge in feeds})
    for name, fixed in tools_of(cls, node.params):
        tool = registry.find(name)
        if tool is not None:
            found |= set(_models(tool, fixed))
            if default_registry().find(name) is None:  # the user of tools knows those that ship with the studio only
                found |= _asked_for(tool, fixed, None)
    return tuple(sorted(found))


def _asked_for(cls: type[Node], given: Mapping[str, Json], wired: Collection[str] | None) -> set[Permission]:
    """What a type would do with these params; `wired` are the inputs with a wire, None: all of them."""
    found = set(_models(cls, given))
    if _says(cls):
        params, faults = read_params(cls.Params, given)
        usable = all(fault.code == "unknown_param" for fault in faults)
        try:
            inputs = set(cls.inputs(params).fields()) if wired is None else set(wired)
            found |= set(cls.permissions(params, inputs)) if usable else {_everything(cls, given)}
        except Exception as error:  # noqa: BLE001 - code of plugins, fed with whatever the file says
            note = f"the type failed when asked what it may do: {type(error).__name__}"
            found.add(Permission("other", _everything(cls, given).what, note))
    return found


def _says(cls: type[Node]) -> bool:
    """True if a type has to be asked what it may do: most only compute."""
    known = _SAYS.get(cls)
    if known is None:
        overrides = any("permissions" in vars(base) for base in cls.__mro__ if base is not Node)
        known = _SAYS[cls] = cls.spec.needs_approval or overrides
    return known


def _edited_as(cls: type[Node], *kinds: str) -> tuple[str, ...]:
    """The params of a type with one of these editors."""
    known = _EDITED.setdefault(cls, {})
    if kinds not in known:
        known[kinds] = tuple(name for name, field in cls.Params.fields().items() if field.editor.get("kind") in kinds)
    return known[kinds]


_SAYS: Final[WeakKeyDictionary[type[Node], bool]] = WeakKeyDictionary()
_EDITED: Final[WeakKeyDictionary[type[Node], dict[tuple[str, ...], tuple[str, ...]]]] = WeakKeyDictionary()
"""What is known of types already: asked of every node, and of every edit of a graph."""


def _everything(cls: type[Node], params: Mapping[str, Any]) -> Permission:
    return Permission("other", f"{cls.spec.type} {_said(dict(params))}")


def _said(value: Json) -> str:
    try:
        return sorted_encode(value).decode()
    except NotJson:  # a whole number of a hundred digits, say
        return repr(value)


def _models(cls: type[Node], params: Mapping[str, Json]) -> Iterator[Permission]:
    """The models that a node names itself: whoever named them would have the prompts sent there."""
    for field in _edited_as(cls, *MODEL_EDITORS):
        name = params.get(field)
        if isinstance(name, str) and not is_own_choice(name):
            if name.startswith(SCRIPTED):
                yield Permission("read", name.removeprefix(SCRIPTED), "as the answers of a model")
            else:
                yield Permission("model", name)


def tools_of(cls: type[Node], params: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield the node types, each with its params, that a node lets work inside of it (params edited as `tools`)."""
    for field in _edited_as(cls, "tools"):
        given = params.get(field)
        for entry in given if isinstance(given, list | tuple) else ():
            if isinstance(entry, dict) and isinstance(entry.get("use"), str):
                fixed = entry.get("set")
                yield entry["use"], fixed if isinstance(fixed, dict) else {}


def is_own_choice(name: str) -> bool:
    """True if a model's name stands for one of the person's own choice, or for one that asks nobody outside and reads
    no file of the graph's choice."""
    if name.startswith(REPLAY):
        fallback = replay_parts(name)[1]
        return not fallback or is_own_choice(fallback)
    return not name or name in (*ROLES, *SHIPPED_MODELS)


def _feeds(edges: Iterable[Edge]) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.target, []).append(edge)
    return found


def _source(edge: Edge) -> str:
    first = f" (first {edge.initial_from})" if edge.initial_from else ""
    if edge.has_initial:
        first = f" (first {_said(edge.initial)})"
    return f"{'~' if edge.feedback else ''}{edge.source}.{edge.source_port}{first}"
