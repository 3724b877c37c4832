"""`git.show`: a commit, or a file as it was in one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._workspace import folder_param, folder_port
from studio.nodes.git._repository import HEAD_HELP, LIMITS, ask, permission
from studio.spec import Fields, Node, Permission, RunContext, node, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.show",
    title="Show a commit",
    category="Git",
    icon="commit",
    effects="reads",
    library="git",
    limits=LIMITS,
    standalone="it runs git",
)
class Show(Node):
    """Show a commit of a git repository: author, message and changes; or a file as it was in that commit."""

    class Params(Fields):
        folder: str = folder_param()

    class In(Fields):
        commit: str = port("HEAD", help=f"The commit: {HEAD_HELP}.")
        name: str = port(None, help="The name of a file relative to the folder, to see its text in that commit.")
        folder: str = folder_port()

    class Out(Fields):
        text: str = port(private=True, help="The commit with its changes, or the text of the file.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield permission("show", False, params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.asking import commit_shown, file_at

        async def work(git: Git) -> Json:
            if inputs.name is None:
                return await commit_shown(git, inputs.commit)
            return await file_at(git, inputs.commit, inputs.name)

        request: dict[str, Json] = {"commit": inputs.commit, "name": inputs.name}
        return self.Out(text=await ask(ctx, "show", params, inputs, request, work))
