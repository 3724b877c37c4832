"""`text.constant`: a fixed text."""

from __future__ import annotations

from studio.spec import Fields, Node, RunContext, node, param, port


@node("text.constant", title="Constant text", category="Text", icon="text")
class Constant(Node):
    """A text that is always the same.

    Braces have no meaning here; for a text with gaps use *text.template*.
    """

    class Params(Fields):
        text: str = param(help="The text.", editor={"kind": "text", "rows": 6})

    class Out(Fields):
        text: str = port(help="The text.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        return self.Out(text=params.text)
