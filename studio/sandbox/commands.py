"""Running one command in a box: no shell, a folder, an environment without keys, and an end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from studio.sandbox.boundaries import Boundary
from studio.sandbox.children import Child, kind_of_child
from studio.sandbox.views import View
from studio.spec.outside import CommandResult
from studio.support.errors import NodeError

MOST_STDIN: Final = 64_000_000


RUN_BY_OTHERS: Final = ("nodes", ".git/hooks")
"""Folders whose files are code that the studio, or the person's git, runs outside of any box: a box that may write in
the folder around them sees them read-only, where its boundary can (bubblewrap)."""


async def run(
    boundary: Boundary,
    argv: Sequence[str],
    *,
    folder: Path,
    stdin: str,
    writable: bool,
    network: bool,
    variables: Mapping[str, str] | None,
    timeout_s: float,
    memory_mb: int,
    most_bytes: int,
    folders: tuple[str, ...] = (),
) -> CommandResult:
    """Run a command to its end; see `spec.outside.Sandbox.command`. `folders` can be read besides."""
    data, place = _checked(argv, folder, stdin, variables)
    here = (str(place),)
    kept = tuple(str(place / name) for name in RUN_BY_OTHERS if (place / name).is_dir())
    view = View((*folders, *kept) if writable else (*folders, *here), here if writable else (), network)
    limits = {"DATA": memory_mb << 20, "CPU": int(timeout_s * 64) + 60, "FSIZE": 1 << 30, "NOFILE": 1024, "CORE": 0}
    child = await kind_of_child().start(
        "command", boundary, view, limits=limits, kept=most_bytes, argv=argv, folder=place, variables=variables
    )
    try:
        child.link.write(child.give_up_pipe("stdin"), data, close=True)
        async with asyncio.timeout(timeout_s):
            await child.link.until(lambda: child.has_ended)
            # Its warden ends what the command left running; then nobody holds the pipes.
            await child.link.until(lambda: child.stdout.ended and child.stderr.ended)
    except TimeoutError:
        raise NodeError(
            f"the command `{argv[0]}` did not end within {timeout_s:g} s and was ended.",
            hint="Give it less to do, or more time.",
            code="timeout",
        ) from None
    finally:
        child.stop()
    return _result(child, argv[0])


def _result(child: Child, program: str) -> CommandResult:
    status = child.status
    if "no_start" in status:
        raise NodeError(
            f"the command `{program}` does not start: {status['no_start']}.",
            hint="Is the program installed, and in a folder that the sandbox sees? See `studio help sandbox`.",
            code="no_program",
        )
    if status.get("exit") == "memory":
        raise NodeError(f"the command `{program}` took too much memory.", hint="Give it more memory.", code="memory")
    if not isinstance(status.get("exit"), int):
        raise child.not_started()
    out, err = child.stdout, child.stderr
    return CommandResult(status["exit"], out.text, err.text, out.is_cut or err.is_cut)


def _checked(argv: Sequence[str], folder: Path, stdin: str, variables: Mapping[str, str] | None) -> tuple[bytes, Path]:
    if not argv or not all(isinstance(part, str) for part in argv) or not argv[0]:
        raise NodeError("there is no command to run.", code="input")
    texts = [*argv, *(variables or {}), *(variables or {}).values()]
    if any("\0" in text for text in texts):
        raise NodeError("a command, its arguments and variables cannot hold NUL characters.", code="input")
    if not folder.is_dir():
        raise NodeError(f"there is no folder `{folder.name}` to run the command in.", code="input")
    try:
        for text in texts:
            text.encode()
        data = stdin.encode()
    except UnicodeEncodeError:
        raise NodeError("a text for the command holds half of a surrogate pair.", code="input") from None
    if sum(map(len, argv)) > 1_000_000:
        raise NodeError("the arguments of the command are longer than a million characters.", code="input")
    if len(data) > MOST_STDIN:
        raise NodeError(f"standard input holds more than {MOST_STDIN} bytes.", code="input")
    return data, folder.resolve()
