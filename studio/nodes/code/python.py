"""`code.python`: a function of the graph's own, in Python."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, cast

from studio.nodes._ports import name_problems
from studio.nodes.code._signature import Signature, read_signature
from studio.spec import Fields, Node, RunContext, make_fields, node, param, port
from studio.spec.permissions import Permission
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, hash_bytes, preview

OWN = ("value", "stdout", "stderr")
"""Outputs that every piece of code has."""


@node(
    "code.python",
    title="Python code",
    category="Code",
    icon="code",
    effects="executes",
    limits="its own process; 10 s and 512 MB unless set; 64 MB out, 64 KB printed",
)
class Python(Node):
    """Run a Python function that you write.

    Write `def main(a, b=1):`.  Each argument is an input, what it returns is `value`; both are JSON values.
    Annotations such as `a: str` give the inputs their types.  With `outputs`, the function returns a dictionary, and
    each name is an output of its own.

    The code runs in a process of its own, without your keys, with limits of time and memory, behind the boundary that
    this system offers (`studio help sandbox`).  It sees no files of yours and keeps nothing from one call to the next.
    """

    class Params(Fields):
        code: str = param(
            "def main(value):\n    return value\n",
            help="The code, with a function `main`.",
            editor={"kind": "code", "rows": 12},
        )
        outputs: list[Any] = param([], help="Names of outputs, if `main` returns a dictionary with these keys.")
        packages: bool = param(False, help="Packages installed beside the studio can be imported, as numpy is.")
        limit_s: float = param(10.0, ge=0.05, le=3600, help="The code is ended after so many seconds.")
        memory_mb: int = param(512, ge=64, le=65_536, help="The code may take so many megabytes of memory.")

    class Out(Fields):
        value: Any = port(help="What the function returned.")
        stdout: str = port(help="What it printed, cut after 64 KB.")
        stderr: str = port(help="What it wrote to standard error, cut after 64 KB.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return _inputs(_signature(params))

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        names = params.outputs if isinstance(params.outputs, list) else ()
        return _outputs(_signature(params).returns, tuple(name for name in names if isinstance(name, str)))

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from _signature(params).problems
        yield from name_problems(params.outputs, "output")
        for name in params.outputs:
            if name in OWN:
                yield f"The output `{name}` is there already. Choose another name."

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        note = "Python, with the installed packages" if params.packages else "Python"
        # The flag is part of what is approved, so it stands in the text.
        first = "# with the installed packages\n" if params.packages else ""
        yield Permission("code", f"{first}{params.code}", f"{note}, behind the sandbox's boundary")

    async def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Fields:
        arguments: dict[str, Json] = dict(vars(inputs))

        async def call() -> Json:
            sandbox = ctx.outside.sandbox
            done = await sandbox.python(
                params.code,
                arguments,
                timeout_s=params.limit_s,
                memory_mb=params.memory_mb,
                packages=params.packages,
            )
            return {"value": done.value, "stdout": done.stdout, "stderr": done.stderr, "boundary": sandbox.boundary}

        request = {"code": hash_bytes(params.code.encode()), "arguments": arguments, "packages": params.packages}
        answer = await ctx.effect("code", "python", request, call)
        return self._out(params, answer)

    def _out(self, params: Params, answer: dict[str, Json]) -> Fields:
        value = answer["value"]
        named: dict[str, Json] = {}
        if params.outputs:
            if not isinstance(value, dict):
                raise NodeError(
                    f"the function gave {preview(value)}, and no dictionary with {', '.join(params.outputs)}.",
                    hint="Return a dictionary, or take the names out of `outputs`.",
                    code="output",
                )
            named = {name: value.get(name, Absent(f"the function gave no `{name}`")) for name in params.outputs}
        made = cast("Any", self.outputs(params))
        return cast("Fields", made(value=value, stdout=answer["stdout"], stderr=answer["stderr"], **named))


def _signature(params: Any) -> Signature:
    return read_signature(params.code) if isinstance(params.code, str) else Signature()


@lru_cache(maxsize=64)
def _outputs(returns: str, names: tuple[str, ...]) -> type[Fields]:
    own = {name: spec for name, spec in Python.Out.fields().items() if name != "value"}
    value = port(type=returns, help="What the function returned.")
    made = {name: port(type="any", help="What the function gave under this name.") for name in names}
    return make_fields("Out", {**made, "value": value, **own})


def _inputs(signature: Signature) -> type[Fields]:
    return make_fields(
        "In",
        {one.name: port(one.default, type=one.type, help=f"The argument `{one.name}`.") for one in signature.arguments},
    )
