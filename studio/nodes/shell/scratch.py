"""`shell.scratch`: a program in a folder of its own, made from texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes._limits import memory_param, output_param, seconds_param
from studio.nodes.shell._command import command_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.permissions import ANY, Permission
from studio.support.errors import NodeError
from studio.support.templates import placeholders
from studio.support.values import Json, encode
from studio.tools.scratch import run_in_scratch


@node(
    "shell.scratch",
    title="Run files in a folder of their own",
    category="Code",
    icon="shell",
    effects="executes",
    limits="60 s, 2 GB and 1 MB of output each unless set; 2,000 files, 5 million characters",
)
class RunInScratch(Node):
    """Run a program on files that are nowhere yet: in a folder of their own, which goes away afterwards.

    The files are an object with the text of each under its name, as *text.fenced_files* or *store.keys* give it.  The
    program may change them; `files` has what it made or changed, as far as it is text.  Nothing of the project is in
    the folder and nothing of it is changed.  There is no network unless `network`.

    Any exit code is an answer, so that what failed can be told to whoever wrote the files; what does not end in time is
    ended and has exit code 124.  A file whose name leads out of the folder is not made: see `left_out`.  How far the
    program is kept away from everything else depends on the boundary of this system (`studio help sandbox`).
    """

    class Params(Fields):
        argv: list[Any] = param(["bash", "run.sh"], help="The program and its arguments, one text each.")
        network: bool = param(False, help="The program may use the network.")
        exit_codes: list[Any] = param([0], help="Exit codes that count as success.")
        limit_s: float = seconds_param(what="The program is")
        memory_mb: int = memory_param()
        most_bytes: int = output_param()

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        stdin: str = port("", help="What the program reads from standard input.")

    class Out(Fields):
        stdout: str = port(help="What it wrote to standard output.")
        stderr: str = port(help="What it wrote to standard error.")
        exit_code: int = port(help="How it ended: 0 is mostly success; 124: not in time; negative: by that signal.")
        ok: bool = port(help="True if the exit code counts as success.")
        timed_out: bool = port(help="True if it was ended because it took too long.")
        files: dict[str, Any] = port(help="The text of each file that it made or changed.")
        deleted: list[Any] = port(help="The names of files that it deleted.")
        left_out: list[Any] = port(help="Objects with the `name` of a file that was not made or not read, and `why`.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from command_problems(params.argv, "", [])
        if any(placeholders(part) for part in params.argv if isinstance(part, str)):
            yield "`argv` has no placeholders here. Put what changes into a file, or into `stdin`."
        if not all(type(code) is int for code in params.exit_codes):
            yield "`exit_codes` are whole numbers."

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        note = "files from wires, in a folder that goes away" if "files" in wired else "in a folder that goes away"
        yield Permission("command", encode(params.argv).decode(), note)
        if params.network:
            yield Permission("host", ANY, "any host that the command chooses")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if not all(isinstance(text, str) for text in inputs.files.values()):
            raise NodeError("`files` is no object of texts by file name.", hint="Build one with *json.build*.")

        async def call() -> Json:
            return await run_in_scratch(
                ctx.outside.sandbox,
                inputs.files,
                params.argv,
                stdin=inputs.stdin,
                network=params.network,
                timeout_s=params.limit_s,
                memory_mb=params.memory_mb,
                most_bytes=params.most_bytes,
            )

        request: dict[str, Json] = {
            "argv": params.argv, "files": inputs.files, "stdin": inputs.stdin, "network": params.network,
        }  # fmt: skip
        told = await ctx.effect(
            "command", params.argv[0], request, call,
            irreversible=params.network,
            outbound=True,  # without a boundary it can send whatever `network` says
        )  # fmt: skip
        given = {name: told[name] for name in self.Out.fields() if name != "ok"}
        return self.Out(**given, ok=told["exit_code"] in params.exit_codes)
