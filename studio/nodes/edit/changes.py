"""`edit.changes`: which files differ between two sets, with their new texts."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port


@node("edit.changes", title="Changed files", category="Files", icon="diff")
class Changes(Node):
    """Give the files that differ between two sets: the new text of each under its name, null for one that is gone.

    It is what *edit.overlay*, *tests.run*, *git.run_in_copy* and *git.deliver* take.
    """

    class In(Fields):
        before: dict[str, Any] = port(help="The text of each file under its name.")
        after: dict[str, Any] = port(help="The same after the change.")

    class Out(Fields):
        changes: dict[str, Any] = port(help="The new text of each file that differs, null for one that is gone.")
        names: list[Any] = port(help="The names of these files, in order.")
        differs: bool = port(help="True if any file differs.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        names = sorted({*inputs.before, *inputs.after})
        changed = [name for name in names if inputs.before.get(name) != inputs.after.get(name)]
        return self.Out(
            changes={name: inputs.after.get(name) for name in changed}, names=changed, differs=bool(changed)
        )
