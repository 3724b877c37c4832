"""A project with a graph and a recorded run of it, and what several tests do with a tests file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.cases.case import Case, Expectation
from studio.cases.reading import CasesFile, cases_beside
from studio.cases.taking import take_firing, take_run
from studio.cases.trying import Outcome, try_case
from studio.cases.writing import add_case
from studio.models.scripted import Scripted
from studio.support.values import Json
from tests.support.graphs import CRITIC_LOOP

REPLIES: tuple[Json, ...] = ("A first draft about pools.", "vague", "A second draft.\nIt names crabs.", "good")

Record = Callable[..., Trace]


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """The critic loop as a file."""
    path = tmp_path / "project" / "critic_loop.yaml"
    path.parent.mkdir()
    path.write_text(CRITIC_LOOP)
    return path


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """Run a graph (a file or a text) with scripted replies and return the trace."""
    opened: list[Trace] = []

    def call(graph: Path | str, replies: Sequence[Json] = REPLIES, inputs: dict[str, Json] | None = None) -> Trace:
        db = tmp_path / f"runs{len(opened)}.db"
        document = Graph.load(graph) if isinstance(graph, Path) else Graph.from_text(graph)
        run(document, inputs, model=Scripted(replies), embedder="toy", db=db)
        opened.append(Trace(db))
        return opened[-1]

    yield call
    for trace in opened:
        trace.close()


@pytest.fixture
def loop(graph: Path, record: Record) -> Trace:
    """The recorded run of the critic loop: two rounds."""
    return record(graph)


def expecting(case: Case, *texts: str, equal: bool | list[str] = False) -> Case:
    """The case with these expectations in place of its own."""
    return Case(case.name, case.node, case.inputs, [Expectation(text) for text in texts], equal, "", case.recorded)


def whole(trace: Trace, *texts: str, equal: bool = True, name: str = "whole") -> Case:
    """The trace's run as a case."""
    return expecting(take_run(trace, name=name), *texts, equal=equal)


def single(trace: Trace, node: str, tick: str = "", *texts: str, equal: bool = True, name: str = "single") -> Case:
    """One firing of the trace's run as a case."""
    return expecting(take_firing(trace, "last", node, tick, name), *texts, equal=equal)


def tried(case: Case, graph: Path | str) -> Outcome:
    """Play and judge a case over a graph (a file or a text)."""
    document = Graph.load(graph) if isinstance(graph, Path) else Graph.from_text(graph)
    return try_case(case, document, "here", again="record it")


def messages(outcome: Outcome) -> list[str]:
    """What is wrong."""
    return [failure.message for failure in outcome.failures]


def written(graph: Path, *cases: Case, short: bool = True) -> CasesFile:
    """Put cases into the tests file beside a graph and return it as it reads then."""
    found = None
    for case in cases:
        found = add_case(cases_beside(graph), case, short=short)
    assert found is not None
    return found
