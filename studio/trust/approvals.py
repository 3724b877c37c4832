"""What this person has approved: hashes in one file of the profile. Nothing in a graph or a project is read for it.

Each call reads the file anew: another window, or a terminal, may have written.  A damaged file approves nothing, is
told, and is moved aside when something is approved the next time.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from studio.settings.folders import config_folder
from studio.support.errors import EnvironmentProblem
from studio.support.values import preview
from studio.trace.locks import LockFile

FILE_NAME: Final = "approvals.json"
LARGEST: Final = 8_000_000
"""Bytes of a file that is read."""

MOST: Final = 20_000
"""Approvals that are kept: the oldest go, and are asked again."""

PATIENCE_S: Final = 5.0
"""How long a writer waits for another one, in seconds."""

_WRITING: Final = threading.Lock()
_HASH: Final = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval: the graph's name and file as they were then, when (ISO 8601, UTC), and how it came about."""

    name: str
    when: str
    how: str
    file: str = ""


class Approvals:
    """The approvals of one profile."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """The file, which need not be there."""
        return self._path or config_folder() / FILE_NAME

    @property
    def problem(self) -> str:
        """Return what is wrong with the file, as a sentence; "" if nothing is."""
        return self._read()[1]

    def all(self) -> dict[str, Approval]:
        """Return what was approved, by hash, in the order it was."""
        return self._read()[0]

    def has(self, hash: str) -> bool:
        """True if this was approved."""
        return hash in self._read()[0]

    def remember(self, hash: str, name: str, how: str, file: str = "") -> None:
        """Approve a hash from now on. Raises EnvironmentProblem if the file cannot be written."""
        file = str(Path(file).absolute()) if file else ""  # what was approved where counts for records of runs
        with _alone(self.path):
            known, problem = self._read()
            if hash in known and known[hash].file == file:
                return
            when = datetime.now(UTC).isoformat(timespec="seconds")
            known[hash] = Approval(preview(name, 200), when, how, file)
            if problem:
                with contextlib.suppress(OSError):  # if it cannot be moved, it cannot be replaced either: that is told
                    self.path.replace(self.path.with_suffix(".damaged.json"))
            self._write(dict(list(known.items())[-MOST:]))

    def revoke(self, hash: str) -> bool:
        """Approve a hash no longer; False if it was not approved. Raises EnvironmentProblem as `remember` does."""
        with _alone(self.path):
            known = self._read()[0]
            if known.pop(hash, None) is None:
                return False
            self._write(known)
            return True

    def _read(self) -> tuple[dict[str, Approval], str]:
        try:
            if self.path.stat().st_size > LARGEST:
                return {}, self._told("is too large to be one of approvals")
            table = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}, ""
        except OSError as error:
            return {}, self._told(f"cannot be read ({error.strerror or error})")
        except (ValueError, RecursionError):
            return {}, self._told("is damaged")
        entries = table.get("approved") if isinstance(table, dict) else None
        if not isinstance(entries, dict):
            return {}, self._told("holds no approvals")
        found = {hash: made for hash, entry in entries.items() if (made := _approval(hash, entry)) is not None}
        return found, "" if len(found) == len(entries) else self._told("holds entries that are no approvals")

    def _told(self, what: str) -> str:
        return f"The file of approvals {self.path} {what}: what cannot be read there counts as not approved."

    def _write(self, known: Mapping[str, Approval]) -> None:
        text = json.dumps({"version": 1, "approved": {hash: asdict(one) for hash, one in known.items()}}, indent=1)
        write_private(self.path, text.encode())


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Within, no other thread or process of ours rewrites the file: what it wrote would be lost. Who cannot have the
    lock goes on without it after a while: an approval that is lost is asked again."""
    with _WRITING, contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)  # where it cannot be made, writing tells
    with _WRITING:
        lock = LockFile.of(path)
        until = time.monotonic() + PATIENCE_S
        try:
            while lock is not None and not lock.hold(0) and time.monotonic() < until:
                time.sleep(0.01)
            yield
        finally:
            if lock is not None:
                lock.release(0)
                lock.close()


def _approval(hash: Any, entry: Any) -> Approval | None:
    if not isinstance(hash, str) or not _HASH.fullmatch(hash) or not isinstance(entry, dict):
        return None
    texts = [entry.get(name, "") for name in ("name", "when", "how", "file")]
    return Approval(*texts) if all(isinstance(text, str) for text in texts) else None


def write_private(path: Path, data: bytes) -> None:
    """Write a file of the profile whole or not at all, readable by its owner. Raises EnvironmentProblem."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")  # made with mode 600
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise EnvironmentProblem(f"The approvals cannot be kept: {error.strerror or error}.", where=str(path)) from None
