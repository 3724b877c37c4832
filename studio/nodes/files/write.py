"""`files.write`: puts a file into the project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any, Literal

from studio.nodes.files._workspace import change, folder_of, folder_param, folder_port, writing
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json, is_blob
from studio.tools.workspace import Workspace


@node(
    "files.write",
    title="Write a file",
    category="Files",
    icon="file-write",
    effects="executes",
    limits="20 MB; not outside the project, no files of git, of secrets, of the studio or own node types",
    standalone="it changes files of the project",
)
class Write(Node):
    """Write a whole file of the project; folders that are missing are made.

    The file is replaced at once: whoever reads it sees the old content or the new, also after a power cut.  Wire
    `hash` of *files.read* to `if_unchanged` so that nobody's change is lost.
    """

    class Params(Fields):
        folder: str = folder_param()
        if_exists: Literal["replace", "fail"] = param(
            "replace", choices=("replace", "fail"), help="What happens if there is such a file."
        )

    class In(Fields):
        name: str = port(help="The name of the file relative to the folder, as in `src/main.py`.")
        content: Any = port(help="The whole new text, or a file.")
        if_unchanged: str = port(
            None, help="The `hash` from reading the file: nothing is written if it holds something else by now."
        )
        folder: str = folder_port()

    class Out(Fields):
        name: str = port(help="The name of the file that was written.")
        hash: str = port(help="Stands for the content that was written.")
        size: int = port(help="How many bytes it has.")
        is_new: bool = port(help="True if there was no such file before.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield writing(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if not isinstance(inputs.content, str) and not is_blob(inputs.content):
            raise NodeError("`content` is neither a text nor a file.", hint="Make a text of it with *text.template*.")

        def work(workspace: Workspace) -> Json:
            content = inputs.content
            data = content.encode() if isinstance(content, str) else ctx.get_blob(content)
            is_new = params.if_exists == "fail"
            return asdict(workspace.write(inputs.name, data, if_hash=inputs.if_unchanged, is_new=is_new))

        request = {
            "name": inputs.name,
            "content": inputs.content,
            "if_exists": params.if_exists,
            "if_unchanged": inputs.if_unchanged,
        }
        return self.Out(**await change(ctx, "write", folder_of(params, inputs), request, work))
