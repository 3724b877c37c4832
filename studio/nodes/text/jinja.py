"""`text.jinja`: a text made by a Jinja template, with conditions and loops."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.nodes.text._jinja import RENDERING, read_template
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.permissions import Permission
from studio.support.values import Json

TIMEOUT_S = 5.0
MEMORY_MB = 256
MOST_CHARACTERS = 1_000_000


@node(
    "text.jinja",
    title="Text by Jinja",
    category="Text",
    icon="template",
    effects="executes",
    library="jinja2",
    limits="5 s, 256 MB, 1,000,000 characters; no including",
)
class Jinja(Node):
    """Make a text by a Jinja template, with conditions, loops and filters.

    Each name in it that it does not set itself is an input.  `{% for line in lines %}…{% endfor %}` repeats,
    `{{ names | join(", ") }}` filters.  For a text with gaps only, *text.template* is simpler and needs no approval.

    A template can compute, so it is rendered in Jinja's own sandbox, in a process of the studio's (`studio help
    sandbox`), with plain values only.
    """

    class Params(Fields):
        template: str = param(help="The template.", editor={"kind": "text", "rows": 8})
        trim: bool = param(True, help="Lines that hold only a `{% … %}` leave no line in the text.")

    class Out(Fields):
        text: str = port(help="The text.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        template = params.template
        return any_ports(read_template(template).names if isinstance(template, str) else (), "Used in the template.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        read = read_template(params.template)
        if read.problem:
            yield read.problem
        yield from name_problems(read.names, "name")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield Permission("code", str(params.template), "a Jinja template, in Jinja's sandbox")

    async def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        arguments: dict[str, Json] = {"template": params.template, "values": dict(vars(inputs)), "trim": params.trim}

        async def render() -> Json:
            sandbox = ctx.outside.sandbox
            done = await sandbox.python(
                RENDERING,
                {**arguments, "most": MOST_CHARACTERS},
                timeout_s=TIMEOUT_S,
                memory_mb=MEMORY_MB,
                packages=True,
            )
            return {"text": done.value, "boundary": sandbox.boundary}

        answer = await ctx.effect("code", "jinja", arguments, render)
        return self.Out(text=answer["text"])
