"""`edit.diff`: what differs between two texts or two sets of files."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.patches import diff_of_files


@node(
    "edit.diff",
    title="Compare texts",
    category="Files",
    icon="diff",
    limits="stretches of more than 4,000 differing lines are shown as replaced whole",
)
class Diff(Node):
    """Show what differs between two texts, or two sets of files, as a unified diff.

    A set of files is an object with the text of each file under its name.  The diff is "" if nothing differs; *git*,
    *edit.unified_diff* and *patch.apply* take it.
    """

    class Params(Fields):
        name: str = param("text", help="What to call the file, if two texts are compared.")
        context: int = param(3, ge=0, le=100, help="How many lines to show around each change.")

    class In(Fields):
        before: Any = port(help="The text before, or an object of texts by file name.")
        after: Any = port(help="The text after, or an object of texts by file name.")

    class Out(Fields):
        diff: str = port(help="The unified diff.")
        differs: bool = port(help="True if anything differs.")
        changed: list[Any] = port(help="The names of the files that differ.")
        added: int = port(help="How many lines were added.")
        removed: int = port(help="How many lines were removed.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        before, after = _texts(inputs.before, params.name, "before"), _texts(inputs.after, params.name, "after")
        changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        diff = diff_of_files(before, after, context=params.context)
        body = [line for line in diff.split("\n") if not line.startswith(("--- ", "+++ "))]
        return self.Out(
            diff=diff,
            differs=bool(changed),
            changed=changed,
            added=sum(line.startswith("+") for line in body),
            removed=sum(line.startswith("-") for line in body),
        )


def _texts(value: Json, name: str, port_name: str) -> dict[str, str]:
    if isinstance(value, str):
        return {name: value}
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return value
    raise NodeError(f"`{port_name}` is neither a text nor an object of texts by file name.", hint="Wire one of them.")
