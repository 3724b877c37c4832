"""`git.diff`: changes between commits, or of the files since a commit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._workspace import folder_param, folder_port
from studio.nodes.git._repository import HEAD_HELP, LIMITS, ask, permission
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.diff",
    title="Git diff",
    category="Git",
    icon="diff",
    effects="reads",
    library="git",
    limits=LIMITS,
    standalone="it runs git",
)
class Diff(Node):
    """Show changes in a git repository as a unified diff.

    Without further wires these are the changes of the files since the last commit; new files are in it, files of
    secrets are not.
    """

    class Params(Fields):
        folder: str = folder_param()
        context: int = param(3, ge=0, le=100, help="How many lines to show around each change.")

    class In(Fields):
        base: str = port("HEAD", help=f"The commit to compare with: {HEAD_HELP}.")
        to: str = port(None, help=f"The commit whose changes to show: {HEAD_HELP}; else the files as they are.")
        folder: str = folder_port()

    class Out(Fields):
        diff: str = port(private=True, help='The unified diff, "" if nothing differs.')
        differs: bool = port(help="True if anything differs.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield permission("diff", False, params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.asking import changes_of

        async def work(git: Git) -> Json:
            return await changes_of(git, inputs.base, inputs.to, context=params.context)

        request = {"base": inputs.base, "to": inputs.to, "context": params.context}
        diff = await ask(ctx, "diff", params, inputs, request, work)
        return self.Out(diff=diff, differs=bool(diff))
