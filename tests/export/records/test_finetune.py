"""Model calls as examples for fine-tuning: which are taken, and how they are told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from studio.export.records.finetune import Told, Wanted, example_lines, parsed_score
from studio.support.errors import UsageError
from studio.trace import Trace
from tests.export.records.played import REPAIRED, REPAIRED_REPLIES, TOO_LONG, WORKERS, WORKERS_REPLIES, played

QUESTION = {"role": "user", "content": "Write a word about pools."}

JUDGED = REPAIRED.replace(
    "      - {name: short, expression: len(text) <= 12, message: At most 12 letters.}",
    '      - {name: kind, judge: "Is it kind? {text}", labels: ["yes", "no"], pass: "yes"}',
)

DECIDED = """\
studio: 1
name: decided
nodes:
  draft: {type: flow.input, value: A draft.}
  judge:
    type: llm.function
    instructions: "Judge: {draft}"
    schema: {type: object, properties: {score: {type: number}}, required: [score]}
  out: {type: flow.output}
edges:
  - draft.value -> judge.draft
  - judge.score -> out.value
"""

HELPED = """\
studio: 1
name: helped
nodes:
  task: {type: flow.input, value: What is 2 + 3?}
  agent:
    type: llm.agent
    instructions: "{task}"
    tools: [{use: math.expression, as: add, about: Adds., set: {expression: a + b}}]
  out: {type: flow.output}
edges:
  - task.value -> agent.task
  - agent.text -> out.value
"""


ANY = Wanted()


def told_of(
    graph: str, replies: Sequence[Any], db: Path, wanted: Wanted = ANY, **more: Any
) -> tuple[list[dict[str, Any]], Told]:
    trace, run = played(graph, replies, db, **more)
    told = Told()
    lines = [json.loads(line) for line in example_lines(trace, [run], wanted, told)]
    trace.close()
    return lines, told


def test_the_accepted_answer_stands_behind_the_question_as_it_was_first_put(tmp_path: Path) -> None:
    lines, told = told_of(REPAIRED, REPAIRED_REPLIES, tmp_path / "t.db", Wanted(passed=True))

    assert lines == [{"messages": [QUESTION, {"role": "assistant", "content": "crabs"}]}]
    assert told.kept == 1
    assert told.left_out == {"whose answer was not what the node gave": 1}


def test_without_the_filter_the_answer_that_was_mended_is_there_too(tmp_path: Path) -> None:
    """The control of the test before: the rejected answer is among the calls, and only the filter keeps it out."""
    lines, _ = told_of(REPAIRED, REPAIRED_REPLIES, tmp_path / "t.db")

    assert [line["messages"][-1]["content"] for line in lines] == [TOO_LONG, "crabs"]
    assert all(line["messages"][:-1] == [QUESTION] for line in lines)


def test_a_second_repair_is_found_too(tmp_path: Path) -> None:
    replies = (TOO_LONG, TOO_LONG + " Still.", "crabs")
    lines, _ = told_of(REPAIRED, replies, tmp_path / "t.db", Wanted(passed=True))

    assert lines == [{"messages": [QUESTION, {"role": "assistant", "content": "crabs"}]}]


def test_a_firing_that_failed_teaches_nothing(tmp_path: Path) -> None:
    lines, told = told_of(REPAIRED, [TOO_LONG] * 3, tmp_path / "t.db", Wanted(passed=True))

    assert lines == []
    assert told.left_out == {"of a firing that failed": 3}


def test_what_a_judge_said_is_no_answer_of_the_node(tmp_path: Path) -> None:
    from studio import run as play
    from studio.graph import Graph
    from studio.models.scripted import Scripted

    class Chatting(Scripted):
        """A model that answers in chats only, so that the judge is a chat as well."""

        @property
        def info(self) -> Any:
            from dataclasses import replace

            return replace(super().info, supports_completion=False)

    db = tmp_path / "t.db"
    replies = ["rude", "no", "crabs", "yes"]
    done = play(Graph.from_text(JUDGED), model=Chatting(replies), db=db)
    assert done.status == "ok", done.error

    with Trace(db) as trace:
        every = [json.loads(line) for line in example_lines(trace, [done.run_id], Wanted(), Told())]
        passed = [json.loads(line) for line in example_lines(trace, [done.run_id], Wanted(passed=True), Told())]

    assert len(every) == 4
    assert passed == [{"messages": [QUESTION, {"role": "assistant", "content": "crabs"}]}]


def test_an_agents_tool_calls_are_kept_in_one_conversation(tmp_path: Path) -> None:
    replies = [{"tool_calls": [{"name": "add", "arguments": {"a": 2, "b": 3}}]}, {"reply": "It is 5."}]
    lines, told = told_of(HELPED, replies, tmp_path / "t.db", Wanted(passed=True))

    assert len(lines) == 1
    roles = [message["role"] for message in lines[0]["messages"]]
    assert roles[-4:] == ["user", "assistant", "tool", "assistant"]
    call = lines[0]["messages"][-3]["tool_calls"][0]
    assert call["function"]["name"] == "add"
    assert json.loads(call["function"]["arguments"]) == {"a": 2, "b": 3}
    assert lines[0]["messages"][-1] == {"role": "assistant", "content": "It is 5."}
    assert lines[0]["tools"][0]["type"] == "function"
    assert lines[0]["tools"][0]["function"]["name"] == "add"
    assert told.left_out == {"that a later call holds": 1}


def test_nodes_are_named_by_path_or_by_their_last_part(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    def answers(*nodes: str) -> list[str]:
        wanted = Wanted(nodes=frozenset(nodes))
        return [json.loads(line)["messages"][-1]["content"] for line in example_lines(trace, [run], wanted, Told())]

    assert sorted(answers("say")) == ["dos", "tres", "uno"]
    assert answers("work/1/say") == ["dos"]
    assert answers("ay") == []
    trace.close()


def test_the_same_example_is_told_once(tmp_path: Path) -> None:
    replies = [{"node": f"work/{n}/say", "reply": "uno"} for n in range(3)]
    lines, told = told_of(WORKERS, replies, tmp_path / "t.db", inputs={"words": ["one", "one", "two"]})

    assert len(lines) == 2
    assert told.left_out["told already"] == 1


@pytest.mark.parametrize(
    ("score", "kept", "left_out"),
    [
        ("score >= 0.5", 1, {}),
        ("score > 0.9", 0, {"below the score": 1}),
        ("outputs.score == 0.8 and inputs.draft == 'A draft.'", 1, {}),
        ("draft == 'A draft.'", 1, {}),
        ("confidence > 0.5", 0, {"for which the score has no value": 1}),
        ("score > 'a'", 0, {"for which the score has no value": 1}),
    ],
)
def test_a_score_is_an_expression_over_inputs_and_outputs(
    tmp_path: Path, score: str, kept: int, left_out: dict[str, int]
) -> None:
    lines, told = told_of(DECIDED, ['{"score": 0.8}'], tmp_path / "t.db", Wanted(score=parsed_score(score)))

    assert len(lines) == told.kept == kept
    assert told.left_out == left_out


def test_a_score_that_is_no_condition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="true or false"):
        told_of(DECIDED, ['{"score": 0.8}'], tmp_path / "t.db", Wanted(score=parsed_score("score")))
    with pytest.raises(UsageError, match="--score"):
        parsed_score("score >=")


def test_firings_may_be_chosen_by_how_they_ended(tmp_path: Path) -> None:
    lines, told = told_of(REPAIRED, [TOO_LONG] * 3, tmp_path / "t.db", Wanted(statuses=frozenset({"ok"})))

    assert lines == []
    assert told.left_out == {"of a firing that ended error": 3}


def test_calls_without_an_answer_and_completions_are_counted(tmp_path: Path) -> None:
    lines, told = told_of(REPAIRED, [{"error": "server"}], tmp_path / "t.db")

    assert lines == []
    assert told.left_out == {"without an answer": 1}
    assert told.sentences() == ["0 examples kept. Left out: 1 without an answer."]
