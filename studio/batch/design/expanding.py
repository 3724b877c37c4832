"""From what an experiment says to the list of its variants: the graph as it is, named ones, products, knockouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Final

from studio.batch.design.axes import INPUT, MODEL, Choice, FileReader, choices, unique_labels
from studio.batch.design.fitting import inputs_of
from studio.batch.design.spec import Experiment, Knockouts
from studio.batch.design.variants import WHOLE, Variant, declared_param, found_node, found_setting, modules_of
from studio.graph.model import Graph
from studio.spec.given import read_as
from studio.spec.registry import Registry
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.values import Json

MOST_VARIANTS: Final = 10_000

BEFORE_GRAPH: Final = ":"
"""What divides the name of one of several graphs from a node's path: `twin:critic.temperature`."""


@dataclass(frozen=True, slots=True)
class Bodied:
    """A graph of an experiment: all its bodies inside, and the node types it has to work with."""

    name: str
    graph: Graph
    registry: Registry


def variants_of(experiment: Experiment, graphs: Mapping[str, Bodied], read: FileReader) -> list[Variant]:
    """Return the variants, the one that others are compared with first.

    It is the graph as it is (`whole`) unless `compare` names another and nothing is knocked out. Raises UsageError for
    names that are not there, two variants that change the same, and too many.
    """
    found = [Variant(WHOLE), *experiment.variants] if _has_whole(experiment) else list(experiment.variants)
    found += _bounded(_products(experiment, graphs, read), len(found))
    found += _bounded(_knocked_out(experiment, graphs), len(found))
    found = _placed(found, graphs)
    _refuse_twins(found)
    compare = experiment.compare
    names = [one.name for one in found]
    if compare and compare not in names:
        if compare not in graphs:
            raise UsageError(
                f"Nothing is called `{compare}` that could be compared with.", hint=near(compare, [*names, *graphs])
            )
        return found
    return sorted(found, key=lambda one: one.name != compare) if compare else found


def _has_whole(experiment: Experiment) -> bool:
    if any(one.name == WHOLE for one in experiment.variants):
        return False
    return not experiment.compare or experiment.compare in (WHOLE, *experiment.graphs) or bool(experiment.knockouts)


def _bounded(variants: Iterator[Variant], before: int) -> list[Variant]:
    found: list[Variant] = []
    for one in variants:
        if before + len(found) >= MOST_VARIANTS:
            raise UsageError(
                f"There are more than {MOST_VARIANTS:,} variants.", hint="Vary less at once, or knock out fewer nodes."
            )
        found.append(one)
    return found


# -- products -----------------------------------------------------------------------------------


def _products(experiment: Experiment, graphs: Mapping[str, Bodied], read: FileReader) -> Iterator[Variant]:
    if not experiment.vary:
        return
    axes: list[list[tuple[str, Choice]]] = []
    for target, said in experiment.vary.items():
        found = choices(target, said, kind=_kind(target, graphs), read=read)
        labels = unique_labels([f"{target}={one.label}" for one in found])
        axes.append([(target, Choice(label, one.value)) for label, one in zip(labels, found, strict=True)])
    for combined in product(*axes):
        made = Variant(" ".join(one.label for _, one in combined))
        for target, one in combined:
            made = with_value(made, target, one.value, graphs)
        yield made


def with_value(variant: Variant, target: str, value: Json, graphs: Mapping[str, Bodied]) -> Variant:
    """Return the variant with one thing more that it changes: `model`, `input:name` or `node.param`."""
    if target == MODEL:
        if not isinstance(value, str) or not value:
            raise UsageError(f"`{MODEL}` is varied over names of models.", hint="See `studio models`.")
        return replace(variant, model=value)
    if target.startswith(INPUT):
        return replace(variant, inputs={**variant.inputs, target.removeprefix(INPUT): value})
    graph, path = split_graph(target, graphs)
    if variant.graph and graph and variant.graph != graph:
        raise UsageError(
            f"`{target}` belongs to another graph than the settings it is to be combined with.",
            hint="Write named variants, each with its `graph`.",
        )
    return replace(variant, graph=variant.graph or graph, settings={**variant.settings, path: value})


def split_graph(path: str, graphs: Mapping[str, Bodied]) -> tuple[str, str]:
    """Return the graph that a path names in front, "" if none, and the path in it. Raises UsageError for one that is
    not there."""
    name, colon, rest = path.partition(BEFORE_GRAPH)
    if not colon:
        return "", path
    if name not in graphs:
        raise UsageError(f"The experiment has no graph `{name}`.", hint=near(name, graphs))
    return (name if len(graphs) > 1 else ""), rest


def _kind(target: str, graphs: Mapping[str, Bodied]) -> str:
    """Return the type that the values of a setting are read as."""
    if target == MODEL:
        return "text"
    if target.startswith(INPUT):
        name = target.removeprefix(INPUT)
        known = [inputs_of(one.graph, one.registry) for one in graphs.values()]
        for inputs in known:
            if name in inputs:
                return read_as(inputs[name])
        raise UsageError(f"There is no input `{name}`.", hint=near(name, {one for inputs in known for one in inputs}))
    graph, path = split_graph(target, graphs)
    whole = graphs[graph] if graph else next(iter(graphs.values()))
    _, _, node, key = found_setting(whole.graph, path, whole.registry)
    declared = declared_param(node, key, whole.registry)
    return declared.type if declared is not None else "any"


# -- knockouts ----------------------------------------------------------------------------------


def _knocked_out(experiment: Experiment, graphs: Mapping[str, Bodied]) -> Iterator[Variant]:
    said = experiment.knockouts
    if not said:
        return
    several = len(graphs) > 1
    for name, one in graphs.items():
        for group in _groups(said, one, graphs):
            called = "+".join(group)
            yield Variant(
                f"without {name}{BEFORE_GRAPH}{called}" if several else f"without {called}",
                knockouts=group,
                graph=name if several else "",
            )


def _groups(said: Knockouts, one: Bodied, graphs: Mapping[str, Bodied]) -> Iterator[tuple[str, ...]]:
    """Yield what is switched off together in one graph: each node alone, then the pairs."""
    groups: list[tuple[str, ...]] = []
    if said.nodes is None:
        nodes = modules_of(one.graph, one.registry, _own(said.leave, one, graphs))
        if not nodes:
            raise UsageError(f"The graph `{one.name}` has no module that could be knocked out.")
        groups = [(node,) for node in nodes]
    else:
        for together in said.nodes:
            paths = _own(together, one, graphs)
            if paths:
                groups.append(tuple(_checked(path, one) for path in paths))
    yield from groups
    if said.pairs:
        yield from combinations([group[0] for group in groups if len(group) == 1], 2)


def _own(paths: tuple[str, ...], one: Bodied, graphs: Mapping[str, Bodied]) -> tuple[str, ...]:
    """Return the paths that are meant for a graph: those that name it, and those that name none."""
    told = [split_graph(path, graphs) for path in paths]
    named = {graph for graph, _ in told if graph}
    if len(named) > 1:
        raise UsageError(f"`{'+'.join(paths)}` names nodes of several graphs, which no run has at once.")
    return () if named and one.name not in named else tuple(path for _, path in told)


def _checked(path: str, one: Bodied) -> str:
    found_node(one.graph, path, one.registry)
    return path


# -- all together -------------------------------------------------------------------------------


def _placed(variants: list[Variant], graphs: Mapping[str, Bodied]) -> list[Variant]:
    """Give named variants whose paths name a graph that graph."""
    placed = []
    for one in variants:
        if one.graph and one.graph not in graphs:
            raise UsageError(
                f"The variant `{one.name}` is one of `{one.graph}`, which is no graph of this experiment.",
                hint=near(one.graph, graphs),
            )
        made = replace(one, settings={}, knockouts=())
        for path, value in one.settings.items():
            made = with_value(made, path, value, graphs)
        for path in one.knockouts:
            graph, rest = split_graph(path, graphs)
            if graph and made.graph not in ("", graph):
                raise UsageError(f"The variant `{one.name}` changes several graphs, which no run has at once.")
            made = replace(made, graph=made.graph or graph, knockouts=(*made.knockouts, rest))
        placed.append(made)
    return placed


def _refuse_twins(variants: list[Variant]) -> None:
    by_name: dict[str, Variant] = {}
    by_change: dict[bytes, Variant] = {}
    for one in variants:
        if one.name in by_name:
            raise UsageError(f"Two variants are called `{one.name}`.", hint="Give one of them another name.")
        by_name[one.name] = one
        if (other := by_change.get(one.identity)) is not None:
            raise UsageError(
                f"The variants `{other.name}` and `{one.name}` change the same.", hint="Leave one of them out."
            )
        by_change[one.identity] = one
