"""Another process steers a run that is going, through the `control` table."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.control.orders import ORDERS
from studio.trace.mailbox import Mailbox, may_be_steered, post
from studio.trace.sqlite import sqlite3
from tests.cli.conftest import Cli
from tests.cli.test_debugging import SLOW

pytestmark = pytest.mark.skipif(not may_be_steered(), reason="SQLite is too old for two writing processes")

PATIENCE_S = 30.0
LOOK_S = 0.05
"""From one look to the next: without it, looking takes the processor that is waited for."""


class Going:
    """A run that goes on in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], db: Path, cli: Cli) -> None:
        self.process = process
        self.db = db
        self.cli = cli
        self.run = ""

    def steer(self, *words: str) -> Any:
        """Give an order from this process; return its answer."""
        told = self.cli("control", self.run, *words, "--json")
        assert told.code == 0, told.out
        return told.json

    def until(self, wanted: Callable[[Any], bool]) -> Any:
        """Wait until the run's status is as wanted, and return it."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            status = self.steer("status")
            if wanted(status):
                return status
            time.sleep(LOOK_S)
        raise AssertionError(f"it never came to that: {status}")

    def held(self, why: str) -> Any:
        """Wait until the run is held for this reason."""
        return self.until(lambda status: status["state"] == "paused" and why in status["why"])

    def write(self, command: object) -> int:
        """Write anything into the table, as any other tool could."""
        return self.write_for(self.run, command)

    def write_for(self, run: str, command: object) -> int:
        """Write anything for any run."""
        connection = sqlite3.connect(str(self.db), isolation_level=None)
        try:
            made = connection.execute("INSERT INTO control (run, command) VALUES (?, ?)", (run, command))
            return int(made.lastrowid or 0)
        finally:
            connection.close()

    def answer(self, id: int) -> Any:
        """Wait for the answer to a row."""
        from studio.support.values import decode
        from studio.trace.mailbox import wait_for_answer

        text = wait_for_answer(self.db, id, PATIENCE_S)
        assert text is not None
        return decode(text.encode())

    def end(self) -> tuple[int, str]:
        """Wait for the process to end; return its exit code and what it said."""
        _, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, err


@pytest.fixture
def going(cli: Cli, tmp_path: Path) -> Iterator[Going]:
    """A slow run in a process of its own, begun and found in the database."""
    graph = tmp_path / "slow.yaml"
    graph.write_text(SLOW)
    process = subprocess.Popen(
        [sys.executable, "-m", "studio", "run", str(graph), "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    made = Going(process, Path(os.environ["STUDIO_DB"]), cli)
    end = time.monotonic() + PATIENCE_S
    while not made.run and time.monotonic() < end:
        time.sleep(LOOK_S)
        told = cli("runs", "--json")
        made.run = told.json[0]["run"] if told.code == 0 and told.json else ""
    yield made
    if process.poll() is None:
        process.kill()
        process.communicate()


def test_a_live_run_is_paused_stepped_and_let_go_from_another_process(going: Going) -> None:
    assert going.steer("status")["state"] == "running"
    going.steer("pause")
    first = going.held("asked to pause")
    going.steer("step")
    second = going.held("one step done")

    assert len(first["waiting"]) == len(second["waiting"]) == 1
    assert {first["waiting"][0]["node"], second["waiting"][0]["node"]} == {"count", "wait"}
    going.steer("resume")
    assert going.steer("status")["state"] == "running"
    going.steer("abort")
    assert going.end()[0] == 130


def test_breakpoints_values_and_overrides_from_another_process(going: Going) -> None:
    made = going.steer("break", "count:n > 3", "--once")
    going.held("breakpoint 1")
    going.steer("freeze", "count.value=1000")
    going.steer("to", "count")
    frozen = going.held("`count` has fired")

    assert (made["id"], made["when"], made["once"]) == (1, "before", True)
    assert frozen["frozen"] == {"count": {"value": 1000}}
    assert going.steer("print", "count") == {"value": 1000}
    assert frozen["breakpoints"] == []


def test_a_run_that_is_left_from_elsewhere_is_paused_and_then_refuses_orders(going: Going) -> None:
    going.steer("leave")
    code, _ = going.end()
    told = going.cli("control", going.run, "resume")

    assert code == 3
    assert told.code == 2
    assert "has ended (it is paused)" in told.err
    assert f"studio resume {going.run}" in told.err


def test_a_run_whose_process_died_refuses_orders(going: Going) -> None:
    going.process.send_signal(signal.SIGKILL)
    going.process.wait()
    told = going.cli("control", going.run, "pause")

    assert told.code == 2
    assert "its process died" in told.err


HOSTILE = [
    "not json", "", "[]", "5", "null", '{"do": 5}', '{"do": "zap"}', '{"do": "step", "count": "x"}',
    '{"do": "step", "count": -1}', '{"do": "step", "count": true}', '{"do": "to"}', '{"do": "to", "node": ["a"]}',
    '{"do": "to", "node": ""}', '{"do": "break", "at": "count:().__class__"}', '{"do": "unbreak", "id": 1e99}',
    '{"do": "freeze", "node": "count", "port": 7}', '{"do": "freeze", "node": "wait", "port": "nope", "value": 1}',
    '{"do": "tick", "region": {}}', '{"do"' + "[" * 5000, b"\xff\x00\xfe", 7, 1.5
]  # fmt: skip


def test_hostile_orders_are_answered_with_an_error_and_the_run_goes_on(going: Going) -> None:
    ids = [going.write(command) for command in HOSTILE]

    answers = [going.answer(id) for id in ids]

    assert [list(answer) for answer in answers] == [["error"]] * len(HOSTILE)
    assert going.steer("status")["state"] == "running"
    going.steer("abort")
    code, err = going.end()
    assert code == 130
    assert "Traceback" not in err


def test_a_table_that_is_gone_stops_the_steering_and_not_the_run(going: Going) -> None:
    going.steer("status")
    connection = sqlite3.connect(str(going.db), isolation_level=None)
    connection.execute("DROP TABLE control")
    before = _decided(connection, going.run)
    end = time.monotonic() + PATIENCE_S
    while _decided(connection, going.run) < before + 10 and time.monotonic() < end:
        time.sleep(LOOK_S)
    connection.close()
    going.process.send_signal(signal.SIGINT)
    code, err = going.end()

    assert code == 130
    assert "cannot be steered from elsewhere any more" in err
    assert "Traceback" not in err


def _decided(connection: Any, run: str) -> int:
    return int(connection.execute("SELECT count(*) FROM firing WHERE run = ?", (run,)).fetchone()[0])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("zap",), "`zap` is no order"),
        (("step", "x"), "One number"),
        (("break",), "needs a place"),
        (("knockout", "a", "half"), "`pass`"),
    ],
)
def test_orders_that_make_no_sense_are_refused_before_they_are_sent(
    cli: Cli, words: tuple[str, ...], sentence: str
) -> None:
    told = cli("control", "last", *words)

    assert told.code == 2
    assert sentence in told.err


def test_a_finished_run_refuses_orders(cli: Cli, recorded: str) -> None:
    told = cli("control", recorded, "pause")

    assert told.code == 2
    assert "has ended (it is ok)" in told.err


def test_help_lists_the_orders(cli: Cli) -> None:
    told = cli("control", "last", "help")

    assert told.code == 0
    assert all(name in told.out for name in ORDERS)
    assert cli("control", "last", "help", "--json").json.keys() == ORDERS.keys()


def test_orders_are_taken_once_in_order_by_the_run_that_they_are_for_and_looking_for_them_costs_next_to_nothing(
    going: Going, monkeypatch: pytest.MonkeyPatch
) -> None:
    going.write_for("01ANOTHER", '{"do": "abort"}')
    ids = [post(going.db, going.run, f'{{"do": "break", "at": "count:n == {number}"}}') for number in range(5)]

    assert [going.answer(id)["ok"]["id"] for id in ids] == [1, 2, 3, 4, 5]
    assert len(going.steer("status")["breakpoints"]) == 5
    connection = sqlite3.connect(str(going.db), isolation_level=None)
    assert connection.execute("SELECT taken_at FROM control WHERE run = '01ANOTHER'").fetchone() == (None,)
    connection.close()

    # A generous bound; `0.1 ms` is what the design asks for.
    mailbox = Mailbox(going.db, "01NOBODY")
    took = []
    for _ in range(200):
        begin = time.perf_counter()
        assert mailbox.take() == []
        took.append(time.perf_counter() - begin)
    mailbox.close()
    assert sorted(took)[100] < 0.005

    monkeypatch.setattr("studio.trace.mailbox.sqlite_is_safe", lambda: False)
    told = going.cli("control", going.run, "pause")
    assert told.code == 5
    assert "too old for two processes to write one file" in told.err
