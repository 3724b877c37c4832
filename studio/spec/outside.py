"""What firings may use beyond models: a sandbox for code and commands, the web, tool servers, secrets, a workspace.

These are the shapes; `studio.sandbox` and `studio.tools` do the work.  The engine makes one `Outside` per run, of which
each part comes into being when a firing first uses it, and ends it with the run.  Use it inside of what is handed to
`RunContext.effect`, so that the answer is recorded and a replay touches none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from studio.support.values import Json


@dataclass(frozen=True, slots=True)
class CodeResult:
    """What a function gave in the sandbox: its value, and what it printed, cut after 64 KB each."""

    value: Json
    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended. `exit_code` is negative for a signal; outputs are cut after the asked number of bytes."""

    exit_code: int
    stdout: str = ""
    stderr: str = ""
    is_cut: bool = False


class Sandbox(Protocol):
    """Runs code and commands apart from this process, with limits; see `studio help sandbox`."""

    @property
    def boundary(self) -> str:
        """The boundary that is active: `bubblewrap`, `landlock`, or `none`."""
        ...

    async def python(
        self,
        code: str,
        arguments: Mapping[str, Json],
        *,
        function: str = "main",
        timeout_s: float = 10.0,
        memory_mb: int = 512,
        packages: bool = False,
    ) -> CodeResult:
        """Call a function of the code with keyword arguments. `packages`: installed packages can be imported.

        Raises `NodeError`: the code raised, took too long or too much memory, ended its process, or gave no JSON.
        """
        ...

    async def command(
        self,
        argv: Sequence[str],
        *,
        folder: Path,
        stdin: str = "",
        writable: bool = False,
        network: bool = False,
        variables: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
        memory_mb: int = 2048,
        most_bytes: int = 1_000_000,
        readable: tuple[Path, ...] = (),
    ) -> CommandResult:
        """Run a command (no shell) in a folder. `variables` are added to a minimal environment that holds no keys;
        `readable` are folders besides that it may read, and never change.

        Raises `NodeError` if there is no such program or the time is over; an exit code is no error.
        """
        ...


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One HTTP request. Header values may hold `secret:NAME`, which stands for a secret bound to the URL's origin."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout_s: float = 30.0
    most_bytes: int = 5_000_000
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class WebResponse:
    """What came back. `url` is where redirects led to, `headers` have lower-case names."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


class Web(Protocol):
    """HTTP to addresses that were checked: never to this machine or its network unless that origin is allowed."""

    async def request(self, request: WebRequest) -> WebResponse:
        """Send one request. Raises `NodeError` for what is refused, unreachable, too slow or too large."""
        ...


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """A tool server (Model Context Protocol): a command to start (stdio), or the URL of one that runs (HTTP).

    `variables` are names of secrets that the command gets in its environment; header values as in `WebRequest`.
    """

    command: tuple[str, ...] = ()
    url: str = ""
    folder: str = "."
    variables: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServerTool:
    """One tool that a server offers. `hash` is over name, description and schema: a text nobody vouches for."""

    name: str
    description: str
    schema: Mapping[str, Json]
    hash: str
    output_schema: Mapping[str, Json] | None = None


class ToolServers(Protocol):
    """The tool servers of a run: started when first asked, one for all firings, ended with the run."""

    async def tools(self, server: ServerSpec, *, timeout_s: float = 30.0) -> list[ServerTool]:
        """Return what the server offers. Raises `NodeError` if it does not start or answer."""
        ...

    async def call(
        self, server: ServerSpec, tool: str, arguments: Mapping[str, Json], *, timeout_s: float = 60.0
    ) -> Any:
        """Call a tool: `{"content": […], "structured": …, "is_error": bool}`. Raises `NodeError` as `tools` does."""
        ...


class Outside(Protocol):
    """All that a run offers its firings beyond models."""

    @property
    def sandbox(self) -> Sandbox: ...
    @property
    def web(self) -> Web: ...
    @property
    def servers(self) -> ToolServers: ...
    @property
    def project(self) -> Path:
        """The project's folder: nothing outside of it is read or written."""
        ...

    def secret(self, name: str, origin: str) -> str:
        """Return a secret for an origin (`https://api.example.org`) it is bound to. Raises `NodeError` if it is not."""
        ...
