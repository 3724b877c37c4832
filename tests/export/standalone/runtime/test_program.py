"""A script at the command line: what it prints, records and returns, beside the engine's own run of the graph."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import io
import json
import os
import signal
import weakref
from pathlib import Path
from typing import Any, cast

import pytest

from studio import run
from studio.engine.prepared import prepare
from studio.export.standalone.runtime.bodies import Subgraph
from studio.export.standalone.runtime.graph import Graph, Input
from studio.export.standalone.runtime.playing import play
from studio.export.standalone.runtime.program import OPTIONS, add_options, execute, parsed_limits
from studio.export.standalone.runtime.region import Region
from studio.export.standalone.runtime.run import Run
from studio.export.standalone.schema import trace_schema
from studio.graph.model import Graph as Document
from studio.replay.verify import verify
from studio.spec.registry import default_registry
from studio.support.errors import UsageError
from studio.support.resources import bundled_graphs
from studio.trace.reading import Trace
from studio.trace.writer import close_writer
from tests.export.standalone.runtime.critic import critic_graph, main
from tests.support.memory_log import MemoryLog

REPLIES = ["draft one", "vague", "draft two", "wrong", "draft three", "good"]


@pytest.fixture
def critic(tmp_path: Path) -> Critic:
    """Return the critic loop as a graph and as a script, with a file of replies."""
    return Critic(tmp_path)


class Critic:
    """One graph in both forms."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.document = Document.load(next(path for path in bundled_graphs() if path.stem == "critic_loop"))
        prepared = prepare(self.document, default_registry())
        nodes = prepared.plan(True).nodes
        self.text = prepared.text
        self.graph = critic_graph(" ".join(n.name for n in nodes), {n.name: n.spec.version for n in nodes})
        self.model = self.scripted(REPLIES)

    def scripted(self, replies: list[Any]) -> str:
        """Return the name of a model that answers so."""
        file = self.folder / "replies.jsonl"
        file.write_text("\n".join(map(json.dumps, replies)), encoding="utf-8")
        return f"scripted:{file}"

    def call(self, *words: str, model: str | None = None) -> int:
        """Run the script with these words."""
        return main(self.graph, self.text, ["--model", model or self.model, *words])

    def recorded(self, db: str) -> tuple[list[Any], list[Any]]:
        """Return firings and prompts of the last run in a file."""
        with Trace(self.folder / db) as trace:
            firings = [(f.node, f.tick, f.status, f.reason, trace.outputs(f)) for f in trace.outline()]
            return firings, [(p.node, p.tick, p.messages, p.reply) for p in trace.prompts()]


def test_a_script_makes_the_prompts_and_outputs_of_the_graph_firing_by_firing(critic: Critic) -> None:
    assert critic.call("--db", str(critic.folder / "script.db")) == 0
    run(critic.document, model=critic.model, db=critic.folder / "engine.db")

    assert critic.recorded("script.db") == critic.recorded("engine.db")
    close_writer(critic.folder / "engine.db")


def test_the_studio_repeats_the_run_of_a_script_from_its_record(critic: Critic) -> None:
    critic.call("--db", str(critic.folder / "script.db"), "--topic", "lichen")

    with Trace(critic.folder / "script.db") as trace:
        made = verify(trace)
        assert trace.verify() == []
        assert trace.run().ended == "stop"
    assert made.difference is None
    assert (made.firings, made.effects) == (16, 6)


def test_json_is_the_object_that_studio_run_prints(critic: Critic, capsys: pytest.CaptureFixture[str]) -> None:
    critic.call("--json")
    told = json.loads(capsys.readouterr().out)
    engines = run(critic.document, model=critic.model, db=critic.folder / "engine.db").to_json()

    assert list(told) == list(engines)
    for one in (told, engines):
        del one["run"], one["duration_s"]
    assert told == engines
    close_writer(critic.folder / "engine.db")


def test_outputs_go_to_standard_output_and_the_rest_beside_it(
    critic: Critic, capsys: pytest.CaptureFixture[str]
) -> None:
    critic.call()

    printed = capsys.readouterr()
    assert printed.out == "draft three\n"
    assert printed.err.startswith("ok, ended stop  3 ticks · 14 firings · 6 model calls")
    assert "run " not in printed.err

    critic.call("--db", str(critic.folder / "kept.db"))

    with Trace(critic.folder / "kept.db") as trace:
        told = f"run {trace.run().id} in {critic.folder / 'kept.db'}, which the studio opens\n"
    assert capsys.readouterr().err.endswith(told)


@pytest.mark.parametrize(
    ("words", "replies", "code", "said"),
    [
        (["--limit", "calls=2"], REPLIES, 3, "Paused: the run reached its limit calls=2."),
        (["--limit", "calls"], REPLIES, 2, "`--limit calls` is no limit."),
        (["--limit", "days=1"], REPLIES, 2, "`days` is no limit."),
        (["--topic", "@nowhere.txt"], REPLIES, 2, "cannot be read"),
        ([], ["draft one"], 1, "`critic` at tick 0: "),
        (["--db", "."], REPLIES, 5, "database"),
    ],
    ids=["paused", "limit", "no limit", "input", "failed", "disk"],
)  # fmt: skip
def test_the_exit_code_and_one_sentence_tell_how_it_ended(
    critic: Critic, capsys: pytest.CaptureFixture[str], words: list[str], replies: list[str], code: int, said: str
) -> None:
    assert critic.call(*words, model=critic.scripted(replies)) == code

    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err


def test_without_a_model_a_script_says_which_option_to_give(critic: Critic, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(critic.graph, critic.text, []) == 2

    assert "--model" in capsys.readouterr().err


def test_an_error_is_an_object_with_json(critic: Critic, capsys: pytest.CaptureFixture[str]) -> None:
    assert critic.call("--json", "--limit", "days=1") == 2

    assert json.loads(capsys.readouterr().out)["error"]["message"] == "`days` is no limit."


def test_signs_that_a_terminal_has_no_form_for_are_escaped(critic: Critic, monkeypatch: pytest.MonkeyPatch) -> None:
    model = critic.scripted(["düne", "good"])
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", terminal)

    assert critic.call(model=model) == 0

    assert terminal.buffer.getvalue() == rb"d\xfcne" + b"\n"
    with pytest.raises(UnicodeEncodeError):  # the control: what such a terminal does by itself
        print("düne", file=io.TextIOWrapper(io.BytesIO(), encoding="ascii"), flush=True)


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["told", "json"])
def test_a_reader_that_leaves_is_no_fault_of_the_script(
    critic: Critic, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as output:
        monkeypatch.setattr("sys.stdout", output)

        assert critic.call(*words) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_full_disk_behind_the_output_is_told_and_the_run_kept(
    critic: Critic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as output:
        monkeypatch.setattr("sys.stdout", output)

        assert critic.call("--db", str(critic.folder / "script.db")) == 5

    assert "The output cannot be written: No space left" in capsys.readouterr().err
    with Trace(critic.folder / "script.db") as trace:
        assert trace.run().status == "ok"


async def test_within_a_running_event_loop_it_says_how_to_be_called(
    critic: Critic, capsys: pytest.CaptureFixture[str]
) -> None:
    assert critic.call() == 2
    assert "asyncio.to_thread(main, [...])" in capsys.readouterr().err

    assert await asyncio.to_thread(critic.call) == 0


def test_a_limit_may_be_lifted(critic: Critic) -> None:
    assert critic.call("--limit", "calls=inf", "--limit", "seconds=inf", "--db", str(critic.folder / "script.db")) == 0

    with Trace(critic.folder / "script.db") as trace:
        limits = cast("dict[str, Any]", trace.run().options)["limits"]
    assert limits["calls"] is limits["seconds"] is None
    assert limits["cost_usd"] == 0.05


def test_folders_that_are_no_utf_8_and_large_seeds_are_recorded_all_the_same(
    critic: Critic, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = critic.folder / os.fsdecode(b"d\xff")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    monkeypatch.chdir(folder)

    assert critic.call("--seed", str(10**30), "--db", str(critic.folder / "script.db")) == 0

    with Trace(critic.folder / "script.db") as trace:
        options = cast("dict[str, Any]", trace.run().options)
    assert options["seed"] == 2**63 - 1
    assert options["folder"].endswith("d?")


@pytest.mark.parametrize("text", ["firings=-1", "firings=nan", "firings=many"])
def test_a_limit_is_a_number_from_nought(text: str) -> None:
    with pytest.raises(UsageError):
        parsed_limits([text])


async def _interrupted(firing: Any) -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(60)
    return {}


async def _one_node(region: Region) -> None:
    await region.fire("node", _interrupted)


ONE_NODE = Graph(_one_node, name="one", nodes={"node": ("toy.tool", 1)})


def test_ctrl_c_ends_a_script_with_130_and_the_run_recorded_as_aborted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    args = parser.parse_args(["--db", str(tmp_path / "script.db")])

    code = execute(ONE_NODE, {}, args, text="studio: 1\nname: one\n", schema=trace_schema(), limits={})

    assert code == 130
    assert capsys.readouterr().err.startswith("aborted, ended abort")
    with Trace(tmp_path / "script.db") as trace:
        assert (trace.run().status, trace.run().ended) == ("aborted", "abort")


def test_a_node_that_the_graph_does_not_list_is_told_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    graph = Graph(_one_node, name="one", nodes={})

    code = execute(graph, {}, parser.parse_args([]), text="", schema=trace_schema(), limits={})

    assert code == 2
    assert capsys.readouterr().err == "`node` is no node of the graph `one`. Add it to `nodes`, in plan order.\n"


def quiet(firing: Any, word: str = "") -> dict[str, Any]:
    return {"text": word}


@pytest.mark.parametrize(
    ("wire", "port", "told"),
    [
        ("wrod", "text", "`node` has no input `wrod`. It has `word`."),
        ("word", "txet", "`node` has no output `txet`. It has `text`, `done`."),
    ],
    ids=["input", "output"],
)
def test_a_slip_of_the_hand_in_the_wiring_is_told_and_not_taken_for_absence(
    capsys: pytest.CaptureFixture[str], wire: str, port: str, told: str
) -> None:
    async def body(region: Region) -> None:
        outs = await region.fire("node", quiet, **{name: region.initial("x") for name in given})
        region.output("out", outs[port])

    nodes: Any = {"node": ("toy.tool", 1, {"text": "text"}), "out": ("flow.output", 1)}
    parser = argparse.ArgumentParser()
    add_options(parser)
    graph, args = Graph(body, name="one", nodes=nodes), parser.parse_args([])
    given = [wire]

    assert execute(graph, {}, args, text="", schema=trace_schema(), limits={}) == 2
    assert capsys.readouterr().err == f"{told}\n"

    given, port = ["word"], "error"  # the control: ports that there are, with or without a value
    assert execute(graph, {}, args, text="", schema=trace_schema(), limits={}) == 0


def test_what_runs_a_graph_in_a_loop_is_not_kept_for_ever() -> None:
    inner = Graph(_nothing, name="inner")
    made: list[weakref.ref[Any]] = []

    async def body(region: Region) -> None:
        start = region.initial(True)
        while region.next_tick():
            module = Subgraph(inner)
            made.append(weakref.ref(module))
            outs = await region.fire("node", module, when=start)
            start = region.feed_back(outs["done"])

    graph = Graph(body, nodes={"node": ("flow.subgraph", 1)}, max_ticks=20)
    assert asyncio.run(play(Run("memory", cast("Any", MemoryLog())), graph, {})).ticks == 40
    gc.collect()

    assert len(made) == 20
    assert all(one() is None for one in made)


async def _nothing(region: Region) -> None:
    """A graph without nodes."""


def busy(firing: Any, number: int) -> dict[str, Any]:
    if number == 5:
        os.kill(os.getpid(), signal.SIGINT)
    return {"number": number + 1}


async def _never_waiting(region: Region) -> None:
    number = region.initial(0)
    while region.next_tick():
        outs = await region.fire("busy", busy, number=number)
        number = region.feed_back(outs["number"])


def interrupted() -> int:
    """Run a loop that never waits and is interrupted; return how many firings it came to."""
    graph = Graph(_never_waiting, nodes={"busy": ("toy.add", 1)}, max_ticks=20_000)
    return asyncio.run(play(Run("memory", cast("Any", MemoryLog())), graph, {})).firings


def test_ctrl_c_is_heard_by_a_loop_that_never_waits() -> None:
    assert 5 < interrupted() < 20_000


def test_without_turns_for_others_it_would_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.export.standalone.runtime.run.SLICE_NS", 10**18)

    assert interrupted() == 20_000


def test_a_run_that_is_cancelled_is_aborted_and_its_firings_stay_open() -> None:
    async def cancelled() -> tuple[Any, MemoryLog]:
        log = MemoryLog()
        started = asyncio.Event()

        async def node(firing: Any) -> dict[str, Any]:
            started.set()
            await asyncio.Event().wait()
            return {}

        async def body(region: Region) -> None:
            await region.fire("node", node)

        graph = Graph(body, nodes={"node": ("toy.tool", 1)})
        task = asyncio.ensure_future(play(Run("memory", cast("Any", log)), graph, {}))
        await started.wait()
        task.cancel()
        return await task, log

    result, log = asyncio.run(cancelled())

    assert (result.status, result.ended) == ("aborted", "abort")
    assert log.finished == ("aborted", "abort")
    assert log.firings == []


def test_a_module_that_swallows_the_abort_leaves_nothing_behind() -> None:
    async def aborted() -> MemoryLog:
        log = MemoryLog()
        started = asyncio.Event()

        async def node(firing: Any) -> dict[str, Any]:
            started.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            return {}

        async def body(region: Region) -> None:
            await region.fire("node", node)

        graph = Graph(body, nodes={"node": ("toy.tool", 1)})
        task = asyncio.ensure_future(play(Run("memory", cast("Any", log)), graph, {}))
        await started.wait()
        task.cancel()
        await task
        return log

    assert asyncio.run(aborted()).firings == []


def test_a_run_pauses_when_its_seconds_are_over_though_nothing_waits() -> None:
    async def node(firing: Any) -> dict[str, Any]:
        return {}

    async def body(region: Region) -> None:
        start = region.initial(True)
        while region.next_tick():
            outs = await region.fire("node", node, when=start)
            start = region.feed_back(outs["done"])

    graph = Graph(body, nodes={"node": ("toy.tool", 1)}, max_ticks=10**9)
    log = cast("Any", MemoryLog())

    result = asyncio.run(play(Run("memory", log, limits={"seconds": 0.0}), graph, {}))

    assert (result.status, result.ended) == ("paused", "limit:seconds")
    assert result.error == {
        "code": "limit:seconds", "message": "Paused: the run took its 0 seconds.", "node": "", "tick": "",
    }  # fmt: skip


def test_an_input_of_the_wrong_type_is_refused_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    graph = Graph(_one_node, nodes=ONE_NODE.nodes, inputs={"count": Input("integer")})

    code = execute(
        graph, {"count": ("--count", "json", "1.5")}, parser.parse_args([]), text="", schema=trace_schema(), limits={}
    )

    assert code == 2
    assert "takes integer, but got number" in capsys.readouterr().err


def test_every_option_that_a_script_may_take_is_there_with_help() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser, *[name for name in OPTIONS if name not in ("limit", "db")])

    assert {"--model", "--embedder", "--answers", "--clock", "--limit", "--db", "--seed", "--json"} <= {
        option for action in parser._actions for option in action.option_strings
    }
