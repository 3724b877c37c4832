"""What is put is what is read: values, effects, messages, stores, alarms, footers, and what listeners hear."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.values import NotJson, encode
from studio.trace import Trace, open_run
from studio.trace.found import Ref
from studio.trace.log import REPLAYED
from studio.trace.records import FiringRecord, OpenRecord, PathsRecord, StartRecord
from studio.trace.runlog import FileRunLog
from studio.trace.writer import close_writer, writer_of
from tests.support.thorough import draws
from tests.trace.declaring import declare
from tests.trace.runs import ROOT, put_firings, start_of

OpenTrace = Callable[[], Trace]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | st.just("$ref"), inner, max_size=4),
    max_leaves=12,
)


def decide(log: FileRunLog, id: int, outputs: dict[str, bytes], **changes: Any) -> None:
    facts: dict[str, Any] = {
        "id": id, "seq": id, "path_id": 1, "tick": "a0", "parent": 0, "item": 0, "status": 0, "reason": "", "origin": 0,
        "started_at": 1_700_000_000_000_000_000, "duration": 2_500_000, "inputs": {}, "outputs": outputs, "attempt": 1,
    }  # fmt: skip
    log.firing(**{**facts, **changes})


def ask(log: FileRunLog, firing: int, n: int, request: Any, kind: str = "chat") -> None:
    log.effect_intent(firing, n, kind, "toy/model", request, 1, 1_700_000_000_000_000_000)


def answer(log: FileRunLog, firing: int, n: int, response: Any, status: str = "ok", error: str = "") -> None:
    log.effect_result(firing, n, status, response, error, 1_000_000, 3, 4, 0.25, "stop", 1.5)


def chat(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"model": "toy/model", "messages": list(messages), "schema": None, "temperature": 0.0}


@settings(max_examples=draws(9, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES, port=TEXT)
def test_any_value_comes_back_exactly(tmp_path: Path, blank: bytes, value: Any, port: str) -> None:
    path = tmp_path / "any.db"
    if not path.exists():
        path.write_bytes(blank)
    log = open_run(path, start_of(f"RUN{writer_runs(path)}", inputs={port: encode(value)}))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    log.open_firing(1, 1, "a0", 0, 0, 1)
    ask(log, 1, 1, {"what": value, port: value}, kind="tool")
    answer(log, 1, 1, value)
    log.store_op(1, 1, "memory", "put", {"value": value}, encode(value))
    decide(log, 1, {port: encode(value)})
    log.finish("ok", "quiet", value, {port: encode(value)}, {}, 2)

    with Trace(path) as trace:
        run, firing, effect = trace.run(), trace.firing("last", 1), next(trace.effects())
        operation = next(trace.store_ops())
        assert trace.outputs(firing) == {port: value}
        assert trace.decoded(run.inputs) == trace.decoded(run.outputs) == {port: value}
        assert (run.error, effect.request, effect.response) == (value, {"what": value, port: value}, value)
        assert (operation.args, operation.result) == ({"value": value}, value)
        assert encode(trace.outputs(firing)[port]) == encode(value), "to the byte, key order included"


def writer_runs(path: Path) -> int:
    with Trace(path) as trace:
        return len(list(trace.runs()))


def test_small_values_stand_in_the_row_and_large_ones_are_kept_once(
    db: Path, log: FileRunLog, trace: OpenTrace
) -> None:
    large = encode("x" * 100)
    for id in (1, 2, 3):
        decide(log, id, {"small": b"1", "large": large})
    reading = trace()

    firing = reading.firing("last", 3)
    assert firing.outputs["small"] == 1
    assert isinstance(firing.outputs["large"], Ref)
    assert reading.value(firing.outputs["large"]) == "x" * 100
    assert reading.sql("SELECT count(*), max(size) FROM blob").rows == [(1, 102)]


def test_a_value_that_looks_like_a_reference_is_not_taken_for_one(log: FileRunLog, trace: OpenTrace) -> None:
    lookalike = {"$ref": "0" * 40, "size": 1}
    decide(log, 1, {"value": encode(lookalike)})

    reading = trace()
    assert reading.outputs(reading.firing("last", 1)) == {"value": lookalike}


def test_a_firing_reads_as_it_was_logged(log: FileRunLog, trace: OpenTrace) -> None:
    declare(log, 2, "work/3/refine", "toy.refine", 4, 7, 1)
    decide(
        log, 5, {}, seq=9, path_id=2, tick="a3.b12", parent=1, item=3, status=2, reason="route not taken at `judge`",
        origin=1, inputs={"text": [1, "value"], "many": [[2, "out"], [0, "initial"]]}, attempt=2,
    )  # fmt: skip

    firing = trace().firing("last", 5)
    assert (firing.node, firing.type, firing.version, firing.plan_index) == ("work/3/refine", "toy.refine", 4, 7)
    assert (firing.seq, firing.tick, firing.parent, firing.item, firing.attempt) == (9, "3.12", 1, 3, 2)
    assert (firing.status, firing.reason, firing.origin) == ("skipped", "route not taken at `judge`", "cached")
    assert firing.inputs == {"text": [1, "value"], "many": [[2, "out"], [0, "initial"]]}
    assert (firing.started_at, firing.duration_ms) == (1_700_000_000.0, 2.5)
    row = trace().sql("SELECT node, tick, tick_key, parent, status, reason, origin, duration_ms FROM firing").rows[0]
    assert row == ("work/3/refine", "3.12", "a3.b12", 1, "skipped", firing.reason, "cached", 2.5)


def test_firings_are_found_by_node_tick_and_status(log: FileRunLog, trace: OpenTrace) -> None:
    declare(log, 2, "other", "toy.work", 1, 1, 0)
    decide(log, 1, {}, tick="a0")
    decide(log, 2, {}, tick="b10", status=1, reason="broken")
    decide(log, 3, {}, tick="b10", path_id=2)
    log.open_firing(4, 2, "b11", 0, 0, 1)
    reading = trace()

    def ids(**wanted: Any) -> list[int]:
        return [firing.id for firing in reading.firings("last", **wanted)]

    assert ids() == [1, 2, 3, 4]
    assert ids(node="work") == [1, 2]
    assert ids(node="work", tick="10") == [2]
    assert ids(tick="10") == [2, 3]
    assert ids(status="error") == [2]
    assert ids(status="running") == [4]
    assert ids(after=2) == [3, 4]
    for wanted, message in (
        ({"node": "nobody"}, "no node `nobody`"),
        ({"tick": "soon"}, "no tick"),
        ({"status": "great"}, "no status"),
    ):
        with pytest.raises(UsageError, match=message):
            ids(**wanted)


def test_a_prompt_is_stored_plain_and_once_and_read_whole(log: FileRunLog, trace: OpenTrace) -> None:
    system = {"role": "system", "content": 'Answer "briefly".'}
    first = {"role": "user", "content": "What lives in tide pools?"}
    tool = {"role": "tool", "content": "crabs", "tool_call_id": 7}
    image = {"role": "user", "content": [{"type": "image", "url": "…"}]}
    request = chat(system, first, tool, image)
    longer = chat(system, first, {"role": "assistant", "content": "Crabs."}, {"role": "user", "content": "More?"})
    log.open_firing(1, 1, "a0", 0, 0, 1)
    ask(log, 1, 1, request)
    answer(log, 1, 1, {"text": "Crabs.", "model": "toy/model"})
    ask(log, 1, 2, longer)
    decide(log, 1, {})
    reading = trace()

    first_effect, second_effect = reading.effects()
    assert first_effect.request == request
    assert list(first_effect.request) == list(request), "key order is kept"
    assert list(first_effect.request["messages"][2]) == list(tool)
    assert (first_effect.response, first_effect.status) == ({"text": "Crabs.", "model": "toy/model"}, "ok")
    assert (first_effect.tokens_in, first_effect.cost_usd, first_effect.entropy) == (3, 0.25, 1.5)
    assert (second_effect.request, second_effect.status, second_effect.response) == (longer, "unanswered", None)

    prompt, unanswered = reading.prompts()
    assert (prompt.node, prompt.tick, prompt.seq, prompt.model) == ("work", "0", 1, "toy/model")
    assert (prompt.system, prompt.reply, prompt.tokens, prompt.cost) == ('Answer "briefly".', "Crabs.", 7, 0.25)
    assert list(prompt.messages) == request["messages"]
    assert (unanswered.reply, unanswered.status) == (None, "unanswered")

    texts = [row[0] for row in reading._reader.rows("SELECT text FROM _message")]
    assert len(texts) == len(set(texts)) == 5, "a resent message, and a reply sent back, are stored once"
    view = reading.sql("SELECT system, messages, reply, tokens, cost FROM prompt WHERE n = 1").rows[0]
    assert view == ('Answer "briefly".', encode(request["messages"]).decode(), "Crabs.", 7, 0.25)
    assert reading.sql("SELECT request FROM effect WHERE n = 1").rows[0][0] == encode(request).decode()


def test_a_completion_is_a_prompt_too(log: FileRunLog, trace: OpenTrace) -> None:
    request = {"model": "toy/model", "prompt": "Good or bad? It is", "max_tokens": 1, "top": 200}
    response = {"text": " good", "choices": [[" good", -0.1], [" bad", -2.5]] * 50}
    log.open_firing(1, 1, "a0", 0, 0, 1)
    ask(log, 1, 1, request, kind="complete")
    answer(log, 1, 1, response)

    effect, prompt = next(trace().effects()), next(trace().prompts())
    assert (effect.request, effect.response) == (request, response)
    assert (prompt.messages, prompt.reply, prompt.seq) == (
        ({"role": "prompt", "content": "Good or bad? It is"},), " good", None
    )  # fmt: skip
    assert trace().sql("SELECT request, response FROM effect").rows == [
        (encode(request).decode(), encode(response).decode())
    ]


def test_effects_are_found_by_firing_and_kind(log: FileRunLog, trace: OpenTrace) -> None:
    for firing in (1, 2):
        log.open_firing(firing, 1, "a0", 0, 0, 1)
        ask(log, firing, 1, {"now": True}, kind="clock")
        ask(log, firing, 2, chat({"role": "user", "content": "Hello"}))
    reading = trace()

    assert [(e.firing, e.n) for e in reading.effects(firing=2)] == [(2, 1), (2, 2)]
    assert [(e.firing, e.kind) for e in reading.effects(kind="clock")] == [(1, "clock"), (2, "clock")]


def test_what_modules_said_is_kept_as_it_was_read_in_the_order_told(log: FileRunLog, trace: OpenTrace) -> None:
    put_firings(log, 3)
    long = b'{"salient":["%s"]}' % (b"x" * 2000)
    for firing, effect in ((2, "write"), (1, "")):
        log.reading(firing, 3, 7, effect, long)
    log.reading(3, 4, 0, "read", b"{}")
    reading = trace()

    assert [(one.firing, one.t, one.symbol, one.effect) for one in reading.readings()] == [
        (2, 3, 7, "write"), (1, 3, 7, ""), (3, 4, 0, "read"),
    ]  # fmt: skip
    assert [one.reading for one in reading.readings()] == [{"salient": ["x" * 2000]}] * 2 + [{}]
    assert reading.sql("SELECT firing, t, effect, length(reading) FROM reading").rows[0] == (2, 3, "write", len(long))
    assert reading.sql("SELECT count(*) FROM blob").rows == [(1,)], "what is said twice is kept once"


def test_how_undecided_models_were_is_told_by_node(log: FileRunLog, trace: OpenTrace) -> None:
    put_firings(log, 3)
    for firing, bits in ((1, 0.5), (2, 1.5), (3, None)):
        log.effect_intent(firing, 1, "chat", "m", {"model": "m", "messages": []}, 1, 1)
        log.effect_result(firing, 1, "ok", {"text": "a"}, "", 1, 1, 1, None, "stop", bits)

    assert trace().token_bits() == {"work": 1.0}, "calls of which it is not known do not count"


def test_alarms_blobs_and_the_graph_are_kept(log: FileRunLog, trace: OpenTrace) -> None:
    image = bytes(range(256))
    hash = log.blob(image, "image/png")
    log.alarm(0, "loop", "the drafts repeat", {"period": 2}, 1_700_000_000_000_000_000)
    reading = trace()

    assert reading.blob(hash) == image
    alarm = next(reading.alarms())
    assert (alarm.firing, alarm.kind, alarm.evidence, alarm.at) == (0, "loop", {"period": 2}, 1_700_000_000.0)
    assert reading.sql("SELECT type, size, data FROM blob").rows == [("image/png", 256, image)]
    assert reading.graph_text() == "studio: 1\n"
    with pytest.raises(EnvironmentProblem, match="is missing"):
        reading.blob("0" * 40)


def test_a_footer_ends_a_run(log: FileRunLog, trace: OpenTrace) -> None:
    assert trace().run().status == "running"
    log.finish("paused", "limit:cost_usd", None, {"text": b'"done"'}, {"firings": 3, "cost_usd": 0.5}, 10**18)
    run = trace().run("last")

    assert (run.status, run.ended, run.outputs, run.totals) == (
        "paused", "limit:cost_usd", {"text": "done"}, {"firings": 3, "cost_usd": 0.5}
    )  # fmt: skip
    assert trace().sql("SELECT status, ended, firings, cost_usd, calls FROM run").rows == [
        ("paused", "limit:cost_usd", 3, 0.5, None)
    ]


def test_runs_are_named_by_a_unique_beginning_or_last(db: Path, trace: OpenTrace) -> None:
    for run in ("01ABC", "01ABD", "02XYZ", "01ABCDE"):
        open_run(db, start_of(run, parent_run="01ABC" if run == "02XYZ" else ""))
    reading = trace()

    assert reading.run("02").id == "02XYZ"
    assert reading.run("02xy").id == "02XYZ"
    assert reading.run("last").id == "01ABCDE", "the newest, whatever its name"
    assert reading.run("01ABC").id == "01ABC", "a whole id, though it begins another"
    assert [run.id for run in reading.runs(2)] == ["01ABCDE", "02XYZ"]
    assert reading.run("02").parent_run == "01ABC"
    with pytest.raises(UsageError, match=r"beginning of several runs: 01ABC, 01ABCDE, 01ABD"):
        reading.run("01")
    for unknown in ("77", "", "%", "0'"):
        with pytest.raises(UsageError, match="no run"):
            reading.run(unknown)


def test_runs_that_name_each_other_as_parents_are_walked_once(db: Path, trace: OpenTrace) -> None:
    for run, parent in (("01A", "01B"), ("01B", "01C"), ("01C", "01A")):
        log = open_run(db, start_of(run, parent_run=parent))
        declare(log, 1, "work", "toy.work", 1, 0, 0)
        log.firing(1, 1, 1, "a0", 0, 0, 0, "", REPLAYED, 1, 1, {}, {}, 1)
        log.finish("ok", "quiet", None, {}, {}, 1)

    found = trace()

    assert [run.id for run in found.lineage("01A")] == ["01A", "01B", "01C"]
    assert found.source(found.firing("01A", 1)) is None


def test_an_empty_trace_says_that_no_run_is_recorded(trace: OpenTrace) -> None:
    with pytest.raises(UsageError, match="No run is recorded"):
        trace().run("last")


def test_what_is_no_finite_json_is_refused_before_it_is_queued(db: Path, log: FileRunLog, trace: OpenTrace) -> None:
    log.open_firing(1, 1, "a0", 0, 0, 1)
    log.flush()
    nan = float("nan")
    puts: tuple[Callable[[], object], ...] = (
        lambda: ask(log, 1, 1, {"temperature": nan}),
        lambda: ask(log, 1, 1, chat({"role": "user", "content": "half \ud800"})),
        lambda: log.store_op(1, 1, "s", "put", {"value": nan}, b"1"),
        lambda: log.alarm(1, "loop", "x", [nan], 1),
        lambda: log.finish("ok", "quiet", None, {}, {"cost_usd": nan}, 1),
    )
    for put in puts:
        with pytest.raises(NotJson):
            put()
    ask(log, 1, 1, {"temperature": 0})
    with pytest.raises(NotJson):
        answer(log, 1, 1, {"value": nan})

    assert len(writer_of(db).queue) <= 1
    assert [effect.status for effect in trace().effects()] == ["unanswered"]
    assert trace().sql("SELECT * FROM flaw").rows == []


def test_an_answer_without_a_question_is_a_mistake_of_the_caller(log: FileRunLog) -> None:
    with pytest.raises(ValueError, match="answered but not asked"):
        answer(log, 1, 1, {})


def test_a_scrubber_cleans_texts_before_anything_is_queued(db: Path) -> None:
    canary = "sk-canary-123"
    log = open_run(db, start_of(), scrub=lambda text: text.replace(canary, "[key]"))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    ask(log, 1, 1, chat({"role": "user", "content": f"my key is {canary}"}))
    answer(log, 1, 1, {"text": f"{canary}!", "deep": [{"x": canary}]}, status="error", error=f"401 for {canary}")
    decide(log, 1, {}, status=1, reason=f"failed with {canary}")
    log.finish("failed", "error", {"message": canary}, {}, {}, 1)
    log.flush()
    close_writer(db)

    assert canary.encode() not in db.read_bytes()
    with Trace(db) as trace:
        assert next(trace.prompts()).reply == "[key]!"
        assert next(trace.effects()).error == "401 for [key]"


def test_a_listener_hears_each_record_once_in_order_and_after_it_is_durable(db: Path) -> None:
    heard: list[Any] = []
    durable: list[int] = []

    def listener(records: list[Any]) -> None:
        heard.extend(records)
        durable.append(writer._connection.execute("SELECT count(*) FROM _firing").fetchone()[0])

    log = open_run(db, start_of(), listener)
    writer = writer_of(db)
    deaf = open_run(db, start_of("02OTHER"))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    declare(deaf, 1, "work", "toy.work", 1, 0, 0)
    log.open_firing(1, 1, "a0", 0, 0, 1)
    put_firings(log, 50)
    put_firings(deaf, 50)
    log.flush()
    put_firings(log, 50, first=51)
    log.flush()

    assert [type(record) for record in heard[:4]] == [StartRecord, PathsRecord, OpenRecord, FiringRecord]
    assert [record.id for record in heard[3:]] == list(range(1, 101))
    assert heard[3].outputs == {"value": b'{"n":1}'}
    assert durable[-1] == 150


def test_a_broken_listener_is_logged_and_stops_nothing(
    db: Path, caplog: pytest.LogCaptureFixture, trace: OpenTrace
) -> None:
    def listener(records: list[Any]) -> None:
        raise KeyError("view")

    log = open_run(db, start_of(), listener)
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    put_firings(log, 5)
    with caplog.at_level(logging.ERROR):
        log.flush()
        put_firings(log, 5, first=6)
        log.flush()
    close_writer(db)

    assert sum(1 for _ in trace().firings()) == 10
    assert [record.message for record in caplog.records] == ["the listener of run 01RUN failed and hears no more"]


def test_a_firing_that_does_nothing_takes_little_room(db: Path, log: FileRunLog) -> None:
    before = db.stat().st_size
    put_firings(log, 5000)
    log.finish("ok", "quiet", None, {}, {}, 1)
    log.flush()
    close_writer(db)

    assert not db.with_name(db.name + "-wal").exists()
    assert (db.stat().st_size - before) / 5000 <= 250


def test_an_up_to_date_database_is_written_and_read_without_heavy_imports(db: Path) -> None:
    code = f"""
import sys, time
from studio.trace import RunStart, Trace, open_run
log = open_run({str(db)!r}, RunStart("01", "g", "g.yaml", "h", "t", started_at=1))
log.paths(1, "", [("work", "toy.work", 1)], 0)
log.firing(1, 1, 1, "a0", 0, 0, 0, "", 0, 1, 1, {{}}, {{}}, 1)
log.flush()
with Trace({str(db)!r}) as trace:
    assert next(trace.firings()).node == "work"
    trace.sql("SELECT * FROM run"), trace.search("word"), list(trace.outline())
print(sorted({{"sqlite_utils", "click", "dataclasses_json", "numpy"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_the_reader_sees_what_this_process_has_only_put(log: FileRunLog, trace: OpenTrace) -> None:
    put_firings(log, 7)

    assert sum(1 for _ in trace().firings()) == 7


def test_a_change_is_seen_by_polling(db: Path, log: FileRunLog, trace: OpenTrace) -> None:
    reading = trace()
    before = reading.changes()
    assert reading.changes() == before
    put_firings(log, 1)
    log.flush()

    assert reading.changes() != before
