"""People answer at a terminal or through a file; where neither can, the error says what to do."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.models import humans
from studio.models.humans import AnswersFile, TerminalHuman
from studio.spec.calls import HumanCall
from studio.support.errors import NodeError, UsageError


def answers(tmp_path: Path, text: str) -> AnswersFile:
    path = tmp_path / "answers.txt"
    path.write_text(text, encoding="utf-8")
    return AnswersFile.read(path)


async def test_plain_lines_and_json_lines_answer_in_turn_and_addressed_ones_go_to_their_node(tmp_path: Path) -> None:
    human = answers(tmp_path, 'plain text\n"two\\nlines"\n\n42\n{"node": "a/b", "answer": "mine"}\n"" \n')

    got = [await human.ask(HumanCall("?", node=node)) for node in ("x", "a/b", "a/b", "x", "x")]

    assert got == ["plain text", "mine", "two\nlines", "42", ""]
    assert human.deterministic_order
    assert not answers(tmp_path, '{"node": "a", "answer": {"x": 1}}').deterministic_order


async def test_running_out_names_node_tick_and_question(tmp_path: Path) -> None:
    with pytest.raises(NodeError, match=r"answers\.txt: No answer is left for node `gate` at tick 2: Go on\?"):
        await answers(tmp_path, "").ask(HumanCall("Go on?", node="gate", tick="2"))


async def test_an_answer_must_be_one_of_the_choices(tmp_path: Path) -> None:
    human = answers(tmp_path, " YES \nmaybe\n")
    call = HumanCall("?", choices=("yes", "no"), node="gate", tick="0")

    assert await human.ask(call) == "yes"
    with pytest.raises(
        NodeError, match=r"answers\.txt:2, node `gate` at tick 0: The answer 'maybe' is none of yes, no"
    ):
        await human.ask(call)


@pytest.mark.parametrize("line", ['{"node": "a"', '"open', '{"answer": "x"}', '{"node": "", "answer": "x"}'])
def test_a_line_that_looks_like_json_and_is_none_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(UsageError, match=r"^answers\.txt:2: "):
        answers(tmp_path, f"fine\n{line}\n")


class FakeTerminal:
    """Lines typed in advance; None at their end. Waits for cancelling if `patient`."""

    def __init__(self, *lines: str, patient: bool = False) -> None:
        self.lines = list(lines)
        self.shown = ""
        self.closed = 0
        self.patient = patient
        self.waiting = threading.Event()

    def write(self, text: str) -> None:
        self.shown += text

    def read_line(self, cancelled: Callable[[], bool]) -> str | None:
        if self.lines:
            return self.lines.pop(0)
        self.waiting.set()
        while self.patient and not cancelled():
            threading.Event().wait(0.001)
        return None

    def close(self) -> None:
        self.closed += 1


async def test_a_person_may_type_a_choice_its_number_or_nothing_for_the_default() -> None:
    terminal = FakeTerminal("perhaps", "2", "YES", "", "free text")
    human = TerminalHuman(lambda: terminal)
    call = HumanCall("Go on?", choices=("yes", "no"), node="gate")

    got = [await human.ask(call), await human.ask(call)]
    got.append(await human.ask(HumanCall("Name?", default="Ann")))
    got.append(await human.ask(HumanCall("Name?")))

    assert got == ["no", "yes", "Ann", "free text"]
    assert terminal.shown.startswith("[gate] Go on?\n  1. yes\n  2. no\n> Please type one of: yes, no\n> ")
    assert "Name?\n[Ann] > " in terminal.shown
    assert terminal.closed == 4


async def test_what_a_graph_asks_cannot_steer_the_terminal() -> None:
    terminal = FakeTerminal("ok")

    await TerminalHuman(lambda: terminal).ask(HumanCall("a\x1b[2Jb\u202ec\x9bd\n\te"))

    assert terminal.shown == "abc\n\te\n> "


async def test_an_ended_input_and_a_cancelled_question_leave_nothing_waiting() -> None:
    with pytest.raises(NodeError, match="was not answered"):
        await TerminalHuman(FakeTerminal).ask(HumanCall("?"))

    patient, next_one = FakeTerminal(patient=True), FakeTerminal("hello")
    terminals = iter([patient, next_one])
    human = TerminalHuman(lambda: next(terminals))
    task = asyncio.create_task(human.ask(HumanCall("?")))
    assert await asyncio.to_thread(patient.waiting.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await asyncio.wait_for(human.ask(HumanCall("?")), 5) == "hello"
    assert patient.closed == 1


async def test_without_a_terminal_the_error_names_the_answers_option(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())

    with pytest.raises(NodeError, match="--answers FILE"):
        await TerminalHuman().ask(HumanCall("?"))


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
async def test_a_real_terminal_is_read_line_by_line() -> None:
    import pty

    master, slave = pty.openpty()
    os.write(master, "grüße\nrest".encode())

    answer = await TerminalHuman(lambda: humans._Tty(slave)).ask(HumanCall("Say"))

    assert answer == "grüße"
    os.close(master)
