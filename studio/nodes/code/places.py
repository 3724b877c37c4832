"""`code.places`: the lines that a model's reply means."""

from __future__ import annotations

from typing import Any

from studio.nodes.code._places import as_json, places_of, texts_of
from studio.spec import Fields, Node, RunContext, node, port
from studio.tools.places import places_in


@node("code.places", title="Places in code", category="Code", icon="search", limits="1,000 places")
class Places(Node):
    """Read out of a reply which lines of code it means.

    The reply is read line by line. The name of a file says where what follows stands; numbers are lines (`12`) or
    ranges (`12-20`); the name of an element stands for its lines. Lines that a file does not have are left out, so
    nothing comes out that is not there. If the reply means nothing that is there, the elements themselves come out.
    """

    class In(Fields):
        text: str = port(help="The reply.")
        files: dict[str, Any] = port(help="The text of each file under its name.")
        elements: list[Any] = port([], help="The elements that were shown, as of *code.outline*.")

    class Out(Fields):
        places: list[Any] = port(help="Objects with `source`, `first` and `last` line, in the order of the reply.")
        found: bool = port(help="True if the reply meant something that is there.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        elements = places_of(inputs.elements)
        found = places_in(inputs.text, texts_of(inputs.files), elements)
        return self.Out(places=as_json(found or elements), found=bool(found))
