"""`files.delete`: takes a file out of the project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._workspace import change, folder_of, folder_param, folder_port, writing
from studio.spec import Fields, Node, Permission, RunContext, node, port
from studio.support.values import Json
from studio.tools.workspace import Workspace


@node(
    "files.delete",
    title="Delete a file",
    category="Files",
    icon="file-delete",
    effects="executes",
    limits="one file at a time, no folders; not outside the project, no files of git, of secrets or of the studio",
    standalone="it changes files of the project",
)
class Delete(Node):
    """Delete one file of the project, for good.

    A link is deleted itself, not what it leads to.  A file that is not there fails the node.
    """

    class Params(Fields):
        folder: str = folder_param()

    class In(Fields):
        name: str = port(help="The name of the file relative to the folder, as in `src/old.py`.")
        folder: str = folder_port()

    class Out(Fields):
        name: str = port(help="The name of the file that was deleted.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield writing(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        def work(workspace: Workspace) -> Json:
            workspace.delete(inputs.name)
            return None

        await change(ctx, "delete", folder_of(params, inputs), {"name": inputs.name}, work)
        return self.Out(name=inputs.name)
