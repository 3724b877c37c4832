"""Functions in runs: shared questions, many items at once, what a run answers whatever the latencies."""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.models.scripted import Scripted
from studio.spec import ChatReply, CompletionReply, ModelInfo, TokenChoice
from studio.spec.calls import ChatCall, CompletionCall

MOODS = """\
studio: 1
name: moods
nodes:
  mails: {type: flow.input, value: [I love it, It broke, Lovely, It broke again]}
  each: {type: flow.map, graph: one, concurrency: 3}
  result: {type: flow.output}
edges:
  - mails.value -> each.items
  - each.mood -> result.value
graphs:
  one:
    nodes:
      item: {type: flow.input}
      judge: {type: llm.function, instructions: "Mood of {mail}", labels: [pleased, upset]}
      mood: {type: flow.output}
    edges:
      - item.value -> judge.mail
      - judge.label -> mood.value
"""
CRITIC = """\
studio: 1
name: critic_loop
nodes:
  topic: {type: flow.input, value: tide pools}
  writer:
    type: llm.function
    instructions: |
      Write on {topic}.
      Mend this fault of the last draft, if any: {fault}
  critic: {type: llm.function, instructions: "Judge: {draft}", labels: [good, vague, wrong]}
  route: {type: flow.switch, cases: [good]}
  done: {type: flow.stop}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - writer.text -> critic.draft
  - critic.label -> route.value
  - critic.label ~> writer.fault: {initial: ""}
  - route.good -> done.when
  - writer.text -> result.value
max_ticks: 6
"""


class Moody:
    """A model that reads `broke` as upset, after a random number of turns of the event loop."""

    info = ModelInfo(name="moody", supports_logprobs=True, supports_completion=True, local=True)
    retry_transient = 0
    deterministic_order = False

    def __init__(self, latencies: int) -> None:
        self._random = random.Random(latencies)
        self.prompts: list[str] = []

    async def complete(self, call: CompletionCall) -> CompletionReply:
        self.prompts.append(call.prompt)
        for _ in range(self._random.randrange(20)):
            await asyncio.sleep(0)
        upset = 0.9 if "broke" in call.prompt else 0.2
        choices = (TokenChoice(" upset", math.log(upset)), TokenChoice(" ple", math.log(1 - upset)))
        return CompletionReply(" upset", choices, model="moody")

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        raise AssertionError("Decide on a model with log-probabilities asks no chat")


class Services:
    """A catalogue of one model, without embedder and without a person."""

    deterministic_order = False

    def __init__(self, model: Any) -> None:
        self._model = model

    def provider(self, name: str = "default") -> Any:
        return self._model

    def human(self, answers: Path | None) -> Any:
        return self


@pytest.mark.parametrize("latencies", [1, 2, 3])
def test_items_decided_at_once_share_the_empty_inputs_and_answer_alike(latencies: int, tmp_path: Path) -> None:
    model = Moody(latencies)

    result = run(Graph.from_text(MOODS), catalog=Services(model), db=tmp_path / "trace.db")  # type: ignore[arg-type]

    assert (result.status, result.outputs) == ("ok", {"result": ["pleased", "upset", "pleased", "upset"]})
    blanks = ["N/A", "", "...", "text"]
    asked = Counter(prompt.split("Text: ")[1].removesuffix("\nAnswer:") for prompt in model.prompts)
    assert asked == Counter([*blanks, "I love it", "It broke", "Lovely", "It broke again"])
    with Trace(tmp_path / "trace.db") as trace:
        by_firing: dict[int, list[str]] = {}
        for effect in trace.effects(kind="complete"):
            by_firing.setdefault(effect.firing, []).append(effect.request["prompt"].split("Text: ")[1])
    assert sorted(len(prompts) for prompts in by_firing.values()) == [5, 5, 5, 5]


def test_a_critic_loop_on_a_script_takes_one_line_per_call(tmp_path: Path) -> None:
    model = Scripted(["one", "vague", "two", "wrong", "three", "good"])

    result = run(Graph.from_text(CRITIC), catalog=Services(model), db=tmp_path / "trace.db")  # type: ignore[arg-type]

    assert (result.status, result.ended, result.outputs) == ("ok", "stop", {"result": "three"})
    assert model.left() == 0
    last = model.requests[-2]
    assert isinstance(last, ChatCall)
    assert last.messages[0]["content"].endswith("if any: wrong")


def test_a_violated_check_fails_the_run_by_name(tmp_path: Path) -> None:
    graph = Graph("strict")
    graph.add("llm.function", "writer", instructions="Write.", repairs=0, checks=["len(text) < 3"])

    result = run(graph, catalog=Services(Scripted(["too long"])), db=tmp_path / "trace.db")  # type: ignore[arg-type]

    assert result.status == "failed"
    assert result.error is not None
    assert (result.error["node"], result.error["code"]) == ("writer", "check")
    assert "Check `len(text) < 3` is violated" in result.error["message"]
