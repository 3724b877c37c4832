"""Bubblewrap: a box of Linux namespaces. It sees only what is bound into it, has no network and no other processes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from studio.sandbox.views import View

SCRATCH = "/tmp"
"""Inside of the box: a file system of its own, in memory."""
SCRATCH_BYTES = 256_000_000


def wrapped(command: Sequence[str], view: View, *, folder: str = SCRATCH) -> list[str]:
    """Return the command that runs `command` in a box with this view, in `folder`."""
    program, can_size = _program()
    argv = [program, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if view.network:
        argv.append("--share-net")
    argv += ["--hostname", "box", "--proc", "/proc", "--dev", "/dev"]
    argv += [*(("--size", str(SCRATCH_BYTES)) if can_size else ()), "--tmpfs", SCRATCH]
    # Outer folders first: a later one inside of them lies over it.
    binds = [(path, "--ro-bind") for path in view.read] + [(path, "--bind") for path in view.write]
    for path, how in sorted(binds, key=lambda bind: (bind[0].count("/"), bind[0])):
        if Path(path).is_symlink() and how == "--ro-bind" and path.count("/") == 1:
            argv += ["--symlink", str(Path(path).readlink()), path]  # /bin -> usr/bin
        else:
            argv += [how, path, path]
    argv += [*(("--size", str(SCRATCH_BYTES)) if can_size else ()), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    return [*argv, "--remount-ro", "/", "--chdir", folder, "--", *command]


@lru_cache(maxsize=1)
def missing() -> str:
    """Return why there is no bubblewrap here, or "" if it works: it is tried, since systems forbid it in many ways."""
    if not shutil.which("bwrap"):
        return "the program `bwrap` is not installed"
    try:
        tried = subprocess.run(
            [*wrapped(["true"], View(read=("/usr", "/bin", "/lib", "/lib64", "/sbin")))],
            capture_output=True,
            timeout=10,
            check=False,
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`bwrap` does not start ({error})"
    if tried.returncode != 0:
        said = tried.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit code {tried.returncode}"]
        return f"`bwrap` cannot make a box on this system ({said[-1][:200]})"
    return ""


@lru_cache(maxsize=1)
def _program() -> tuple[str, bool]:
    """Where bubblewrap is, and whether it knows `--size` (from 0.7 on)."""
    program = shutil.which("bwrap") or "bwrap"
    said = subprocess.run([program, "--help"], capture_output=True, timeout=10, check=False)
    return program, b"--size" in said.stdout + said.stderr
