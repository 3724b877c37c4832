"""`studio why`: the tree of causes, what something led to, and why there is nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.graph import Graph
from tests.cli.conftest import Cli


def test_the_tree_starts_at_the_firing_and_goes_back_to_the_beginning(cli: Cli, recorded: str) -> None:
    told = cli("why", recorded, "result", "1")

    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == "✓ result  tick 1"
    assert lines[1].startswith("└→ value ← writer.text  tick 1  A second draft.")
    assert "├─ topic ← topic.value  tick 0  given to the run  tide pools" in lines
    assert any(line.startswith("└→ fault ← critic.label  tick 0  fed back  vague") for line in lines)
    assert any("writer.text  tick 0  A first draft about pools." in line for line in lines)
    assert lines[-1] == '└─ fault ← its first value  ""'
    assert sum("given to the run  (above)" in line for line in lines) == 1, "shown once, referred to after that"
    assert "route" not in told.out, "what did not contribute is not there"


def test_down_shows_what_a_firing_led_to(cli: Cli, recorded: str) -> None:
    told = cli("why", recorded, "critic", "0", "--down")

    assert [line.split("  ")[0] for line in told.out.splitlines()][:3] == [
        "✓ critic", "├─ route.value", "└→ writer.fault",
    ]  # fmt: skip
    assert "topic" not in told.out


def test_branches_that_go_deep_stay_within_the_width(cli: Cli, tmp_path: Path) -> None:
    """Each node reads the two before it, so that at each there is one more branch to come back to."""
    graph = Graph("deep")
    graph.add("flow.input", "n0", value=1)
    graph.add("flow.input", "n1", value=1)
    for number in range(2, 80):
        graph.add("math.expression", f"n{number}", expression="(a + b) % 10")
        graph.connect(f"n{number - 1}.value", f"n{number}.a")
        graph.connect(f"n{number - 2}.value", f"n{number}.b")
    file = tmp_path / "deep.yaml"
    graph.save(file)
    assert cli("run", file).code == 0

    lines = cli("why", "last", "n79").out.splitlines()

    assert len(lines) > 100
    assert max(len(line) for line in lines) <= 120
    folded = [line for line in lines if line.startswith("⋯")]
    assert folded, "else this test shows nothing"
    assert any("← n2.value" in line for line in folded), "what was asked for is still there to be read"
    assert len({line.index("n") for line in folded if "─" in line}) <= 3, "they stand in one column"


def test_json_has_the_firings_the_edges_and_what_was_left_out(cli: Cli, recorded: str) -> None:
    told = cli("why", recorded, "result", "1", "--depth", "1", "--json").json

    assert (told["run"], told["node"], told["tick"], told["direction"]) == (recorded, "result", "1", "up")
    [result, writer] = told["firings"]
    assert [(one["kind"], one["status"]) for one in writer["effects"]] == [("chat", "ok")]
    assert told["edges"] == [
        {"of": result["id"], "port": "value", "source": writer["id"], "output": "text", "why": "input"}
    ]
    assert told["more"] == [writer["id"]]


def test_what_depth_and_limit_leave_out_is_told(cli: Cli, recorded: str) -> None:
    near = cli("why", recorded, "result", "1", "--depth", "1").out
    few = cli("why", recorded, "result", "1", "--limit", "2").out

    assert "… and 1 more firing not followed: raise --depth or --limit to go on" in near
    assert "… and 2 more firings not followed" in few


def test_a_skipped_node_is_traced_to_who_decided_it(cli: Cli, recorded: str) -> None:
    told = cli("why", recorded, "done", "0")
    as_json = cli("why", recorded, "done", "0", "--json").json

    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == "done  tick 0  has nothing: another way was taken"
    assert lines[1] == "├─ `when` had nothing from `route.good`"
    assert lines[2] == "└─ route  tick 0  it gave `else` for vague, not `good`"
    assert any("critic.label  tick 0  vague" in line for line in lines), "and what led to that decision"
    assert as_json["absence"]["kind"] == "route"
    assert [link["node"] for link in as_json["absence"]["links"]] == ["done", "route"]


def test_an_empty_output_is_traced_too(cli: Cli, recorded: str) -> None:
    told = cli("why", recorded, "route", "0", "--port", "good")

    assert told.out.splitlines()[1] == "└─ it gave `else` for vague, not `good`"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["topic", "1"], "it is steady: it was decided at tick 0, and that holds"),
        (["writer", "7"], "its region ended after tick 1: `done` stopped it"),
    ],
)
def test_why_a_node_was_not_decided(cli: Cli, recorded: str, words: list[str], said: str) -> None:
    told = cli("why", recorded, *words)

    assert told.code == 0
    assert said in told.out
    assert "It was decided at tick 0" in told.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["writer"], "`writer` was decided at 2 ticks. Name one after the node: 0, 1."),
        (["writer", "soon"], "'soon' is no tick. It was decided at 0, 1."),
        (["writer", "-1"], "'-1' is no tick. It was decided at 0, 1."),
        (["writer", "1.0"], "`writer` has no tick 1.0: its ticks are single numbers. It was decided at 0, 1."),
        (["writter", "0"], "Did you mean `writer`?"),
        (["writer", "0", "--port", "txt"], "`writer` has no output `txt`. It has text, done."),
        (["writer", "0", "--depth", "-1"], "--depth"),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_there_is(
    cli: Cli, recorded: str, words: list[str], said: str
) -> None:
    told = cli("why", recorded, *words)

    assert told.code == 2
    assert said in told.err
    assert told.out == ""


def test_a_node_that_was_decided_once_needs_no_tick(cli: Cli, recorded: str) -> None:
    assert cli("why", recorded, "topic").out == "✓ topic  tick 0  tide pools\n"


def test_the_recorded_examples_can_be_asked(cli: Cli) -> None:
    told = cli("why", "inbox_triage", "triage/0/department")

    assert told.code == 0
    assert "mails.files  tick 0  from the items" in told.out
    assert "mails/1" not in told.out


def test_an_answer_from_memory_leads_to_who_asked(cli: Cli) -> None:
    told = cli("why", "chat_router", "answer/23/by")

    assert "answer/0/pick  tick 0.0  asked the same before" in told.out
