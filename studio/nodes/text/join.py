"""`text.join`: several texts become one."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.templates import as_text


@node("text.join", category="Text", icon="join")
class Join(Node):
    """Join texts into one, with a separator between them.

    Any number of wires may end here; they are joined in the order of the edges in the file, and a list counts as its
    elements.  Anything but text is written as compact JSON.
    """

    class Params(Fields):
        separator: str = param("\n", help="What stands between two texts.")
        skip_empty: bool = param(False, help="Leave empty texts out.")

    class In(Fields):
        texts: list[Any] = port(help="The texts, or lists of them.", many=True, type="any")

    class Out(Fields):
        text: str = port(help="All of them as one text.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        parts: list[str] = []
        for value in inputs.texts:
            parts.extend(map(as_text, value if isinstance(value, list) else (value,)))
        return self.Out(text=params.separator.join(part for part in parts if part or not params.skip_empty))
