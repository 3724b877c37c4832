"""`code.close_once`: no second closing bracket."""

from __future__ import annotations

from typing import Any

from studio.documents.code.blocks import cut_close
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain


@node("code.close_once", title="Close a block once", category="Code", icon="code", limits="linear in the text")
class CloseOnce(Node):
    """Cut a completion before the closing bracket at its end if that stands behind the cursor already.

    The bracket is `}`, in Ruby `end`. Source: GitHub Copilot's post-processing (copilot-explorer, extension 1.57).
    """

    class In(Fields):
        text: str = port(help="The completion.")
        after: str = port("", help="The text behind the cursor.")
        language: str = port("", help="The language, as in `typescript`.")
        middle: bool = port(False, help="The cursor stands before brackets of its line: the line feed is kept.")

    class Out(Fields):
        text: str = port(help="The completion, perhaps shorter.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**close_once(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(close_once, takes_firing=False)


def close_once(text: str, after: str = "", language: str = "", middle: bool = False) -> dict[str, Any]:
    """Return the completion without a bracket that is there already."""
    return {"text": cut_close(text, after, language, middle)}
