"""A tool server that is a command: started with a minimal environment, spoken to line by line, ended with all of it.

The transport of the reference package gathers a line of any length and prints what it cannot read; this one has
bounds, keeps the last lines of standard error for the report, and leaves no process behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.support import keys
from studio.support.errors import NodeError
from studio.support.plain import plain, plain_line
from studio.support.values import preview

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

MAX_MESSAGE = 8_000_000
"""Longest message of a server, in bytes."""

MAX_UNASKED = 32_000_000
"""Most bytes that a server may send between two of our messages."""

MAX_NOISE = 50
"""Most lines on standard output that are no messages; some servers greet there."""

KEPT_STDERR = 4_000
_HEAD = 100
CLOSE_S = 1.0
END_S = 4.0
_INHERITED = (
    (
        "PATH",
        "PATHEXT",
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "TEMP",
        "TMP",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "USERNAME",
    )
    if sys.platform == "win32"
    else ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME")
)


class ServerProcess:
    """One run of a command that is a tool server. `fault` says what it did wrong, `stderr` what it said last."""

    def __init__(self, argv: Sequence[str], folder: Path, variables: Mapping[str, str]) -> None:
        """`variables` (secrets) are added to the few that a command needs. Raises `NodeError`: no such program."""
        self.environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | dict(variables)
        self.argv = [_program(argv[0], folder, self.environment.get("PATH", "")), *argv[1:]]
        self.folder = folder
        self.fault = ""
        self.ended = asyncio.Event()
        self._stderr = bytearray()
        self._process: asyncio.subprocess.Process | None = None
        self._unasked = 0

    @property
    def stderr(self) -> str:
        """The last lines of standard error, without keys and control characters."""
        return plain(keys.scrub_error(self._stderr.decode("utf-8", "replace"))).strip()

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while the command runs."""
        return self._process.returncode if self._process else None

    async def wait(self, seconds: float) -> bool:
        """Wait for the end of the command, at most so long; True if it ended."""
        return self._process is None or await _ends(self._process, seconds)

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[TransportStreams]:
        """Start the command and yield what an MCP session reads and writes; at the end all of the command is ended."""
        import anyio
        from mcp.shared.message import SessionMessage

        process, life = await self._start()
        to_session, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write, from_session = anyio.create_memory_object_stream[SessionMessage](0)
        tasks = [
            asyncio.create_task(self._read(process, to_session)),
            asyncio.create_task(self._write(process, from_session)),
            asyncio.create_task(self._listen(process)),
        ]
        try:
            yield read, write
        finally:
            await _to_the_end(self._end(process, life, tasks))
            for stream in (to_session, read, write, from_session):
                stream.close()

    async def _start(self) -> tuple[asyncio.subprocess.Process, int]:
        options: dict[str, Any] = {}
        argv = self.argv
        mine = -1
        theirs = -1
        if sys.platform != "win32":
            theirs, mine = os.pipe()
            keeper = Path(__file__).with_name("server_keeper.py")
            argv = [sys.executable, "-I", "-S", "-B", str(keeper), str(theirs), *argv]
            options = {"pass_fds": (theirs,), "start_new_session": True}
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=self.folder,
                env=self.environment,
                limit=MAX_MESSAGE,
                **options,
            )
        except (OSError, ValueError) as error:
            if mine >= 0:
                os.close(mine)
            reason = plain_line(getattr(error, "strerror", "") or str(error))
            raise NodeError(f"The tool server `{self.argv[0]}` does not start: {reason}.", code="server") from None
        finally:
            if theirs >= 0:
                os.close(theirs)
        self._process = process
        return process, mine

    async def _read(self, process: asyncio.subprocess.Process, to_session: Any) -> None:
        """Pass each line that is a message to the session, until the server ends or goes too far."""
        import anyio
        import mcp_types
        from mcp.shared.message import SessionMessage

        assert process.stdout is not None
        noise = 0
        buffer = bytearray()
        try:
            while not self.fault and (chunk := await process.stdout.read(65_536)):
                self._unasked += len(chunk)
                buffer += chunk
                *lines, rest = buffer.split(b"\n") if b"\n" in chunk else [buffer]
                buffer = bytearray(rest)
                for line in filter(bytes.strip, map(bytes, lines)):
                    try:
                        message = mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False)
                    except ValueError:
                        noise += 1
                        if b'"jsonrpc"' in line[:_HEAD]:  # an answer that somebody would wait for
                            self.fault = "it sent a message that cannot be read"
                        continue
                    await to_session.send(SessionMessage(message))
                if len(buffer) > MAX_MESSAGE:
                    self.fault = f"it sent a message of more than {MAX_MESSAGE // 1_000_000} MB"
                elif self._unasked > MAX_UNASKED:
                    self.fault = f"it sent more than {MAX_UNASKED // 1_000_000} MB that nobody asked for"
                elif noise > MAX_NOISE:
                    self.fault = "it writes to standard output what is no message of the protocol"
            self.ended.set()
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            return  # the session is over
        finally:  # those who wait for answers are told at once
            to_session.close()

    async def _write(self, process: asyncio.subprocess.Process, from_session: Any) -> None:
        import mcp_types

        assert process.stdin is not None
        with contextlib.suppress(OSError):  # it closed its input: the reader sees its end
            async for message in from_session:
                if isinstance(message.message, mcp_types.JSONRPCRequest):
                    self._unasked = 0
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(text.encode() + b"\n")
                await process.stdin.drain()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while chunk := await process.stderr.read(65_536):
            self._stderr += chunk
            del self._stderr[:-KEPT_STDERR]

    async def _end(self, process: asyncio.subprocess.Process, life: int, tasks: list[asyncio.Task[None]]) -> None:
        """Close its input and wait a moment, as the protocol asks; then end it with all that it started."""
        for task in tasks[:2]:
            task.cancel()
        await asyncio.gather(*tasks[:2], return_exceptions=True)
        drain = asyncio.create_task(_drain(process))  # one that is stuck in writing would never see its input end
        assert process.stdin is not None
        process.stdin.close()
        if self.fault or not await _ends(process, CLOSE_S):
            if life < 0:
                process.kill()
            else:
                os.close(life)
                life = -1
            if not await _ends(process, END_S):
                process.kill()
                await _ends(process, END_S)
        if life >= 0:
            os.close(life)
        tasks[2].cancel()
        drain.cancel()
        await asyncio.gather(tasks[2], drain, return_exceptions=True)
        transport = getattr(process, "_transport", None)
        if transport is not None:  # open pipes would be told as leaks much later
            transport.close()


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do something to its end, however often that is cancelled: half an ending would leave a process behind."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled


async def _ends(process: asyncio.subprocess.Process, seconds: float) -> bool:
    """Wait for the exit of the process itself; a child that holds its pipes open does not count."""
    deadline = asyncio.get_running_loop().time() + seconds
    while process.returncode is None:
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while await process.stdout.read(65_536):
        continue


def _program(name: str, folder: Path, path: str) -> str:
    found = shutil.which(str(folder / name) if os.sep in name else name, path=path)
    if found is None:
        raise NodeError(
            f"There is no program {preview(name)} to start as a tool server.",
            hint="Install it, or correct `command`.",
            code="server",
        )
    return found
