"""Which nodes of a graph are modules in the sense of its dynamics, and what of their outputs counts as said.

A module reaches outside of the graph's wiring: it asks a model or a person, uses a tool, or keeps a memory. Pure
helpers (joining texts, switching, counting) say nothing of their own: what they pass on was said elsewhere. Where a
graph has no such node, as a cellular automaton of cells, all its pure nodes are looked at instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from studio.spec.node import Node
from studio.support.values import Absent, Json

Kind = Literal["llm", "tool", "memory", "human", "timer", "cell", "progress", "monitor"]
Effect = Literal["read", "write"]

PROGRESS: Final = "monitor.progress"
"""The node type by which a graph says what it has achieved."""

ALARMS: Final = "monitor.alarms"
"""The node type that tells a graph of alarms: it says nothing of its own."""

_BY_FAMILY: Final[dict[str, Kind]] = {"llm": "llm", "human": "human", "clock": "timer", "random": "timer"}
"""Kinds by the first part of a node type's name."""

_UNSAID: Final = frozenset({"done", "error", "confidence", "scores", "logprobs", "tokens", "duration_s"})
"""Ports that tell how it went and not what was said: a label with another confidence is the same label."""

_ENGINE_ROLES: Final = frozenset({"input", "output", "stop", "subgraph", "map"})


class ModuleFacts(NamedTuple):
    """What a module is, and what it does to the world outside: it looks (`read`), changes something, or neither."""

    kind: Kind
    effect: Effect | None = None


def facts_of(cls: type[Node], params: Any) -> ModuleFacts | None:
    """Return what a node of this type with these params is as a module; None if it is a helper."""
    spec = cls.spec
    if spec.type == PROGRESS:
        return ModuleFacts("progress")
    if spec.type == ALARMS:
        return ModuleFacts("monitor")
    if spec.role in _ENGINE_ROLES or _gives_vectors_alone(cls, params):
        return None
    kind = _BY_FAMILY.get(spec.type.partition(".")[0])
    if kind is None:
        if cls.uses_stores(params):
            return ModuleFacts("memory")
        if spec.effects == "pure":
            return None
        kind = "tool" if spec.live else "llm"
    return ModuleFacts(kind, _effect(cls, params, kind))


def cell_facts(cls: type[Node]) -> ModuleFacts | None:
    """Return what a node is in a graph without any module; None for what the engine itself plays, and for wiring."""
    spec = cls.spec
    return None if spec.role in _ENGINE_ROLES or spec.type.startswith("flow.") else ModuleFacts("cell")


def said(outputs: Mapping[str, Json | Absent], kind: Kind = "llm") -> Json:
    """Return what counts as said of a firing's outputs: the one value, or an object of several; None if nothing.

    What a memory counts (how much it holds now) is not said: it grows also where nothing is achieved.
    """
    values = {port: value for port, value in outputs.items() if port not in _UNSAID and not isinstance(value, Absent)}
    if kind == "memory":
        values = {port: value for port, value in values.items() if not isinstance(value, int | float)}
    if len(values) == 1:
        return next(iter(values.values()))
    return values or None


def _gives_vectors_alone(cls: type[Node], params: Any) -> bool:
    """An embedding is no words: what is looked up with it speaks."""
    types = {field.type for field in cls.outputs(params).fields().values()}
    return "vector" in types and types <= {"vector", "list", "boolean", "integer"}


def _effect(cls: type[Node], params: Any, kind: Kind) -> Effect | None:
    """What it may do is what a person approves: nothing else says whether a command or an agent changes files."""
    allowed = {permission.kind for permission in cls.permissions(params, ())}
    method = str(getattr(params, "method", "GET")).upper()
    if allowed & {"write", "server"} or ("host" in allowed and method not in ("GET", "HEAD")):
        return "write"
    return "read" if kind == "tool" else None
