"""All that a run offers its firings beyond models: each part made when it is first used, and ended with the run."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.sandbox.boxes import RunSandbox
    from studio.tools.servers import McpServers
    from studio.tools.web import CheckedWeb


class RunOutside:
    """`spec.outside.Outside` for one run: its project's folder, and what was allowed to it.

    `graph_hash` keeps workers apart (those of one graph never serve another), `origins` are those on this machine or
    its network that may be reached all the same, `keyring` says whether secrets are looked for there,
    `boundary` and `folders` are what the settings `sandbox.boundary` and `sandbox.folders` say.
    """

    def __init__(
        self,
        project: Path,
        graph_hash: str,
        *,
        origins: Collection[str] = (),
        keyring: bool = True,
        boundary: str = "best",
        folders: str = "",
    ) -> None:
        self.project = project
        self._graph_hash = graph_hash
        self._origins = frozenset(origins)
        self._keyring = keyring
        self._boundary = boundary
        self._folders = folders

    @cached_property
    def sandbox(self) -> RunSandbox:
        """Worker processes for code and commands."""
        from studio.sandbox.boxes import RunSandbox

        return RunSandbox(self._graph_hash, wish=self._boundary, folders=self._folders)

    @cached_property
    def web(self) -> CheckedWeb:
        """HTTP to addresses that were checked."""
        from studio.tools.web import CheckedWeb

        return CheckedWeb(self.secret, origins=self._origins)

    @cached_property
    def servers(self) -> McpServers:
        """The tool servers of this run."""
        from studio.tools.servers import McpServers

        return McpServers(self.project, self.secret, origins=self._origins)

    def secret(self, name: str, origin: str) -> str:
        """Return a secret for an origin it is bound to. Raises `NodeError` if there is none, or not for this origin."""
        from studio.tools.secrets import secret_for

        return secret_for(name, origin, keyring=self._keyring)

    async def close(self) -> None:
        """End what was started: workers go back to their pool or end, tool servers end."""
        made = vars(self)
        for part in ("servers", "web", "sandbox"):
            if part in made:
                await made.pop(part).close()
