"""The loop of a Python worker: read a call, run it, answer. What it runs may do anything to it; the studio knows that.

A frame is four bytes of length (big-endian), sixteen bytes that the answer must repeat, and JSON. A call is
`{"code", "function", "arguments"}`; an answer `{"value"}` or `{"error", …}`, with `left: true` if threads or processes
of the call live on, or if its memory ran out: then this worker is not asked again.
"""

from __future__ import annotations

import io
import json
import os
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing `typing` would take a third of the time that a worker needs to start
    from typing import Any

MOST = 64_000_000
NONCE = 16
FILE = "<code>"
KEPT = 64
_compiled: dict[str, types.CodeType] = {}


def serve(requests: int, answers: int, prints_in_answers: bool = False) -> None:
    """Answer calls until the pipe of requests closes."""
    while True:
        head = _exactly(requests, 4)
        if not head:
            return
        body = _exactly(requests, int.from_bytes(head, "big"))
        if prints_in_answers:
            sys.stdout, sys.stderr = printed = _Printed(), _Printed()
        answer = _answer(memoryview(body)[NONCE:])
        _flush()
        if prints_in_answers:
            answer["stdout"], answer["stderr"] = (one.kept for one in printed)
        if _left_behind() or answer.get("error") == "memory":
            answer["left"] = True
        frame = body[:NONCE] + _encoded(answer)
        _write(answers, len(frame).to_bytes(4, "big") + frame)
        _tidy()


def _answer(text: memoryview) -> dict[str, Any]:
    try:
        call = json.loads(str(text, "utf-8"))
        return {"value": _run(call["code"], call["function"], call["arguments"])}
    except MemoryError:
        return {"error": "memory"}
    except _Told as told:
        return told.args[0]  # type: ignore[no-any-return]
    except BaseException as raised:  # noqa: BLE001 - code of strangers raises what it likes, also SystemExit
        return _raised(raised)


class _Printed(io.TextIOBase):
    """Keeps the beginning of what is printed."""

    kept = ""

    def write(self, text: str) -> int:
        self.kept += text[: max(0, 64_000 - len(self.kept))]
        return len(text)


class _Told(Exception):
    """Something to answer other than a value."""


def _run(code: str, name: str, arguments: dict[str, Any]) -> Any:
    made = _compiled.get(code)
    if made is None:
        try:
            made = compile(code, FILE, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            raise _Told({"error": "syntax", "message": _cut(getattr(error, "msg", error)), "line": line}) from None
        if len(_compiled) >= KEPT:
            _compiled.clear()
        _compiled[code] = made
    # A module anew for each call: what one call leaves in its globals, the next does not see.
    module = types.ModuleType("code_node")
    sys.modules["code_node"] = module
    exec(made, module.__dict__)  # noqa: S102 - this is the process that strangers' code runs in
    function = module.__dict__.get(name)
    if not callable(function):
        raise _Told({"error": "missing"})
    value = function(**arguments)
    if isinstance(value, types.CoroutineType):
        import asyncio

        value = asyncio.run(value)
    return value


def _raised(error: BaseException) -> dict[str, Any]:
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = str(error)
    except BaseException:  # noqa: BLE001 - a stranger's __str__
        message = "(no message)"
    return {"error": "raised", "type": _cut(type(error).__name__), "message": _cut(message), "line": line}


def _cut(value: Any) -> str:
    text = str(value)
    return (text if len(text) <= 1000 else text[:1000] + "…").encode("utf-8", "replace").decode()


def _encoded(answer: dict[str, Any]) -> bytes:
    try:
        data = json.dumps(answer, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    except MemoryError:
        return b'{"error":"memory","left":true}'
    except UnicodeEncodeError:
        return b'{"error":"json","message":"a text in it holds half of a surrogate pair"}'
    except (TypeError, ValueError, RecursionError) as error:
        return json.dumps({"error": "json", "message": _cut(error), "left": "left" in answer}).encode()
    if len(data) > MOST - NONCE:
        return json.dumps({"error": "size", "size": len(data)}).encode()
    return data


def _left_behind() -> bool:
    """True if the call left threads, or processes (orphans among them come to us)."""
    if len(sys._current_frames()) > 1:
        return True
    if not hasattr(os, "waitpid") or sys.platform == "win32":
        return False
    try:
        while True:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
    except ChildProcessError:
        return False


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # noqa: BLE001 - it may have been closed or replaced
            continue


def _tidy() -> None:
    """Take away what the call left in the working folder."""
    try:
        names = os.listdir(".")
    except OSError:
        return
    if names:
        import shutil

        for name in names:
            if os.path.isdir(name) and not os.path.islink(name):
                shutil.rmtree(name, ignore_errors=True)
            else:
                try:
                    os.unlink(name)
                except OSError:
                    continue


def _exactly(fd: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(fd, min(size, 1 << 20))
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]
