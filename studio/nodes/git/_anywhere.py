"""What node types share that work with a git repository anywhere on this computer: its name, asking, changing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from studio.spec import Permission, RunContext, port
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.git import Git

UNTOUCHED: Final = "its files, its index and what is checked out stay as they are"
MOST_CHANGES: Final = 1_000


def repository_port() -> Any:
    """Declare the input that names a repository."""
    return port(
        help="The folder of a git repository of this computer: absolute, from `~`, or relative to the current folder."
    )


def commit_port() -> Any:
    """Declare the input that names a commit."""
    return port("HEAD", help="The commit: a branch, a hash, or `HEAD~1`.")


def changes_port() -> Any:
    """Declare the input with changed files."""
    return port({}, help="Files that differ from the commit: the text of each under its name, null for a deleted one.")


def reading() -> Permission:
    """The permission to read any repository: which one is said by an input of the graph."""
    return Permission("other", "read commits of any git repository of this computer", UNTOUCHED)


def changes_of_value(value: Mapping[str, Json]) -> dict[str, str | None]:
    """Return changed files as they were wired. Raises `NodeError` for anything but texts and null by name."""
    made: dict[str, str | None] = {}
    for name, text in value.items():
        if text is not None and not isinstance(text, str):
            raise NodeError(
                f"the change of `{name[:80]}` is neither a text nor null.",
                hint="Wire the `changes` of *patch.apply*.",
                code="input",
            )
        made[name] = text
    if len(made) > MOST_CHANGES:
        raise NodeError(f"more than {MOST_CHANGES} files are changed.", hint="Change fewer at once.", code="too_many")
    return made


async def ask_repository(
    ctx: RunContext,
    name: str,
    repository: str,
    request: dict[str, Json],
    work: Callable[[Git], Awaitable[Json]],
    *,
    changes: bool = False,
    outbound: bool = False,
) -> Any:
    """Return what `work` gives for a repository: an effect, so that a replay runs no command."""
    from studio.tools.git.local import TEMPORARY, repository_at, temporary_place

    async def perform() -> Json:
        own = repository.startswith(TEMPORARY)
        place = str(temporary_place(ctx.run, repository.removeprefix(TEMPORARY))) if own else repository
        return await work(await repository_at(place, ctx.outside.sandbox))

    asked = {"repository": repository, **request}
    return await ctx.effect("git", name, asked, perform, irreversible=changes, outbound=outbound)
