"""A graph made ready to run: checked, bundled, compiled; kept with the graph while it does not change.

The document may be changed at any time by anyone, so what was compiled is found again by a fingerprint of the
whole document, not by a flag somebody has to remember to set.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import orjson

from studio.engine.modules import Modules
from studio.engine.plan import RegionPlan, compile_plan
from studio.graph.check import require_runnable
from studio.graph.model import Graph
from studio.graph.ports import ports_once
from studio.graph.scope import Scope, bundle
from studio.spec.choices import choice_hint, choice_problem
from studio.spec.registry import Registry
from studio.spec.types import type_of, value_check
from studio.support.errors import UsageError
from studio.support.values import Blob, Json, NotJson, encode, hash_bytes, preview
from studio.trust.labels import guarded_nodes
from studio.trust.survey import Survey, survey_whole


class Prepared:
    """A checked graph with its self-contained text, the text's hash, its plans by kind of race, and the names of
    the models its nodes may ask (params edited as `model`)."""

    __slots__ = ("_modules", "_plans", "_ports", "_survey", "_text", "graph", "hash", "model_names", "registry")

    def __init__(self, graph: Graph, registry: Registry) -> None:
        self.graph = bundle(graph)
        self.registry = registry
        self._ports = ports_once()
        require_runnable(self.graph, registry, ports=self._ports)
        self._plans: dict[bool, RegionPlan] = {}
        self._text = self.graph.to_text()
        self.hash = hash_bytes(self._text.encode())
        self.model_names = _model_names(self.graph, registry)
        self._survey: Survey | None = None
        self._modules: Modules | None = None

    @property
    def text(self) -> str:
        """The graph as YAML, with everything it needs inside."""
        return self._text

    @property
    def survey(self) -> Survey:
        """What the graph may do."""
        if self._survey is None:
            self._survey = survey_whole(self.graph, self.registry)
        return self._survey

    @property
    def modules(self) -> Modules:
        """The graph's modules, and who reads whom."""
        if self._modules is None:
            self._modules = Modules(self.graph, self.registry)
        return self._modules

    def plan(self, ordered_races: bool) -> RegionPlan:
        """The plan of the top graph."""
        known = self._plans.get(ordered_races)
        if known is None:
            guarded = guarded_nodes(Scope(self.graph), self.registry) if self.survey.sends else frozenset()
            known = compile_plan(
                self.graph, self.registry, ordered_races=ordered_races, ports=self._ports, guarded=guarded
            )
            self._plans[ordered_races] = known
        return known


def _model_names(graph: Graph, registry: Registry) -> list[str]:
    names: dict[str, None] = {}
    for _, part in graph.walk():
        for instance in part.nodes.values():
            cls = registry.find(instance.type)
            for field in cls.Params.fields().values() if cls is not None else ():
                if field.editor.get("kind") == "model":
                    name = instance.params.get(field.name, field.default)
                    if isinstance(name, str) and name:
                        names[name] = None
    return list(names)


class _Kept:
    __slots__ = ("fingerprint", "prepared", "registry")

    def __init__(self, fingerprint: bytes, registry: Registry, prepared: Prepared) -> None:
        self.fingerprint = fingerprint
        self.registry = registry
        self.prepared = prepared


def prepare(graph: Graph, registry: Registry) -> Prepared:
    """Return the graph ready to run. Raises GraphError with file, line, node and what to do."""
    fingerprint = _fingerprint(graph)
    kept: _Kept | None = graph.__dict__.get("_kept")
    if kept is None or kept.fingerprint != fingerprint or kept.registry is not registry:
        kept = _Kept(fingerprint, registry, Prepared(graph, registry))
        graph.__dict__["_kept"] = kept
    return kept.prepared


_NODE = attrgetter(
    "name", "type", "params", "title", "fires", "on_error", "default", "retries", "timeout_s", "limits", "knockout"
)
_EDGE = attrgetter(
    "source", "source_port", "target", "target_port", "feedback", "has_initial", "initial", "initial_from", "hold"
)
_STORE = attrgetter("name", "type", "scope", "params")
_GRAPH = attrgetter(
    "name", "about", "until", "max_ticks", "on_limit", "limits", "layout", "extra", "base", "comments"
)  # fmt: skip


def _fingerprint(graph: Graph) -> bytes:
    """The whole document as bytes. Bodies in other files count as they were when the graph was first prepared."""
    parts = [
        _GRAPH(graph),
        list(map(_NODE, graph.nodes.values())),
        list(map(_EDGE, graph.edges)),
        list(map(_STORE, graph.stores.values())),
        [(name, _fingerprint(inner).hex()) for name, inner in graph.graphs.items()],
    ]
    return orjson.dumps(parts, default=str)


def bind_inputs(plan: RegionPlan, given: Mapping[str, Json]) -> dict[str, Json]:
    """Match the caller's inputs to the graph's; bytes become the values that stand for them.

    Raises UsageError for unknown, missing or ill-typed ones, and for a value that is none of an input's choices.
    """
    wanted = plan.input_nodes
    for name in given:
        if name not in wanted:
            known = ", ".join(f"`{known}`" for known in wanted) or "none"
            raise UsageError(f"The graph has no input `{name}`.", hint=f"Its inputs: {known}.")
    bound: dict[str, Json] = {}
    missing = []
    for name, index in wanted.items():
        node = plan.nodes[index]
        params: Any = node.params
        if name in given:
            value = given[name]
            if isinstance(value, bytes):
                value = Blob(value)
            if isinstance(value, Blob):
                value = value.value()
            check = value_check(params.kind)
            try:
                encode(value)
            except NotJson as error:
                raise UsageError(f"The input `{name}` is no value a graph can hold: {error}.") from None
            if check is not None and not check(value):
                raise UsageError(
                    f"The input `{name}` takes {params.kind}, but got {type_of(value)}: {preview(value)}.",
                    hint=f"Give it as -i {name}=VALUE or -i {name}=@FILE.",
                )
            if problem := choice_problem(name, node.choices, value):
                raise UsageError(problem, hint=choice_hint(node.choices, value))
            bound[name] = value
        elif "value" not in node.instance.params:
            missing.append(name)
    if missing:
        names = ", ".join(f"`{name}` ({plan.nodes[wanted[name]].params.kind})" for name in missing)
        raise UsageError(
            f"The graph needs a value for {names}.", hint=f"Give it as -i {missing[0]}=VALUE or -i {missing[0]}=@FILE."
        )
    return bound
