"""`git.begin`: a new repository of some files, in a folder for temporary files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json


@node(
    "git.begin",
    title="Begin a repository",
    category="Git",
    icon="git",
    effects="executes",
    library="git",
    limits="the limits of *documents.read_tree* for the files; 60 s; no network",
    standalone="it runs git",
)
class Begin(Node):
    """Make a new git repository of some files, with one commit on the branch `main`, to practise on.

    It lies in the system's folder for temporary files, under `studio-RUN` and the name of this node, and stays there.
    *git.files_at*, *git.run_in_copy*, *git.deliver* and *tests.run* take its `repository`, in the same run.
    """

    class Params(Fields):
        message: str = param("Begin", help="The message of the first commit.")
        author_name: str = param("Ganglia Studio", help="Who made the commit.")
        author_email: str = param("studio@localhost", help="The address that goes with it.")

    class In(Fields):
        files: list[Any] = port(help="The `files` of *documents.read_tree*: objects with `source` and `text`.")

    class Out(Fields):
        repository: str = port(help="Stands for the new repository: `temporary:` and the name of its folder.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield Permission("other", "make a git repository in a new folder for temporary files")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.local import TEMPORARY, begin, temporary_place

        files: dict[str, str] = {}
        for one in inputs.files:
            if not (isinstance(one, dict) and isinstance(one.get("source"), str) and isinstance(one.get("text"), str)):
                raise NodeError("`files` are objects with `source` and `text`.", hint="Wire *documents.read_tree*.")
            files[one["source"]] = one["text"]

        name = f"{ctx.node.replace('/', '.')}-{ctx.tick}"
        now = await ctx.now()

        async def work() -> Json:
            place = temporary_place(ctx.run, name)
            who = {"author": params.author_name, "email": params.author_email}
            await begin(files, place, ctx.outside.sandbox, params.message, **who, now=now)
            return f"{TEMPORARY}{name}"

        request: dict[str, Json] = {"name": name, "files": dict(files), "now": now, **params.as_dict()}
        return self.Out(repository=await ctx.effect("git", "begin", request, work, irreversible=True))
