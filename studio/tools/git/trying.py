"""What is tried in a copy of a repository: a command, or its tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from studio.spec.outside import Sandbox
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.git.command import Git
from studio.tools.git.local import Copy, commit_at, fresh_copy, put_over
from studio.tools.testing import run_tests
from studio.tools.testing.running import VARIABLES
from studio.tools.workspace.globs import compile_glob
from studio.tools.workspace.names import is_secret

MOST_FILES: Final = 200
MOST_FILE_BYTES: Final = 200_000
_LEFT_BEHIND: Final = ("__pycache__", ".pytest_cache", "node_modules")


async def command_in_copy(
    git: Git,
    sandbox: Sandbox,
    command: str,
    commit: str,
    changes: Mapping[str, str | None],
    *,
    limit_s: float,
    memory_mb: int,
    most_bytes: int,
) -> dict[str, Json]:
    """Run a command by `sh` in a fresh copy. Return `output`, `exit_code`, and what differs from the commit then."""
    if not command.strip():
        raise NodeError("there is no command to run.", code="input")
    start = await commit_at(git, commit)
    async with fresh_copy(git, start, changes) as copy:
        try:
            done = await sandbox.command(
                ["sh", "-c", command], folder=copy.folder, writable=True, variables=VARIABLES, timeout_s=limit_s,
                memory_mb=memory_mb, most_bytes=most_bytes,
            )  # fmt: skip
        except NodeError as error:
            if error.kind not in ("timeout", "memory"):
                raise
            exit_code, output = -1, error.message
        else:
            exit_code = done.exit_code
            output = done.stdout + ("\n" if done.stdout and done.stderr else "") + done.stderr
        after, skipped = await _differences(copy)
        shown = output.replace(f"{copy.folder}/", "").replace(str(copy.folder), ".")
        shown = shown.replace(str(copy.git.repository.project), "..")  # its name is another one each time
    return {"output": shown, "exit_code": exit_code, "changes": dict(after), "skipped": skipped}


async def _differences(copy: Copy) -> tuple[dict[str, str | None], list[Json]]:
    names = [name for name in await copy.changed() if not any(part in _LEFT_BEHIND for part in name.split("/"))]
    if len(names) > MOST_FILES:
        raise NodeError(f"the command changed more than {MOST_FILES} files.", hint="Change fewer.", code="too_many")
    return await asyncio.to_thread(_texts_of, copy, names)


def _texts_of(copy: Copy, names: list[str]) -> tuple[dict[str, str | None], list[Json]]:
    found: dict[str, str | None] = {}
    skipped: list[Json] = []
    for name in names:
        if is_secret(name.rsplit("/", 1)[-1]):
            skipped.append({"source": name, "why": "has the name of a file that holds secrets"})
            continue
        try:
            there = copy.files.exists(name)
            found[name] = (
                copy.files.read(name, most_bytes=MOST_FILE_BYTES).exact_text(keep_mark=True) if there else None
            )
        except NodeError as error:
            skipped.append({"source": name, "why": error.message})
    return found, skipped


async def tests_in_copy(
    git: Git,
    sandbox: Sandbox,
    commit: str,
    changes: Mapping[str, str | None],
    extra: Mapping[str, str | None],
    command: str,
    only: Sequence[str] | None,
    *,
    keep: Sequence[str],
    limit_s: float,
    memory_mb: int,
) -> dict[str, Json]:
    """Run the tests in a fresh copy. Changed files that `keep` names stay as they were; `extra` files are put over all.

    Return `results` (objects with `test`, `passed`, `said`), `exit_code` and `output`.
    """
    start = await commit_at(git, commit)
    guarded = [compile_glob(pattern) for pattern in keep]
    wanted = {name: text for name, text in changes.items() if not any(one.fullmatch(name) for one in guarded)}
    async with fresh_copy(git, start, wanted) as copy:
        if extra:
            await asyncio.to_thread(put_over, copy.files, extra)
        done = await run_tests(sandbox, copy.folder, command, only, limit_s=limit_s, memory_mb=memory_mb)
    return {
        "results": [asdict(one) for one in done.results],
        "exit_code": done.exit_code,
        "output": done.output,
        "kept": sorted(set(changes) - set(wanted)),
    }
