"""The cases of one model function: what lay on its inputs, and what is expected of its outputs.

Three sources, the surer first where two speak of the same inputs: tests beside the graph; outputs that a person put in
place of what the node gave; and all that was recorded otherwise, of which only the node's own checks are expected (what
a model once answered is no proof that it was right).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio.batch.design.variants import at_of, found_node
from studio.batch.improving.scoring import EXPECT, EXPECTED, IN, KNOWN
from studio.cases.case import Case, blobs_in
from studio.cases.reading import read_tests
from studio.cases.taking import inputs_of, recorded_graph
from studio.editing.document.ops import At
from studio.graph.model import Graph
from studio.graph.paths import node_at
from studio.graph.ports import node_ports
from studio.graph.scope import Scope, bundle
from studio.spec.registry import Registry
from studio.support.errors import GraphError, UsageError
from studio.support.expressions import Expression
from studio.support.values import Json, hash_bytes, sorted_encode

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing, Run

FUNCTION_TYPE: Final = "llm.function"

MOST_RUNS: Final = 500
"""Newest runs of the graph that are looked through where none is named."""
MOST_CASES: Final = 2_000

FEWEST: Final = 4
"""Cases below which there is nothing to split."""

NOT_EXPECTED: Final = ("confidence", "scores")
"""Outputs that say how sure a model was, not what it said: no recorded value of theirs is right."""

_RANKS: Final = ("test", "correction", "recorded")


@dataclass(frozen=True, slots=True)
class Subject:
    """The node whose prompt is improved: its path, where it stands in the graph with all bodies inside, its params."""

    path: str
    whole: Graph
    at: At
    name: str
    params: Mapping[str, Json]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    registry: Registry

    @property
    def instructions(self) -> str:
        """What it is told now."""
        return str(self.params.get("instructions", ""))

    @property
    def examples(self) -> tuple[Json, ...]:
        """The examples it has now."""
        found = self.params.get("examples") or ()
        return tuple(found) if isinstance(found, list | tuple) else ()

    @property
    def optional(self) -> Mapping[str, Json]:
        """Values that stand for inputs that are absent."""
        found = self.params.get("optional")
        return found if isinstance(found, dict) else {}


def subject_of(graph: Graph, path: str, registry: Registry) -> Subject:
    """Return the node of a path. Raises UsageError if there is none, or it is no model function that can be used."""
    whole = bundle(graph)
    at, node = found_node(whole, path, registry)
    if node.type != FUNCTION_TYPE:
        raise UsageError(
            f"`{path}` is of the type `{node.type}`, and only prompts of `{FUNCTION_TYPE}` are improved.",
            where=graph.place.file, hint="Name a model function; `studio lint GRAPH --scores` lists them.",
        )  # fmt: skip
    scope = Scope(whole)
    for name in at:
        scope = scope.find_graph(name)
    ports = node_ports(scope, node, registry)
    if ports.params is None or ports.problems:
        raise UsageError(
            f"`{path}` cannot be run as it is: {next(iter(ports.problems), 'its params are wrong.')}",
            where=graph.place.file, hint="`studio lint` tells more.",
        )  # fmt: skip
    if node.params.get("routes"):
        raise UsageError(f"`{path}` chooses by routes, without any prompt.", hint="Change the texts of its `routes`.")
    return Subject(path, whole, at, node.name, node.params, tuple(ports.inputs), tuple(ports.outputs), registry)


@dataclass(frozen=True)
class NodeCase:
    """One case. `expected` are outputs that have to be equal, `expect` expressions that have to be true; without
    either only the node's checks count. `source` is test, correction or recorded, `place` where it comes from."""

    inputs: Mapping[str, Json]
    expected: Mapping[str, Json] = field(default_factory=dict)
    expect: tuple[str, ...] = ()
    source: str = "recorded"
    place: str = ""

    @cached_property
    def identity(self) -> str:
        """What tells it from cases of other inputs."""
        return hash_bytes(sorted_encode(dict(self.inputs)))

    def row(self) -> dict[str, Json]:
        """Return it as a row of data (see `scoring`)."""
        given = {IN + name: value for name, value in self.inputs.items()}
        return {**given, EXPECTED: dict(self.expected), EXPECT: list(self.expect)}


@dataclass
class Gathered:
    """Cases, and why others are none: a sentence each, with how many."""

    cases: list[NodeCase] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def gathered(subject: Subject, found: Iterable[NodeCase | str], also: Sequence[str] = ()) -> Gathered:
    """Return the cases that something can be measured by, each set of inputs once; texts say why a case is none.

    `also` are expressions that have to be true of every case. Raises UsageError for one that cannot be read.
    """
    also = tuple(_checked_expression(text, subject) for text in also)
    has_checks = bool(subject.params.get("checks"))
    best: dict[str, NodeCase] = {}
    made = Gathered()
    for case in found:
        if isinstance(case, str):
            made.left_out[case] += 1
            continue
        case = _completed(case, subject, also)
        if problem := _problem(case, subject, has_checks):
            made.left_out[problem] += 1
            continue
        known = best.setdefault(case.identity, case)
        if _RANKS.index(case.source) < _RANKS.index(known.source):
            best[case.identity] = case
        if len(best) >= MOST_CASES:
            break
    made.cases = sorted(best.values(), key=lambda case: case.identity)
    return made


def split(cases: Sequence[NodeCase], share: float, seed: int) -> tuple[list[NodeCase], list[NodeCase]]:
    """Divide cases into those that proposals are made and chosen by, and those held out, at random by the seed.

    Raises UsageError if there are too few.
    """
    if len(cases) < FEWEST:
        raise UsageError(
            f"There are {len(cases)} cases to measure by, and {FEWEST} are the fewest that can be divided.",
            hint="Record more runs, correct outputs (`studio fork --output`), or write tests (`studio test --add`).",
        )
    shuffled = list(cases)
    random.Random(seed).shuffle(shuffled)
    held = min(max(2, round(len(cases) * share)), len(cases) - 2)
    return shuffled[held:], shuffled[:held]


def _completed(case: NodeCase, subject: Subject, also: Sequence[str]) -> NodeCase:
    inputs = {name: case.inputs.get(name, subject.optional.get(name, ...)) for name in subject.inputs}
    known = {name: value for name, value in inputs.items() if value is not ...}
    expected = {port: value for port, value in case.expected.items() if port not in NOT_EXPECTED}
    return replace(case, inputs=known, expected=expected, expect=(*case.expect, *also))


def _problem(case: NodeCase, subject: Subject, has_checks: bool) -> str:
    missing = [name for name in subject.inputs if name not in case.inputs]
    if missing:
        return f"the input `{missing[0]}` has no value in them"
    if next(blobs_in(dict(case.inputs)), None) is not None:
        return "they hold images, sounds or files, which are not measured by"
    unknown = [port for port in case.expected if port not in subject.outputs]
    if unknown:
        return f"they expect the output `{unknown[0]}`, which the node has no more"
    if not (case.expected or case.expect or has_checks):
        return "nothing is expected of them: the node has no checks, and nobody said what is right"
    names = {*KNOWN, *subject.inputs, *subject.outputs}
    for text in case.expect:
        if strange := [name for name in Expression.parse(text).names if name not in names]:
            return f"they expect something of `{strange[0]}`, which is not known of one node alone"
    return ""


def _checked_expression(text: str, subject: Subject) -> str:
    names = Expression.parse(text).names
    known = [*subject.outputs, *subject.inputs, *KNOWN]
    if strange := [name for name in names if name not in known]:
        raise UsageError(
            f"The score names `{strange[0]}`, which is no output or input of `{subject.path}`.",
            where="command line", hint=f"Outputs: {', '.join(subject.outputs)}; inputs: {', '.join(subject.inputs)}.",
        )  # fmt: skip
    return text


# -- where cases come from ------------------------------------------------------------------------


def from_tests(subject: Subject, path: Path) -> Iterator[NodeCase | str]:
    """Yield the cases of a tests file that are of this node alone. Raises as `read_tests` does."""
    for case in read_tests(path).cases.values():
        if not case.node:
            continue
        try:
            at, node = found_node(subject.whole, case.node, subject.registry)
        except UsageError:
            continue  # of a node that is gone: `studio test` says so
        if (at, node.name) == (subject.at, subject.name):
            yield _of_test(case, path)


def _of_test(case: Case, path: Path) -> NodeCase | str:
    if any(name in ("status", "ended", "error") for one in case.expect for name in Expression.parse(one.text).names):
        return "they are tests of how the node fails"
    expected = {port: case.recorded.outputs[port] for port in case.equal_ports if port in case.recorded.outputs}
    return NodeCase(
        case.inputs, expected, tuple(one.text for one in case.expect), "test", f"{path.name}: {case.name}"
    )  # fmt: skip


def from_runs(subject: Subject, trace: Trace, runs: Sequence[str], name: str) -> Iterator[NodeCase | str]:
    """Yield what the node was given in recorded runs: those named (`last` is the last of the graph called `name`), or
    the newest of that graph. Raises UsageError for a run that is not there."""
    for run in _chosen(trace, runs, name):
        scope = Scope(recorded_graph(trace, run.id))
        is_subject: dict[str, bool] = {}
        for firing in trace.firings(run.id):
            if firing.type != FUNCTION_TYPE or firing.status not in ("ok", "error"):
                continue
            if firing.node not in is_subject:
                found = node_at(scope, firing.node, subject.registry, whole=True)
                is_subject[firing.node] = found is not None and (at_of(found[0]), found[1].name) == (
                    subject.at,
                    subject.name,
                )
            if is_subject[firing.node]:
                yield _of_firing(trace, run, firing)


def _chosen(trace: Trace, runs: Sequence[str], name: str) -> Iterator[Run]:
    if runs and "last" not in runs:
        yield from (trace.run(run) for run in runs)
        return
    wanted = 1 if runs else MOST_RUNS
    for run in trace.runs():
        if run.graph == name:
            yield run
            wanted -= 1
            if not wanted:
                break
    yield from (trace.run(run) for run in runs if run != "last")


def _of_firing(trace: Trace, run: Run, firing: Firing) -> NodeCase | str:
    try:
        inputs = inputs_of(trace, run, firing)
    except (UsageError, GraphError):
        return "the trace does not tell what lay on their inputs"
    place = f"{run.id} {firing.node} at {firing.tick}"
    if firing.origin == "frozen":
        return NodeCase(inputs, trace.outputs(firing), (), "correction", place)
    return NodeCase(inputs, {}, (), "recorded", place)
