"""Running node types that work on files or with git: a project's folder, and commands started without a boundary."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.spec.outside import CommandResult
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext


class BareCommands:
    """A `spec.outside.Sandbox` for commands that has no boundary at all, so that what a command is kept from doing is
    what the command itself was told. `calls` holds each argv."""

    boundary = "none"

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

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
        self.calls.append(list(argv))
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                cwd=folder,
                env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **(variables or {})},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except FileNotFoundError:
            raise NodeError(f"there is no program `{argv[0]}`.", code="no_program") from None
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), timeout_s)
        return CommandResult(
            process.returncode or 0,
            out[:most_bytes].decode("utf-8", "replace"),
            err[:most_bytes].decode("utf-8", "replace"),
            len(out) > most_bytes,
        )


@dataclass
class ProjectOutside:
    """An `Outside` that offers a project's folder and commands."""

    project: Path
    sandbox: Any = field(default_factory=BareCommands)


def in_project(folder: Path, **rest: Any) -> FakeContext:
    """Return a context whose firings work in this project."""
    return FakeContext(folder=folder, outside=ProjectOutside(folder), **rest)
