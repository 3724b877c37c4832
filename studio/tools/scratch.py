"""A command in a folder of its own: made from texts, read afterwards, and gone then.

Nothing of the project is there, so that what a model wrote can be tried without a file of anybody's being changed.
What the command may reach besides is the sandbox's affair (`studio help sandbox`).
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from studio.spec.outside import Sandbox
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.workspace import Wanted, Workspace

MOST_FILES: Final = 2_000
MOST_CHARACTERS: Final = 5_000_000
"""Of all files together, before and after."""
TIMED_OUT: Final = 124
"""The exit code of what did not end in time, as the program `timeout` gives it."""


async def run_in_scratch(
    sandbox: Sandbox,
    files: Mapping[str, str],
    argv: Sequence[str],
    *,
    stdin: str = "",
    network: bool = False,
    timeout_s: float = 60.0,
    memory_mb: int = 2048,
    most_bytes: int = 1_000_000,
) -> dict[str, Json]:
    """Return what a command said and left: `stdout`, `stderr`, `exit_code`, `timed_out`, `files` that it made or
    changed, names that it `deleted`, and what was `left_out` with the reason.

    Files whose names lead elsewhere or belong to git are not made; others that are no text are not read afterwards.
    Raises `NodeError` if there is too much, or if the program cannot be started.
    """
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_CHARACTERS:
        raise NodeError(
            f"there are more than {MOST_FILES} files, or {MOST_CHARACTERS} characters in them.", hint="Give fewer."
        )
    with tempfile.TemporaryDirectory(prefix="scratch-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        made, left_out = await asyncio.to_thread(_make, folder, files)
        told: dict[str, Json] = {"timed_out": False}
        try:
            done = await sandbox.command(
                argv, folder=folder, stdin=stdin, writable=True, network=network,
                timeout_s=timeout_s, memory_mb=memory_mb, most_bytes=most_bytes,
            )  # fmt: skip
            told |= {"stdout": done.stdout, "stderr": done.stderr, "exit_code": done.exit_code, "is_cut": done.is_cut}
        except NodeError as error:
            if error.kind != "timeout":
                raise
            told |= {"stdout": "", "stderr": error.message, "exit_code": TIMED_OUT, "timed_out": True}
        after, unread = await asyncio.to_thread(_read, folder)
    changed = {name: text for name, text in after.items() if made.get(name) != text}
    deleted = [name for name in made if name not in after and not any(name == one["name"] for one in unread)]
    return {
        **told,
        "files": changed,
        "deleted": deleted,
        "left_out": [*left_out, *unread],
        "boundary": sandbox.boundary,
    }


def _make(folder: Path, files: Mapping[str, str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    made: dict[str, str] = {}
    left_out = []
    workspace = Workspace(folder)
    for name, text in files.items():
        try:
            # The name by which it will be found again: `./a.py` is `a.py`.
            path = workspace.path(name).relative_to(workspace.root).as_posix()
            workspace.write(name, text.encode())
            made[path] = text
        except NodeError as error:
            left_out.append({"name": name, "why": error.message})
    return made, left_out


def _read(folder: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    files: dict[str, str] = {}
    left_out = []
    workspace = Workspace(folder)
    room = MOST_CHARACTERS
    for found in workspace.find(Wanted(hidden=True, most=MOST_FILES)):
        try:
            text = workspace.read(found.name, most_bytes=room).exact_text(keep_mark=True)
        except NodeError as error:
            left_out.append({"name": found.name, "why": error.message})
            continue
        files[found.name] = text
        room -= min(room, len(text.encode()))
    return files, left_out
