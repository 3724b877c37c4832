"""`git.log`: the latest commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._workspace import folder_param, folder_port
from studio.nodes.git._repository import HEAD_HELP, LIMITS, ask, permission
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.log",
    title="Git log",
    category="Git",
    icon="history",
    effects="reads",
    library="git",
    limits=LIMITS,
    standalone="it runs git",
)
class Log(Node):
    """List the latest commits of a git repository that touch the folder, the newest first."""

    class Params(Fields):
        folder: str = folder_param()
        max_commits: int = param(20, ge=1, le=1_000, help="At most so many commits.")

    class In(Fields):
        start: str = port("HEAD", help=f"Where to begin: {HEAD_HELP}.")
        folder: str = folder_port()

    class Out(Fields):
        commits: list[Any] = port(
            private=True, help="Objects with `hash`, `author`, `email`, `date`, `subject` and `body`."
        )
        text: str = port(private=True, help="One line per commit: short hash, day, subject.")
        length: int = port(help="How many commits are given.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield permission("log", False, params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.asking import history_of

        async def work(git: Git) -> Json:
            return await history_of(git, inputs.start, params.max_commits)

        request: dict[str, Json] = {"start": inputs.start, "max_commits": params.max_commits}
        commits = await ask(ctx, "log", params, inputs, request, work)
        lines = [f"{one['hash'][:10]} {one['date'][:10]} {one['subject']}" for one in commits]
        return self.Out(commits=commits, text="\n".join(lines), length=len(commits))
