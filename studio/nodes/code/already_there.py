"""`code.already_there`: whether a completion says what the next line says."""

from __future__ import annotations

from typing import Any

from studio.documents.code.blocks import is_next_line
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain


@node("code.already_there", title="Is it the next line?", category="Code", icon="code", limits="linear in the text")
class AlreadyThere(Node):
    """Tell whether a completion is the next line that says something, blanks around aside.

    Source: GitHub Copilot's post-processing (copilot-explorer, extension 1.57).
    """

    class In(Fields):
        text: str = port(help="The completion.")
        after: str = port("", help="The text behind the cursor.")

    class Out(Fields):
        same: bool = port(help="True if it stands there already.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**already_there(inputs.text, inputs.after))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(already_there, takes_firing=False)


def already_there(text: str, after: str = "") -> dict[str, Any]:
    """Return whether the completion is the next line."""
    return {"same": is_next_line(text, after)}
