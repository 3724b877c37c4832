"""`view.window`: a window on a file, to be opened, moved and scrolled by a model."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent
from studio.tools.viewer import MOVES, OVERLAP, WINDOW, view


@node("view.window", title="Window on a file", category="Files", icon="window", limits="as many lines as `lines` says")
class Window(Node):
    """Show a window of lines of a file, with their numbers and how many more there are above and below.

    *open* shows a file from its beginning or around `line`, *goto* goes to a line, *scroll_down* and *scroll_up* move
    by the window less the overlap, *show* shows the same again. The place is the middle line of the window: feed `at`
    back. What is not possible comes out of `problem` as a sentence. (SWE-agent, `config/commands/defaults.sh`.)
    """

    class Params(Fields):
        lines: int = param(WINDOW, ge=6, le=10_000, help="How many lines the window has.")
        overlap: int = param(OVERLAP, ge=0, le=1_000, help="How many lines stay in sight when scrolling.")

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        name: str = port("", help='The file that is open, or to be opened; "" for none.')
        move: str = port("show", help="What to do: open, goto, scroll_down, scroll_up or show.")
        at: int = port(0, help="The middle line before the move.")
        line: int = port(None, help="The line to open at or go to.")

    class Out(Fields):
        text: str = port(help="What is seen, or why nothing is.")
        at: int = port(help="The middle line of the window after the move.")
        name: str = port(help="The file that is open after the move; absent if there is none of that name.")
        problem: str = port(help="Why the move is not possible; absent if it was.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if inputs.move not in MOVES:
            raise NodeError(f"there is no move `{inputs.move[:40]}`.", hint=f"Use one of {', '.join(MOVES)}.")
        name = inputs.name.removeprefix("./")
        text = inputs.files.get(name)
        if not name or not isinstance(text, str):
            problem = f"There is no file `{name[:200]}`." if name else "No file is open. Use `open NAME` first."
            nothing: Any = Absent(problem)
            return self.Out(text=problem, at=inputs.at, name=nothing, problem=problem)
        seen = view(name, text, inputs.move, inputs.at, inputs.line, window=params.lines, overlap=params.overlap)
        none: Any = Absent("the move was possible")
        return self.Out(text=seen.problem or seen.text, at=seen.at, name=name, problem=seen.problem or none)
