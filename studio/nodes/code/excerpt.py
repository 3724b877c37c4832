"""`code.excerpt`: places of source code with the lines around them."""

from __future__ import annotations

from typing import Any

from studio.nodes.code._places import places_of, texts_of
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.tools.places import excerpt


@node(
    "code.excerpt", title="Excerpt of code", category="Code", icon="document", limits="as many lines as the files have"
)
class Excerpt(Node):
    """Show places of source code with some lines around them, file by file.

    Places that lie close together become one piece; what lies between pieces is shown as `⋮`.
    """

    class Params(Fields):
        around: int = param(10, ge=0, le=100_000, help="So many lines before and after each place.")
        numbered: bool = param(False, help="Each line begins with its number.")

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        places: list[Any] = port(help="Objects with `source`, `first` and `last`, as of *code.places*.")

    class Out(Fields):
        text: str = port(help="The lines: the name of each file, then its lines between marks of code.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        texts, places = texts_of(inputs.files), places_of(inputs.places)
        return self.Out(text=excerpt(texts, places, params.around, numbered=params.numbered))
