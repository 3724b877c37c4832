"""`--cache llm`: the very same request is not asked twice; everything that could change the answer is part of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.models.scripted import Scripted
from studio.replay.continuing import resume
from studio.replay.verify import verify
from studio.spec.calls import EmbedReply
from studio.support.errors import ModelError, UsageError
from studio.support.values import encode
from tests.cache.conftest import Talker

ASK = """
nodes:
  topic: {type: flow.input, value: tide pools}
  writer: {type: llm.function, instructions: "Write about {topic}.", output: text}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - writer.text -> result.value
"""


def play(model: Any, text: str = ASK, *, cache: str = "llm", **more: Any) -> Any:
    return run(Graph.from_text(text), model=model, cache=cache, **more)


def asked_of(trace: Trace, run_id: str) -> list[Any]:
    return [(one.kind, encode(one.request), encode(one.response)) for one in trace.effects(run_id) if one.firing]


def test_a_second_run_asks_nothing_and_gives_the_same_to_the_last_byte(home: Path) -> None:
    model = Talker()
    first, second = play(model), play(model)

    assert model.asked == 1
    assert second.outputs == first.outputs
    with Trace(home / "trace.db") as trace:
        assert asked_of(trace, second.run_id) == asked_of(trace, first.run_id)
        (effect,) = trace.effects(second.run_id, kind="chat")
    assert (effect.origin, effect.tokens_in, effect.tokens_out, effect.cost_usd) == ("cached", 0, 0, 0.0)
    assert (effect.entropy, effect.finish_reason) == (0.5, "stop")
    assert (first.calls, first.cost_usd, second.calls, second.cost_usd) == (1, 0.25, 0, 0.0)
    assert second.saved is not None
    assert (second.saved.calls, second.saved.tokens, second.saved.cost_usd) == (1, 7, 0.25)


def test_without_the_cache_it_asks_again() -> None:
    model = Talker()
    play(model)
    play(model, cache="off")

    assert model.asked == 2


def test_the_setting_speaks_for_runs_that_say_nothing(set_to: Any) -> None:
    model = Talker()
    set_to("cache.mode", "llm")
    run(Graph.from_text(ASK), model=model)
    run(Graph.from_text(ASK), model=model)

    assert model.asked == 1


def test_a_mode_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageError, match="The cache cannot be `some`"):
        play(Talker(), cache="some")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (ASK.replace("about {", "about  {"), {}),
        (ASK, {"topic": "tide pool"}),
        (ASK, {"seed": 1}),
        (ASK.replace("output: text", "output: text, max_tokens: 9"), {}),
        (ASK.replace("output: text", "output: text, system: Be brief."), {}),
    ],
)
def test_one_changed_character_is_asked_anew(text: str, more: dict[str, Any]) -> None:
    model = Talker()
    play(model)
    play(model, text, **more)

    assert model.asked == 2


@pytest.mark.parametrize("other", [Talker("near/walker"), Talker(server="there")], ids=["name", "server"])
def test_another_model_or_another_server_of_its_name_is_asked_anew(other: Talker) -> None:
    play(Talker())
    play(other)

    assert other.asked == 1


@pytest.mark.parametrize(("temperature", "asked"), [("0", 1), ("0.7", 2)])
def test_only_what_the_model_repeats_is_kept(temperature: str, asked: int) -> None:
    text = ASK.replace("output: text", f"output: text, temperature: {temperature}")
    model = Talker()
    play(model, text)
    play(model, text)

    assert model.asked == asked


def test_an_answer_for_which_the_temperature_was_left_out_is_not_kept() -> None:
    model = Talker()
    model.dropped = ("temperature",)
    play(model)
    play(model)

    assert model.asked == 2


def test_a_script_is_asked_every_time() -> None:
    text = play(Scripted(["one"]), ASK).outputs["result"]
    again = play(Scripted(["two"]), ASK).outputs["result"]

    assert (text, again) == ("one", "two")


def test_errors_are_not_kept() -> None:
    model = Talker()
    model.errors = [ModelError("busy", transient=False)]

    assert play(model).status == "failed"
    assert play(model).status == "ok"
    assert play(model).saved.calls == 1
    assert model.asked == 2


LISTED = """
nodes:
  topics: {type: flow.input, value: [a, b, a, a]}
  each: {type: flow.map, graph: body, concurrency: 4}
  result: {type: flow.output}
edges:
  - topics.value -> each.items
  - each.text -> result.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      writer: {type: llm.function, instructions: "Write about {topic}.", output: text}
      text: {type: flow.output}
    edges:
      - item.value -> writer.topic
      - writer.text -> text.value
"""


@pytest.mark.parametrize(("cache", "asked", "turns"), [("llm", 2, 0), ("llm", 2, 5), ("off", 4, 5)])
def test_two_who_ask_alike_at_once_ask_once(cache: str, asked: int, turns: int) -> None:
    model = Talker()
    model.turns = turns
    result = play(model, LISTED, cache=cache)

    assert (model.asked, result.calls, result.cost_usd) == (asked, asked, 0.25 * asked)
    assert len({result.outputs["result"][place] for place in (0, 2, 3)}) == (1 if cache == "llm" else 3)


def test_all_who_wait_for_one_asking_hear_of_its_failure_and_the_next_asks_anew() -> None:
    model = Talker(retry_transient=1)
    model.turns = 3
    model.errors = [ModelError("busy", transient=True)]
    text = LISTED.replace("[a, b, a, a]", "[a, a]")

    assert play(model, text).status == "ok"
    assert model.asked == 2


class Silent(Talker):
    """Never answers; notes when it is given up."""

    given_up = 0

    async def chat(self, call: Any, on_text: Any = None) -> Any:
        self.asked += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise


@pytest.mark.parametrize("cache", ["llm", "off"])
def test_a_call_that_nobody_waits_for_any_more_is_given_up_as_without_the_cache(cache: str) -> None:
    model = Silent()
    text = LISTED.replace("writer: {", "writer: {timeout_s: 0.02, ").replace("[a, b, a, a]", "[a, a, a]")

    assert play(model, text, cache=cache).status == "failed"
    assert model.given_up == model.asked == (1 if cache == "llm" else 3)


def test_one_who_stops_waiting_does_not_take_the_answer_from_the_others() -> None:
    """The first asker runs out of time, the second has none to run out of."""
    model = Talker()
    model.late = 0.1
    text = TWO.replace("LIMIT", "timeout_s: 0.02, on_error: skip, ")

    assert play(model, text).outputs == {"result": "WRITE ABOUT A. 1"}
    assert model.asked == 1


TWO = """
nodes:
  topic: {type: flow.input, value: a}
  hasty: {LIMITtype: llm.function, instructions: "Write about {topic}.", output: text}
  patient: {type: llm.function, instructions: "Write about {topic}.", output: text}
  result: {type: flow.output}
edges:
  - topic.value -> hasty.topic
  - topic.value -> patient.topic
  - patient.text -> result.value
"""


def test_a_retry_is_not_given_what_has_just_failed_and_a_later_run_repeats_both() -> None:
    model = Talker()
    text = ASK.replace('instructions: "', 'retries: 1, repairs: 0, checks: ["text != \'X 1\'"], instructions: "')
    text = text.replace("Write about {topic}.", "x{topic}")
    first = play(model, text, topic="")
    second = play(model, text, topic="")

    assert (first.status, model.asked) == ("ok", 2)
    assert second.outputs == first.outputs == {"result": "X 2"}
    assert second.saved.calls == 2


def test_saved_calls_do_not_count_for_the_limit_of_calls() -> None:
    model = Talker()
    text = LISTED.replace("[a, b, a, a]", "[a, b, c, d]")
    paused = play(model, text, limits={"calls": 2})
    second = play(model, text, limits={"calls": 2})

    assert (paused.status, second.status) == ("paused", "ok")
    assert (paused.calls, second.calls, model.asked) == (2, 2, 4)


def test_a_run_with_saved_calls_replays_without_a_difference(home: Path) -> None:
    model = Talker()
    play(model, LISTED)
    play(model, LISTED)
    with Trace(home / "trace.db") as trace:
        made = verify(trace)

    assert made.difference is None
    assert made.effects == 4


def test_a_run_that_is_resumed_has_its_own_past_before_the_cache(home: Path) -> None:
    text = LISTED.replace("[a, b, a, a]", "[a, b, c]").replace("concurrency: 4", "concurrency: 1")
    model = Talker()
    paused = play(model, text, cache="off", limits={"calls": 1})
    play(model, text)

    finished = resume(home / "trace.db", paused.run_id, model=model, cache="llm", limits={"calls": 9})

    assert finished.outputs["result"] == ["WRITE ABOUT A. 1", "WRITE ABOUT B. 3", "WRITE ABOUT C. 4"]
    assert (model.asked, finished.calls, finished.saved and finished.saved.calls) == (4, 0, 2)


class Vectors:
    """An embedder that counts, and declares that it repeats itself."""

    name = "near/vectors"
    billable = False
    asked = 0

    def repeats(self, temperature: float) -> bool:
        return True

    async def fingerprint(self) -> str:
        return ""

    async def embed(self, texts: list[str]) -> EmbedReply:
        self.asked += 1
        return EmbedReply([[float(len(text)), 0.1] for text in texts], tokens_in=4, cost_usd=0.5)


EMBED = """
nodes:
  words: {type: flow.input, value: ab}
  vectors: {type: llm.embed}
  result: {type: flow.output}
edges:
  - words.value -> vectors.text
  - vectors.vector -> result.value
"""


def test_vectors_are_kept_like_replies() -> None:
    from studio.models.catalog import Catalog

    embedder = Vectors()
    first, second = (
        run(Graph.from_text(EMBED), catalog=Catalog(model=Talker(), embedder=embedder), cache="llm") for _ in range(2)
    )

    assert embedder.asked == 1
    assert second.outputs == first.outputs
    assert (first.cost_usd, second.cost_usd) == (0.5, 0.0)


DECIDE = """
nodes:
  mails: {type: flow.input, value: [one, two, three]}
  each: {type: flow.map, graph: body, concurrency: 1}
  result: {type: flow.output}
edges:
  - mails.value -> each.items
  - each.label -> result.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      judge: {type: llm.function, instructions: "Judge {mail}", labels: ["yes", "no"]}
      label: {type: flow.output}
    edges:
      - item.value -> judge.mail
      - judge.label -> label.value
"""


def test_questions_a_run_asks_once_are_saved_once() -> None:
    model = Talker(logprobs=True)
    first, second = play(model, DECIDE), play(model, DECIDE)

    assert model.asked == first.calls > 3
    assert second.calls == 0
    assert second.saved.calls == first.calls
