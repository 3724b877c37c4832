"""A script exported from a graph records the run that the studio records, with the same replies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.export.standalone.script import standalone_script
from studio.graph.model import Graph
from studio.spec.registry import default_registry
from studio.support.errors import StudioError
from studio.trace import Trace
from studio.trace.writer import close_writer
from tests.cli.conftest import Cli, cli  # noqa: F401 - a fixture
from tests.export.standalone.runtime.both_logs import rows_of
from tests.support.example_settings import settings_of
from tests.support.fake_llm_server import Step, chat, echo_key, fake_llm_server
from tests.support.played_scripts import Played

CLOCK = "2026-01-31T09:30:00+00:00"

DAY_BOOK = """
studio: 1
name: day_book
title: Asks all there is to ask, and remembers it.
stores:
  diary: {type: list}
graphs:
  one:
    nodes:
      item: {type: flow.input}
      sense: {type: llm.function, instructions: "Is this a place? {item}", labels: ["yes", "no"]}
      keep: {type: store.append, store: diary}
      luck: {type: random.number}
      said: {type: flow.output}
      drawn: {type: flow.output}
    edges:
      - item.value -> sense.item
      - sense.label -> keep.value
      - sense.label -> said.value
      - luck.value -> drawn.value
nodes:
  words: {type: flow.input, kind: list, value: [tide pool, Tuesday, harbour]}
  mood: {type: human.ask, question: "How was it?", choices: [good, bad]}
  wait: {type: flow.delay, seconds: 90}
  when: {type: clock.now}
  each: {type: flow.map, graph: one, concurrency: 2}
  vectors: {type: llm.embed}
  noted: {type: debug.log, label: mood}
  say: {type: llm.function, instructions: "Tell it in one line: {mood}", output: text}
  read: {type: store.items, store: diary}
  line: {type: flow.output}
  kept: {type: flow.output}
  drawn: {type: flow.output}
  time: {type: flow.output}
edges:
  - mood.answer -> wait.value
  - wait.value -> when.when
  - words.value -> each.items
  - words.value -> vectors.text
  - mood.answer -> noted.value
  - mood.answer -> say.mood
  - each.done -> read.when
  - say.text -> line.value
  - read.items -> kept.value
  - each.drawn -> drawn.value
  - when.time -> time.value
"""

DAY_SCRIPT = (
    {"node": "say", "reply": "It was good.", "tokens_in": 7, "tokens_out": 3, "cost_usd": 0.25},
    {"node": "each/0/sense", "reply": "yes", "choices": {"yes": 0.75, "no": 0.25}, "entropy": 0.5},
    {"node": "each/1/sense", "reply": "no"},
    {"node": "each/2/sense", "reply": "yes", "cost_usd": None},
)


@pytest.fixture(scope="module", params=["critic_loop", "day_book"])
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The record of the studio's run and that of the script's."""
    folder = tmp_path_factory.mktemp("same")
    is_critic = request.param == "critic_loop"
    (folder / "day_book.yaml").write_text(DAY_BOOK)
    graph = Graph.load("graphs/critic_loop.yaml" if is_critic else folder / "day_book.yaml")
    replies, answers = folder / "replies.jsonl", folder / "answers.txt"
    replies.write_text(
        "".join(f"{json.dumps(line)}\n" for line in (settings_of("critic_loop").replies if is_critic else DAY_SCRIPT))
    )
    answers.write_text("good\n")
    more: dict[str, Any] = {} if is_critic else {"answers": str(answers), "clock": CLOCK, "embedder": "toy"}
    outcome = run(graph, model=f"scripted:{replies}", db=folder / "studio.sqlite", seed=3, **more)
    assert outcome.status == "ok", outcome.error
    close_writer(folder / "studio.sqlite")
    script = folder / "script.py"
    script.write_text(standalone_script(graph, default_registry(), file=f"{request.param}.yaml"))
    options = {"model": f"scripted:{replies}", "db": str(folder / "script.sqlite"), "seed": "3", **more}
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, *(word for name, text in options.items() for word in (f"--{name}", text))],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {"studio": folder / "studio.sqlite", "script": folder / "script.sqlite"}


def facts(file: Path, look: Callable[[Trace, str], Any]) -> Any:
    with Trace(file) as trace:
        return look(trace, next(iter(trace.runs())).id)


def firings(trace: Trace, run_id: str) -> list[Any]:
    """Every firing, and where its inputs came from, told by node and tick."""
    rows = trace.sql(
        "SELECT id, node, type, tick, status, reason, origin, parent, item, inputs, outputs, absent, attempt"
        " FROM firing WHERE run = ? ORDER BY node, tick_key, item", (run_id,),
    ).rows  # fmt: skip
    names = {row[0]: (row[1], row[3]) for row in rows}

    def told(inputs: str | None) -> Any:
        given = json.loads(inputs) if inputs else {}
        return {port: _origin(names, origin) for port, origin in given.items()}

    return [(*row[1:7], names.get(row[7]), row[8], told(row[9]), *row[10:]) for row in rows]


def _origin(names: dict[int, Any], origin: Any) -> Any:
    """Where a value came from, or each of several."""
    if origin and isinstance(origin[0], list):
        return [_origin(names, one) for one in origin]
    return (names.get(origin[0], origin[0]), origin[1])


def store_ops(trace: Trace, run_id: str) -> list[Any]:
    return trace.sql(
        "SELECT node, f.tick, item, n, store, op, args, result FROM store_op s LEFT JOIN firing f ON f.run = s.run AND"
        " f.id = s.firing WHERE s.run = ? ORDER BY 1, 2, 3, 4", (run_id,),
    ).rows  # fmt: skip


def effects(trace: Trace, run_id: str) -> list[Any]:
    return trace.sql(
        "SELECT node, f.tick, f.item, n, e.kind, e.name, request, response, e.status, error, e.attempt,"
        " tokens_in, tokens_out, cost_usd, finish_reason, entropy, e.origin"
        " FROM effect e LEFT JOIN firing f ON f.run = e.run AND f.id = e.firing"
        " WHERE e.run = ? ORDER BY 1, 2, 3, 4, 5, 6", (run_id,),
    ).rows  # fmt: skip


def header(trace: Trace, run_id: str) -> list[Any]:
    return trace.sql(
        "SELECT graph, graph_hash, status, ended, error, inputs, outputs, boundary, totals FROM run WHERE id = ?",
        (run_id,),
    ).rows


@pytest.mark.parametrize("look", [header, firings, effects, store_ops])
def test_the_records_agree(files: dict[str, Path], look: Callable[[Trace, str], Any]) -> None:
    studio, script = facts(files["studio"], look), facts(files["script"], look)

    assert script == studio
    assert studio or look is store_ops


def test_nodes_paths_and_graph_are_recorded_alike(files: dict[str, Path]) -> None:
    studio, script = rows_of(files["studio"]), rows_of(files["script"])

    for table in ("_path", "_graph_version", "_message"):
        assert [{**row, "id": 0} for row in script[table]] == [{**row, "id": 0} for row in studio[table]]


def test_the_run_of_a_script_says_what_a_replay_has_to_know(files: dict[str, Path]) -> None:
    def options(trace: Trace, run_id: str) -> Any:
        return json.loads(trace.sql("SELECT options FROM run WHERE id = ?", (run_id,)).rows[0][0])

    studio, script = facts(files["studio"], options), facts(files["script"], options)

    assert script.keys() == studio.keys()
    assert {name for name in studio if studio[name] != script[name]} <= {"folder", "limits"}


def test_a_script_s_run_replays_without_divergence(files: dict[str, Path], cli: Cli) -> None:  # noqa: F811
    told = cli("replay", "last", "--verify", "--db", files["script"])

    assert (told.code, told.out.split()[0]) == (0, "identical")


CANARY = "canary-key-4711-abcdef-0815"

ASKS_ONE = """
studio: 1
name: greeting
nodes:
  ask: {type: llm.function, instructions: Say hello., output: text, repairs: 0}
  result: {type: flow.output}
edges:
  - ask.text -> result.value
"""


ASKS_TWICE = """
studio: 1
name: greeting
nodes:
  ask: {type: llm.function, instructions: Say hello., output: text, repairs: 0}
  more: {type: llm.function, instructions: "More than {text}", output: text, repairs: 0}
  result: {type: flow.output}
edges:
  - ask.text -> more.text
  - more.text -> result.value
"""


@pytest.mark.parametrize("case", ["an answer", "a refusal"])
def test_a_script_with_a_real_provider_records_no_key_and_replays(
    tmp_path: Path,
    cli: Cli,  # noqa: F811
    case: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In this process, which knows litellm already; by itself a script asks in `test_with_litellm_only`."""
    db = tmp_path / "script.sqlite"
    script = Played(standalone_script(Graph.from_text(ASKS_ONE), default_registry()), tmp_path / "greeting.py")
    with fake_llm_server(chat(f"your key is {CANARY}") if case == "an answer" else echo_key(401)) as server:
        monkeypatch.setenv("OPENAI_API_KEY", CANARY)
        monkeypatch.setenv("OPENAI_API_BASE", server.base)
        code = script.main("--model", "openai/gpt-4o-mini", "--db", str(db))

    printed = "".join(capsys.readouterr())
    assert code == (0 if case == "an answer" else 1), printed
    assert server.headers[0]["authorization"] == f"Bearer {CANARY}"
    assert "[secret" in printed
    assert CANARY not in printed
    assert [path.name for path in tmp_path.iterdir() if CANARY.encode() in path.read_bytes()] == []
    told = cli("replay", "last", "--verify", "--db", db)
    assert (told.code, told.out.split()[0]) == (0, "identical")


def test_a_run_that_a_script_paused_is_gone_on_with_in_the_studio(tmp_path: Path, cli: Cli) -> None:  # noqa: F811
    graph, script, db = tmp_path / "day_book.yaml", tmp_path / "day_book.py", tmp_path / "script.sqlite"
    replies, answers = tmp_path / "replies.jsonl", tmp_path / "answers.txt"
    graph.write_text(DAY_BOOK)
    replies.write_text("".join(f"{json.dumps(line)}\n" for line in DAY_SCRIPT))
    answers.write_text("good\n")
    script.write_text(standalone_script(Graph.load(graph), default_registry(), file="day_book.yaml"))
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, "--model", f"scripted:{replies}", "--embedder", "toy", "--clock", CLOCK,
         "--db", db],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, "waits for an answer to: How was it?" in done.stderr) == (3, True)

    told = cli("resume", "last", "--answers", answers, "--db", db, "--json")

    assert (told.code, told.json["outputs"]["kept"]) == (0, ["yes", "no", "yes"])
    assert cli("db", "check", "--db", db).code == 0


ASKS_AND_WAITS = """
studio: 1
name: greeting
nodes:
  ask: {type: llm.function, instructions: Say hello., output: text, repairs: 0}
  more: {type: flow.delay, seconds: 3600}
  result: {type: flow.output}
edges:
  - ask.text -> more.value
  - more.value -> result.value
"""


def killed_while_it_waits(script: Path, db: Path) -> None:
    """Kill a script that waits for an hour to pass, after a model has answered."""
    (replies := script.with_suffix(".jsonl")).write_text('{"node": "ask", "reply": "one"}\n')
    with subprocess.Popen(
        [sys.executable, "-I", "-S", script, "--model", f"scripted:{replies}", "--db", db], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            until = time.monotonic() + 300
            while "clock" not in kinds_in(db) and time.monotonic() < until:
                assert process.poll() is None
        finally:
            process.kill()


def kinds_in(db: Path) -> set[str]:
    """The kinds of what was asked so far in a database that may not be there yet."""
    try:
        with Trace(db) as trace:
            return {str(kind) for (kind,) in trace.sql("SELECT DISTINCT kind FROM effect").rows}
    except StudioError:
        return set()


def killed_while_a_provider_thinks(script: Path, db: Path) -> None:
    """Kill a script that asked a provider twice and was answered once."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    held = threading.Event()
    with fake_llm_server(chat("one"), Step(wait=held)) as server:
        process = subprocess.Popen(
            [sys.executable, "-I", script, "--model", "openai/gpt-4o-mini", "--db", db], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**kept, "OPENAI_API_KEY": CANARY, "OPENAI_API_BASE": server.base},
        )  # fmt: skip
        try:
            assert server.arrived.acquire(timeout=300)
            assert server.arrived.acquire(timeout=300)
        finally:
            process.kill()
            process.wait(20)
            held.set()


@pytest.mark.parametrize(
    ("text", "kill", "unanswered"),
    [
        pytest.param(ASKS_AND_WAITS, killed_while_it_waits, "clock", id="a delay"),
        pytest.param(
            ASKS_TWICE, killed_while_a_provider_thinks, "chat", id="a provider", marks=pytest.mark.thorough
        ),  # litellm takes seconds to load
    ],
)
def test_a_script_that_is_killed_leaves_all_that_was_paid_for(
    tmp_path: Path,
    cli: Cli,  # noqa: F811
    text: str,
    kill: Callable[[Path, Path], None],
    unanswered: str,
) -> None:
    script, db = tmp_path / "two.py", tmp_path / "script.sqlite"
    script.write_text(standalone_script(Graph.from_text(text), default_registry(), file="two.yaml"))

    kill(script, db)

    (listed,) = cli("runs", "--db", db, "--json").json
    assert listed["status"] == "interrupted"
    assert cli("db", "check", "--db", db).code == 0
    answered = {answer["id"] for answer in rows_of(db)["_answer"]}
    asked = [(row["kind"], row["id"] in answered) for row in rows_of(db)["_effect"] if row["kind"] != "model"]
    assert asked == [("chat", True), (unanswered, False)]
