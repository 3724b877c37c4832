"""`git.branch`: begins a branch."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._workspace import folder_param, folder_port
from studio.nodes.git._repository import HEAD_HELP, LIMITS, ask, permission
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.branch",
    title="Begin a branch",
    category="Git",
    icon="branch",
    effects="executes",
    library="git",
    limits=LIMITS,
    standalone="it runs git",
)
class Branch(Node):
    """Begin a new branch in a git repository, and check it out unless told otherwise.

    Changes that are not committed come along.  A branch of that name must not exist yet.
    """

    class Params(Fields):
        folder: str = folder_param()
        switch: bool = param(True, help="Check the branch out, so that the next commit goes onto it.")

    class In(Fields):
        name: str = port(help="The name of the new branch, as in `fix/add`.")
        start: str = port("HEAD", help=f"The commit it begins at: {HEAD_HELP}.")
        folder: str = folder_port()

    class Out(Fields):
        name: str = port(help="The name of the branch.")
        hash: str = port(help="The hash of the commit it begins at.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield permission("branch", True, params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.changing import make_branch

        async def work(git: Git) -> Json:
            return await make_branch(git, inputs.name, inputs.start, switch=params.switch)

        request: dict[str, Json] = {"name": inputs.name, "start": inputs.start, "switch": params.switch}
        made = await ask(ctx, "branch", params, inputs, request, work, changes=True)
        return self.Out(name=inputs.name, hash=made)
