"""What node types that work on files share: which folder they work in, and how they ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final

from studio.spec import ANY, Permission, RunContext, param, port
from studio.support.values import Json
from studio.tools.workspace import Workspace

FOLDER_HELP: Final = "The folder to work in, relative to the project's folder; files are named relative to it."


def folder_param() -> Any:
    """Declare the param that every node type of files has."""
    return param(".", help=FOLDER_HELP, editor={"kind": "folder"})


def folder_port() -> Any:
    """Declare the input that takes the place of the param, as for a worktree that was made in this run."""
    return port(None, type="text", help="The folder to work in, relative to the project's folder; else the param.")


def project_of(ctx: RunContext) -> Path:
    """Return the project's folder; in a script, its own."""
    return ctx.outside.project


def folder_of(params: Any, inputs: Any) -> str:
    """Return the folder a firing works in."""
    return str(params.folder if inputs.folder is None else inputs.folder)


def reading(params: Any, wired: Collection[str]) -> Permission:
    """Return the permission to read in the folder of an instance."""
    return Permission("read", ANY if "folder" in wired else params.folder)


def writing(params: Any, wired: Collection[str]) -> Permission:
    """Return the permission to change files in the folder of an instance."""
    return Permission("write", ANY if "folder" in wired else params.folder)


async def ask(
    ctx: RunContext, name: str, folder: str, request: dict[str, Json], work: Callable[[Workspace], Json]
) -> Any:
    """Return what `work` gives for the workspace: an effect, so that a replay touches no file."""
    return await _ask(ctx, name, folder, request, work, irreversible=False)


async def change(
    ctx: RunContext, name: str, folder: str, request: dict[str, Json], work: Callable[[Workspace], Json]
) -> Any:
    """As `ask`, for what changes files."""
    return await _ask(ctx, name, folder, request, work, irreversible=True)


async def _ask(
    ctx: RunContext,
    name: str,
    folder: str,
    request: dict[str, Json],
    work: Callable[[Workspace], Json],
    *,
    irreversible: bool,
) -> Any:
    async def perform() -> Json:
        project = project_of(ctx)
        return await asyncio.to_thread(lambda: work(Workspace(project, folder)))

    return await ctx.effect("files", name, {"folder": folder, **request}, perform, irreversible=irreversible)
