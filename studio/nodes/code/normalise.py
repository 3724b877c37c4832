"""`code.normalise`: code without what makes no difference, to compare by."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.tools.places import normalised


@node("code.normalise", title="Normalise code", category="Code", icon="code", limits="as *code.check*")
class Normalise(Node):
    """Take out of files what makes no difference, so that equal code is equal text: give it to *vote.most* as keys.

    Python loses comments, docstrings and layout; other files lose blank lines and blanks at the ends of lines, and runs
    of blanks count as one. Python that cannot be parsed is treated as any text.
    """

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name, null for a deleted one.")

    class Out(Fields):
        files: dict[str, Any] = port(help="The same files, normalised, in the order of their names.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        made = {
            name: normalised(name, text) if isinstance(text, str) else None
            for name, text in sorted(inputs.files.items())
        }
        return self.Out(files=made)
