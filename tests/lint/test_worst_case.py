"""What a run can come to at worst: counted by hand for small graphs, and never less than what runs really do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.engine.plan import Compiler
from studio.graph.model import Graph
from studio.graph.scope import Scope
from studio.lint.prices import FREE, Price, price_of
from studio.lint.worst_case import Bound, worst_case
from studio.spec import Fields, Node, Registry, default_registry, node
from tests.support.graphs import CRITIC_LOOP

PRICES = {"dear": Price(1e-3, 2e-3), "free": FREE}


def bound_of(text: str, registry: Registry | None = None, model: str = "dear") -> Bound:
    plan = Compiler(registry or default_registry(), ordered_races=True).region(Scope(Graph.from_text(text)))
    found = worst_case(plan, lambda name: model if name == "default" else name, PRICES.get)
    assert found is not None
    return found


def function(**params: Any) -> str:
    """Return a graph of one function and what uses it."""
    said = json.dumps({"type": "llm.function", "instructions": "Say something.", **params})
    return f"nodes: {{f: {said}, o: {{type: flow.output}}}}\n"


@pytest.mark.parametrize(
    ("params", "calls"),
    [
        ({}, 3),
        ({"repairs": 0}, 1),
        ({"repairs": 0, "retries": 2}, 3),
        ({"repairs": 1, "fallback": "strong"}, 4),
        ({"labels": ["a", "b"]}, 3),
        ({"labels": ["a", "b"], "votes": 5, "repairs": 0}, 5),
        ({"labels": ["a", "b"], "min_confidence": 0.5, "repairs": 0}, 3),
        ({"routes": {"a": "x", "b": "y"}}, 0),
        ({"routes": {"a": "x", "b": "y"}, "fallback": "strong", "repairs": 0}, 1),
        ({"repairs": 1, "checks": [{"name": "kind", "judge": "Kind? {text}", "labels": ["yes", "no"]}]}, 2 + 2 * 2),
        ({"repairs": 0, "knockout": True}, 0),
        ({"schema": {"type": "object", "properties": {"a": {"type": "string"}}}, "spans": True}, 3),
    ],
    ids=str,
)
def test_calls_of_a_function(params: dict[str, Any], calls: int) -> None:
    assert bound_of(function(**params)).calls == calls


def test_a_completion_asks_for_as_many_answers_as_it_may() -> None:
    graph = (
        "nodes: {t: {type: text.constant, text: x}, c: {type: llm.complete, most_choices: 3}, o: {type: flow.output}}\n"
    )
    graph += "edges: [t.text -> c.prompt, c.text -> o.value]\n"

    assert bound_of(graph).calls == 3
    assert bound_of(graph.replace(", most_choices: 3", "")).calls == 1


def test_steady_functions_are_asked_once_and_live_ones_at_every_tick() -> None:
    loop = bound_of(CRITIC_LOOP)
    assert loop.calls == 6 * (3 + 3)
    steady = CRITIC_LOOP.replace('  - critic.label ~> writer.fault: {initial: ""}\n', "").replace(
        "      Mend this fault of the last draft, if any: {fault}\n", ""
    )
    assert bound_of(steady).calls == 3 + 3


def test_a_loop_without_a_bound_is_named_and_counted_up_to_the_pause() -> None:
    found = bound_of(CRITIC_LOOP.replace("max_ticks: 6\n", ""))
    assert found.calls == 100 * 6
    assert found.loops == ("critic_loop",)
    assert "`critic_loop` has no written bound" in found.sentence
    assert bound_of(CRITIC_LOOP).loops == ()


INNER = """\
nodes:
  in: {type: flow.input, value: [1, 2]}
  each: {type: KIND, graph: inner}
  out: {type: flow.output}
edges: [in.value -> each.PORT, each.answer -> out.value]
graphs:
  inner:
    nodes:
      PORTED: {type: flow.input}
      ask: {type: llm.function, instructions: "About {x}", repairs: 0}
      answer: {type: flow.output}
    edges: [PORTED.value -> ask.x, ask.text -> answer.value]
"""


def test_a_map_multiplies_by_what_nobody_knows() -> None:
    text = INNER.replace("KIND", "flow.map").replace("PORTED", "item").replace("PORT", "items")
    found = bound_of(text)
    assert (found.calls, found.per_item) == (0, {("each",): 1})
    assert found.sentence.startswith("At most 1 model call for each item of `each`")
    once = bound_of(INNER.replace("KIND", "flow.subgraph").replace("PORTED", "x").replace("PORT", "x"))
    assert (once.calls, once.per_item) == (1, {})


def test_a_body_in_a_loop_runs_anew_at_each_tick_and_an_organ_ticks_along() -> None:
    edges = "edges: [in.value -> each.x, each.answer -> out.value]"
    looped = "edges:\n  - each.answer ~> each.x: {initial: 0}\n  - each.answer -> out.value\nmax_ticks: 7"
    text = INNER.replace("KIND", "flow.subgraph").replace("PORTED", "x").replace("PORT", "x").replace(edges, looped)
    assert bound_of(text).calls == 7
    organ = text.replace("graph: inner}", "graph: inner, clock: shared}")
    assert bound_of(organ).calls == 7
    steady = organ.replace('"About {x}"', "Nothing flows in").replace("x.value -> ask.x, ", "")
    assert bound_of(steady).calls == 1, "a steady node of an organ fires once in its life"


def test_a_graph_that_runs_itself_is_said_not_to_be_countable() -> None:
    found = bound_of(
        "nodes: {a: {type: flow.subgraph, graph: g}}\n"
        "graphs: {g: {nodes: {f: {type: llm.function, instructions: Hi, repairs: 0},"
        " again: {type: flow.subgraph, graph: g}}}}"
    )
    assert found.calls >= 1
    assert "runs itself" in found.sentence


def test_bodies_within_bodies_do_not_take_for_ever() -> None:
    """Fifteen bodies, each run three times by the one around it: millions of executions, counted in milliseconds."""
    graph = Graph()
    inner = graph
    for depth in range(15):
        for side in ("left", "right", "again"):
            inner.add("flow.subgraph", side, graph=f"g{depth}")
        inner = inner.add_graph(f"g{depth}")
    inner.add("llm.function", "f", instructions="Hi", repairs=0)
    assert bound_of(graph.to_text()).calls == 3**15


def test_maps_within_maps_are_told_as_far_as_that_makes_sense() -> None:
    """Six maps in each of twelve bodies: more ways to multiply than there are words."""
    graph = Graph()
    inner = graph
    for depth in range(12):
        for number in range(6):
            inner.add("flow.map", f"m{number}", graph=f"g{depth}")
        inner = inner.add_graph(f"g{depth}")
    inner.add("llm.function", "f", instructions="Hi", repairs=0)
    found = bound_of(graph.to_text(), model="free")
    assert len(found.per_item) <= 32
    assert "more ways than can be told" in found.sentence
    assert len(found.sentence) < 600


def test_what_plugins_ask_is_not_known() -> None:
    @node("mine.crawl", category="Mine", effects="network")
    class Crawl(Node):
        """Crawl."""

        async def run(self, ctx: Any, params: Fields, inputs: Fields) -> Fields:
            return self.Out()

    found = bound_of("nodes: {c: {type: mine.crawl}}", Registry([Crawl]))
    assert found.unknown == ("How often `c` (mine.crawl) asks the network is not known",)
    assert found.sentence == "No model calls that can be counted. " + found.unknown[0] + "."


# -- money -----------------------------------------------------------------------------------------


def test_money_is_for_instructions_and_answers_and_only_where_both_are_known() -> None:
    found = bound_of(function(repairs=0, max_tokens=100))
    assert found.usd == pytest.approx((4 + 20) * 1e-3 + 100 * 2e-3)
    assert found.sentence == "At most 1 model call; about $0.22, besides what flows in."
    free = bound_of(function(repairs=0), model="free")
    assert (free.usd, free.sentence) == (0.0, "At most 1 model call, free of charge.")
    loose = bound_of(function(repairs=0))
    assert loose.usd is None
    assert loose.sentence == "At most 1 model call; the cost is not known (`f` has no `max_tokens`)."
    strange = bound_of(function(repairs=0, max_tokens=5), model="nobody/knows")
    assert strange.unpriced == ("the price of nobody/knows is not known",)


def test_limits_of_the_graph_are_said_where_they_are_tighter() -> None:
    tight = bound_of(CRITIC_LOOP + "limits: {calls: 5, cost_usd: 0.5}\n")
    assert "limit pauses it at 5." in tight.sentence
    assert "$0.50" in tight.sentence
    wide = bound_of(CRITIC_LOOP + "limits: {calls: 500}\n", model="free")
    assert "limit" not in wide.sentence


def test_prices_are_read_from_the_table_of_litellm_without_loading_it() -> None:
    known = price_of("openai/gpt-4o-mini")
    assert known is not None
    assert 0 < known.usd_in < known.usd_out < 1e-3
    assert price_of("embedded/smollm2-135m") == FREE
    assert price_of("ollama/llama3") == FREE
    assert price_of("scripted:x.jsonl") == FREE
    assert price_of("nobody/knows-this") is None


# -- it is a bound -----------------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [("good",), ("vague", "good"), ("vague",) * 5 + ("good",), ("no label",) * 30])
def test_no_run_makes_more_calls(labels: tuple[str, ...], tmp_path: Path) -> None:
    """Runs of the critic loop with every kind of luck stay within the bound; the worst luck comes close to it."""
    script = tmp_path / "replies.jsonl"
    lines = [{"node": "writer", "reply": "A draft."}] * 40 + [{"node": "critic", "reply": one} for one in labels]
    script.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = run(Graph.from_text(CRITIC_LOOP), model=f"scripted:{script}", db=str(tmp_path / "t.db"))
    assert 0 < result.calls <= bound_of(CRITIC_LOOP).calls
