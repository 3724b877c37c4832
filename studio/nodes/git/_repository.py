"""What node types of git share: which repository, and how it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

from studio.nodes.files._workspace import folder_of
from studio.spec import ANY, Permission, RunContext
from studio.support.values import Json
from studio.tools.git import Git

LIMITS: Final = "60 s, 2 MB of output; no network; hooks, filters and all programs a repository names are off"
HEAD_HELP: Final = "a branch, a hash, or `HEAD~1`"


def permission(does: str, changes: bool, params: Any, wired: Collection[str]) -> Permission:
    """Return what a node of git may do: git runs without network and starts nothing, so it reads and writes there."""
    folder = ANY if "folder" in wired else params.folder
    return Permission("write" if changes else "read", folder, note=f"git {does}")


async def ask(
    ctx: RunContext,
    name: str,
    params: Any,
    inputs: Any,
    request: dict[str, Json],
    work: Callable[[Git], Awaitable[Json]],
    *,
    changes: bool = False,
) -> Any:
    """Return what `work` gives for the repository of the folder: an effect, so that a replay runs no command."""
    folder = folder_of(params, inputs)

    async def perform() -> Json:
        return await work(await Git.at(ctx.outside.project, folder, ctx.outside.sandbox))

    return await ctx.effect("git", name, {"folder": folder, **request}, perform, irreversible=changes)
