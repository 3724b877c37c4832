"""Running the tests of a copy: by our own runner, which needs no more than Python, or by a command of the person's."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studio.spec.outside import Sandbox
from studio.support.errors import NodeError
from studio.tools.testing.results import MOST_SAID, TestResult, results_of
from studio.tools.workspace.folders import open_folder

RUNNER: Final = Path(__file__).with_name("runner.py")
MOST_BYTES: Final = 4_000_000
VARIABLES: Final = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
MOST_RESULT_BYTES: Final = 20_000_000
_LAST: Final = 4_000
"""Characters of what a test program prints that are kept, from its end."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of the tests, how the program ended, and the end of what it printed."""

    __test__ = False

    results: list[TestResult]
    exit_code: int
    output: str


async def run_tests(
    sandbox: Sandbox, folder: Path, command: str, only: Sequence[str] | None, *, limit_s: float, memory_mb: int
) -> Tested:
    """Run the tests in a folder and return what became of each.

    Without a `command` these are Python tests, run by `runner.py`.  A command is run by `sh`, and its output is read;
    if it tells of no test it counts as one test, named by the command.  `only` names the tests that count, or files of
    tests; one that is not told of has failed.  A run that takes too long has failed in all of them.
    """
    files = list(dict.fromkeys(name.split("::", 1)[0] for name in only or ()))
    told = f".results-{secrets.token_hex(16)}"
    argv = ["sh", "-c", command] if command else [sys.executable, "-P", str(RUNNER), told, *files]
    try:
        done = await sandbox.command(
            argv, folder=folder, writable=True, variables=VARIABLES, timeout_s=limit_s, memory_mb=memory_mb,
            most_bytes=MOST_BYTES,
        )  # fmt: skip
    except NodeError as error:
        if error.kind not in ("timeout", "memory"):
            raise
        names = list(only or [command or "the tests"])
        return Tested([TestResult(name, False, error.message) for name in names], -1, error.message)
    output = _clean(done.stdout + ("\n" if done.stderr else "") + done.stderr, folder)
    if command:
        results = results_of(output) or [TestResult(command, done.exit_code == 0, output.strip()[-MOST_SAID:])]
    else:
        results = await asyncio.to_thread(_told_by_runner, folder / told, output, done.exit_code)
    return Tested(_only(results, only), done.exit_code, output.strip()[-_LAST:])


def _told_by_runner(results: Path, output: str, exit_code: int) -> list[TestResult]:
    """Return what the runner wrote down.  The file may be anything: the tests of a stranger had the folder."""
    try:
        with open_folder(results.parent, ()) as folder:
            data = folder.read(results.name, MOST_RESULT_BYTES, "the results").data
    except OSError:
        said = output.strip()[-MOST_SAID:] or f"it ended with exit code {exit_code} before it told of any test"
        return [TestResult("the tests", False, said)]
    except NodeError as error:
        return [TestResult("the tests", False, error.message)]
    finally:
        with suppress(OSError):
            results.unlink()
    try:
        return [
            TestResult(str(name), passed is True, _clean(str(said), results.parent))
            for name, passed, said in json.loads(data)
        ]
    except (ValueError, TypeError, RecursionError):
        return [TestResult("the tests", False, "what they told cannot be read")]


def _only(results: list[TestResult], only: Sequence[str] | None) -> list[TestResult]:
    if only is None:
        return results
    wanted = set(only)
    kept = [one for one in results if one.test in wanted or one.test.split("::", 1)[0] in wanted]
    told = {one.test for one in kept} | {one.test.split("::", 1)[0] for one in kept}
    return kept + [TestResult(name, False, "it was not run") for name in only if name not in told]


def _clean(output: str, folder: Path) -> str:
    """What a program prints names the folder of the copy, which is another one each time."""
    return output.replace(f"{folder}/", "").replace(str(folder), ".")
