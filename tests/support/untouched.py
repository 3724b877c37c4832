"""Is a repository of a person still as it was? All of its files are compared: contents, times, modes, and git's own."""

from __future__ import annotations

from pathlib import Path

from tests.support.git_repos import git

ADDED = ("objects", "refs/heads", "logs/refs/heads", "packed-refs")
"""What git writes for a new branch, in its own folder."""


def make_untidy(repo: Path) -> Path:
    """Leave in a repository what a person leaves: a changed file, a staged one, a new one, an ignored one."""
    (repo / "calc.py").write_text((repo / "calc.py").read_text() + "\n# work in progress\n")
    (repo / "staged.txt").write_text("staged\n")
    git(repo, "add", "staged.txt")
    (repo / "untracked.txt").write_text("untracked\n")
    (repo / "ignored.log").write_text("ignored\n")
    return repo


def state_of_all_files(repo: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return content, time and mode of each file of a repository, `.git` included but for what a new branch adds."""
    found = {}
    for path in sorted(repo.rglob("*")):
        name = path.relative_to(repo).as_posix()
        is_added = any(name.startswith(f".git/{one}") for one in ADDED)
        if path.is_file() and not is_added:
            status = path.stat()
            found[name] = (path.read_bytes(), status.st_mtime_ns, status.st_mode)
    return found
