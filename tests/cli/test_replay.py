"""Stepping through a run: by line from a pipe, by keys on a terminal, and verifying."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.cli.stepping.keys import Keys
from studio.cli.stepping.moves import BY_KEY, BY_WORD, MOVES
from studio.cli.stepping.views import BY_NAME, VIEWS
from studio.support.terminals import has_more
from tests.cli.conftest import Cli


def test_stepping_by_line_goes_both_ways(cli: Cli, recorded: str) -> None:
    told = cli("replay", "last", stdin="n\nn\np\nlast\ng 3\n/crabs\nq\n")

    assert told.code == 0
    steps = re.findall(r"step (\d+) of 11", told.out)
    assert steps[:6] == ["1", "2", "3", "2", "11", "3"]
    assert "A second draft." in told.out.rpartition("step ")[2]


def test_stepping_by_line_ends_with_its_input(cli: Cli, recorded: str) -> None:
    assert cli("replay", stdin="").code == 0


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("p", "This is the first step."),
        ("e", "No error after this step."),
        ("u", "This is the top region, or the node around it was never decided."),
        ("F", "This node was not decided before."),
        ("a", "No alarm after this step."),
        ("i", "Nothing is inside it."),
        ("g 99", "There are steps 1 to 11."),
        ("g here", "`here` is no step"),
        ("/octopus", "`octopus` is nowhere in this run."),
        ("fly", "`fly` is no command"),
    ],
)
def test_moves_that_cannot_be_made_say_why(cli: Cli, recorded: str, line: str, sentence: str) -> None:
    assert sentence in cli("replay", stdin=f"{line}\n").err


@pytest.mark.parametrize("step", ["0", "-1", "12"])
def test_a_first_step_that_is_not_there_is_refused(cli: Cli, recorded: str, step: str) -> None:
    told = cli("replay", "--at", step, stdin="")

    assert (told.code, told.out) == (2, "")
    assert "There are steps 1 to 11." in told.err


def test_stepping_for_programs_prints_an_object_per_step(cli: Cli, recorded: str) -> None:
    import json

    told = cli("replay", "--json", "--at", "2", stdin="m\n")
    first, second = (json.loads(line) for line in told.out.splitlines())

    assert (first["step"], first["node"]) == (2, "writer")
    assert (second["step"], second["node"]) == (3, "critic")
    assert second["totals"]["calls"] == 2


def test_a_state_for_programs_says_what_every_node_and_wire_holds(cli: Cli, recorded: str) -> None:
    import json

    told = cli("replay", "--json", "--at", "7", stdin="")
    state = json.loads(told.out)["state"]

    assert (state["region"], state["tick"]) == ("", "1")
    assert {node["node"]: node["state"] for node in state["nodes"]} == {
        "topic": "held", "writer": "fired", "critic": "waiting", "route": "waiting", "done": "waiting",
        "result": "waiting",
    }  # fmt: skip
    wires = {(wire["from"], wire["to"]): wire for wire in state["wires"]}
    fault = wires["critic.label", "writer.fault"]
    assert (fault["lies"], fault["value"], fault["tick"], fault["coming"]) == ("present", "vague", "0", None)
    assert wires["critic.label", "route.value"]["lies"] == "open"
    (route,) = (node for node in state["nodes"] if node["node"] == "route")
    assert [wait["node"] for wait in route["waits"]] == ["critic"]


def test_the_state_is_shown_by_line(cli: Cli, recorded: str) -> None:
    told = cli("replay", "--at", "7", stdin="state\nwires\nstores\nwaiting\n")

    assert told.code == 0
    assert "= topic" in told.out
    assert "▶ ✓ writer" in told.out  # where one stands
    assert told.out.count("▶") == 1
    assert "waits for `critic`, its input `value`" in told.out
    assert "critic.label ~> writer.fault" in told.out
    assert "No store can be used in this region." in told.out
    assert "used so far" in told.out


def test_no_two_moves_share_a_key_or_a_word() -> None:
    assert len(BY_KEY) == sum(len(move.keys) for move in MOVES)
    assert len(BY_WORD) == sum(len(move.words) for move in MOVES)
    taken = {*BY_NAME, *(view.key for view in VIEWS), "g", "/", "?", "q", ".", ",", "j", "k", "tab"}
    assert not taken & (BY_KEY.keys() | BY_WORD.keys())


def test_verify_tells_what_was_compared(cli: Cli, recorded: str) -> None:
    told = cli("replay", "last", "--verify")

    assert told.code == 0
    assert told.out.startswith("identical  11 firings compared, 2 of them pure")
    assert cli("replay", "--verify", "--json").json["identical"] is True


def test_verify_ends_with_4_at_the_first_difference(cli: Cli, recorded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.nodes.flow.switch import Switch

    monkeypatch.setattr(Switch, "run", lambda self, ctx, params, inputs: self.Out())
    told = cli("replay", "last", "--verify", "--json")

    assert told.code == 4
    assert told.json["difference"]["node"] == "route"
    assert told.json["difference"]["tick"] == "0"


# -- on a terminal ------------------------------------------------------------------------------

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")


class Screen:
    """A program on a pseudo-terminal: `press` keys, `see` what it shows."""

    def __init__(self, *words: str) -> None:
        self.main, other = pty.openpty()
        import fcntl
        import struct
        import termios

        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "", "COLUMNS": "", "LINES": ""}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "studio", *words],
            stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(other)
        self.seen = ""

    def press(self, keys: str) -> None:
        """Type."""
        self.seen = ""
        os.write(self.main, keys.encode())

    def see(self, wanted: str, seconds: float = 20.0) -> str:
        """Wait until the text shows (colours and cursor movements left out)."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if has_more(self.main, 0.05):
                try:
                    self.seen += os.read(self.main, 65536).decode(errors="replace")
                except OSError:
                    break
            plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", " ", self.seen)
            if wanted in plain:
                return plain
        raise AssertionError(f"{wanted!r} did not show; there was {self.seen[-2000:]!r}")

    def end(self) -> int:
        """Read on until the program has ended, and return its exit code."""
        until = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < until:
            if has_more(self.main, 0.05):
                try:
                    os.read(self.main, 65536)
                except OSError:  # the other side is closed
                    break
        code = self.process.wait(5)
        os.close(self.main)
        return code


def test_keys_step_on_a_terminal_and_it_is_put_back(recorded: str) -> None:
    screen = Screen("replay", "last")
    screen.see("step 1 of 11")
    screen.press("\x1b[C")
    screen.see("step 2 of 11")
    screen.press("m")
    assert "Judge" in screen.see("step 3 of 11")
    screen.press("p")
    screen.see("step 2 of 11")
    screen.press("g7\r")
    screen.see("step 7 of 11")
    screen.press("t")
    screen.see("No later tick")
    screen.press("/route\r")
    screen.see("step 9 of 11")
    screen.press("?")
    screen.see("the next model call")
    screen.press("x")
    screen.press("\x1b[F")
    screen.see("step 11 of 11")
    screen.press("q")
    assert screen.end() == 0


def test_ctrl_c_leaves_the_screen_with_130(recorded: str) -> None:
    screen = Screen("replay", "last")
    screen.see("step 1 of 11")
    screen.process.send_signal(2)
    assert screen.end() == 130


def test_running_on_a_terminal_shows_progress_and_next_steps(critic: Path, script: str) -> None:
    screen = Screen("run", str(critic), "--model", script)
    shown = screen.see("next: `studio replay last`")
    assert "It names crabs." in shown
    assert screen.end() == 0


def test_keys_are_read_by_name_even_when_they_come_together() -> None:
    read, write = os.pipe()
    os.write(write, b"\x1b[Cn\x1b[5~\x1b[1;5Cq\xc3\xa9\x1b")
    keys = Keys(read)

    assert [keys.read() for _ in range(7)] == ["right", "n", "pageup", "", "q", "é", "escape"]
    os.close(write)
    assert keys.read() == "eof"
    os.close(read)
