"""What is no difference between two runs: passing limits, options, titles, costs, latencies."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.diff import diff
from studio.replay.diff.found import Fact
from studio.replay.diff.telling import fact_line
from studio.support.values import Json
from studio.trace import Trace
from studio.trace.writer import close_writer
from tests.engine.generator import Maker, Setting
from tests.engine.players import REGISTRY, Services
from tests.replay.comparing.conftest import BRANCHES, Compare, Play, kinds
from tests.support.thorough import draws
from tests.support.toys import latencies, shuffled

# -- what is no difference --------------------------------------------------------------------------


def test_a_rate_limit_that_passed_is_no_difference(play: Play, compare: Compare) -> None:
    text = BRANCHES.replace('"Left of {topic}",', '"Left of {topic}", retries: 1,')
    a = play(text, "west", "east")
    b = play(text, {"error": "rate_limit"}, "west", "east")
    with_more = compare(a, b)

    assert with_more.equal
    assert not compare(a, play(text, "north", "east")).equal


def test_model_names_and_seeds_are_told_as_options_not_at_every_call(play: Play, compare: Compare, db: Path) -> None:
    a = play(BRANCHES, "west", "east")
    named = Scripted(["west", "east"], name="scripted:other")
    b = run(Graph.from_text(BRANCHES), model=named, seed=7, db=db).run_id

    found = compare(a, b)

    assert found.equal
    assert {fact.name for fact in found.options} == {"model", "model default", "seed"}


def test_options_of_a_fork_are_told_in_words() -> None:
    put = Fact("instead", None, {"critic": {"label": "good", "scores": {"good": 1.0}}})
    assert fact_line(put) == 'output put in by hand: critic.label = good, critic.scores = {"good":1.0}'
    both = Fact("instead", {"critic": {"label": "bad"}}, {"critic": {"label": "good"}})
    assert fact_line(both) == "output put in by hand: critic.label = bad → critic.label = good"
    assert fact_line(Fact("instead", {"a": {"b": 1}}, None)).endswith("a.b = 1 → none")
    assert fact_line(Fact("model default", "one", "other")) == "the model that is set: one → other"


def test_titles_and_layout_are_no_difference(play: Play, compare: Compare) -> None:
    found = compare(
        play(BRANCHES, "west", "east"),
        play(BRANCHES.replace("loud: {", "loud: {title: Loud, ") + "layout: {left: [1, 2]}\n", "west", "east"),
    )

    assert found.equal
    assert found.graph == ()


def test_another_answer_to_alarms_is_told_and_makes_no_node_differ(play: Play, compare: Compare) -> None:
    found = compare(play(BRANCHES, "west", "east"), play(BRANCHES + "dynamics: {on_alarm: stop}\n", "west", "east"))

    assert kinds(found) == {}
    assert found.graph == (Fact("dynamics", {}, {"on_alarm": "stop"}),)


def test_what_nodes_used_is_told_beside_and_is_no_difference(play: Play, compare: Compare) -> None:
    def reply(cost: float, text: str = "west") -> Json:
        return {"node": "left", "reply": text, "cost_usd": cost, "tokens_in": 10, "tokens_out": 2}

    a = play(BRANCHES, reply(0.25), {"node": "right", "reply": "east"})
    b = play(BRANCHES, reply(0.5), {"node": "right", "reply": "east"})
    c = play(BRANCHES, reply(0.5, "north"), {"node": "right", "reply": "east"})

    assert compare(a, b).equal
    left = compare(a, c).nodes["left"]
    assert (left.spent_a.cost_usd, left.spent_b.cost_usd) == (0.25, 0.5)
    assert (left.spent_a.calls, left.spent_a.tokens_in, left.spent_a.tokens_out) == (1, 10, 2)


def test_another_time_is_an_origin_that_costs_nothing(play: Play, compare: Compare) -> None:
    text = "studio: 1\nname: t\nnodes:\n  now: {type: clock.now}\n"
    found = compare(play(text, clock="2026-01-01T00:00:00"), play(text, clock="2027-01-01T00:00:00"))

    assert kinds(found) == {"now": "origin"}
    assert found.nodes["now"].what == ("reply", "outputs")
    assert found.nodes["now"].spent_a.cost_usd == 0
    assert [fact.name for fact in found.options] == ["clock"]


# -- properties -------------------------------------------------------------------------------------

seen: Counter[str] = Counter()


@settings(
    max_examples=draws(9, 40), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 12))
def test_latencies_are_no_difference_and_no_side_is_preferred(
    tmp_path_factory: pytest.TempPathFactory, seed: int, size: int
) -> None:
    db = tmp_path_factory.mktemp("property") / "runs.db"
    graph = Maker(random.Random(seed), size, Setting(may_fail=False)).make(outputs=2)
    changed = Graph.from_text(graph.to_text())
    salted = [node for node in changed.nodes.values() if node.type == "toy.mix"]
    for node in salted[:1]:
        node.params["salt"] = 4321

    def once(graph: Graph, latency: int) -> str:
        with latencies(shuffled(latency)):
            return run(graph, registry=REGISTRY, catalog=Services(), db=db).run_id  # type: ignore[arg-type]

    first, again, other = once(graph, 1), once(graph, 2), once(changed, 3)
    close_writer(db)
    with Trace(db) as trace:
        assert diff(trace, first, trace, first).equal
        same = diff(trace, first, trace, again)
        assert same.equal, same.nodes
        found = diff(trace, first, trace, other)
        assert diff(trace, other, trace, first) == found.swapped()
        origins = {path.rpartition("/")[2] for path, node in found.nodes.items() if node.kind == "origin"}
        assert origins <= {node.name for node in salted[:1]}
        seen.update(["differ" if found.nodes else "equal", *{node.kind for node in found.nodes.values()}])
        seen.update({f"deep {path.count('/')}" for path in found.nodes})


def test_the_graphs_of_the_property_show_differences_of_every_kind() -> None:
    if not seen:
        pytest.skip("needs the examples of the test before")

    assert seen["deep 1"] > 0
    assert min(seen[fact] for fact in ("differ", "equal", "origin", "downstream")) >= draws(2, 10), seen
