"""`edit.overlay`: changed files put over others."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port


@node("edit.overlay", title="Put changes over files", category="Files", icon="merge")
class Overlay(Node):
    """Put changed files over others: texts by name, where null deletes a file.

    Together with the `changes` of *patch.apply* this keeps an edit apart from the files that it was made on.
    """

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        changes: dict[str, Any] = port({}, help="The text of each changed file under its name, null for a deleted one.")

    class Out(Fields):
        files: dict[str, Any] = port(help="The files with the changes.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        after = {**inputs.files, **inputs.changes}
        return self.Out(files={name: text for name, text in after.items() if text is not None})
