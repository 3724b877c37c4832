"""Running graphs and looking at what was recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.support.errors import EnvironmentProblem
from tests.cli.conftest import Cli

RESULT_KEYS = [
    "run", "status", "ended", "outputs", "firings", "ticks", "calls", "tokens_in", "tokens_out", "cost_usd",
    "duration_s", "error",
]  # fmt: skip


def test_run_prints_outputs_and_notes_beside_them(cli: Cli, critic: Path, script: str) -> None:
    told = cli("run", critic, "--model", script)

    assert told.code == 0
    assert told.out == "A second draft.\nIt names crabs.\n"
    assert "ok, ended stop" in told.err
    assert "studio replay last" in told.err
    assert "studio prompts last" in told.err


def test_run_json_is_the_promised_object(cli: Cli, critic: Path, script: str) -> None:
    told = cli("run", critic, "--model", script, "--json")

    assert told.code == 0
    assert told.err == ""
    assert list(told.json) == RESULT_KEYS
    assert told.json["outputs"] == {"result": "A second draft.\nIt names crabs."}
    assert (told.json["status"], told.json["ended"], told.json["calls"]) == ("ok", "stop", 4)


def test_outputs_are_printed_even_if_they_could_not_be_recorded(
    cli: Cli, critic: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(db: Path) -> None:
        raise EnvironmentProblem("The disk is full.", where=str(db))

    monkeypatch.setattr("studio.trace.runlog.flush_own", refuse)
    told = cli("run", critic, "--model", script)
    assert (told.code, told.out) == (5, "A second draft.\nIt names crabs.\n")
    assert told.err.splitlines()[-1].endswith("The disk is full.")
    told = cli("run", critic, "--model", script, "--json")
    assert told.code == 5
    assert told.json["outputs"] == {"result": "A second draft.\nIt names crabs."}
    assert told.json["error"]["code"] == "environment"


def test_a_run_that_fails_keeps_its_result_object(cli: Cli, critic: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.jsonl"
    short.write_text('"one"\n"vague"\n')
    told = cli("run", critic, "--model", f"scripted:{short}", "--json")

    assert told.code == 1
    assert told.json["status"] == "failed"
    assert (told.json["error"]["node"], told.json["error"]["tick"]) == ("writer", "1")


def test_a_limit_pauses_with_exit_code_3(cli: Cli, critic: Path, script: str) -> None:
    told = cli("run", critic, "--model", script, "--limit", "calls=2")

    assert told.code == 3
    assert "paused, ended limit:calls" in told.err
    assert "limit calls=2" in told.err
    assert [firing["node"] for firing in cli("show", "--json").json["firings"]][:2] == ["topic", "writer"]


def test_runs_lists_newest_first_and_filters(cli: Cli, critic: Path, script: str, recorded: str) -> None:
    second = cli("run", critic, "--model", script, "--limit", "calls=1", "--json").json["run"]

    assert [one["run"] for one in cli("runs", "--json").json] == [second, recorded]
    assert [one["run"] for one in cli("runs", "--status", "ok", "--json").json] == [recorded]
    assert [one["run"] for one in cli("runs", "--limit", "1", "--json").json] == [second]
    table = cli("runs").out.splitlines()
    assert table[0].split() == ["run", "graph", "status", "ended", "started", "took", "firings", "calls", "cost"]
    assert second in table[1]


def test_show_tells_every_firing_with_values_and_reasons(cli: Cli, recorded: str) -> None:
    told = cli("show", recorded[:24])

    assert told.code == 0
    lines = [line.strip() for line in told.out.splitlines()]
    assert "tick 1" in lines
    assert "✓ writer    A first draft about pools." in lines
    assert any(line.startswith("· done") and "route" in line for line in lines)
    assert "✓ result    ← A second draft. It names crabs." in lines


def test_show_tells_one_node_in_full(cli: Cli, recorded: str) -> None:
    told = cli("show", "last", "--node", "writer", "--tick", "1")

    assert "from critic.label at 0" in told.out
    assert "Mend this fault of the last draft, if any: vague" in told.out
    (firing,) = cli("show", "last", "--node", "writer", "--tick", "1", "--json").json
    assert firing["inputs"]["fault"] == [{"node": "critic", "tick": "0", "port": "label", "value": "vague"}]
    assert firing["outputs"] == {"text": "A second draft.\nIt names crabs."}
    assert firing["effects"][0]["response"]["text"] == "A second draft.\nIt names crabs."


def test_show_names_ticks_and_nodes_there_are(cli: Cli, recorded: str) -> None:
    assert "It was at 0, 1." in cli("show", "--node", "writer", "--tick", "9").err
    assert "Did you mean `writer`?" in cli("show", "--node", "wrter").err
    assert cli("show", "XYZ").code == 2


def test_prompts_shows_every_prompt_and_reply_in_order(cli: Cli, recorded: str) -> None:
    found = cli("prompts", "--json").json

    assert [one["node"] for one in found] == ["writer", "critic", "writer", "critic"]
    assert found[2]["reply"] == "A second draft.\nIt names crabs."
    told = cli("prompts", "--node", "writer").out
    assert "Mend this fault of the last draft, if any: vague" in told
    assert "Judge" not in told


def test_prompts_of_a_region_are_those_of_the_nodes_inside_it(cli: Cli, tmp_path: Path) -> None:
    path, script = tmp_path / "organ.yaml", tmp_path / "script.jsonl"
    path.write_text(
        "studio: 1\nname: organ\nnodes:\n"
        "  begin: {type: llm.function, instructions: Begin.}\n"
        "  mind: {type: flow.subgraph, graph: mind}\n"
        "  mind_reader: {type: llm.function, instructions: Read.}\n"
        "  result: {type: flow.output}\n"
        "edges:\n  - begin.text -> mind.said\n  - mind.thought -> result.value\n  - mind.done -> mind_reader.when\n"
        "graphs:\n  mind:\n    nodes:\n"
        "      said: {type: flow.input, kind: text}\n"
        "      think: {type: llm.function, instructions: 'Think of {said}.'}\n"
        "      thought: {type: flow.output, kind: text}\n"
        "    edges:\n      - said.value -> think.said\n      - think.text -> thought.value\n",
        encoding="utf-8",
    )
    script.write_text('"one"\n"two"\n"three"\n')
    assert cli("run", path, "--model", f"scripted:{script}").code == 0

    assert [one["reply"] for one in cli("prompts", "--node", "mind", "--json").json] == ["two"]
    assert [one["reply"] for one in cli("prompts", "--node", "begin", "--json").json] == ["one"]


def test_search_finds_words_in_prompts(cli: Cli, recorded: str) -> None:
    told = cli("search", "names", "crabs", "--json")

    assert {one["node"] for one in told.json} >= {"writer"}
    assert cli("search", "octopus").err == "Found nowhere.\n"


def test_sql_prints_a_table_or_rows(cli: Cli, recorded: str) -> None:
    query = "SELECT node, count(*) AS n FROM firing WHERE status = 'ok' GROUP BY node ORDER BY node"

    assert cli("sql", query).out.splitlines()[0].split() == ["node", "n"]
    rows = cli("sql", query, "--json").json["rows"]
    assert {"node": "writer", "n": 2} in rows
    assert "firing" in cli("sql").out
    for query in ("DELETE FROM firing", "ATTACH 'x.db' AS x", "SELECT nothing FROM firing"):
        told = cli("sql", query)
        assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)


def test_a_sound_database_checks_out(cli: Cli, recorded: str) -> None:
    told = cli("db", "check")

    assert (told.code, told.out) == (0, "whole  1 run read\n")


# -- inputs -------------------------------------------------------------------------------------

INPUTS = """\
studio: 1
name: inputs
nodes:
  name: {type: flow.input, value: ""}
  anything: {type: flow.input, value: null}
  said: {type: flow.output}
  got: {type: flow.output}
edges:
  - name.value -> said.value
  - anything.value -> got.value
"""


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A graph that gives back its inputs."""
    path = tmp_path / "inputs.yaml"
    path.write_text(INPUTS)
    return path


@pytest.mark.parametrize(
    ("given", "got"),
    [
        ("anything=3", 3),
        ("anything=[1, 2]", [1, 2]),
        ("anything=plain words", "plain words"),
        ("anything=@@home", "@home"),
        ('anything={"a": null}', {"a": None}),
        ("anything=a=b", "a=b"),
    ],
)
def test_inputs_of_any_type_are_json_or_text(cli: Cli, inputs: Path, given: str, got: object) -> None:
    assert cli("run", inputs, "-i", given, "--json").json["outputs"]["got"] == got


def test_text_inputs_are_taken_as_they_stand(cli: Cli, inputs: Path) -> None:
    assert cli("run", inputs, "-i", "name=42", "--json").json["outputs"]["said"] == "42"


def test_inputs_come_from_files_and_standard_input(cli: Cli, inputs: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"rows": [1, 2]}))
    told = cli("run", inputs, "-i", f"anything=@{data}", "-i", "name=@-", "--json", stdin="from\nstdin")

    assert told.json["outputs"] == {"said": "from\nstdin", "got": {"rows": [1, 2]}}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-i", "nobody=1"], "The graph has no input `nobody`. Its inputs: `name` (text), `anything` (any)."),
        (["-i", "name"], "`-i name` names no input."),
        (["-i", "name=1", "-i", "name=2"], "The input `name` is given twice."),
        (["-i", "name=@-", "-i", "anything=@-"], "Only one input can be read from standard input"),
        (["-i", "name=@/does/not/exist"], "/does/not/exist: The file for the input `name` cannot be read"),
        (["--limit", "calls"], "`--limit calls` is no limit."),
        (["--clock", "noon"], "`noon` is no time."),
    ],
)
def test_inputs_given_wrongly_get_one_sentence(cli: Cli, inputs: Path, words: list[str], sentence: str) -> None:
    told = cli("run", inputs, *words)

    assert told.code == 2
    assert sentence in told.err
    assert told.err.count("\n") == 1


def test_a_missing_input_is_named_with_its_type(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "needs.yaml"
    path.write_text(
        "studio: 1\nnodes:\n  a: {type: flow.input}\n  b: {type: flow.output}\nedges: [a.value -> b.value]\n"
    )
    told = cli("run", path)

    assert told.code == 2
    assert "The graph needs a value for `a` (any)." in told.err


def test_show_names_the_first_value_that_an_output_took(cli: Cli, tmp_path: Path) -> None:
    graph = tmp_path / "count.yaml"
    graph.write_text(
        "nodes:\n  a: {type: math.expression, expression: x+1}\n  out: {type: flow.output}\n"
        "edges:\n  - a.value ~> a.x: {initial: 0}\n  - a.value ~> out.value: {initial: -7}\nmax_ticks: 2\n"
    )
    assert cli("run", graph).code == 0

    lines = [line.split() for line in cli("show").out.splitlines() if "out" in line.split()]

    assert [line[-1] for line in lines if "←" in line] == ["-7", "1"]


def test_runs_are_found_by_what_they_hold(cli: Cli, critic: Path, script: str, tmp_path: Path) -> None:
    cli("run", critic, "--model", script)
    short = tmp_path / "short.jsonl"
    short.write_text('"one"\n')
    cli("run", critic, "--model", f"scripted:{short}")

    def ids(*options: str) -> list[str]:
        return [one["run"] for one in cli("runs", "--json", *options).json]

    failed, good = ids()
    assert ids("--text", "CRABS draft") == [good]
    assert ids("--text", "crabs whales") == []
    assert ids("--model", "scripted:short.jsonl") == [failed]
    assert ids("--since", "1h") == [failed, good]
    assert ids("--since", "9999999w") == [failed, good]
    assert ids("--since", "0s") == []
    assert ids("--cost-over", "0") == []
    assert ids("--limit", "1") == [failed]
    assert ids("--limit", "0", "--status", "ok", "--graph", "critic_loop") == [good]
    assert "No such runs." in cli("runs", "--text", "nowhere").err
    assert cli("runs", "--since", "soon").code == 2


def test_a_run_that_gives_nothing_says_which_outputs_nothing_reached(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    text = (
        "studio: 1\nname: gate\nnodes:\n"
        "  n: {type: flow.input, value: 1, kind: number}\n"
        "  big: {type: flow.gate, condition: value > 2}\n"
        "  found: {type: flow.output}\n"
        "edges:\n  - n.value -> big.value\n  - big.value -> found.value\n"
    )
    path.write_text(text, encoding="utf-8")

    assert "Nothing reached the output `found`." in cli("run", path).err
    assert "Nothing reached" not in cli("run", path, "-i", "n=3").err


def test_prompts_shows_the_tools_that_a_reply_calls(cli: Cli, tmp_path: Path) -> None:
    path, script = tmp_path / "agent.yaml", tmp_path / "script.jsonl"
    path.write_text(
        "studio: 1\nname: agent\nnodes:\n"
        "  agent: {type: llm.agent, instructions: Split it., tools: [{use: text.split, as: split}]}\n"
        "  result: {type: flow.output}\n"
        "edges:\n  - agent.text -> result.value\n",
        encoding="utf-8",
    )
    script.write_text('{"tool_calls": [{"name": "split", "arguments": {"text": "a"}}]}\n"One line."\n')

    assert cli("run", path, "--model", f"scripted:{script}").code == 0

    assert 'reply     │ → split {"text":"a"}' in cli("prompts").out
    assert cli("prompts", "--json").json[0]["tool_calls"][0]["name"] == "split"
