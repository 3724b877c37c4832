"""`git.worktree`: a copy of the files of a commit, to work in without touching the project's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Literal

from studio.nodes.files._workspace import folder_param, folder_port
from studio.nodes.git._repository import HEAD_HELP, LIMITS, ask, permission
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.worktree",
    title="Git worktree",
    category="Git",
    icon="branch",
    effects="executes",
    library="git",
    limits=LIMITS,
    standalone="it runs git",
)
class Worktree(Node):
    """Check a commit of a git repository out into a folder of its own, or delete that folder again.

    The folder lies in `.studio/worktrees` of the project: wire `folder` to the `folder` of node types of files, edits
    and git.  Deleting it loses what was not committed there; commits and branches stay.
    """

    class Params(Fields):
        folder: str = folder_param()
        action: Literal["add", "remove"] = param(
            "add", choices=("add", "remove"), help="*add* makes the folder, *remove* deletes it."
        )

    class In(Fields):
        name: str = port(help="A short name for the worktree, as in `attempt_1`.")
        start: str = port("HEAD", help=f"The commit to check out: {HEAD_HELP}.")
        branch: str = port(None, help="The name of a new branch to begin there; else commits there are on no branch.")
        folder: str = folder_port()

    class Out(Fields):
        folder: str = port(help="The folder of the worktree, relative to the project.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield permission(f"worktree {params.action}", True, params, wired)
        yield Permission("write", ".studio/worktrees", note=f"git worktree {params.action}")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.changing import add_worktree, remove_worktree

        async def work(git: Git) -> Json:
            if params.action == "add":
                return await add_worktree(git, inputs.name, inputs.start, inputs.branch)
            return await remove_worktree(git, inputs.name)

        request: dict[str, Json] = {
            "action": params.action,
            "name": inputs.name,
            "start": inputs.start,
            "branch": inputs.branch,
        }
        return self.Out(folder=await ask(ctx, "worktree", params, inputs, request, work, changes=True))
