"""`edit.lines`: lines of a file replaced by others."""

from __future__ import annotations

from typing import Any

from studio.nodes.edit._closed import closed_of, closed_port
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent
from studio.tools.patches.closed import place_problem
from studio.tools.viewer import replaced


@node("edit.lines", title="Replace lines", category="Files", icon="edit", limits="one range of lines of one file")
class Lines(Node):
    """Replace a range of lines of a file among texts, or make a new file of one empty line.

    `numbers` are the first and the last line to replace, both included; an empty `new` deletes them. With *is_new* the
    file must not be there yet, nor may its name lead outside (`../x`), belong to git, or be that of secrets. What does
    not fit comes out of `problem`, and the files stay as they were.
    """

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        name: str = port("", help="The file to change or to make.")
        numbers: list[Any] = port([], help="The first and the last line to replace.")
        new: str = port("", help="The lines that take their place.")
        is_new: bool = port(False, help="Make a new file instead.")
        closed: list[Any] = closed_port()

    class Out(Fields):
        files: dict[str, Any] = port(help="The files after the edit; as they were if it does not fit.")
        applied: bool = port(help="True if the edit was made.")
        problem: str = port(help="Why not; absent if it was.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        name = inputs.name.removeprefix("./")
        text = inputs.files.get(name)
        problem, after = "", ""
        if not name:
            problem = "Name the file to make." if inputs.is_new else "No file is open. Use `open NAME` first."
        elif inputs.is_new:
            why = place_problem(name, inputs.files, closed_of(inputs.closed))
            problem = f"There is already a file `{name}`." if text is not None else why and f"`{name[:80]}` {why}."
            after = "\n"
        elif not isinstance(text, str):
            problem = f"There is no file `{name}`."
        elif len(inputs.numbers) != 2 or not all(type(number) is int for number in inputs.numbers):
            problem = "Say which lines to replace: the first and the last."
        else:
            after, problem = replaced(text, inputs.numbers[0], inputs.numbers[1], inputs.new)
        none: Any = Absent("the edit was made")
        files = inputs.files if problem else {**inputs.files, name: after}
        return self.Out(files=files, applied=not problem, problem=problem or none)
