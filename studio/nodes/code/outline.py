"""`code.outline`: what files of source code define, as a skeleton and as a list."""

from __future__ import annotations

from typing import Any

from studio.nodes.code._places import as_json, texts_of
from studio.spec import Fields, Node, RunContext, node, port
from studio.tools.places import Place, elements_of


@node(
    "code.outline",
    title="Outline code",
    category="Code",
    icon="repo-map",
    blocking=True,
    library="tree-sitter and its grammars",
    limits="2 MB a file",
)
class Outline(Node):
    """Show files of source code by what they define: headers of classes and functions, without what is in them.

    Languages are those of *code.check*; a file in another one is shown by its name only.
    """

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        only: list[Any] = port(None, help="Names of the files to show, in this order; else all.")

    class Out(Fields):
        skeleton: str = port(help="The headers, file by file.")
        elements: list[Any] = port(
            help="Objects with `name` (`Cart.total`), `kind`, `source`, `first` and `last` line."
        )
        names: list[Any] = port(help="Only the names of what is defined, each once.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        texts = texts_of(inputs.files)
        wanted = [name for name in (texts if inputs.only is None else inputs.only) if name in texts]
        shown: list[str] = []
        elements: list[Place] = []
        for name in wanted:
            skeleton, found = elements_of(name, texts[name])
            shown.append(f"{name}\n{skeleton}".strip())
            elements += found
        return self.Out(
            skeleton="\n\n".join(shown),
            elements=as_json(elements),
            names=list(dict.fromkeys(one.name for one in elements)),
        )
