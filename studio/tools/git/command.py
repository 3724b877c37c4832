"""`Git`: one repository, asked and changed through the `git` command."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, Final

from studio.spec.outside import CommandResult, Sandbox
from studio.support.errors import NodeError
from studio.tools.git.hardening import SETTINGS, switched_off, variables
from studio.tools.git.repository import Repository, find_repository

MOST_BYTES: Final = 2_000_000
_COMMIT = re.compile(r"[A-Za-z0-9_][\w./@{}^~+-]{0,199}")
_BRANCH = re.compile(r"(?!.*(\.\.|//|@\{|\.lock(/|$)|/\.|[/.]$))(?!HEAD$)[A-Za-z0-9_][\w./+-]{0,99}")


class Git:
    """Commands for one repository, run in the sandbox of the run with no network. Use `Git.at`.

    Whatever the boundary: nothing that the repository names is run, see `hardening`.  Filters do not run either, so
    files of Git LFS and the like are their pointers.
    """

    def __init__(
        self, repository: Repository, sandbox: Sandbox, filters: dict[str, str], readable: tuple[Path, ...] = ()
    ) -> None:
        """`readable`: folders besides the project that commands may read, as the repository of a copy elsewhere."""
        self.repository = repository
        self._sandbox = sandbox
        self._filters = filters
        self._variables = variables({**SETTINGS, **filters})
        self._more: dict[str, Any] = {"readable": readable} if readable else {}

    @classmethod
    async def at(cls, project: Path, folder: str, sandbox: Sandbox) -> Git:
        """Return the repository that a folder of the project belongs to. Raises `NodeError` if there is none."""
        return await cls.of(await asyncio.to_thread(find_repository, project, folder), sandbox)

    @classmethod
    async def of(cls, repository: Repository, sandbox: Sandbox) -> Git:
        """Return the commands for a repository, with the filters that its settings name switched off."""
        made = cls(repository, sandbox, {})
        listed = await made.run("config", "--list", "--name-only", "--null")
        return cls(repository, sandbox, switched_off(listed.stdout.split("\0")))

    def elsewhere(self, folder: Path, files: Path) -> Git:
        """Return the same repository, read-only, with the files of a checkout elsewhere: `files` in `folder`."""
        there = self.repository
        copy = Repository(folder, files, files, there.git_dir, there.common_dir)
        return Git(copy, self._sandbox, {**self._filters, "core.sparseCheckout": "false"}, (there.top,))

    async def run(
        self,
        *arguments: str,
        writable: bool = False,
        stdin: str = "",
        may_fail: bool = False,
        may_be_cut: bool = False,
        extra: dict[str, str] | None = None,
        timeout_s: float = 60.0,
    ) -> CommandResult:
        """Run one git command in the folder. Raises `NodeError` with what git says if it fails."""
        there = self.repository
        argv = [
            "git", "--no-pager", "--literal-pathspecs", f"--git-dir={there.git_dir}", f"--work-tree={there.top}",
            "-C", str(there.folder), *arguments,
        ]  # fmt: skip
        try:
            result = await self._sandbox.command(
                argv,
                folder=there.project,
                stdin=stdin,
                writable=writable,
                variables={**self._variables, **(extra or {})},
                timeout_s=timeout_s,
                most_bytes=MOST_BYTES,
                **self._more,
            )
        except NodeError as error:
            if error.kind == "no_program":
                raise NodeError(
                    "the program `git` is not to be had.", hint="Install git, or put it on the PATH.", code="no_git"
                ) from None
            raise
        if result.exit_code and not may_fail:
            raise NodeError(f"git {arguments[0]}: {self.said(result)}.", code="git")
        if result.is_cut and not may_be_cut:
            raise NodeError(
                f"git {arguments[0]} says more than {MOST_BYTES} bytes.", hint="Ask for less.", code="too_large"
            )
        return result

    def said(self, result: CommandResult) -> str:
        """Return why git failed, as the end of a sentence, without paths of the machine."""
        lines = [line for line in result.stderr.splitlines() if line.strip() and not line.startswith("hint:")]
        text = "; ".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in lines[:3])
        text = text.replace(f"{self.repository.project}/", "").replace(str(self.repository.project), ".")
        return text.rstrip(".")[:500] or f"it ended with {result.exit_code}"


def commit_name(text: str) -> str:
    """Return the name of a commit (`HEAD~2`, `main`, a hash), checked: it cannot be taken for an option or a file."""
    if not _COMMIT.fullmatch(text):
        raise NodeError(f"`{text[:80]}` is no name of a commit.", hint="Write a branch, a hash, or `HEAD~1`.")
    return text


def branch_name(text: str) -> str:
    """Return the name of a branch, checked as `git check-ref-format` does, and to plain letters."""
    if not _BRANCH.fullmatch(text):
        raise NodeError(f"`{text[:80]}` is no name for a branch.", hint="Use letters, digits and - _ . /.")
    return text
