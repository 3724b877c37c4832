"""`edit.ghost_text`: a completion as it is shown behind the cursor."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain


@node("edit.ghost_text", title="Show a completion", category="Code", icon="edit", limits="linear in the text")
class GhostText(Node):
    """Show a completion behind the cursor, without the blanks that stand before it already.

    Source: GitHub Copilot's display of suggestions (copilot-explorer, extension 1.57).
    """

    class In(Fields):
        text: str = port(help="The completion.")
        blanks: str = port("", help="The blanks before the cursor that the prompt did not have.")
        file: str = port("", help="The file with the cursor.")
        offset: int = port(0, help="Where the cursor stands.")

    class Out(Fields):
        shown: Any = port(type="json", help="What is shown: `text`, `file`, `offset`.")
        text: str = port(help="Only the text.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**ghost_text(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(ghost_text, takes_firing=False)


def ghost_text(text: str, blanks: str = "", file: str = "", offset: int = 0) -> dict[str, Any]:
    """Return the completion as it is shown."""
    leading = text[: len(text) - len(text.lstrip())]
    if blanks and text.startswith(blanks):
        text = text[len(blanks) :]
    elif blanks and blanks.startswith(leading):
        text = text.lstrip()
    return {"shown": {"text": text, "file": file, "offset": offset}, "text": text}
