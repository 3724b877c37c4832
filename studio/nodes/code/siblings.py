"""`code.siblings`: the functions behind the one with the cursor."""

from __future__ import annotations

from typing import Any

from studio.documents.code.siblings import sibling_functions
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain


@node("code.siblings", title="Functions that follow", category="Code", icon="code", limits="linear in the text")
class Siblings(Node):
    """Part the text before the cursor at the statement that holds it, and give the functions that follow beside it.

    Beside means in the same class, or at the top of the file; comments and decorators above a function belong to it.
    For Python; of other languages nothing follows. Source: GitHub Copilot (copilot-explorer, extension 1.57).
    """

    class In(Fields):
        text: str = port(help="The text of the file.")
        offset: int = port(help="Where the cursor stands, in characters.")
        language: str = port(help="The language, as in `python`.")

    class Out(Fields):
        before: str = port(help="The text before the statement with the cursor.")
        within: str = port(help="That statement up to the cursor.")
        siblings: list[Any] = port(help="The functions behind it, each with a blank line at its end.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**siblings(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(siblings, takes_firing=False)


def siblings(text: str, offset: int, language: str) -> dict[str, Any]:
    """Return both parts of the text and the functions that follow."""
    found = sibling_functions(text, max(0, min(offset, len(text))), language)
    return {"before": found.before, "within": found.within, "siblings": found.siblings}
