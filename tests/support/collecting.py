"""Workers that collect the same tests side by side each prepare a share of the files, and read what others prepared.

pytest rewrites the assertions of each file of tests and keeps the result beside it. All workers begin with the first
file, so that in a fresh checkout each of them would rewrite every one: half of the time that collecting takes.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def share_of(names: list[str], worker: int, workers: int) -> list[str]:
    """Return the part of the names that this worker (from 0) begins with: together they have each once."""
    return names[len(names) * worker // workers : len(names) * (worker + 1) // workers]


def is_packaged(path: Path) -> bool:
    """True if pytest calls the module by its whole name; others it imports by the name of the file alone."""
    folders = [folder for folder in path.parents if folder.is_relative_to(ROOT / "tests")]
    return all((folder / "__init__.py").is_file() for folder in folders)


def import_share(config: pytest.Config) -> None:
    """In a worker that is about to collect all tests: import its share of their modules, in the order of collection."""
    given = getattr(config, "workerinput", None)
    whole = [Path(config.invocation_params.dir, word).resolve() for word in config.args] == [ROOT / "tests"]
    if given is None or not whole or sys.dont_write_bytecode:
        return
    names = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "tests").rglob("test_*.py")
        if is_packaged(path)
    )
    for name in share_of(names, int(given["workerid"].removeprefix("gw")), given["workercount"]):
        # What cannot be imported, or asks to be skipped, says so once more when it is collected.
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(name)
