"""One child process: its pipes, its limits, its boundary, and how it ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.sandbox import bubblewrap
from studio.sandbox.boundaries import Boundary, refusal
from studio.sandbox.links import Captured, Link
from studio.sandbox.spawning import SPAWNER
from studio.sandbox.views import DEVICES, INSIDE, View, system
from studio.support.errors import NodeError

START_S = 20.0
WATCH_MEMORY = sys.platform == "darwin"
"""macOS does not hold to the limits of memory: the warden looks instead."""
_PIPE_BYTES = 1 << 20


def kind_of_child() -> type[Child]:
    """Return how boxes are made on this system."""
    if sys.platform != "win32":
        return Child
    from studio.sandbox.threaded import ThreadedChild

    return ThreadedChild


class Child:
    """A box under way. Make it with `start`; `stop` ends it and returns at once, from wherever and how often."""

    def __init__(self) -> None:
        self.link: Any = Link()
        self.stdout = Captured(0)
        self.stderr = Captured(0)
        self.status: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self._status_text = Captured(4096)
        self._ours: dict[str, int] = {}
        self._scratch: Path | None = None
        self._stopped = False

    @classmethod
    async def start(
        cls,
        role: str,
        boundary: Boundary,
        view: View,
        *,
        limits: Mapping[str, int],
        kept: int,
        python: Sequence[str] = ("-S",),
        argv: Sequence[str] = (),
        folder: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Child:
        """Start a box in a role (see `inside.main`), in its scratch folder or in `folder`; keep `kept` bytes of output.

        Raises `NodeError` if the system starts no process.
        """
        self = cls()
        self.stdout.most = self.stderr.most = kept
        theirs: dict[str, int] = {}
        try:
            self._make_pipes(role, theirs)
            plan: dict[str, Any] = {
                name: fd for name, fd in theirs.items() if name not in ("stdin", "stdout", "stderr")
            }
            bounds = dict(limits)
            watched = (bounds.pop("AS", 0) or bounds.pop("DATA", 0)) if WATCH_MEMORY else 0
            plan |= {"role": role, "limits": bounds, "watch_memory": watched, "argv": list(argv), "landlock": None}
            plan["closed"] = None if boundary == "none" else _closed(boundary, view)
            home = bubblewrap.SCRATCH
            if boundary != "bubblewrap":
                self._scratch = Path(tempfile.mkdtemp(prefix="studio-box-"))
                home = str(self._scratch)
            plan["scratch"] = "" if self._scratch is None else home
            here = str(folder) if folder is not None else home
            if boundary == "landlock":
                plan["landlock"] = {
                    "read": [*system(network=view.network), *view.read, "/proc/self", *DEVICES],
                    "write": [home, *view.write, "/dev/null"],
                    "network": view.network,
                }
            command = [sys.executable, "-I", "-B", *python, str(INSIDE / "main.py"), json.dumps(plan)]
            if boundary == "bubblewrap":
                seen = View((*system(network=view.network), *view.read), view.write, view.network)
                command = bubblewrap.wrapped(command, seen, folder=here)

            def make() -> subprocess.Popen[bytes]:
                return subprocess.Popen(
                    command,
                    stdin=theirs["stdin"],
                    stdout=theirs["stdout"],
                    stderr=theirs["stderr"],
                    pass_fds=[fd for name, fd in theirs.items() if name not in ("stdin", "stdout", "stderr")],
                    cwd=None if boundary == "bubblewrap" else here,
                    env={**environment(home), **(variables or {})},
                    start_new_session=True,
                )

            # Not given up half-way: a process that starts while its asker is cancelled must still be ended.
            starting = asyncio.wrap_future(SPAWNER.start(make))
            try:
                self.process = await asyncio.shield(starting)
            except asyncio.CancelledError:
                self.process = await starting
                raise
        except (OSError, ValueError) as error:
            self.stop()
            raise NodeError(f"the sandbox cannot start a process: {error}.", code="sandbox") from None
        except BaseException:
            self.stop()
            raise
        finally:
            for fd in theirs.values():
                os.close(fd)
        return self

    def _make_pipes(self, role: str, theirs: dict[str, int]) -> None:
        for name in ("stdout", "stderr", "status", *(("answers",) if role == "python" else ())):
            self._ours[name], theirs[name] = os.pipe()
        for name in ("life", "requests" if role == "python" else "stdin"):
            theirs[name], self._ours[name] = os.pipe()
        if role == "python":
            theirs["stdin"] = os.open(os.devnull, os.O_RDONLY)
            for fd in (self._ours["requests"], self._ours["answers"]):
                _widen(fd)
        self.link.read(self._ours["stdout"], self.stdout.feed)
        self.link.read(self._ours["stderr"], self.stderr.feed)
        self.link.read(self._ours["status"], self._take_status)

    def pipe(self, name: str) -> int:
        """Return our end of a pipe: `requests`, `answers`, `stdin`."""
        return self._ours[name]

    def give_up_pipe(self, name: str) -> int:
        """Return our end of a pipe, to be closed by the caller."""
        return self._ours.pop(name)

    def _take_status(self, data: bytes) -> None:
        self._status_text.feed(data)
        if not data:
            self.status.setdefault("gone", True)
        for line in self._status_text.text.splitlines():
            with suppress(ValueError):
                told = json.loads(line)
                if isinstance(told, dict):
                    self.status |= told

    @property
    def has_ended(self) -> bool:
        """True if the child is known to have ended (its warden said so, or is gone itself)."""
        return not {"exit", "gone", "refused", "no_start"}.isdisjoint(self.status)

    async def ready(self) -> None:
        """Wait until the child stands behind its boundary. Raises `NodeError` if it does not come to that."""
        try:
            async with asyncio.timeout(START_S):
                await self.link.until(lambda: "ready" in self.status or self.has_ended)
        except TimeoutError:
            self.stop()
            raise NodeError(f"the sandbox did not start within {START_S:g} s.", code="sandbox") from None
        if "ready" not in self.status:
            self.link.turn()
            self.stop()
            raise self.not_started()

    def not_started(self) -> NodeError:
        """The error of a box that did not come into being."""
        if "refused" in self.status:
            return refusal(f"the boundary cannot be put up ({self.status['refused']})")
        said = self.stderr.text.strip().splitlines()
        return NodeError(
            f"the sandbox did not start ({said[-1][:300] if said else 'it said nothing'}).",
            hint="The setting `sandbox.boundary` chooses another boundary.",
            code="sandbox",
        )

    def stop(self) -> None:
        """End the box: its life pipe closes, its warden kills all that is in it. Returns at once."""
        if self._stopped:
            return
        self._stopped = True
        self.link.close()
        for fd in self._ours.values():
            with suppress(OSError):
                os.close(fd)
        if self.process is not None:
            SPAWNER.end(self.process, self._scratch)
        elif self._scratch is not None:
            with suppress(OSError):
                self._scratch.rmdir()


def environment(home: str) -> dict[str, str]:
    """All variables of a box: none that could hold a key."""
    made = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONUTF8": "1", "HOME": home}
    return made | {"TMPDIR": home}


def how_it_ended(code: int) -> str:
    """Say an exit code as a clause: `ended by the signal SIGSEGV`, `ended with exit code 3`."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by the signal {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by the signal {-code}"


def _closed(boundary: Boundary, view: View) -> str:
    """Which sockets are closed by a filter (see `inside.no_network`): what the boundary leaves open."""
    if view.network:
        return ""
    return "all" if boundary == "landlock" else "beyond"


def _widen(fd: int) -> None:
    """Make room for frames of the usual size, where the system allows it: fewer turns of the event loop."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
