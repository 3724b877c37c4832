"""`edit.keystroke`: an editor with files and a cursor, one event after another."""

from __future__ import annotations

from typing import Any

from studio.nodes.edit._keystroke import keystroke
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain


@node("edit.keystroke", title="A keystroke", category="Code", icon="edit", limits="linear in the files")
class Keystroke(Node):
    """Do in an editor what a person does: move the cursor, type, delete, accept or reject what is shown.

    An event is an object with any of: `at` (seconds; else 10 after the one before), `file`, `line` and `column` (from
    0; without a column the end of the line) or `offset` (in characters), `text` (all of the file, anew), `delete` (so
    many characters before the cursor), `insert` (typed there), `decide` (`accept` or `reject`), `cycling` (ask for
    more), `asks` (false: no completion is asked for; a decision asks for none by itself). Feed `state` back into itself
    by an edge with `hold`. Nothing is written to disk.
    """

    class In(Fields):
        event: Any = port(help="What happens.")
        files: list[Any] = port([], help="The files at the start: objects with `source` and `text`.")
        state: Any = port(None, help="The editor before; null at the start.")
        shown: Any = port(None, help="What is offered: `text`, `file`, `offset`; or null.")

    class Out(Fields):
        state: Any = port(type="json", help="The editor after: `files`, `recent`, `file`, `offset`, `at`.")
        file: str = port(help="The file with the cursor.")
        language: str = port(help="Its language by its name.")
        text: str = port(help="Its text.")
        before: str = port(help="The text before the cursor.")
        after: str = port(help="The text behind it.")
        rest: str = port(help="What stands behind it on its line.")
        offset: int = port(help="Where it stands, in characters.")
        at: float = port(help="When, in seconds.")
        tabs: list[Any] = port(help="All files, most recently used first: `source`, `text`, `language`.")
        asks: bool = port(help="True if a completion is asked for.")
        cycling: bool = port(help="True if more completions are asked for.")
        decision: Any = port(type="json", help="What was decided about what was shown; absent if nothing was.")
        change: Any = port(help="What changed: `file`, `offset`, `removed`, `inserted`; null if nothing did.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**keystroke(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(keystroke, takes_firing=False)
