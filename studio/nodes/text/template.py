"""`text.template`: a text with gaps that inputs fill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.templates import placeholders, render


@node("text.template", title="Template", category="Text", icon="template")
class Template(Node):
    """Fill the gaps of a text.

    Each `{name}` in it is an input.  Texts go in as they are, anything else as compact JSON.  `{{` and `}}` stand
    for literal braces; other braces stay as they are.
    """

    class Params(Fields):
        template: str = param(help="The text with its `{gaps}`.", editor={"kind": "template", "rows": 6})

    class Out(Fields):
        text: str = port(help="The text, filled in.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        template = params.template
        return any_ports(placeholders(template) if isinstance(template, str) else (), "Fills the gap of this name.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from name_problems(placeholders(params.template), "placeholder")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        return self.Out(text=render(params.template, vars(inputs)))
