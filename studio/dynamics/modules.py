"""Which nodes of a graph are modules in the sense of its dynamics, and what of their outputs counts as said.

A module reaches outside of the graph's wiring: it asks a model or a person, uses a tool, or keeps a memory. Pure
helpers (joining texts, switching, counting) say nothing of their own: what they pass on was said elsewhere.

A memory, too, only gives back what was put there, and grows or repeats itself whatever the agent does; dice and clocks
say nothing of the task. Where models or people are asked, these are not looked at. In a graph where nobody is asked
they are what there is, and where it has no module at all, as a cellular automaton of cells, all its pure nodes are
looked at instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from studio.spec.node import Node
from studio.support.values import Absent, Json

Kind = Literal["llm", "narrow", "tool", "store", "chance", "human", "cell", "progress", "monitor"]
Effect = Literal["read", "write"]

PROGRESS: Final = "monitor.progress"
"""The node type by which a graph says what it has achieved."""

ALARMS: Final = "monitor.alarms"
"""The node type that tells a graph of alarms: it says nothing of its own."""

_BY_FAMILY: Final[dict[str, Kind]] = {"llm": "llm", "human": "human"}
"""Kinds by the first part of a node type's name."""

_ASKED: Final = frozenset({"llm", "narrow", "human"})
_HELD: Final = ("labels", "routes", "schema", "spans")
_FEW_TOKENS: Final = 16
"""Params that hold a model to a closed list or a form, and the longest reply of one held to a few words: what such a
narrow function says has little content, and is all it may say."""

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
    family = spec.type.partition(".")[0]
    if spec.role in _ENGINE_ROLES or family == "flow" or _gives_vectors_alone(cls, params):
        return None
    kind = _BY_FAMILY.get(family)
    if kind is None:
        if cls.uses_stores(params):
            return ModuleFacts("store")
        if spec.effects == "pure":
            return None
        kind = _other(cls, family)
    if kind == "llm" and _is_narrow(params):
        kind = "narrow"
    return ModuleFacts(kind, _effect(cls, params, kind))


INNER: Final = frozenset({"store", "chance"})
"""Kinds that count as modules only in a graph where neither a model nor a person is asked."""


def asks(facts: Iterable[ModuleFacts | None]) -> bool:
    """Whether a graph with these modules asks a model or a person."""
    return any(each is not None and each.kind in _ASKED for each in facts)


def cell_facts(cls: type[Node]) -> ModuleFacts | None:
    """Return what a node is in a graph without any module; None for what the engine itself plays, and for wiring."""
    spec = cls.spec
    return None if spec.role in _ENGINE_ROLES or spec.type.startswith("flow.") else ModuleFacts("cell")


def said(outputs: Mapping[str, Json | Absent], kind: Kind = "llm") -> Json:
    """Return what counts as said of a firing's outputs: the one value, or an object of several; None if nothing.

    What a memory counts (how much it holds now) is not said: it grows also where nothing is achieved. What is given
    twice, in parts and as a whole, is said once.
    """
    values = {port: value for port, value in outputs.items() if port not in _UNSAID and not isinstance(value, Absent)}
    if kind == "store":
        values = {port: value for port, value in values.items() if not isinstance(value, int | float)}
    for port in [port for port, value in values.items() if _is_again(port, value, values)]:
        del values[port]
    if len(values) == 1:
        return next(iter(values.values()))
    return values or None


def _is_narrow(params: Any) -> bool:
    longest = getattr(params, "max_tokens", None)
    return any(getattr(params, name, None) for name in _HELD) or (longest is not None and longest <= _FEW_TOKENS)


def _other(cls: type[Node], family: str) -> Kind:
    """Return what reaches outside without being one of the studio's models, people or memories."""
    if family == "retrieve":
        return "tool"  # it asks a model for vectors only
    if not cls.spec.live:
        return "llm"
    return "tool" if cls.spec.needs_approval else "chance"


def _is_again(port: str, value: Json, values: Mapping[str, Json]) -> bool:
    """Whether a port gives as a whole what others give in parts: an answer as an object, a reply as a message."""
    if port in ("choices", "messages"):
        return "text" in values
    if port == "texts":
        return "text" in values and value == [values["text"]]
    if not isinstance(value, dict):
        return False
    if port == "message":
        return "text" in values and not value.get("tool_calls")
    return bool(value) and port == "value" and all(key in values and values[key] == value[key] for key in value)


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
