"""A warm Python process that answers calls, one at a time.

What it says is checked: what it ran may have taken it over.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import time
from typing import Any, NamedTuple

import orjson

from studio.sandbox.boundaries import Boundary
from studio.sandbox.children import Child, how_it_ended, kind_of_child
from studio.sandbox.views import View
from studio.spec.outside import CodeResult
from studio.support.errors import NodeError
from studio.support.values import Json, NotJson, decode, encode

MOST_BYTES = 64_000_000
"""Arguments or an answer may be so large, as JSON."""
KEPT_BYTES = 64_000
"""So much is kept of what a call prints, of each stream."""
MOST_CALLS = 200
MOST_BUSY_S = 600.0
"""A worker that has served so many calls, or so long, is replaced by a new one."""
_NONCE = 16
_ALL_DIGITS_ZERO = bytes.maketrans(b"123456789", b"000000000")


class WorkerKind(NamedTuple):
    """What makes workers interchangeable: only calls of one graph, with the same limits, share them."""

    graph: str
    boundary: Boundary
    packages: bool
    memory_mb: int
    folders: tuple[str, ...] = ()


class Worker:
    """One warm process. After an error that leaves it in doubt it is stopped, and `usable` is false."""

    def __init__(self, kind: WorkerKind, child: Child) -> None:
        self.kind = kind
        self.child = child
        self.calls = 0
        self.busy_s = 0.0
        self.idle_since = time.monotonic()
        self.usable = True
        self._inbox = bytearray()
        self._answers_ended = False
        child.link.read(child.pipe("answers"), self._take)

    @classmethod
    async def start(cls, kind: WorkerKind) -> Worker:
        """Start a process of this kind and wait until its boundary stands."""
        limits = {
            "AS": kind.memory_mb << 20,
            "CPU": int(MOST_BUSY_S) * 2 * (os.cpu_count() or 1),
            "FSIZE": 64 << 20,
            "NOFILE": 128,
            "CORE": 0,
        }
        child = await kind_of_child().start(
            "python",
            kind.boundary,
            View(read=kind.folders),
            limits=limits,
            kept=KEPT_BYTES,
            python=() if kind.packages else ("-S",),
            variables=dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") if kind.packages else None,
        )
        try:
            await child.ready()
        except BaseException:
            child.stop()
            raise
        return cls(kind, child)

    def _take(self, data: bytes) -> None:
        if not data:
            self._answers_ended = True
        elif len(self._inbox) <= MOST_BYTES + _NONCE + 4:
            self._inbox += data

    @property
    def is_fit(self) -> bool:
        """True if it may serve one more call: alive, not worn out, and nothing unasked lies in its pipe."""
        if not self.usable:
            return False
        self.child.link.turn()
        return not (self.child.has_ended or self._answers_ended or self._inbox)

    async def call(self, code: str, function: str, arguments: bytes, timeout_s: float) -> CodeResult:
        """Call a function of the code. Raises `NodeError` for whatever goes wrong in there; then see `usable`."""
        nonce = secrets.token_bytes(_NONCE)
        head = orjson.dumps({"code": code, "function": function})
        frame = b"".join((nonce, head[:-1], b',"arguments":', arguments, b"}"))
        child = self.child
        child.stdout.clear()
        child.stderr.clear()
        began = time.monotonic()
        self.usable = False  # until it has answered as it should
        child.link.write(child.pipe("requests"), len(frame).to_bytes(4, "big") + frame)
        try:
            async with asyncio.timeout(timeout_s):
                await child.link.until(self._has_answered)
        except TimeoutError:
            raise NodeError(
                f"the code did not end within {timeout_s:g} s and was ended.",
                hint="Give it less to do, or more time.",
                code="timeout",
            ) from None
        self.calls += 1
        self.busy_s += time.monotonic() - began
        answer = self._answer(nonce)
        child.link.turn()  # what it printed before it answered lies in the pipes
        while not (child.stdout.ended and child.stderr.ended):
            before = child.stdout.total + child.stderr.total
            child.link.turn()
            if child.stdout.total + child.stderr.total == before or before > 16 * KEPT_BYTES:
                break
        self.usable = not answer.get("left") and self.calls < MOST_CALLS and self.busy_s < MOST_BUSY_S
        return _result(answer, child)

    def _has_answered(self) -> bool:
        inbox = self._inbox
        if self.child.has_ended or self._answers_ended:
            return self.child.has_ended  # its warden will say how, in a moment
        return len(inbox) >= 4 and len(inbox) >= min(4 + int.from_bytes(inbox[:4], "big"), MOST_BYTES + 5)

    def _answer(self, nonce: bytes) -> dict[str, Any]:
        inbox = self._inbox
        size = int.from_bytes(inbox[:4], "big")
        if len(inbox) < 4 or len(inbox) < 4 + size <= MOST_BYTES + 4:
            raise self._ended()
        if size > MOST_BYTES or len(inbox) != 4 + size or inbox[4 : 4 + _NONCE] != nonce:
            raise _forged()
        try:
            answer = _decoded(bytes(inbox[4 + _NONCE :]))
        except ValueError:
            raise _forged() from None
        inbox.clear()
        if not isinstance(answer, dict) or ("value" in answer) == ("error" in answer):
            raise _forged()
        return answer

    def _ended(self) -> NodeError:
        code = self.child.status.get("exit")
        if code == "memory":
            return _error({"error": "memory"})
        how = how_it_ended(code) if isinstance(code, int) else "went silent"
        return NodeError(f"the code's process {how} before it gave a value.", code="ended")

    def stop(self) -> None:
        """End the process."""
        self.usable = False
        self.child.stop()


def _decoded(data: bytes) -> Any:
    # orjson rounds whole numbers of more than 64 bits: the standard library keeps them, so that they can be refused.
    return json.loads(data) if b"0" * 19 in data.translate(_ALL_DIGITS_ZERO) else decode(data)


def packed(arguments: Json) -> bytes:
    """Return arguments as JSON. Raises `NodeError` if they are too large or none."""
    try:
        data = encode(arguments)
    except NotJson as error:
        raise NodeError(f"the code cannot be given its arguments: {error}.", code="input") from None
    if len(data) > MOST_BYTES // 2:
        raise NodeError(
            f"the arguments take {len(data)} bytes as JSON, more than {MOST_BYTES // 2}.",
            hint="Hand over less at a time.",
            code="input",
        )
    return data


def _result(answer: dict[str, Any], child: Child) -> CodeResult:
    if "error" in answer:
        raise _error(answer)
    value = answer["value"]
    try:
        encode(value)
    except NotJson as error:
        raise NodeError(f"the code gave no JSON value: {error}.", code="output") from None
    # Where the prints have no pipe of their own they come in the answer.
    out, err = answer.get("stdout", child.stdout.text), answer.get("stderr", child.stderr.text)
    return CodeResult(value, str(out)[:KEPT_BYTES], str(err)[:KEPT_BYTES])


def _error(answer: dict[str, Any]) -> NodeError:
    kind, line = answer["error"], answer.get("line")
    message = str(answer.get("message", ""))[:1001]
    at = f"line {line}: " if isinstance(line, int) else ""
    if kind == "raised":
        said = str(answer.get("type", "error"))[:200] + (f": {message}" if message else "")
        return NodeError(f"the code raised {at and 'in ' + at}{said}", code="raised")
    if kind == "memory":
        return NodeError(
            "the code ran out of memory.", hint="Give it more memory, or hold less at a time.", code="memory"
        )
    if kind == "syntax":
        return NodeError(f"the code is no Python: {at}{message}.", code="syntax")
    if kind == "missing":
        return NodeError("the code defines no such function.", hint="Write `def main(…):`.", code="missing")
    if kind == "json":
        return NodeError(
            f"the code gave no JSON value: {message}.",
            hint="Return numbers, texts, true/false, None, lists, and dictionaries with text keys.",
            code="output",
        )
    if kind == "size":
        return NodeError(f"the code gave more than {MOST_BYTES} bytes.", hint="Return less.", code="output")
    return _forged()


def _forged() -> NodeError:
    return NodeError(
        "the code's process answered out of turn, as if the code wrote to its channel; it was ended.", code="forged"
    )
