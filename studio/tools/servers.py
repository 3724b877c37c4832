"""Tool servers of a run by the Model Context Protocol: started when first asked, shared by all firings, ended with it.

A command runs with the rights of the person who starts the run, and so needs approval; what it answers is a
stranger's text all the same.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studio.spec.outside import ServerSpec, ServerTool
from studio.support import keys
from studio.support.errors import NodeError
from studio.support.paths import inside
from studio.support.plain import plain_line
from studio.support.values import Json, preview, sorted_encode
from studio.tools.addresses import Lookup, look_up
from studio.tools.server_process import ServerProcess
from studio.tools.server_streams import Tally, counted
from studio.tools.server_tools import MAX_PAGES, MAX_TOOLS, read_result, read_tool
from studio.tools.web import Secret

if TYPE_CHECKING:
    from mcp import Client

T = TypeVar("T")

START_S = 30.0
RESTARTS = 1
"""How often a server that died is started again in one run."""

CLOSE_S = 10.0
EXIT_S = 0.3
"""How long an error waits for the exit code of a server that closed its output."""


class McpServers:
    """`spec.outside.ToolServers`: see the module."""

    def __init__(
        self, project: Path, secret: Secret, *, origins: Collection[str] = (), lookup: Lookup = look_up
    ) -> None:
        """`project` is the folder commands start in; `secret`, `origins` and `lookup` as in `CheckedWeb`."""
        self._project = project
        self._secret = secret
        self._origins = origins
        self._lookup = lookup
        self._connections: dict[bytes, Connection] = {}
        self._starts: dict[bytes, int] = {}
        self._locks: dict[bytes, asyncio.Lock] = {}
        self._closed = False

    async def tools(self, server: ServerSpec, *, timeout_s: float = START_S) -> list[ServerTool]:
        """Return what a server offers now, without tools that are beyond all bounds. See `spec.outside.ToolServers`."""
        connection = await self._connection(server, timeout_s)
        return await connection.ask(_list_tools, timeout_s, "say which tools it has")

    async def call(
        self, server: ServerSpec, tool: str, arguments: Mapping[str, Json], *, timeout_s: float = 60.0
    ) -> Any:
        """Call a tool. See `spec.outside.ToolServers`. A call that fails is not repeated: it may have done its work."""
        connection = await self._connection(server, max(timeout_s, START_S))

        async def ask(client: Client) -> dict[str, Json]:
            import mcp_types

            # The client's own `call_tool` applies the server's output schema without bounds.
            params = mcp_types.CallToolRequestParams(name=tool, arguments=dict(arguments))
            request = mcp_types.CallToolRequest(params=params)
            return read_result(await client.session.send_request(request, mcp_types.CallToolResult))

        return await connection.ask(ask, timeout_s, f"answer the call of `{plain_line(tool)[:100]}`")

    async def close(self) -> None:
        """End all servers; calls under way end with an error."""
        self._closed = True
        open_ones, self._connections = list(self._connections.values()), {}
        await asyncio.gather(*(connection.close() for connection in open_ones))

    async def _connection(self, server: ServerSpec, timeout_s: float) -> Connection:
        key = sorted_encode(
            [list(server.command), server.url, server.folder, list(server.variables), dict(server.headers)]
        )
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._connections.get(key)
            if known is not None and known.is_open:
                return known
            if self._closed:
                raise NodeError("The run is over: no tool server is asked any more.", code="server")
            if known is not None:
                await known.close()
                if self._starts[key] > RESTARTS:
                    raise NodeError(
                        f"The tool server {known.name} ended twice in this run{known.why()}.",
                        hint="Start its command by hand to see what is wrong.",
                        code="server",
                    )
            self._starts[key] = self._starts.get(key, 0) + 1
            self._connections[key] = made = await self._opened(server)
            try:
                await made.start(timeout_s)
            except BaseException:
                await made.close()
                raise
            return made

    async def _opened(self, server: ServerSpec) -> Connection:
        if bool(server.command) == bool(server.url):
            raise NodeError("A tool server is either a command or a URL.", hint="Give one of both.", code="server")
        if server.url:
            from studio.tools.server_http import http_streams

            streams = http_streams(server.url, server.headers, self._secret, self._origins, self._lookup)
            return Connection(preview(server.url.partition("?")[0], 100), streams)
        process = await self._process(server)
        return Connection(f"`{plain_line(server.command[0])[:100]}`", process.streams(), process)

    async def _process(self, server: ServerSpec) -> ServerProcess:
        from studio.tools.secrets import command_place

        folder = inside(self._project, server.folder)
        if folder is None or not folder.is_dir():
            raise NodeError(
                f"There is no folder {preview(server.folder)} in the project to start a tool server in.", code="server"
            )
        place = command_place(server.command, folder)
        names = server.variables
        values = {name: await asyncio.to_thread(self._secret, name, place) for name in names}
        return ServerProcess(server.command, folder, values)


class Connection:
    """A session with one server. One task holds it from start to end, as the package's cancel scopes demand."""

    def __init__(
        self, name: str, streams: AbstractAsyncContextManager[Any], process: ServerProcess | None = None
    ) -> None:
        self.name = name
        self._streams = streams
        self._process = process
        self._tally = Tally()
        self._stop = asyncio.Event()
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """True if the server can be asked."""
        return self._task is not None and not self._task.done() and not self._has_ended

    @property
    def _has_ended(self) -> bool:
        return bool(self._tally.fault) or (self._process is not None and self._process.ended.is_set())

    def why(self) -> str:
        """What is known of the end of the server, as the end of a sentence."""
        process = self._process
        fault = self._tally.fault or (process.fault if process else "")
        told = [fault] if fault else []
        if not told and process and process.exit_code is not None:
            told.append(f"exit code {process.exit_code}")
        if process and process.stderr:
            told.append(f"it said: {preview(plain_line(process.stderr[-400:]), 400)}")
        return f" ({'; '.join(told)})" if told else ""

    async def start(self, timeout_s: float) -> None:
        """Start the server and agree on the protocol. Raises `NodeError`."""
        self._task = asyncio.create_task(self._hold())
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(self._ready)
        except TimeoutError:
            raise NodeError(
                f"The tool server {self.name} was not ready within {timeout_s:g} s{self.why()}.",
                hint="Start its command by hand to see what is wrong, or allow more time.",
                code="timeout",
            ) from None
        except NodeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a server can do to the package
            raise await self._failure(error, "start") from None

    async def ask(self, work: Callable[[Client], Awaitable[T]], timeout_s: float, what: str) -> T:
        """Do something with the session, within a time. Raises `NodeError` for all that can go wrong."""
        client = await self._ready
        try:
            async with asyncio.timeout(timeout_s):
                return await work(client)
        except TimeoutError:
            raise NodeError(
                f"The tool server {self.name} did not {what} within {timeout_s:g} s.",
                hint="Allow more time with `timeout_s`.",
                code="timeout",
            ) from None
        except NodeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a server can do to the package
            raise await self._failure(error, what) from None

    async def close(self) -> None:
        """End the session and the server."""
        self._stop.set()
        if self._task is None:
            return
        if not self._ready.done():  # it is still being started, and may never answer
            self._task.cancel()
        done, _ = await asyncio.wait({self._task}, timeout=CLOSE_S)
        if not done:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=CLOSE_S)

    async def _hold(self) -> None:
        # Half a second of importing would hold up all other firings.
        await asyncio.to_thread(importlib.import_module, "mcp")
        from mcp import Client, Implementation

        # What the package cannot read it writes to its log with the stranger's text; nobody asked for that.
        logging.getLogger("mcp").addHandler(logging.NullHandler())
        try:
            ours = Implementation(name="ganglia-studio", version="1")
            async with Client(counted(self._streams, self._tally), client_info=ours, cache=None) as client:
                self._ready.set_result(client)
                await self._stop.wait()
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(error if isinstance(error, Exception) else ConnectionError("it was ended"))
                self._ready.exception()  # it may be that nobody waits any more
            if not isinstance(error, Exception):
                raise

    async def _failure(self, error: Exception, what: str) -> NodeError:
        cause = _first_of(error)
        if isinstance(cause, NodeError):
            return cause
        if (refused := getattr(cause, "error", None)) is not None and isinstance(refused, NodeError):
            return refused
        if self._has_ended:
            was_ended = self._tally.fault or (self._process is not None and self._process.fault)
            if self._process is not None and not was_ended:
                await self._process.wait(EXIT_S)
            verb = "was ended" if was_ended else "ended"
            return NodeError(
                f"The tool server {self.name} {verb} before it could {what}{self.why()}.",
                hint="Start its command by hand to see what is wrong.",
                code="server",
            )
        told = keys.scrub_error(plain_line(str(cause) or type(cause).__name__))
        return NodeError(
            f"The tool server {self.name} did not {what}: {preview(told, 300)}{self.why()}.",
            hint="Look at the server, or at what it is asked.",
            code="server",
        )


async def _list_tools(client: Client) -> list[ServerTool]:
    import mcp_types

    found: list[ServerTool] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        params = mcp_types.PaginatedRequestParams(cursor=cursor)
        page = await client.session.list_tools(params=params)
        found += [tool for one in page.tools[: MAX_TOOLS + 1] if (tool := read_tool(one)) is not None]
        if len(found) > MAX_TOOLS:
            break
        cursor = page.next_cursor
        if not cursor:
            return found
    raise NodeError(f"The tool server offers more than {MAX_TOOLS} tools.", hint="Use another server.", code="server")


def _first_of(error: BaseException) -> BaseException:
    """The first failure of a group of them, or what the failure was made from where it is a refusal of ours."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    cause: BaseException | None = error
    for _ in range(8):
        if cause is None:
            return error
        if isinstance(cause, NodeError) or isinstance(getattr(cause, "error", None), NodeError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return error
