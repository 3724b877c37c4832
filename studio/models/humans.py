"""Who answers `human.ask`: a person at the terminal, or a file of answers."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from studio.models.failures import asker
from studio.models.queues import AddressedQueue
from studio.models.script import text_lines
from studio.spec.calls import HumanCall, NobodyThere, match_choice
from studio.support.errors import NodeError, UsageError
from studio.support.plain import plain
from studio.support.terminals import has_more
from studio.support.values import Json, decode, encode, preview


class Answer(NamedTuple):
    """One prepared answer and where it stands."""

    text: str
    place: str


class AnswersFile:
    """Answers from a file: a line is one, as it stands or as JSON; `{"node": path, "answer": …}` is for that node."""

    def __init__(self, lines: Iterable[tuple[str, str]], name: str) -> None:
        """Take (place, line) pairs. Raises `UsageError` for a line that looks like JSON and is none."""
        self._name = name
        self._queue = AddressedQueue(_answer(place, line) for place, line in lines)

    @classmethod
    def read(cls, path: Path) -> AnswersFile:
        """Read a file. Raises `UsageError` naming file and line."""
        return cls(text_lines(path, "answers"), path.name)

    @property
    def deterministic_order(self) -> bool:
        """True if some line is addressed to no node: such questions are asked one at a time, in outline order."""
        return self._queue.has_unaddressed

    def answers(self, kind: str, name: str) -> bool:
        """True if effects of this kind are answered here (see `spec.calls.Script`)."""
        return kind in ("human", "approval")

    def pass_over(self, node: str) -> None:
        """Use up the answer to a question of this node that a run which goes on has had before."""
        self._queue.take(node)

    async def ask(self, call: HumanCall) -> str:
        """Return the next answer for the asking node. Raises `NodeError` if none is left or it is no choice."""
        answer = self._queue.take(call.node)
        if answer is None:
            raise NodeError(
                f"No answer is left for {asker(call.node, call.tick) or 'a question'}: {preview(call.question, 80)}",
                where=self._name,
                hint="Add a line to the file.",
                code="no_answer",
            )
        if not call.choices:
            return answer.text
        chosen = match_choice(answer.text, call.choices)
        if chosen is None:
            raise NodeError(
                f"The answer {preview(answer.text, 40)!r} is none of {', '.join(call.choices)}.",
                where=", ".join(filter(None, (answer.place, asker(call.node, call.tick)))),
                code="no_answer",
            )
        return chosen


def _answer(place: str, line: str) -> tuple[str, Answer]:
    text = line.strip()
    if text[:1] not in ('"', "{"):
        return "", Answer(line, place)
    try:
        value: Json = decode(text)
    except ValueError as error:
        raise UsageError(
            f"This line begins like JSON but is none ({error}): {preview(text, 40)}",
            where=place,
            hint='Write {"node": "path", "answer": "…"}, or the answer in double quotes.',
        ) from None
    if isinstance(value, str):
        return "", Answer(value, place)
    if set(value) != {"node", "answer"} or not isinstance(value["node"], str) or not value["node"]:
        raise UsageError('An addressed answer has exactly the keys "node" and "answer".', where=place)
    answer = value["answer"]
    return value["node"], Answer(answer if isinstance(answer, str) else encode(answer).decode(), place)


class Terminal(Protocol):
    """What the person types on. `read_line` returns None when the person ends the input."""

    def write(self, text: str) -> None: ...
    def read_line(self, cancelled: Callable[[], bool]) -> str | None: ...
    def close(self) -> None: ...


class TerminalHuman:
    """A person at the terminal. Questions are asked one at a time and never mix with standard output."""

    deterministic_order = False

    def __init__(self, open_terminal: Callable[[], Terminal] | None = None) -> None:
        self._open = open_terminal or open_tty
        self._turn = threading.Lock()

    async def ask(self, call: HumanCall) -> str:
        """Show the question and return what is typed. Raises `NodeError` if there is no terminal."""
        loop, gone = asyncio.get_running_loop(), threading.Event()
        answered: asyncio.Future[str] = loop.create_future()

        def deliver(set_result: Callable[..., None], value: object) -> None:
            if not answered.done():
                set_result(value)

        def work() -> None:
            try:
                result = self._converse(call, gone.is_set)
            except OSError as error:  # the terminal was closed
                gone_away = NodeError(f"The terminal cannot be read: {error.strerror or error}.", code="no_answer")
                outcome: tuple[Callable[..., None], object] = (answered.set_exception, gone_away)
            except Exception as error:  # noqa: BLE001 - raised where the question was asked; else that waits for ever
                outcome = (answered.set_exception, error)
            else:
                outcome = (answered.set_result, result)
            if not loop.is_closed():
                loop.call_soon_threadsafe(deliver, *outcome)

        # A daemon thread, not the loop's pool: a person who never answers must not keep the program from ending.
        threading.Thread(target=work, name="ask-human", daemon=True).start()
        try:
            return await answered
        finally:
            gone.set()

    def _converse(self, call: HumanCall, cancelled: Callable[[], bool]) -> str:
        with self._turn:
            terminal = self._open()
            try:
                terminal.write(_question(call))
                while True:
                    line = terminal.read_line(cancelled)
                    if line is None:
                        raise NodeError(
                            "The question was not answered.", where=asker(call.node, call.tick), code="no_answer"
                        )
                    answer = _typed(line, call)
                    if answer is not None:
                        return answer
                    terminal.write(f"Please type one of: {', '.join(map(plain, call.choices))}\n> ")
            finally:
                terminal.close()


def _question(call: HumanCall) -> str:
    who = f"[{plain(call.node)}] " if call.node else ""
    lines = [who + plain(call.question)]
    lines += [f"  {number}. {plain(choice)}" for number, choice in enumerate(call.choices, 1)]
    lines.append(f"[{plain(call.default)}] > " if call.default is not None else "> ")
    return "\n".join(lines)


def _typed(line: str, call: HumanCall) -> str | None:
    if not line.strip() and call.default is not None:
        return call.default
    if not call.choices:
        return line
    chosen = match_choice(line, call.choices)
    if chosen is None and line.strip().isdecimal() and 1 <= int(line) <= len(call.choices):
        return call.choices[int(line) - 1]
    return chosen


class _Tty:
    """The controlling terminal, read by file descriptor: a buffered reader would block the end of the program."""

    def __init__(self, descriptor: int, output: int | None = None) -> None:
        self._descriptor = descriptor
        self._output = descriptor if output is None else output
        self._rest = b""

    def write(self, text: str) -> None:
        os.write(self._output, text.encode("utf-8", "replace"))

    def read_line(self, cancelled: Callable[[], bool]) -> str | None:
        while b"\n" not in self._rest:
            if cancelled():
                return None
            if os.name == "posix" and not has_more(self._descriptor, 0.1):
                continue
            piece = os.read(self._descriptor, 4096)
            if not piece:
                return self._rest.decode("utf-8", "replace") if self._rest else None
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    def close(self) -> None:
        for descriptor in {self._descriptor, self._output}:
            os.close(descriptor)


def open_tty() -> Terminal:
    """Return the terminal this program was started from. Raises `NodeError` if there is none to ask on."""
    attended = any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
    try:
        if attended and os.name == "posix":
            return _Tty(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        if attended:
            return _Tty(os.open("CONIN$", os.O_RDWR), os.open("CONOUT$", os.O_RDWR))
    except OSError:
        pass  # no controlling terminal: same answer as below
    raise NobodyThere(
        "A person is asked, but there is no terminal.",
        hint="Give the answers in a file with --answers FILE, one per line.",
        code="no_answer",
    )
