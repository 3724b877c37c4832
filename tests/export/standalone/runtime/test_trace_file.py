"""The file a script records in: made like the studio's, refused if it is another's, whole when the machine refuses."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from studio.export.standalone.runtime import recording
from studio.export.standalone.schema import COLUMNS, _tidy, trace_schema
from studio.support.errors import EnvironmentProblem
from studio.support.values import NotJson
from studio.trace import RunStart, Trace, open_run
from studio.trace.schema import VERSION
from studio.trace.sqlite import connect_writer, sqlite3, sqlite_is_safe
from studio.trace.writer import close_writer
from tests.export.standalone.runtime.both_logs import EngineRecorder, recorder_of, rows_of
from tests.trace.runs import ROOT, start_of

CANARY = "canary-4711-no-key-of-anyone"


def recorder(file: Path | None, run: str = "01RUN") -> EngineRecorder:
    return recorder_of(file, start_of(run))


def schema_of(file: Path, *, as_written: bool = False) -> set[tuple[str, str, str]]:
    with contextlib.closing(connect_writer(file)) as connection:
        rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
        return {(kind, name, sql if as_written else " ".join(sql.split())) for kind, name, sql in rows}


def test_a_new_file_is_what_our_own_migrations_make(tmp_path: Path) -> None:
    recorder(tmp_path / "script.sqlite").close()
    open_run(tmp_path / "studio.sqlite", start_of()).flush()
    close_writer(tmp_path / "studio.sqlite")

    assert schema_of(tmp_path / "script.sqlite") == schema_of(tmp_path / "studio.sqlite")
    for pragma in ("user_version", "application_id", "journal_mode"):
        answers = []
        for name in ("script", "studio"):
            with contextlib.closing(connect_writer(tmp_path / f"{name}.sqlite")) as connection:
                answers.append(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
        assert answers[0] == answers[1]


def quoted(file: Path) -> set[str]:
    return {text for _, _, sql in schema_of(file, as_written=True) for text in re.findall(r"'[^']*'", sql)}


def test_the_statements_are_compact_and_texts_within_them_stay_as_they_are(tmp_path: Path) -> None:
    recorder(tmp_path / "script.sqlite").close()
    open_run(tmp_path / "studio.sqlite", start_of()).flush()
    close_writer(tmp_path / "studio.sqlite")

    assert max(map(len, trace_schema().splitlines())) <= COLUMNS
    assert quoted(tmp_path / "script.sqlite") == quoted(tmp_path / "studio.sqlite")
    assert _tidy("SELECT  'a  b',\n'c\nd'  FROM\n x") == "SELECT 'a  b', 'c\nd' FROM x"


def test_the_migrations_are_noted_as_they_note_themselves(tmp_path: Path) -> None:
    noted = []
    recorder(tmp_path / "script.sqlite").close()
    open_run(tmp_path / "studio.sqlite", start_of()).flush()
    close_writer(tmp_path / "studio.sqlite")
    for name in ("script", "studio"):
        with contextlib.closing(connect_writer(tmp_path / f"{name}.sqlite")) as connection:
            rows = connection.execute("SELECT migration_set, name, applied_at FROM _sqlite_migrations").fetchall()
            noted.append([(group, step, re.sub(r"\d", "0", at)) for group, step, at in rows])

    assert noted[0] == noted[1]


def test_the_schema_is_the_same_text_each_time() -> None:
    first = trace_schema()
    trace_schema.cache_clear()

    assert trace_schema() == first


def test_runs_are_added_to_a_file_of_the_studio(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    open_run(file, start_of("01STUDIO")).flush()
    close_writer(file)

    recorder(file, "01SCRIPT").close()

    assert [row["run"] for row in rows_of(file)["_run"]] == ["01STUDIO", "01SCRIPT"]


def test_values_that_stand_in_the_file_are_not_stored_again(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    for run in ("01A", "01B"):
        log = recorder(file, run)
        log.blob(b"picture", "image/png")
        log.effect_intent(0, 1, "chat", "m", {"messages": [{"role": "user", "content": "hi"}]}, 1, 1)
        log.close()

    rows = rows_of(file)
    assert (len(rows["_blob"]), len(rows["_message"]), len(rows["_message_use"])) == (1, 1, 2)


def foreign(file: Path) -> str:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    return "a database of another program"


def newer(file: Path) -> str:
    recorder(file).close()
    with contextlib.closing(connect_writer(file)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    return f"a newer Ganglia Studio made it (schema {VERSION + 1}"


def older(file: Path) -> str:
    recorder(file).close()
    with contextlib.closing(connect_writer(file)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION - 1}")
    return f"an older Ganglia Studio made it (schema {VERSION - 1}"


def no_database(file: Path) -> str:
    file.write_bytes(b"a letter to a friend, long enough to be looked at by SQLite" * 20)
    return "file is not a database"


def folder(file: Path) -> str:
    file.mkdir()
    return "unable to open database file"


@pytest.mark.parametrize("make", [foreign, newer, older, no_database, folder])
def test_a_file_that_is_no_trace_of_this_version_is_refused_in_one_sentence_and_left_alone(
    tmp_path: Path, make: object
) -> None:
    file = tmp_path / "other.sqlite"
    told = make(file)  # type: ignore[operator]
    before = file.read_bytes() if file.is_file() else b""

    with pytest.raises(EnvironmentProblem, match=re.escape(told)) as refused:
        recorder(file)

    assert refused.value.exit_code == 5
    assert refused.value.hint
    assert (file.read_bytes() if file.is_file() else b"") == before


def test_an_sqlite_without_text_search_is_told_as_the_machines_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = trace_schema().replace("USING fts5", "USING no_such_module")

    with pytest.raises(EnvironmentProblem, match="no such module"):
        recorder_of(tmp_path / "x.sqlite", start_of(), schema)


def test_what_the_machine_refuses_waits_and_is_written_when_it_can_be(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    log = recorder(file)
    log.flush()
    log.effect_intent(0, 1, "tool", "t", {}, 1, 1)
    with contextlib.closing(connect_writer(file)) as other:
        log._file.execute("PRAGMA busy_timeout=10")  # type: ignore[union-attr]
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentProblem, match="locked"):
            log.flush()
        with pytest.raises(EnvironmentProblem, match="locked"):
            log.raise_if_broken()
        other.execute("ROLLBACK")
    log.close()

    assert [row["name"] for row in rows_of(file)["_effect"]] == ["t"]
    log.raise_if_broken()


def test_a_run_does_not_begin_where_its_header_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "runs.sqlite"
    recorder(file).close()
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.01))
    with contextlib.closing(connect_writer(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentProblem, match="locked"):
            recorder(file, "01OTHER")
        other.execute("ROLLBACK")

    assert [row["run"] for row in rows_of(file)["_run"]] == ["01RUN"]


def test_what_a_run_tells_after_an_error_of_ours_is_not_taken_for_the_machines_fault(tmp_path: Path) -> None:
    log = recorder(tmp_path / "runs.sqlite")
    for _ in range(2):
        log.paths(1, "", [("work", "toy", 1)], 0)

    with pytest.raises(sqlite3.IntegrityError):
        log.flush()
    log.close()


async def test_rows_are_written_a_moment_later_without_being_asked(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    log = recorder(file)
    log.blob(b"picture", "image/png")
    assert rows_of(file)["_blob"] == []

    written = asyncio.Event()
    asyncio.get_running_loop().call_later(2 * recording.WINDOW_S, written.set)
    await written.wait()

    assert len(rows_of(file)["_blob"]) == 1
    log.close()


def test_text_that_is_half_a_character_is_written_out(tmp_path: Path) -> None:
    log = recorder(tmp_path / "runs.sqlite")
    log.effect_intent(0, 1, "tool", "half \ud800", {}, 1, 1)
    log.effect_result(0, 1, "error", None, "file \udc80", 1, None, None, None, "", None)
    log.paths(1, "", [("work", "toy", 1)], 0)
    log.firing(1, 1, 1, "a0", 0, 0, 1, "bad \udc80", 0, 1, 1, None, None, 1, {"error": "\udc80"})
    log.close()

    rows = rows_of(tmp_path / "runs.sqlite")
    assert rows["_effect"][0]["name"] == "half \\ud800"
    assert rows["_answer"][0]["error"] == "file \\udc80"
    assert rows["_firing"][0]["reason"] == "bad \\udc80"


def test_a_request_that_is_no_json_is_refused_where_it_is_made(tmp_path: Path) -> None:
    log = recorder(tmp_path / "runs.sqlite")

    with pytest.raises(NotJson):
        log.effect_intent(0, 1, "tool", "t", {"x": float("nan")}, 1, 1)

    log.close()
    assert rows_of(tmp_path / "runs.sqlite")["_effect"] == []


def test_without_a_file_nothing_is_kept_and_the_same_is_refused() -> None:
    log = recorder(None)
    log.open_firing(1, 1, "a0", 0, 0, 1)
    log.effect_intent(1, 1, "tool", "t", {}, 1, 1)

    with pytest.raises(NotJson):
        log.effect_intent(1, 2, "tool", "t", {"x": float("nan")}, 1, 1)
    assert log._waiting == {}
    log.flush()
    log.close()


def tell_keys(log: EngineRecorder, key: str) -> None:
    """Put a key into every text that a run tells."""
    text = f"the key is {key}."
    data = f'{{"said":"{text}"}}'.encode()
    log.paths(1, "", [("work", "toy", 1)], 0)
    log.open_firing(1, 1, "a0", 0, 0, 1)
    messages = [{"role": "user", "content": text}, {"role": "user", "content": [text]}]
    log.effect_intent(1, 1, "chat", "m", {"messages": messages, "x": {"y": [text]}}, 1, 1)
    log.effect_result(1, 1, "ok", {"text": text, "raw": text * 30}, text, 1, 1, 1, 0.0, "stop", None)
    log.effect_intent(1, 2, "tool", text, {}, 1, 1)
    log.store_op(1, 3, "notes", "put", {"value": text}, data)
    log.memory_content(log.memory("notes", "list", "", "a0", 1, 0, 1, 0, 0), 0, data)
    log.firing(1, 1, 1, "a0", 0, 0, 1, text, 0, 1, 1, None, {"x": data}, 1, {"y": text})
    log.finish("failed", "error", {"message": text}, {"x": data}, {}, 1)


@pytest.mark.parametrize("protected", [True, False], ids=["as it is", "control: unprotected"])
def test_a_key_of_the_environment_is_in_no_part_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    monkeypatch.setenv("SOME_API_KEY", CANARY)
    if not protected:
        monkeypatch.setattr(recording, "scrubber", lambda: lambda text: text)
    start = RunStart("01RUN", "toy", "toy.yaml", "0" * 40, "x", inputs={"topic": f'"{CANARY}"'.encode()})
    log = recorder_of(tmp_path / "runs.sqlite", start)
    tell_keys(log, CANARY)
    log.close()

    found = [
        table
        for table, rows in rows_of(tmp_path / "runs.sqlite").items()
        if any(CANARY in str(value) or CANARY.encode() in bytes(str(value), "utf-8", "replace")
               or (isinstance(value, bytes) and CANARY.encode() in value) for row in rows for value in row.values())
    ]  # fmt: skip
    everywhere = ["_answer", "_blob", "_effect", "_firing", "_memory_content", "_message", "_run",
                  "_run_end", "_store_op"]  # fmt: skip
    assert found == ([] if protected else everywhere)


WRITES_AND_WAITS = """
import sys
from pathlib import Path
from tests.export.standalone.runtime.both_logs import recorder_of
from tests.trace.runs import start_of

log = recorder_of(Path(sys.argv[1]), start_of(sys.argv[2]))
print("written", flush=True)
sys.stdin.readline()
log.close()
"""


@contextlib.contextmanager
def script_that_waits(file: Path, run: str):  # type: ignore[no-untyped-def]
    """A process that has begun a run and goes on when it is told a line."""
    command = [sys.executable, "-c", WRITES_AND_WAITS, str(file), run]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        try:
            yield process, said
        finally:
            process.kill()


def status_of(file: Path) -> str:
    with Trace(file) as trace:
        return next(iter(trace.runs())).status


@pytest.mark.parametrize("end", ["killed", "ends by itself"])
def test_a_run_under_way_is_told_from_one_that_broke_off(tmp_path: Path, end: str) -> None:
    file = tmp_path / "runs.sqlite"
    with script_that_waits(file, "01RUN") as (process, said):
        assert said == "written\n"
        assert status_of(file) == "running"
        if end == "killed":
            process.kill()
        else:
            process.stdin.write("\n")
            process.stdin.flush()
        process.wait(20)

    assert status_of(file) == "interrupted"


@pytest.mark.skipif(not sqlite_is_safe(), reason="this SQLite is too old for several writers")
def test_two_scripts_record_in_one_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    with script_that_waits(file, "01A") as (process, said):
        assert said == "written\n"
        with script_that_waits(file, "01B") as (other, other_said):
            assert other_said == "written\n"
            other.communicate("\n", timeout=20)
        process.communicate("\n", timeout=20)

    rows = rows_of(file)
    assert [row["run"] for row in rows["_run"]] == ["01A", "01B"]
    assert [row["process"] for row in rows["_run"]] == [1, 2]


def test_a_run_that_holds_no_lock_would_be_taken_for_dead(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    with script_that_waits(file, "01RUN"):
        file.with_name(f"{file.name}-lock").unlink()

        assert status_of(file) == "interrupted"


def test_an_sqlite_too_old_for_several_writers_takes_the_only_seat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "runs.sqlite"
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 45, 1))
    code = WRITES_AND_WAITS.replace("log =", "import studio.export.standalone.runtime.trace_file as t\n"
                                    "t.sqlite3.sqlite_version_info = (3, 45, 1)\nlog =")  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file), "01A"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            with pytest.raises(EnvironmentProblem, match="another process writes"):
                recorder(file, "01B")
        finally:
            process.kill()
    recorder(file, "01B").close()  # the seat is free again
