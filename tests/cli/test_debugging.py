"""The debugger in the terminal: by line from a pipe, by keys on a terminal; and the options that start it."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from studio.cli.debugging.words import BY_KEY, WORDS, read_line
from studio.control.orders import ORDERS
from studio.support.errors import UsageError
from tests.cli.conftest import Cli

SLOW = """\
studio: 1
name: slow
nodes:
  count: {type: math.expression, expression: "n + 1"}
  wait: {type: flow.delay, seconds: 0.05}
edges:
  - count.value -> wait.value
  - wait.value ~> count.n: {initial: 0}
max_ticks: 2000
"""


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A graph that goes on for minutes and calls nobody."""
    path = tmp_path / "slow.yaml"
    path.write_text(SLOW)
    return path


def stops(err: str) -> list[tuple[str, str]]:
    """Who was next each time the run was held."""
    return [(found[1], found[2]) for found in re.finditer(r"^▶ (\S+)  \S+  tick (\S+)", err, flags=re.MULTILINE)]


def test_a_run_is_stepped_by_line_and_gives_what_it_gives(cli: Cli, critic: Path, script: str) -> None:
    plain = cli("run", critic, "--model", script)

    told = cli("run", critic, "--model", script, "--step", stdin="\n" * 40)

    assert told.code == 0
    assert told.out == plain.out
    assert stops(told.err)[:3] == [("topic", "0"), ("writer", "0"), ("critic", "0")]
    assert "draft  A first draft about pools." in told.err
    assert "✓ writer @0  A first draft about pools." in told.err


def test_ticks_breakpoints_and_going_on(cli: Cli, critic: Path, script: str) -> None:
    lines = "t\nb critic:label == 'good'\nw\nc\np critic\nc\n"

    told = cli("run", critic, "--model", script, "--step", stdin=lines)

    assert told.code == 0
    assert stops(told.err) == [("topic", "0"), ("writer", "1"), ("writer", "1"), ("route", "1")]
    assert "breakpoint 1  after critic if label == 'good'  0 hits" in told.err
    assert "● breakpoint 1" in told.err
    assert "label       good" in told.err


def test_the_end_of_its_input_leaves_the_run_paused(cli: Cli, critic: Path, script: str) -> None:
    told = cli("run", critic, "--model", script, "--step", "--json", stdin="n\n")

    assert told.code == 3
    assert (told.json["status"], told.json["ended"], told.json["firings"]) == ("paused", "limit:control", 1)


def test_a_run_that_was_left_is_resumed_to_the_end_it_would_have_had(cli: Cli, critic: Path, script: str) -> None:
    plain = cli("run", critic, "--model", script, "--json").json
    left = cli("run", critic, "--model", script, "--step", "--json", stdin="n\nn\nn\nn\nq\n").json

    resumed = cli("resume", left["run"], "--json").json

    assert (resumed["status"], resumed["ended"], resumed["outputs"]) == ("ok", plain["ended"], plain["outputs"])
    assert resumed["taken_over"] == left["firings"]
    assert left["calls"] + resumed["calls"] == plain["calls"]


def test_a_run_is_gone_on_with_step_by_step(cli: Cli, critic: Path, script: str) -> None:
    """What is taken over from the run before is not held again."""
    plain = cli("run", critic, "--model", script, "--json").json
    left = cli("run", critic, "--model", script, "--step", "--json", stdin="n\nn\nn\nq\n").json

    told = cli("resume", left["run"], "--step", stdin="\n" * 40)

    assert told.code == 0
    assert stops(told.err)[0] not in (("topic", "0"), ("writer", "0"))
    assert told.out.splitlines() == plain["outputs"]["result"].splitlines()


def test_one_node_alone_fires_with_the_inputs_it_had(cli: Cli, critic: Path, recorded: str, tmp_path: Path) -> None:
    replies = tmp_path / "one.jsonl"
    replies.write_text('"wrong"\n')

    told = cli("fork", recorded, "--only", "critic", "--model", f"scripted:{replies}", "--json")

    assert (told.json["status"], told.json["ended"], told.json["calls"]) == ("paused", "limit:control", 1)
    fired = cli("show", told.json["run"], "--json").json
    executed = [one["node"] for one in fired["firings"] if one["origin"] == "executed" and one["status"] == "ok"]
    assert "critic" in executed
    assert not {"writer", "route", "done"} & set(executed)


def test_aborting_ends_with_130(cli: Cli, critic: Path, script: str) -> None:
    told = cli("run", critic, "--model", script, "--step", stdin="n\nx\n")

    assert told.code == 130
    assert "aborted" in told.err


def test_to_a_node_and_a_breakpoint_from_the_command_line(cli: Cli, critic: Path, script: str) -> None:
    to = cli("run", critic, "--model", script, "--to", "critic", stdin="c\n")
    at = cli(
        "run", critic, "--model", script, "--break", "critic:draft.length > 3", "--break", "writer", stdin="c\nc\nc\n"
    )

    assert to.code == at.code == 0
    assert "`critic` has fired" in to.err
    assert stops(at.err) == [("writer", "0"), ("writer", "1")]


def test_freezing_and_knocking_out_from_the_command_line(cli: Cli, critic: Path, tmp_path: Path) -> None:
    replies = tmp_path / "two.jsonl"
    replies.write_text('"good"\n')

    told = cli("run", critic, "--model", f"scripted:{replies}", "--freeze", "writer.text=Tides come and go.", "--json")
    off = cli("run", critic, "--model", f"scripted:{replies}", "--knockout", "writer", "--json")

    assert told.json["outputs"] == {"result": "Tides come and go."}
    assert told.json["calls"] == 1
    assert (off.json["status"], off.json["outputs"], off.json["calls"]) == ("ok", {}, 0)


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--break", "critc", "no node `critc`"),
        ("--break", "critic:zap > 1", "no port `zap`"),
        ("--break", "critic:label ==", "cannot be read"),
        ("--to", "nowhere", "no node `nowhere`"),
        ("--freeze", "writer.text", "gives no value"),
        ("--freeze", "writer.words=3", "no output `words`"),
        ("--freeze", "critic.confidence=sure", "`critic.confidence` is number, not text"),
        ("--knockout", "done=pass", "no input that fits"),
        ("--knockout", "writer=half", "`writer=half` cannot be switched off"),
    ],
)
def test_options_that_make_no_sense_start_nothing(
    cli: Cli, critic: Path, script: str, option: str, value: str, sentence: str
) -> None:
    told = cli("run", critic, "--model", script, option, value)

    assert told.code == 2
    assert sentence in told.err
    assert "There are no runs yet" in cli("runs").err or cli("runs", "--json").json == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("zap", "`zap` is no command"),
        ("step two", "One number"),
        ("u", "top of the graph"),
        ("f", "One output follows"),
        ("b", "A breakpoint needs a place"),
        ("unbreak 7", "There is no breakpoint 7"),
        ("pause now", "Nothing follows"),
    ],
)
def test_lines_that_make_no_sense_are_told_and_change_nothing(
    cli: Cli, critic: Path, script: str, line: str, sentence: str
) -> None:
    told = cli("run", critic, "--model", script, "--step", stdin=f"{line}\nc\n")

    assert sentence in told.err
    assert told.code == 0


def test_help_lists_every_order(cli: Cli, critic: Path, script: str) -> None:
    told = cli("run", critic, "--model", script, "--step", stdin="?\nc\n")

    assert all(re.search(rf"\b{name}\b", told.err) for name in ORDERS)


def test_keys_are_distinct_and_name_orders() -> None:
    assert len(BY_KEY) == len(WORDS)
    assert {word.order for word in WORDS} <= ORDERS.keys()
    assert read_line("") == {"do": "step", "count": 1}
    assert read_line("b --once --hits 3 critic:label == 'x'") == {
        "do": "break", "at": "critic:label == 'x'", "once": True, "from_hit": 3,
    }  # fmt: skip
    assert read_line('f writer.text = "a b"') == {"do": "freeze", "node": "writer", "port": "text", "value": "a b"}
    assert read_line("f writer.text") == {"do": "freeze", "node": "writer", "port": "text"}
    with pytest.raises(UsageError):
        read_line("b --hits x critic")


def test_a_fault_of_the_debugger_leaves_the_run_and_is_told(
    cli: Cli, critic: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("studio.cli.debugging.talk.Talk.held", broken)
    told = cli("run", critic, "--model", script, "--step", stdin="n\n")

    assert told.code == 1
    assert "fault of Ganglia Studio" in told.err
    assert cli("runs", "--json").json[0]["status"] == "paused"


# -- on a terminal ------------------------------------------------------------------------------

pytest.importorskip("pty", reason="no pseudo-terminals here")


def test_keys_step_a_run_on_a_terminal(critic: Path, script: str) -> None:
    from tests.cli.test_replay import Screen

    screen = Screen("run", str(critic), "--model", script, "--step")
    screen.see("n step  t tick")
    screen.press("n")
    screen.see("fault")
    screen.press("bcritic:label == 'good'\r")
    screen.see("breakpoint 1 is on")
    screen.press("pzap\r")
    screen.see("no node `zap`")
    screen.press("b\x1b")
    screen.press("w")
    screen.see("0 hits")
    screen.press("c")
    assert "● breakpoint 1" in screen.see("▶")
    screen.press("c")
    screen.see("ended stop")
    assert screen.end() == 0


def test_ctrl_c_pauses_the_first_time_and_aborts_the_second(slow: Path) -> None:
    from tests.cli.test_replay import Screen

    screen = Screen("run", str(slow))
    screen.see("wait @")
    screen.process.send_signal(signal.SIGINT)
    assert "Ctrl-C once more aborts" in screen.see("asked to pause")
    screen.press("n")
    screen.see("one step done")
    screen.process.send_signal(signal.SIGINT)

    assert screen.end() == 130


@pytest.mark.thorough
def test_ctrl_c_and_leaving_keeps_the_run_to_be_resumed(slow: Path) -> None:
    from tests.cli.test_replay import Screen

    screen = Screen("run", str(slow))
    screen.see("wait @")
    screen.process.send_signal(signal.SIGINT)
    screen.see("asked to pause")
    screen.press("q")
    screen.see("studio resume")

    assert screen.end() == 3
