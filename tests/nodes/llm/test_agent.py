"""`llm.agent`: a model at work with tools, in whole runs: what it may do, what stops it, what a replay needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import Graph, RunResult, Trace, run
from studio.graph.model import StoreDecl
from studio.models.scripted import Scripted
from studio.nodes.llm._tools import answer_text, read_tools, tool_problems
from studio.nodes.llm.agent import Agent
from studio.replay.verify import verify
from studio.spec import Fields, ModelInfo, default_registry
from studio.spec.calls import ChatCall
from studio.spec.params import parse_params
from studio.support.values import Json
from tests.support.approving import hashes_of
from tests.support.fake_context import FakeContext, run_node

SPLIT: Json = {"use": "text.split", "as": "split", "set": {"by": "separator", "separator": ","}}
REMEMBER: Json = {"use": "store.set", "as": "remember", "set": {"store": "facts"}}


def call(name: str, **arguments: Json) -> Json:
    """A script line: the model calls one tool."""
    return {"tool_calls": [{"name": name, "arguments": arguments}]}


def agent(*tools: Json, **params: Any) -> Graph:
    """A graph of one agent and all that it gives."""
    graph = Graph("agent")
    graph.add("flow.input", "task", value="count a,b")
    graph.add("llm.agent", "agent", instructions="Do this: {task}", tools=list(tools), **params)
    graph.connect("task.value", "agent.task")
    for name in ("text", "value", "calls", "turns", "messages"):
        graph.add("flow.output", name)
        graph.connect(f"agent.{name}", f"{name}.value")
    graph.stores["facts"] = StoreDecl("facts", "kv")
    return graph


def play(graph: Graph, *replies: Json, db: Path, **more: Any) -> tuple[RunResult, Scripted]:
    """Run the graph on a script."""
    model = Scripted(list(replies))
    return run(graph, model=model, db=db, **more), model


def test_tools_are_called_until_the_model_answers_in_words(tmp_path: Path) -> None:
    result, model = play(
        agent(SPLIT, REMEMBER), call("split", text="a,b"), call("remember", key="n", value=2), "Two.",
        db=tmp_path / "t.db",
    )  # fmt: skip

    assert result.outputs["text"] == "Two."
    assert result.outputs["turns"] == 3
    assert [entry["tool"] for entry in result.outputs["calls"]] == ["split", "remember"]
    assert result.outputs["calls"][0]["result"]["parts"] == ["a", "b"]
    assert "value" not in result.outputs, "without a schema there is no value"
    first, last = model.requests[0], model.requests[-1]
    assert isinstance(first, ChatCall)
    assert isinstance(last, ChatCall)
    assert [tool.name for tool in first.tools] == ["split", "remember"]
    assert [message["role"] for message in last.messages] == ["user", "assistant", "tool", "assistant", "tool"]
    assert last.messages[2]["tool_call_id"] == last.messages[1]["tool_calls"][0]["id"]


def test_the_model_is_told_of_open_inputs_only_and_of_what_they_mean() -> None:
    tool = read_tools(
        [{"use": "store.set", "set": {"store": "facts"}, "give": {"key": "n"}, "about": "Keep a number."}]
    )
    cls = default_registry().find("store.set")
    assert cls is not None

    offer = tool[0].offer(cls)

    assert offer.name == "store_set"
    assert offer.about == "Keep a number."
    assert set(offer.parameters["properties"]) == {"value"}
    assert offer.parameters["required"] == ["value"]


def test_what_an_agent_does_is_replayed_without_asking_anybody(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    result, _ = play(agent(SPLIT), call("split", text="a,b"), "Two.", db=db)

    with Trace(db) as trace:
        checked = verify(trace, result.run_id)

    assert checked.difference is None
    assert checked.effects > 0


def test_a_refused_call_is_told_to_the_model_and_costs_nothing_else(tmp_path: Path) -> None:
    result, model = play(
        agent(SPLIT),
        call("merge", text="a"),
        call("split", wrong="a"),
        {"tool_calls": [{"name": "split", "arguments": "no object"}]},
        call("split", text=7),
        "I give up.",
        db=tmp_path / "t.db",
    )

    assert result.status == "ok"
    errors = [entry["error"] for entry in result.outputs["calls"]]
    assert "there is no tool `merge`" in errors[0]
    assert "no input `wrong`" in errors[1]
    assert "no JSON object" in errors[2]
    assert "must be text" in errors[3]
    told = [message["content"] for message in model.requests[-1].messages if message["role"] == "tool"]  # type: ignore[union-attr]
    assert all(text.startswith("Error: ") for text in told)


def test_the_very_same_call_is_refused_after_its_repeats(tmp_path: Path) -> None:
    same = call("split", text="a,b")
    result, _ = play(agent(SPLIT, repeats=2), same, same, same, "Done.", db=tmp_path / "t.db")

    outcomes = ["error" if "error" in entry else "ok" for entry in result.outputs["calls"]]
    assert outcomes == ["ok", "ok", "error"]


def test_a_tool_has_its_own_limit_and_all_have_one_together(tmp_path: Path) -> None:
    calls = [call("split", text=text) for text in ("a", "b", "c")]
    once, _ = play(agent({**SPLIT, "most": 1}), *calls, "Done.", db=tmp_path / "a.db")
    two, _ = play(agent(SPLIT, max_calls=2), *calls, "Done.", db=tmp_path / "b.db")

    assert ["error" in entry for entry in once.outputs["calls"]] == [False, True, True]
    assert ["error" in entry for entry in two.outputs["calls"]] == [False, False, True]


def test_an_agent_that_never_answers_fails_and_says_what_it_called(tmp_path: Path) -> None:
    calls = [call("split", text=str(number)) for number in range(9)]
    result, model = play(agent(SPLIT, max_turns=3), *calls, db=tmp_path / "t.db")

    assert result.status == "failed"
    assert result.error is not None
    assert "No answer after 3 turns and 3 calls (split 3×)" in result.error["message"]
    assert len(model.requests) == 3


def test_at_the_limit_it_can_be_asked_for_an_answer_without_tools(tmp_path: Path) -> None:
    result, model = play(
        agent(SPLIT, max_turns=1, on_limit="answer"), call("split", text="a,b"), "About two.", db=tmp_path / "t.db"
    )

    assert result.outputs["text"] == "About two."
    last = model.requests[-1]
    assert isinstance(last, ChatCall)
    assert last.tools == ()


def test_with_a_schema_only_a_fitting_answer_is_taken(tmp_path: Path) -> None:
    schema = {
        "type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"],
        "additionalProperties": False,
    }  # fmt: skip
    result, model = play(
        agent(SPLIT, schema=schema),
        "It is two.",
        call("finish", count="two"),
        call("finish", count=2),
        db=tmp_path / "t.db",
    )

    assert result.outputs["value"] == {"count": 2}
    assert result.outputs["text"] == '{"count":2}'
    assert all(request.must_call for request in model.requests)  # type: ignore[union-attr]
    told = [message["content"] for message in model.requests[-1].messages[2:]]  # type: ignore[union-attr]
    assert told[0] == "Call `finish` with the answer."
    assert any("not the answer asked for" in text for text in told)


def test_a_person_says_yes_or_no_to_every_call_of_a_tool_that_asks(tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text('"no"\n"yes"\n', "utf-8")
    result, _ = play(
        agent({**SPLIT, "ask": True}), call("split", text="a"), call("split", text="b"), "Done.",
        db=tmp_path / "t.db", answers=answers,
    )  # fmt: skip

    first, second = result.outputs["calls"]
    assert "said no" in first["error"]
    assert second["result"]["parts"] == ["b"]


def test_inputs_that_are_given_cannot_be_written_by_the_model(tmp_path: Path) -> None:
    tool = {"use": "store.set", "as": "keep", "set": {"store": "facts"}, "give": {"key": "safe"}}
    result, _ = play(
        agent(tool), call("keep", key="other", value=1), call("keep", value=2), "Done.", db=tmp_path / "t.db"
    )

    first, second = result.outputs["calls"]
    assert "has no argument `key`" in first["error"]
    assert second["result"] == {"value": 2}


def test_a_folder_that_is_set_is_neither_offered_nor_replaced_nor_asked_for_as_any(tmp_path: Path) -> None:
    for name in ("safe", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
    (tmp_path / "studio.toml").touch()

    def read(fixed: dict[str, Json]) -> tuple[Any, Any, list[str]]:
        tool = {"use": "files.read", "as": "read", "set": fixed}
        graph = agent(tool)
        path = tmp_path / "agent.yaml"
        graph.save(path)
        calls = [
            {"tool_calls": [{"name": "read", "arguments": {"name": "a.txt", **more}}]}
            for more in ({"folder": "other"}, {})
        ]
        loaded = Graph.load(path)
        result, model = play(loaded, *calls, "Done.", db=tmp_path / "t.db", approve=hashes_of(loaded))
        asked = Agent.permissions(parse_params(Agent.Params, {"instructions": "x", "tools": [tool]})[0], frozenset())
        return result.outputs["calls"], model.requests[0], [one.what for one in asked]

    (first, second), request, asked = read({"folder": "safe"})
    assert "has no argument `folder`" in first["error"]
    assert second["result"]["text"] == "safe"
    assert "folder" not in request.tools[0].parameters["properties"]
    assert asked == ["safe"]

    # The control: what is not set is the model's to write, and asked for as such.
    (first, _), _, asked = read({})
    assert first["result"]["text"] == "other"
    assert asked == ["*"]


def test_stores_of_tools_are_stores_of_the_agent() -> None:
    params, _ = parse_params(
        Agent.Params, {"instructions": "x", "tools": [REMEMBER, {"use": "queue.pop", "set": {"store": "q"}}]}
    )

    assert Agent.uses_stores(params) == {"facts": "write", "q": "take"}


def test_an_agent_may_do_what_its_tools_may() -> None:
    tools = [{"use": "files.read_folder", "set": {"folder": "notes"}}, {"use": "nobody.knows", "set": {"a": 1}}]
    params, _ = parse_params(Agent.Params, {"instructions": "x", "tools": tools})

    asked = [permission.told for permission in Agent.permissions(params, frozenset())]

    assert len(asked) >= 2
    assert any("nobody.knows" in text and '{"a":1}' in text for text in asked)


def test_that_a_person_is_asked_for_each_call_is_part_of_what_is_approved() -> None:
    def asked(**more: bool) -> list[str]:
        params, _ = parse_params(Agent.Params, {"instructions": "x", "tools": [{"use": "files.delete", **more}]})
        return [one.what for one in Agent.permissions(params, frozenset())]

    assert asked(ask=True) != asked()


def test_what_is_given_to_a_tool_is_part_of_what_is_approved() -> None:
    def asked(given: dict[str, str], use: str = "shell.run") -> list[tuple[str, str]]:
        fixed = {"argv": ["sh", "-c", "{cmd}"]} if use == "shell.run" else {}
        params, _ = parse_params(
            Agent.Params, {"instructions": "x", "tools": [{"use": use, "set": fixed, "give": given}]}
        )
        return [(one.kind, one.what) for one in Agent.permissions(params, frozenset())]

    assert any("rm -rf" in what for _, what in asked({"cmd": "rm -rf ."}))
    assert ("write", "*") in asked({"folder": "elsewhere"}, "files.write"), "the param `folder` is not what counts"
    assert asked({"text": "a"}, "text.split") == [], "a tool that only computes asks for nothing"


@pytest.mark.parametrize(
    ("tools", "fault"),
    [
        (["text.split"], "must name a node type"),
        ([{"use": "text.split", "name": "x"}], "has no `name`"),
        ([{"use": "text.split", "most": 0}], "`most` is a number from 1"),
        ([{"use": "text.split", "as": "a b"}], "letters, digits"),
        ([{"use": "text.split"}, {"use": "text.split"}], "Two tools are called `text_split`"),
        ([{"use": "text.split", "as": "finish"}], "Two tools are called `finish`"),
        ([{"use": "flow.map"}], "only makes sense in a graph"),
        ([{"use": "llm.agent"}], "only makes sense in a graph"),
        ([{"use": "text.split", "set": {"seperator": ","}}], "seperator"),
        ([{"use": "text.split", "give": {"nothing": 1}}], "no input `nothing`"),
    ],
)
def test_what_is_wrong_with_a_tool_is_said(tools: list[Json], fault: str) -> None:
    assert fault in " ".join(tool_problems(tools, finishes=True))


def test_results_are_shown_with_their_middle_left_out() -> None:
    assert answer_text({"text": "short"}, 100) == "short"
    assert answer_text({"a": 1, "b": [2]}, 100) == '{"a":1,"b":[2]}'
    cut = answer_text({"text": "x" * 500 + "END"}, 200)
    assert "characters left out" in cut
    assert cut.endswith("END")
    assert "picture" not in answer_text({"image": {"$blob": "ab", "type": "image/png", "size": 9}}, 100)


async def test_a_model_without_tool_calls_chooses_by_a_schema() -> None:
    ctx = FakeContext(
        replies=['{"tool": "split", "arguments": {"text": "a,b"}}', '{"tool": "answer", "text": "Two."}'],
        info=ModelInfo(name="fake/plain", supports_schema=True),
    )

    out = await run_node(Agent, {"instructions": "Count.", "tools": [SPLIT]}, {}, ctx)

    assert isinstance(out, Fields)
    assert out.text == "Two."  # type: ignore[attr-defined]
    first, second = ctx.chats
    assert first.tools == ()
    assert first.schema is not None
    choices = [choice["properties"]["tool"]["enum"][0] for choice in first.schema["anyOf"]]
    assert choices == ["split", "answer"]
    assert second.messages[-1]["content"].startswith("Result: ")
