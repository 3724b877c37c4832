"""Records of runs on their way from a worker to the process that writes the file.

A worker has no database. Its runs are written by the same `FileRunLog` as everywhere, into a `FrameWriter`, which packs
the queued records into frames; a `Relay` in the driver's process unpacks them and puts them into the queue of the
file's writer. So what stands in the file is the same, byte for byte, wherever a run was executed.

A frame is msgpack: `[[run id, [[kind, *fields], …]], …]`. Msgpack and not a faster encoding of the interpreter, because
reading it can do no harm, and the two sides may run different versions.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

import msgpack

from studio.support.errors import EnvironmentProblem
from studio.trace.log import RunStart
from studio.trace.records import BY_KIND
from studio.trace.runlog import ANSWER, FINISH, MARK, READING, START, Durable, FileRunLog, Listener, Scrub, Writing

HELD_S: Final = 0.25
"""Longest time that records wait in a worker; those of a run that ends before go in one frame."""

MOST: Final = 5_000
"""Records in a frame: longer ones would keep the driver from its other workers."""

MOST_BYTES: Final = 4 << 20
"""A frame that is as long as this takes no further record."""

ROOM: Final = 10_000
"""Records that may wait in a worker; beyond it callers block until the driver has taken some."""

Record = tuple[Any, ...]


class FrameWriter:
    """Takes the records of a worker's runs as the writer of a file does, and hands them on as frames.

    `send(frame, mark)` is called by one thread at a time and in order, and may block while the driver takes no more;
    `mark` is a number if somebody waits until all that went before is durable, else 0: `durable(mark, problem)` is to
    be called with it when the driver knows. `failed(error)` hears of records that cannot be handed on, a fault of ours
    after which nothing that the runs tell would be whole.
    """

    def __init__(
        self, send: Callable[[bytes, int], None], failed: Callable[[BaseException], None] | None = None
    ) -> None:
        self.queue: deque[Record] = deque()
        self.asleep = True
        """Whoever puts a record is to call `attend`, always: here it counts what waits as well."""
        self._waits = True
        self._send = send
        self._failed = failed
        self._bell = threading.Event()
        self._room = threading.Condition()
        self._sending = threading.Lock()
        self._pack = msgpack.Packer(use_bin_type=True, unicode_errors="surrogatepass")
        self._closing = False
        self._hurry = False
        self._problem: EnvironmentProblem | None = None
        self._fault: BaseException | None = None
        self._marks: dict[int, list[Durable]] = {}
        self._last_mark = 0
        self._thread = threading.Thread(target=self._work, name="trace frames", daemon=True)
        self._thread.start()

    def attend(self) -> None:
        """Wake the thread if it sleeps; wait for room if too many records wait. Raises `RuntimeError` if they cannot be
        handed on."""
        if self._waits:
            self._waits = False
            self._bell.set()
        if len(self.queue) <= ROOM or threading.current_thread() is self._thread:
            return
        with self._room:
            self._hurry = True
            self._bell.set()
            while len(self.queue) > ROOM // 2:
                self._raise_fault()
                self._room.wait(0.1)

    def mark(self, call: Durable) -> None:
        """Have `call` called when everything put so far is durable or was refused."""
        self._raise_fault()
        self.queue.append((None, MARK, call))
        self._hurry = True
        self._bell.set()

    def flush(self) -> None:
        """Block until everything put so far is durable. Raises `EnvironmentProblem`. Not for the thread that takes the
        driver's messages, which would wait for itself."""
        done = threading.Event()
        answer: list[EnvironmentProblem | None] = []

        def call(problem: EnvironmentProblem | None) -> None:
            answer.append(problem)
            done.set()

        self.mark(call)
        while not done.wait(1.0):
            self._raise_fault()
        if answer[0] is not None:
            raise answer[0]

    def raise_if_broken(self) -> None:
        """Raise `EnvironmentProblem` if the driver can no longer write, `RuntimeError` for a fault of ours."""
        self._raise_fault()
        if self._problem is not None:
            raise self._problem

    def durable(self, mark: int, problem: EnvironmentProblem | None) -> None:
        """The driver says that all up to `mark` is durable, or that the machine refuses it."""
        self._problem = problem
        for number in [number for number in list(self._marks) if number <= mark]:  # others may be added meanwhile
            for call in self._marks.pop(number):
                call(problem)

    def send_now(self) -> None:
        """Hand on what waits, in the calling thread: a run has ended. Raises `RuntimeError` if it cannot."""
        with self._sending:
            while self.queue:
                self._raise_fault()
                try:
                    frame = self._frame()
                except Exception as error:
                    self._fault = error
                    raise
                self._send(*frame)
                if len(self.queue) <= ROOM // 2:
                    with self._room:
                        self._room.notify_all()

    def close(self) -> None:
        """Hand on what waits and end the thread."""
        self._closing = True
        self._bell.set()
        self._thread.join()
        self.send_now()

    def _work(self) -> None:
        try:
            while not self._closing:
                self._gather()
                self.send_now()
        except BaseException as error:
            self._fault = error
            if self._failed is None:
                raise
            self._failed(error)

    def _gather(self) -> None:
        """Return when something is to be sent."""
        self._waits = True
        if not self.queue and not self._hurry and not self._closing:
            self._bell.wait()
        self._waits = False
        self._bell.clear()
        if not self._hurry and not self._closing:
            self._bell.wait(HELD_S)
            self._bell.clear()
        self._hurry = False

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise RuntimeError(f"records cannot be sent: {self._fault!r}") from self._fault

    def _frame(self) -> tuple[bytes, int]:
        """Take what waits from the queue: a frame, and the number of its last mark."""
        take, pack = self.queue.popleft, self._pack.pack
        parts: dict[str, list[bytes]] = {}
        calls: list[Durable] = []
        size = 0
        for _ in range(min(len(self.queue), MOST)):
            record = take()
            kind = record[1]
            if kind == MARK:
                calls.append(record[2])
                continue
            packed = pack((kind, _told(record[2])) if kind == START else record[1:])
            part = parts.get(record[0].run_id)
            if part is None:
                part = parts[record[0].run_id] = []
            part.append(packed)
            size += len(packed)
            if size >= MOST_BYTES:
                break
        if calls:
            self._last_mark += 1
            self._marks[self._last_mark] = calls
        return self._joined(parts), self._last_mark if calls else 0

    def _joined(self, parts: dict[str, list[bytes]]) -> bytes:
        pack, array = self._pack.pack, self._pack.pack_array_header
        pieces = [array(len(parts))]
        for run_id, records in parts.items():
            pieces += (array(2), pack(run_id), array(len(records)), *records)
        return b"".join(pieces)


class WorkerLog(FileRunLog):
    """The log of one run in a worker; its records leave by a `FrameWriter`."""

    __slots__ = ()

    def __init__(self, writer: FrameWriter, start: RunStart, scrub: Scrub | None) -> None:
        super().__init__(writer, start, None, scrub)


class RelayedLog:
    """A run that goes on in a worker, as the writer of the file knows it."""

    __slots__ = ("base", "listener", "run_id")

    def __init__(self, run_id: str, listener: Listener | None = None) -> None:
        self.run_id = run_id
        self.base = 0
        self.listener = listener


Heard = Callable[[str, list[Any]], None]
"""Hears of each answer to an effect as it comes: the run, and `[kind, *fields]` as in `records.AnswerRecord`."""


class Relay:
    """Puts the frames of workers into the queue of a file's writer.

    Only runs that were announced by `expect` are let in, until `forget`: what a worker says of a run that was given to
    another one meanwhile is dropped and counted in `refused`.
    """

    def __init__(self, writer: Writing, heard: Heard | None = None) -> None:
        self._writer = writer
        self._heard = heard
        self._logs: dict[str, RelayedLog] = {}
        self._begun: set[str] = set()
        self._ended: set[str] = set()
        self.refused = 0
        """Records of runs that are no longer expected."""

    def expect(self, run_id: str, listener: Listener | None = None) -> None:
        """Let a run in."""
        self._logs[run_id] = RelayedLog(run_id, listener)

    def has_begun(self, run_id: str) -> bool:
        """True if something of an expected run has come."""
        return run_id in self._begun

    def has_ended(self, run_id: str) -> bool:
        """True if the footer of an expected run has come."""
        return run_id in self._ended

    def forget(self, run_id: str) -> None:
        """Let nothing more of this run in."""
        self._logs.pop(run_id, None)
        self._begun.discard(run_id)
        self._ended.discard(run_id)

    def take(self, frame: bytes) -> None:
        """Put all records of a frame into the queue. Raises `ValueError` for what is no frame, and then takes none."""
        records, answers = self._read(frame)
        self._writer.queue.extend(records)
        if self._heard is not None:
            for run_id, answer in answers:
                self._heard(run_id, answer)
        if self._writer.asleep:
            self._writer.attend()

    def end(self, run_id: str, status: str, ended: str, error: bytes, at: int) -> None:
        """Write the footer of a run that has begun and whose worker cannot, and let nothing more of it in."""
        log = self._logs.get(run_id)
        if log is not None and run_id in self._begun and run_id not in self._ended:
            self._writer.queue.append((log, FINISH, status, ended, error, {}, b"{}", at))
            if self._writer.asleep:
                self._writer.attend()
        self.forget(run_id)

    def _read(self, frame: bytes) -> tuple[list[Record], list[tuple[str, list[Any]]]]:
        """Return the records of a frame for the queue, and those among them that are answers, with their runs."""
        found: list[Record] = []
        answers: list[tuple[str, list[Any]]] = []
        begun, ended, refused = set(self._begun), set(self._ended), 0
        try:
            for run_id, records in _unpack(frame):
                log = self._logs.get(run_id)
                if log is None:
                    refused += len(records)
                    continue
                has_begun, has_ended = run_id in begun, run_id in ended
                for record in records:
                    kind = record[0]
                    if type(kind) is not int or _LENGTHS.get(kind) != len(record):
                        raise ValueError(f"{kind!r} with {len(record) - 1} fields is no kind of record")
                    if has_ended or (kind == START) is has_begun:
                        raise ValueError("a run begins with its header, and once, and ends with its footer")
                    if kind == START:
                        record[1] = RunStart(**record[1])
                        begun.add(run_id)
                        has_begun = True
                    elif kind == FINISH:
                        ended.add(run_id)
                        has_ended = True
                    elif kind == ANSWER:
                        _require_numbers(record)
                        answers.append((run_id, record))
                    found.append((log, *record))
        except (
            TypeError,
            IndexError,
            KeyError,
            AttributeError,
            RecursionError,
            msgpack.exceptions.UnpackException,
        ) as e:
            raise ValueError(f"not a frame of records: {e!r}") from e
        self._begun, self._ended = begun, ended
        self.refused += refused
        return found, answers


_LENGTHS: Final[dict[int, int]] = {
    kind: 1 + len(BY_KIND[kind]._fields)  # type: ignore[attr-defined]
    for kind in range(READING + 1)
}
"""How long a record of a run is, by its kind."""

_HEADER: Final = tuple(field.name for field in fields(RunStart))

_COUNTS: Final = frozenset({int, type(None)})

_AMOUNTS: Final = frozenset({int, float, type(None)})


def _told(start: RunStart) -> dict[str, Any]:
    return {name: getattr(start, name) for name in _HEADER}


def _require_numbers(answer: list[Any]) -> None:
    """Tokens and costs of an answer are counted as they come: nothing else may stand there."""
    if type(answer[9]) not in _COUNTS or type(answer[10]) not in _COUNTS:
        raise ValueError(f"{answer[9]!r} and {answer[10]!r} are no numbers of tokens")
    if type(answer[11]) not in _AMOUNTS or type(answer[14]) not in _AMOUNTS:
        raise ValueError(f"{answer[11]!r} and {answer[14]!r} are no cost and origin")


def _unpack(frame: bytes) -> Any:
    return msgpack.unpackb(frame, raw=False, strict_map_key=False, unicode_errors="surrogatepass")
