"""A script's recorder writes the same rows as the studio, and the studio opens, checks, searches and replays them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import arun
from studio.export.standalone.runtime import recording, store_records, values
from studio.graph.model import Graph
from studio.models.scripted import Scripted
from studio.support.ids import new_run_id
from studio.trace import RunStart, Trace
from studio.trace.ahead import done_from
from studio.trace.sqlite import connect_writer
from tests.cli.conftest import Cli, cli  # noqa: F401 - a fixture
from tests.export.standalone.runtime.both_logs import BothLogs, recorder_of
from tests.support.example_settings import settings_of
from tests.support.thorough import draws
from tests.trace.runs import start_of
from tests.trace.whole import LONG

CRITIC = Path("graphs/critic_loop.yaml")


@pytest.fixture(params=["orjson", "the standard library"])
def written_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who writes values: in the studio orjson, in a script its twin."""
    if request.param != "orjson":
        for module in (recording, store_records):
            monkeypatch.setattr(module, "encode", values.encode)
    return str(request.param)


def everything(log: Any) -> None:
    """Tell a log each kind of row and each form of payload."""
    log.paths(1, "", [("work", "toy.work", 1), ("ask", "toy.ask", 2)], 0)
    log.paths(3, "each/", [("inner", "toy.inner", 1)], 2, 5)
    image = log.blob(b"\x89PNG picture", "image/png")
    held = b'{"picture":{"$blob":"%s","type":"image/png","size":9},"more":"%s"}' % (image.encode(), b"m" * 80)
    log.firing(1, 1, 1, "a0", 0, 0, 0, "", 0, 5, 7, {"value": [0, "initial"], "many": [[0, "x"]]}, {"n": b"1"}, 1)
    log.firing(2, 2, 1, "a1", 0, 0, 0, "", 0, 5, 7, {"value": [1, "n"]}, {"long": LONG, "image": held}, 2)
    log.firing(3, 3, 1, "a2", 0, 0, 2, "nothing came", 0, 5, 0, None, None, 1, {"value": "because \u2028 é"})
    log.firing(4, 4, 1, "a3", 0, 0, 1, "it broke", 0, 5, 7, {}, {"like": b'{"$ref":"x","size":1}'}, 1, {"error": "x"})
    log.open_firing(6, 2, "a1", 0, 0, 3)
    messages = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "a question about tides"},
        {"content": "the other way round", "role": "user"},
        {"role": "assistant", "content": "see", "name": "helper"},
        {"role": "user", "content": [{"type": "image", "image": {"$blob": image}}]},
    ]
    log.effect_intent(6, 1, "chat", "m", {"model": "m", "messages": messages, "schema": {"x": "q" * 300}}, 1, 1)
    reply = {"text": "tides come", "raw": "raw " * 100}
    log.effect_result(6, 1, "ok", reply, "", 1, 3, 4, 0.5, "stop", 0.25)
    log.effect_intent(6, 2, "complete", "m", {"model": "m", "prompt": "once upon"}, 1, 1)
    log.effect_result(6, 2, "ok", {"text": "a time", "choices": [["a", -0.1]]}, "", 1, 3, 4, None, "stop", None)
    log.effect_intent(6, 3, "complete", "m", {"model": "m", "prompt": "once upon"}, 1, 1)
    log.effect_result(6, 3, "ok", {"text": "a time"}, "", 1, 0, 0, 0.0, "stop", None, 1)
    log.effect_intent(6, 4, "tool", "t", {"long": "q" * 400}, 1, 1)
    log.effect_result(6, 4, "error", {"kind": "x"}, "no such tool", 1, None, None, None, "", None)
    log.effect_intent(6, 5, "embed", "e", {"texts": ["tides"]}, 1, 1)
    log.effect_result(6, 5, "ok", [[0.1, 1e16, 1e-5]], "", 1, 2, 0, 1e-6, "", None)
    log.effect_intent(0, 1, "model", "default", None, 1, 1)
    log.effect_result(0, 1, "ok", {"name": "m"}, "", 0, None, None, None, "", None)
    memory = log.memory("notes", "list", "", "a1", 0, 0, 1, 0, 4)
    log.store_op(6, 6, "notes", "put", {"key": "k" * 300}, b'"old"', memory, 4)
    log.store_op(6, 7, "notes", "get", {}, b"null")
    log.memory_content(memory, 4, b'["%s"]' % (b"c" * 300))
    log.effect_intent(6, 8, "chat", "m", {"model": "m", "messages": messages[:2]}, 2, 1)  # nobody answers


def finish(log: Any) -> None:
    log.firing(6, 5, 2, "a1", 0, 0, 0, "", 0, 3, 9, {}, {"text": b'"x"'}, 2)
    used = {"ticks": 4, "calls": 3, "tokens_in": 8, "tokens_out": 8, "cost_usd": None}
    log.finish("ok", "quiet", None, {"result": LONG}, {"firings": 5, **used, "seq": 5, "taken_over": 0}, 2)


@pytest.mark.usefixtures("written_by")
@pytest.mark.parametrize("ends", [True, False], ids=["with its end", "broken off"])
def test_each_kind_of_row_is_written_as_the_studio_writes_it(tmp_path: Path, ends: bool) -> None:
    both = BothLogs(tmp_path, start_of(options={"long": "o" * 300}, inputs={"topic": LONG, "n": b"1"}))

    everything(both)
    if ends:
        finish(both)
    studio, script = both.close()

    assert script == studio
    batches = {"_batch", "_batch_session", "_batch_end", "_batch_try", "_batch_result"}
    unused = (
        batches
        | {"_flaw", "_alarm", "_reading", "_checkpoint", "control"}
        | (set() if ends else {"_run_end", "_spent"})
    )
    assert {table for table, rows in studio.items() if not rows} <= unused


def test_the_comparison_sees_a_single_other_value(tmp_path: Path) -> None:
    both = BothLogs(tmp_path, start_of())
    everything(both)
    both.logs[1].effect_intent(6, 9, "tool", "another", None, 1, 1)
    studio, script = both.close()

    assert script != studio


async def critic_run(log: Any, graph: Graph) -> None:
    result = await arun(
        graph, model=Scripted(settings_of("critic_loop").replies, name="scripted:recording"), log=log, seed=0,
        on_alarm="off",  # a script has no guard, and reads nothing of what is said
    )  # fmt: skip
    assert result.status == "ok"


def critic_start(graph: Graph) -> RunStart:
    """The header of a run of the critic loop, as `studio run` writes it."""
    from studio.engine.prepared import prepare
    from studio.spec.registry import default_registry

    prepared = prepare(graph, default_registry())
    options = {"model": "scripted:recording", "seed": 0, "races": "ordered", "limits": {}, "patience": 100}
    return RunStart(
        new_run_id(), graph.name, str(CRITIC), prepared.hash, prepared.text, {"topic": b'"tide pools"'}, options,
        started_at=1_800_000_000_000_000_000,
    )  # fmt: skip


texts = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(["", "x" * 300, '{"$ref"', "null"])
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
costs = st.none() | st.floats(0, 1e3) | st.just(0.0)
counts = st.none() | st.integers(0, 10**6)


@st.composite
def calls(draw: st.DrawFn) -> list[tuple[str, tuple[Any, ...]]]:
    """Draw what a run might tell a log: firings that start, ask, work on stores and are decided in any order."""
    told: list[tuple[str, tuple[Any, ...]]] = [("paths", (1, "", [(draw(texts), "toy", 1)], 0))]
    under_way: dict[int, int] = {}
    decided = 0
    for id in range(1, draw(st.integers(1, 8)) + 1):
        if draw(st.booleans()):
            told.append(("open_firing", (id, 1, f"a{id}", 0, 0, id)))
        under_way[id] = 0
        for _ in range(draw(st.integers(0, 3))):
            firing = draw(st.sampled_from(sorted(under_way)))
            under_way[firing] += 1
            n = under_way[firing]
            kind = draw(st.sampled_from(["chat", "complete", "embed", "tool"]))
            body = draw(st.dictionaries(texts, jsons, max_size=3))
            message = st.fixed_dictionaries({"role": texts, "content": texts | jsons}, optional={"name": texts})
            if kind == "chat":
                body["messages"] = draw(st.lists(message, max_size=3))
            elif kind == "complete":
                body["prompt"] = draw(texts)
            told.append(("effect_intent", (firing, n, kind, draw(texts), body, 1, id)))
            if draw(st.booleans()):
                reply = {"text": draw(texts | jsons), "more": draw(jsons)}
                facts = (draw(counts), draw(counts), draw(costs), draw(st.sampled_from(["stop", "cached", ""])))
                status = draw(st.sampled_from(["ok", "error"]))
                rest = (draw(costs), draw(st.sampled_from([0, 1])))
                told.append(("effect_result", (firing, n, status, reply, draw(texts), 5, *facts, *rest)))
            if draw(st.booleans()):
                under_way[firing] += 1
                value = values.encode(draw(jsons))
                told.append(("store_op", (firing, under_way[firing], draw(texts), "put", draw(jsons), value)))
        if draw(st.booleans()):
            firing = draw(st.sampled_from(sorted(under_way)))
            del under_way[firing]
            decided += 1
            outputs = {port: values.encode(draw(jsons)) for port in draw(st.lists(texts, max_size=3, unique=True))}
            absent = draw(st.none() | st.dictionaries(texts, texts, max_size=2))
            inputs = draw(st.none() | st.dictionaries(texts, st.just([1, "x"]), max_size=2))
            fate = draw(st.sampled_from([0, 1, 2]))
            told.append(
                ("firing", (firing, decided, 1, f"a{firing}", 0, 0, fate, draw(texts), 0, 1, 2, inputs, outputs, 1,
                            absent))
            )  # fmt: skip
    told.append(("finish", ("ok", "quiet", draw(jsons), {"x": b"1"}, {"firings": decided}, 9)))
    return told


@pytest.mark.usefixtures("written_by")
@settings(max_examples=draws(5, 15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=calls())
def test_whatever_a_run_tells_is_written_alike(tmp_path_factory: pytest.TempPathFactory, told: Any) -> None:
    both = BothLogs(tmp_path_factory.mktemp("both"), start_of())
    for name, arguments in told:
        getattr(both, name)(*arguments)
    studio, script = both.close()

    assert {**script, "_spent": rounded(script["_spent"])} == {**studio, "_spent": rounded(studio["_spent"])}


def rounded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """SQLite and Python add up money in different orders."""
    return [{key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()} for row in rows]


@pytest.mark.parametrize("told", [True, False], ids=["as it is", "control: what was used is not told"])
def test_each_step_of_a_long_run_reads_the_same_without_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    if not told:
        monkeypatch.setattr(recording, "_write_spent", lambda *facts: None)
    both = BothLogs(tmp_path, start_of(), step=False)
    both.paths(1, "", [("work", "toy", 1)], 0)
    both.open_firing(1, 1, "a0", 0, 0, 1)
    for id in range(2, 700):
        if id % 50 == 0:
            both.effect_intent(id, 1, "chat", "m", {"messages": [{"role": "user", "content": "hi"}]}, 1, id)
            both.effect_result(id, 1, "ok", {"text": "yes"}, "", 1, 3, 4, 0.25, "stop", None)
        status = (0, 1, 2)[id % 3]
        both.firing(id, id - 1, 1, f"a{id}", 0, 0, status, "", 0, 1, 1, None, {"n": b"1"}, 1)
    studio, script = both.close()

    assert (len(studio.pop("_checkpoint")), script.pop("_checkpoint")) == (2, [])
    assert (script == studio) is told
    assert (read_at_steps(both.files[1]) == read_at_steps(both.files[0])) is told


def read_at_steps(file: Path) -> list[Any]:
    """What the studio says of some steps of a run: what was decided and used by then, what was under way and came."""
    with Trace(file) as trace:
        steps = trace.steps("01RUN")
        return [
            (steps.counts(seq), steps.under_way(seq), steps.asked(seq), steps.next_call(seq), done_from(steps, seq))
            for seq in (1, 49, 200, 255, 256, 257, 600, 698)
        ]


async def test_a_run_of_the_engine_is_written_alike_table_by_table(tmp_path: Path) -> None:
    graph = Graph.load(CRITIC)
    both = BothLogs(tmp_path, critic_start(graph))

    await critic_run(both, graph)
    studio, script = both.close()

    assert script == studio
    assert len(studio["_firing"]) > 10
    assert len(studio["_spent"]) > 3


class TestTheStudio:
    """What the studio makes of a file that a recorder wrote."""

    @pytest.fixture
    async def db(self, tmp_path: Path) -> Path:
        graph, file = Graph.load(CRITIC), tmp_path / "script.sqlite"
        recorder = recorder_of(file, critic_start(graph))
        await critic_run(recorder, graph)
        recorder.close()
        return file

    def test_finds_it_whole(self, db: Path, cli: Cli) -> None:  # noqa: F811
        assert cli("db", "check", "--db", db).code == 0

    @pytest.mark.parametrize("table", ["_firing", "_effect", "_answer"])
    def test_sees_a_wrong_sum(self, db: Path, cli: Cli, table: str) -> None:  # noqa: F811
        with contextlib.closing(connect_writer(db)) as connection:
            connection.execute(f"UPDATE {table} SET sum = sum + 1 WHERE id = (SELECT max(id) FROM {table})")

        assert cli("db", "check", "--db", db).code != 0

    def test_lists_shows_searches_and_explains_it(self, db: Path, cli: Cli) -> None:  # noqa: F811
        (run,) = cli("runs", "--db", db, "--json").json

        assert (run["graph"], run["status"]) == ("critic_loop", "ok")
        assert "critic" in cli("show", "last", "--db", db).out
        assert "Whales raise their young" in cli("prompts", "last", "--db", db).out
        assert "anemones" in cli("search", "anemones", "--db", db).out
        assert "critic" in cli("why", "last", "result", "2", "--db", db).out

    def test_replays_it_without_divergence(self, db: Path, cli: Cli) -> None:  # noqa: F811
        told = cli("replay", "last", "--verify", "--db", db)

        assert told.code == 0, told.err

    def test_would_see_that_another_thing_was_asked(self, db: Path, cli: Cli) -> None:  # noqa: F811
        with contextlib.closing(connect_writer(db)) as connection:
            connection.execute("UPDATE _message SET text = text || '!' WHERE id = 1")

        assert cli("replay", "last", "--verify", "--db", db).code != 0
