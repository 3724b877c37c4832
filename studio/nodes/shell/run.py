"""`shell.run`: a program of this computer, in a folder of the project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from studio.nodes._limits import memory_param, output_param, seconds_param
from studio.nodes._ports import any_ports
from studio.nodes.shell._command import command_problems, filled, input_names, variables
from studio.spec import Fields, Node, RunContext, make_fields, node, param, port
from studio.spec.permissions import ANY, Permission
from studio.support.errors import NodeError
from studio.support.values import Json, encode

LAST = 400
"""Characters of standard error that are shown when a command fails."""


@node(
    "shell.run",
    title="Run a command",
    category="Code",
    icon="shell",
    effects="executes",
    limits="60 s, 2 GB and 1 MB of output each unless set; 1 GB per file; ended with all it started",
)
class RunCommand(Node):
    """Run a program of this computer, in a folder of the project.

    `argv` is the program and its arguments, one text each; each `{name}` is an input and fills its place in that one
    argument, whatever signs it holds: there is no shell.  For pipes and the like write a `script` for `sh`; its inputs
    are the `variables`, to be used as `"$name"`.

    The folder can be read, and changed if `writable`; there is no network unless `network`.  How far that holds
    depends on the boundary of this system (`studio help sandbox`); your keys are never in its environment.
    """

    class Params(Fields):
        argv: list[Any] = param([], help="The program and its arguments, as in `grep`, `-c`, `--`, `{word}`, `a.txt`.")
        script: str = param("", help="Instead of `argv`: a script for `sh`.", editor={"kind": "code", "rows": 6})
        variables: list[Any] = param([], help="Inputs of a script, each a variable of that name.")
        folder: str = param(".", help="Where it runs, relative to the project.", editor={"kind": "folder"})
        writable: bool = param(False, help="The command may change files in the folder.")
        network: bool = param(False, help="The command may use the network.")
        exit_codes: list[Any] = param([0], help="Exit codes that count as success.")
        must_succeed: bool = param(True, help="Another exit code fails the node; if not, `ok` is false.")
        limit_s: float = seconds_param()
        memory_mb: int = memory_param()
        most_bytes: int = output_param()

    class In(Fields):
        stdin: str = port("", help="What the command reads from standard input.")

    class Out(Fields):
        stdout: str = port(help="What it wrote to standard output.")
        stderr: str = port(help="What it wrote to standard error.")
        exit_code: int = port(help="How it ended: 0 is success for most programs; negative: ended by that signal.")
        ok: bool = port(help="True if the exit code counts as success.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        names = tuple(name for name in input_names(params.argv, params.variables) if name != "stdin")
        made = any_ports(names, "Fills its place in the command.").fields()
        return make_fields("In", {**made, **cls.In.fields()})

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from command_problems(params.argv, params.script, params.variables)
        if "stdin" in input_names(params.argv, params.variables):
            yield "`stdin` is the input of that name already. Call the placeholder otherwise."
        if not all(type(code) is int for code in params.exit_codes):
            yield "`exit_codes` are whole numbers."

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        command = ["sh", "-c", params.script, "sh"] if params.script else params.argv
        names = [name for name in input_names(params.argv, params.variables) if name in wired]
        note = f"{', '.join(f'`{name}`' for name in names)} from wires" if names else ""
        # The same words as `argv` would have their gaps filled in, so that wires could write what the shell runs.
        how = " as a script, its inputs as variables" if params.script else ""
        yield Permission("command", encode(command).decode() + how, note)
        yield Permission("read", params.folder)
        if params.writable:
            yield Permission("write", params.folder)
        if params.network:
            yield Permission("host", ANY, "any host that the command chooses")

    async def run(self, ctx: RunContext, params: Params, inputs: Any) -> Out:
        folder = Path(ctx.project_path(params.folder))
        values: dict[str, Json] = dict(vars(inputs))
        stdin = str(values.pop("stdin"))
        argv = ["sh", "-c", params.script, "sh"] if params.script else filled(params.argv, values)
        more = variables(params.variables, values) if params.script else {}

        async def call() -> Json:
            sandbox = ctx.outside.sandbox
            done = await sandbox.command(
                argv,
                folder=folder,
                stdin=stdin,
                writable=params.writable,
                network=params.network,
                variables=more,
                timeout_s=params.limit_s,
                memory_mb=params.memory_mb,
                most_bytes=params.most_bytes,
            )
            told = {"exit_code": done.exit_code, "stdout": done.stdout, "stderr": done.stderr, "is_cut": done.is_cut}
            return {**told, "boundary": sandbox.boundary}

        request = {
            "argv": argv, "variables": more, "folder": params.folder, "stdin": stdin,
            "writable": params.writable, "network": params.network,
        }  # fmt: skip
        answer = await ctx.effect(
            "command", argv[0], request, call,
            irreversible=params.writable or params.network,
            outbound=True,  # without a boundary it can send whatever `network` says
        )  # fmt: skip
        code = answer["exit_code"]
        ok = code in params.exit_codes
        if not ok and params.must_succeed:
            raise _failed(argv[0], code, answer["stderr"] or answer["stdout"])
        return self.Out(stdout=answer["stdout"], stderr=answer["stderr"], exit_code=code, ok=ok)


def _failed(program: str, code: int, said: str) -> NodeError:
    last = said.strip()[-LAST:]
    stop = "" if last.endswith((".", "!", "?")) else "."
    return NodeError(
        f"`{program}` ended with exit code {code}" + (f": {last}" if last else "") + stop,
        hint="Add the code to `exit_codes`, or switch `must_succeed` off and use `ok`.",
        code="exit_code",
    )
