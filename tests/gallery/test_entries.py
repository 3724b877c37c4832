"""The gallery tells of each example what is so: counted in its graph, in its page, in its recorded run."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.gallery.entries import Entry, entries, entry_of, module_count
from studio.gallery.front import GROUPS, Front, front_of
from studio.graph.model import Graph
from studio.support.resources import bundled_graphs
from studio.trace import Trace
from tests.bench.knockouts import modules_of


@pytest.fixture(scope="module")
def found() -> dict[str, Entry]:
    return {entry.name: entry for entry in entries()}


def test_all_examples_are_there_group_by_group(found: dict[str, Entry]) -> None:
    assert set(found) == {path.stem for path in bundled_graphs()}
    groups = [entry.group for entry in found.values()]
    assert groups == sorted(groups, key=list(GROUPS).index)


@pytest.mark.parametrize("path", bundled_graphs(), ids=lambda path: path.stem)
def test_what_is_told_of_a_run_is_what_was_recorded(path: Path, found: dict[str, Entry]) -> None:
    entry = found[path.stem]
    assert entry.run is not None
    with Trace(entry.run) as trace:
        run = trace.run()
        calls = run.totals["calls"]
        kinds = {effect.kind for effect in trace.effects(run.id)}
        node = front_of(path.with_suffix(".md").read_text(encoding="utf-8")).round
        fired = [(one.node.split("/")[-1], one.type) for one in trace.firings(run.id) if one.status == "ok"]
        leaves = [leaf for leaf, _ in fired]

    assert entry.calls == calls
    assert entry.rounds == (leaves.count(node) if node else 1) > 0
    assert entry.calls_per_round == entry.calls / entry.rounds
    assert len({type for leaf, type in fired if leaf == node}) <= 1, "one node counts, not another of its name too"
    assert ("a model" in entry.needs) == (entry.calls > 0) == bool(kinds & {"chat", "complete"})
    assert ("a person" in entry.needs) == ("human" in kinds)
    assert entry.modules > 0
    assert entry.about


def test_helpers_of_flow_and_text_are_no_modules() -> None:
    graph = Graph.from_text(
        """
nodes:
  a: {type: flow.input, value: 1}
  b: {type: text.constant, text: x}
  c: {type: math.expression, expression: a + 1}
  d: {type: flow.subgraph, graph: inner}
graphs:
  inner:
    nodes:
      e: {type: logic.expression, expression: "true"}
      f: {type: unheard.of}
"""
    )

    assert module_count(graph) == 3
    assert module_count(graph, "inner") == 1, "the world in which they live is none of them"


def test_what_is_told_of_the_organism_is_what_is_knocked_out_one_by_one(found: dict[str, Entry]) -> None:
    organism = found["organism"]
    assert organism.modules == len(list(modules_of(Graph.load(organism.path))))
    assert organism.modules > 60 > 10 * found["twin"].modules


def test_the_head_of_a_page_is_read() -> None:
    assert front_of("# x\n\n*Group: seed · Round: think · Original: Soar 9.6, 2023*\n\n## What it does\n") == Front(
        "seed", "think", "Soar 9.6, 2023"
    )
    assert front_of("# x\n\n*Group: ours · Round: think · World: garden*\n").world == "garden"
    assert front_of("# x\n\nWords, *Group: no*.\n") == Front()
    assert front_of("# x\n\n## What it does\n\n*Group: seed*\n") == Front(), "only the head counts"


@pytest.mark.parametrize(
    ("line", "what"), [("*Group: odd*", "none of the groups"), ("*Group: seed · Colour: red*", "none of Group")]
)
def test_a_head_that_says_something_else_is_refused(line: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        front_of(f"# x\n\n{line}\n")


def test_facts_are_told_in_words() -> None:
    entry = Entry(Path("x.yaml"), "seed", "", "", 1, 3, 2, ("a model", "a person"), Path("x.run.db"), Graph())
    assert entry.facts() == ["1 module", "1.5 calls a round", "needs a model and a person"]
    still = Entry(Path("x.yaml"), "seed", "", "", 4, 0, 1, (), Path("x.run.db"), Graph())
    assert still.facts() == ["4 modules", "no calls", "needs no model"]
    unknown = Entry(Path("x.yaml"), "seed", "", "", 4, 0, 1, (), None, Graph())
    assert unknown.facts() == ["4 modules"]


def test_a_graph_without_page_and_run_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "lone.yaml").write_text("studio: 1\nname: lone\nnodes:\n  a: {type: clock.now}\n")

    entry = entry_of(tmp_path / "lone.yaml")

    assert (entry.group, entry.modules, entry.run) == ("start", 1, None)
