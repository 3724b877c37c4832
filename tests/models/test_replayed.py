"""A recorded run as a model: a changed graph gets the old answers, and what was not recorded is said or sent on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.engine.result import RunResult
from studio.models.catalog import Catalog
from studio.models.names import is_scripted, replay_parts
from studio.models.replayed import Replay
from studio.models.scripted import Scripted
from studio.replay.continuing import resume
from studio.settings import Settings
from studio.spec.calls import ChatCall, ModelProvider
from studio.support.errors import ModelError, UsageError
from studio.support.values import Json
from studio.trace.questions import Questions
from tests.support.graphs import CRITIC_LOOP

REPLIES: tuple[Json, ...] = ("Draft one.", "vague", "Draft two.", "wrong", "Draft three.", "good")

ASK_TWICE = """\
studio: 1
name: twice
nodes:
  one: {type: llm.function, instructions: "Greet", output: text}
  two: {type: llm.function, instructions: "Greet", output: text}
  both: {type: text.join, separator: " / "}
  result: {type: flow.output}
edges:
  - one.text -> both.texts
  - two.text -> both.texts
  - both.text -> result.value
"""


def recorded(db: Path, text: str = CRITIC_LOOP, replies: Sequence[Json] = REPLIES, **how: Json) -> RunResult:
    return run(Graph.from_text(text), model=Scripted(replies, **how), db=db)


def replayed(db: Path, text: str = CRITIC_LOOP, model: str = "replay:last") -> RunResult:
    return run(Graph.from_text(text), model=model, db=db)


def ask(text: str, **more: Json) -> ChatCall:
    return ChatCall(messages=({"role": "user", "content": text},), **more)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


def test_the_same_graph_gives_the_same_and_costs_nothing(db: Path) -> None:
    replies = [{"reply": text, "tokens_in": 9, "tokens_out": 4, "cost_usd": 0.01} for text in REPLIES]
    first = recorded(db, replies=replies)

    again = replayed(db)

    assert (again.outputs, again.calls, again.ended) == (first.outputs, 6, "stop")
    assert (first.tokens_in, round(first.cost_usd or 0, 4)) == (54, 0.06)
    assert (again.tokens_in, again.tokens_out, again.cost_usd) == (0, 0, 0.0)


def test_a_graph_changed_elsewhere_gets_the_old_answers(db: Path) -> None:
    recorded(db)
    changed = CRITIC_LOOP.replace("  - writer.text -> result.value", "  - critic.label -> result.value")

    assert replayed(db, changed).outputs == {"result": "good"}


def test_a_changed_prompt_is_refused_with_the_nearest_and_where_it_differs(db: Path) -> None:
    run_id = recorded(db).run_id
    result = replayed(db, CRITIC_LOOP.replace("Write two sentences", "Write three sentences"))

    assert result.error is not None
    assert (result.error["node"], result.error["tick"], result.error["code"]) == ("writer", "0", "not_recorded")
    message = result.error["message"]
    assert "the nearest that `writer` asked, at tick 0, differs in `messages[0].content`" in message
    assert "recorded “Write two sentences" in message
    assert "asked “Write three sentences" in message
    assert f"`--model replay:{run_id}+MODEL`" in message


def test_a_changed_setting_is_another_request(db: Path) -> None:
    recorded(db)
    changed = CRITIC_LOOP.replace("    output: text", "    output: text\n    temperature: 0.5")

    result = replayed(db, changed)

    assert result.error is not None
    assert "differs in `temperature`: recorded “0.0”, asked “0.5”" in result.error["message"]


def test_what_is_new_goes_to_the_model_behind(db: Path, tmp_path: Path) -> None:
    run_id = recorded(db).run_id
    script = tmp_path / "new.jsonl"
    script.write_text(json.dumps({"reply": "Three sentences.", "cost_usd": 0.5}) + "\n" + '"good"\n')
    changed = CRITIC_LOOP.replace("Write two sentences", "Write three sentences")

    result = replayed(db, changed, f"replay:{run_id}+scripted:{script}")

    assert (result.outputs, result.calls, result.cost_usd) == ({"result": "Three sentences."}, 2, 0.5)


def test_roles_behind_a_replay_are_those_of_the_settings_and_one_script_serves_all(db: Path, tmp_path: Path) -> None:
    recorded(db)
    script = tmp_path / "r.jsonl"
    script.write_text('"one"\n"two"\n')
    catalog = Catalog(Settings({"models": {"fast": f"scripted:{script}"}}), model="replay:last+fast", db=db)

    async def texts() -> list[str]:
        return [(await catalog.provider(name).chat(ask("new"))).text for name in ("default", "strong")]

    import asyncio

    assert asyncio.run(texts()) == ["one", "two"]


def test_equal_questions_get_the_answers_of_their_own_node(db: Path) -> None:
    recorded(db, ASK_TWICE, [{"node": "one", "reply": "Hi."}, {"node": "two", "reply": "Hello."}])
    swapped = ASK_TWICE.replace("one:", "x:").replace("two:", "one:").replace("x:", "two:")  # two comes first now

    assert replayed(db, ASK_TWICE).outputs == {"result": "Hi. / Hello."}
    assert replayed(db, swapped, f"replay:{first_run(db)}").outputs == {"result": "Hi. / Hello."}


def first_run(db: Path) -> str:
    with Trace(db) as trace:
        return [found.id for found in trace.runs()][-1]


def test_other_nodes_get_the_rest_in_recorded_order_each_once(db: Path) -> None:
    recorded(db, ASK_TWICE, [{"node": "one", "reply": "Hi."}, {"node": "two", "reply": "Hello."}])
    renamed = ASK_TWICE.replace("one", "left").replace("two", "right")
    third = renamed.replace("  both:", '  more: {type: llm.function, instructions: "Greet", output: text}\n  both:')

    assert replayed(db, renamed).outputs == {"result": "Hi. / Hello."}
    refused = replayed(db, third, f"replay:{first_run(db)}")
    assert refused.error is not None
    assert "asked 2 times and answered in several ways, and all those answers are used" in refused.error["message"]


def test_one_answer_that_was_always_the_same_is_repeated(db: Path) -> None:
    recorded(db, ASK_TWICE, ["Hi.", "Hi."])
    more = ASK_TWICE.replace("  both:", '  more: {type: llm.function, instructions: "Greet", output: text}\n  both:')

    assert replayed(db, more).status == "ok"


def test_calls_run_in_outline_order_only_where_answers_differ(db: Path, tmp_path: Path) -> None:
    recorded(db, ASK_TWICE, ["Hi.", "Hi."])
    same = Replay("last", db).model("default")
    recorded(tmp_path / "other.db", ASK_TWICE, ["Hi.", "Hello."])
    different = Replay("last", tmp_path / "other.db").model("default")

    assert (same.deterministic_order, different.deterministic_order) == (False, True)


def test_recorded_errors_are_raised_as_they_were_and_repeats_find_what_followed(db: Path) -> None:
    greet = ASK_TWICE.replace("  - two.text -> both.texts\n", "").replace(
        '  two: {type: llm.function, instructions: "Greet", output: text}\n', ""
    )
    first = recorded(db, greet, [{"error": "rate_limit", "message": "Slow down."}, "Hi."], retry_transient=1)
    assert first.outputs == {"result": "Hi."}

    assert replayed(db, greet).outputs == {"result": "Hi."}
    with Trace(db) as trace:
        found = [(effect.status, effect.error) for effect in trace.effects(kind="chat")]
    assert [status for status, _ in found] == ["error", "ok"]
    assert "Slow down." in found[0][1]


async def test_a_recorded_error_keeps_its_kind(db: Path) -> None:
    greet = ASK_TWICE.split("  both")[0].replace(
        '  two: {type: llm.function, instructions: "Greet", output: text}\n', ""
    )
    await _arun(greet, [{"error": "rate_limit", "message": "Slow down."}], db)
    with Trace(db) as trace:
        request = next(trace.effects(kind="chat")).request
    call = ChatCall(messages=tuple(request["messages"]), schema=request["schema"], max_tokens=request["max_tokens"])

    with pytest.raises(ModelError, match="Slow down") as caught:
        await Replay("last", db).model("default").chat(call)

    assert (caught.value.kind, caught.value.transient) == ("rate_limit", True)


async def _arun(text: str, replies: Sequence[Json], db: Path) -> None:
    from studio import arun

    await arun(Graph.from_text(text), model=Scripted(replies), db=db)


class Chatty(Scripted):
    """A model with abilities of its own."""

    def __init__(self, replies: Sequence[Json], name: str, **abilities: Json) -> None:
        super().__init__(replies, name=name)
        self._info = type(self._info)(**{**asdict(self._info), **abilities})


def test_each_name_is_able_to_do_what_its_recorded_model_could(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models: dict[str, ModelProvider] = {
        "default": Chatty(["a"], "openai/small", context_tokens=1000, billable=True, local=False),
        "strong": Chatty(["b"], "openai/big", context_tokens=9000, supports_completion=False),
    }
    monkeypatch.setattr(Catalog, "provider", lambda self, name="default": models[name])
    text = ASK_TWICE.replace(
        'two: {type: llm.function, instructions: "Greet"',
        'two: {type: llm.function, model: strong, instructions: "Hail"',
    )
    assert run(Graph.from_text(text), db=db).status == "ok"
    monkeypatch.undo()
    catalog = Catalog(Settings(), model="replay:last", db=db)

    default, strong, other = (catalog.provider(name).info for name in ("default", "strong", "openai/unknown"))

    assert (default.context_tokens, strong.context_tokens, other.context_tokens) == (1000, 9000, 1000)
    assert (default.supports_completion, strong.supports_completion) == (True, False)
    assert (default.billable, default.local) == (False, True)
    assert default.name == strong.name == f"replay:{first_run(db)}"


EMBED = """\
studio: 1
name: near
nodes:
  word: {type: flow.input, value: tea}
  vector: {type: llm.embed}
  result: {type: flow.output}
edges:
  - word.value -> vector.text
  - vector.vector -> result.value
"""


def embedded(db: Path, word: str, embedder: str) -> RunResult:
    return run(Graph.from_text(EMBED), {"word": word}, db=db, embedder=embedder)


def test_embeddings_are_answered_too(db: Path) -> None:
    first = embedded(db, "tea", embedder="toy")
    assert first.status == "ok", first.error

    again = embedded(db, "tea", embedder="replay:last")
    refused = embedded(db, "coffee", embedder=f"replay:{first.run_id}")
    sent_on = embedded(db, "coffee", embedder=f"replay:{first.run_id}+toy")

    assert again.outputs == first.outputs
    assert refused.error is not None
    assert "This was not recorded" in refused.error["message"]
    assert len(sent_on.outputs["result"]) == 16


def test_a_replayed_model_brings_its_embeddings_and_what_is_new_is_embedded_for_free(db: Path) -> None:
    text = ASK_TWICE.replace(
        "  result:", "  word: {type: flow.input, value: tea}\n  vector: {type: llm.embed}\n  result:"
    )
    text += "  - word.value -> vector.text\n"
    run(Graph.from_text(text), model=Scripted(["Hi.", "Hi."]), embedder="toy", db=db)
    catalog = Catalog(Settings({"models": {"embedder": "toy"}}), model="replay:last", db=db)
    paid = Catalog(Settings({"models": {"embedder": "openai/text-embedding-3-small"}}), model="replay:last", db=db)

    async def vectors(of: Catalog, word: str) -> int:
        return len((await of.embedder().embed([word])).vectors[0])

    import asyncio

    assert asyncio.run(vectors(catalog, "tea")) == asyncio.run(vectors(paid, "tea")) == 16
    assert asyncio.run(vectors(catalog, "coffee")) == 16
    with pytest.raises(ModelError, match="This was not recorded"):
        asyncio.run(vectors(paid, "coffee"))


def test_a_run_of_a_replay_can_itself_be_replayed(db: Path) -> None:
    first = recorded(db)
    replayed(db)

    assert replayed(db).outputs == first.outputs


def test_the_trace_names_the_run_that_answered_and_not_last(db: Path) -> None:
    run_id = recorded(db).run_id
    replayed(db)

    with Trace(db) as trace:
        assert {effect.name for effect in trace.effects(kind="chat")} == {f"replay:{run_id}"}
        assert trace.run().options["model"] == f"replay:{run_id}"


def test_a_resumed_run_answers_also_with_what_it_took_over(db: Path) -> None:
    first = run(Graph.from_text(CRITIC_LOOP), model=Scripted(REPLIES), db=db, limits={"calls": 3})
    assert first.status == "paused"
    second = resume(db, first.run_id, model=Scripted(REPLIES), limits={"calls": 99})
    assert second.outputs == {"result": "Draft three."}
    with Trace(db) as trace:
        copied = [effect for effect in trace.effects(second.run_id) if effect.kind in ("chat", "complete")]
    assert len(copied) < 6  # the control: the child alone could not answer

    again = replayed(db, model=f"replay:{second.run_id}")

    assert (again.outputs, again.calls) == ({"result": "Draft three."}, 6)


def test_a_name_that_is_no_run_is_refused_before_anything_runs(db: Path) -> None:
    recorded(db)
    with pytest.raises(UsageError, match="There is no run 'nope'"):
        replayed(db, model="replay:nope")
    with pytest.raises(UsageError, match="asked no model"):
        replayed(db, model=f"replay:{embedded(db, 'a', embedder='toy').run_id}")


def test_the_name_of_an_example_is_its_recorded_run(db: Path) -> None:
    from studio.support.resources import resource_root

    result = run(resource_root("graphs") / "critic_loop.yaml", model="replay:critic_loop", db=db)

    assert "limpets" in result.outputs["result"]


@pytest.mark.parametrize(
    ("name", "scripted"),
    [
        ("scripted:a.jsonl", True),
        ("replay:last", True),
        ("replay:last+scripted:a.jsonl", True),
        ("replay:last+replay:01K", True),
        ("replay:last+embedded/smollm2-135m", False),
        ("replay:last+default", False),
        ("openai/gpt-4o", False),
    ],
)
def test_a_name_tells_whether_all_answers_are_given_beforehand(name: str, scripted: bool) -> None:
    assert is_scripted(name) is scripted


def test_a_replay_behind_a_replay_is_asked_for_what_the_first_has_not(db: Path) -> None:
    both = recorded(db, ASK_TWICE, ["Hi.", "Hi."]).run_id
    loop = recorded(db).run_id

    assert replay_parts(f"replay:{both}+replay:{loop}") == (both, f"replay:{loop}")
    assert replayed(db, model=f"replay:{both}+replay:{loop}").outputs == {"result": "Draft three."}


def test_races_of_a_replay_are_decided_by_edge_order(db: Path) -> None:
    recorded(db)
    replayed(db)

    with Trace(db) as trace:
        assert trace.run().options["races"] == "ordered"


def test_the_index_keeps_no_text(db: Path) -> None:
    text = "A long draft. " * 400
    recorded(db, ASK_TWICE, [text, text])
    questions = Questions(db)

    assert questions.differing() is False
    assert text not in repr(vars(questions))
    assert next(iter(questions.of_node("chat", "one"))).node == "one"
    questions.close()


def test_keys_stand_scrubbed_in_a_record_and_are_found(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_API_KEY", "sk-verysecret123")
    text = ASK_TWICE.replace('"Greet"', '"Say sk-verysecret123"')
    recorded(db, text, ["Hi.", "Hi."])

    assert replayed(db, text).status == "ok"


def test_what_an_example_answered_is_forked_and_asked_again_by_its_name(db: Path) -> None:
    """The run of an example stands in no database of the person's: its id would be looked for there in vain."""
    from studio.replay.continuing import fork
    from studio.support.resources import resource_root

    first = run(resource_root("graphs") / "critic_loop.yaml", model="replay:examples/critic_loop", db=db)
    with Trace(db) as trace:
        assert trace.run("last").options["model"] == "replay:critic_loop"
    again = fork(db, first.run_id, at=1)

    assert (again.status, again.outputs) == ("ok", first.outputs)
    assert again.run_id != first.run_id
