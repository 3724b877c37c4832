"""`git.run_in_copy`: a command in a fresh copy of a repository, and what it changed there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes._limits import memory_param, output_param, seconds_param
from studio.nodes.git._anywhere import (
    ask_repository,
    changes_of_value,
    changes_port,
    commit_port,
    reading,
    repository_port,
)
from studio.spec import ANY, Fields, Node, Permission, RunContext, node, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.run_in_copy",
    title="Run in a copy",
    category="Git",
    icon="shell",
    effects="executes",
    library="git",
    limits="60 s, 2 GB and 100 KB of output each unless set; 200 changed files of 200 KB; no network",
    standalone="it runs git and asks the sandbox",
)
class RunInCopy(Node):
    """Run a command in a fresh copy of a commit of a repository, with changed files put over it.

    The copy is deleted afterwards, and the repository itself is not touched; the text files that differ from the commit
    then come out of `changes`, to be wired to the next command. So a chain of commands works on one state, each in a
    copy of its own. The command is a line for `sh`, which sees the copy, and no network and none of your files.
    """

    class Params(Fields):
        limit_s: float = seconds_param()
        memory_mb: int = memory_param()
        most_bytes: int = output_param(100_000)

    class In(Fields):
        command: str = port(help="The command, as typed into a shell.")
        repository: str = repository_port()
        commit: str = commit_port()
        changes: dict[str, Any] = changes_port()

    class Out(Fields):
        output: str = port(private=True, help="What it wrote to standard output and standard error.")
        exit_code: int = port(help="How it ended: 0 is success for most programs; -1 if its time was over.")
        ok: bool = port(help="True if the exit code is 0.")
        changes: dict[str, Any] = port(private=True, help="Files that differ from the commit now, as on the input.")
        skipped: list[Any] = port(private=True, help="Objects with the `source` of a changed file left out, and `why`.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading()
        yield Permission("command", ANY, "in a copy of a repository, without network")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.trying import command_in_copy

        changes = changes_of_value(inputs.changes)
        settings = params.as_dict()

        async def work(git: Git) -> Json:
            sandbox = ctx.outside.sandbox
            return await command_in_copy(git, sandbox, inputs.command, inputs.commit, changes, **settings)

        request: dict[str, Json] = {"command": inputs.command, "commit": inputs.commit, "changes": dict(changes)}
        found = await ask_repository(ctx, "run_in_copy", inputs.repository, request, work, outbound=True)
        return self.Out(**found, ok=found["exit_code"] == 0)
