"""Repositories for tests, made by plain git with nobody's settings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

CALC = "def add(a, b):\n    return a - b\n"


def git(folder: Path, *arguments: str, check: bool = True, stdin: str = "") -> str:
    """Run plain git in a folder, as a person would, and return what it prints."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.org",
            "GIT_AUTHOR_DATE": "2024-01-02T03:04:05+00:00",
            "GIT_COMMITTER_DATE": "2024-01-02T03:04:05+00:00",
        },
    )
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


def make_repo(folder: Path) -> Path:
    """Make a repository with one commit of `calc.py` and `.gitignore` on the branch `main`."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "calc.py").write_text(CALC)
    (folder / ".gitignore").write_text("*.log\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Begin\n\nWith a body.")
    return folder


def make_script(path: Path, canary: Path) -> Path:
    """Make a program that leaves a canary file, and otherwise passes its input on."""
    path.write_text(f"#!/bin/sh\ntouch '{canary}'\ncat\n")
    path.chmod(0o755)
    return path
