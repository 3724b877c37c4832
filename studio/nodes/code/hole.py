"""`code.hole`: the place in a file at which code is to be completed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain
from studio.support.errors import NodeError
from studio.support.values import Json, preview


@node("code.hole", title="Find the hole", category="Code", icon="code", limits="linear in the text")
class Hole(Node):
    """Find the place in a file at which code is to be completed, and give what stands before it.

    Lines are counted from 0: the hole is line `line`, and what a prompt may show begins at line `start`. Unfinished
    code that is given as `code` takes the place of the file; its end is the hole. A file that is not there, and a hole
    outside of it, are refused.
    """

    class In(Fields):
        files: list[Any] = port(help="Files: objects with `source` (the name) and `text`.")
        file: str = port(help="The name of the file with the hole.")
        line: int = port(help="The line of the hole, counted from 0; the number of lines is the end of the file.")
        start: int = port(0, help="The first line that may be shown, counted from 0.")
        code: str = port("", help="Unfinished code in place of the file; then `line` is not looked at.")

    class Out(Fields):
        text: str = port(help="The text of the file, or the code.")
        before: str = port(help="What may be shown of it: the lines before the hole.")
        line: int = port(help="The line of the hole.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**find_hole(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(find_hole, takes_firing=False)


def find_hole(files: Sequence[Json], file: str, line: int, start: int = 0, code: str = "") -> dict[str, Any]:
    """Return the text with the hole, what stands before it, and its line."""
    text = code or _text_of(files, file)
    lines = text.splitlines()
    hole = len(lines) if code else line
    where = "The code" if code else f"`{file}`"
    if not 0 <= hole <= len(lines):
        raise NodeError(
            f"The hole is at line {hole}, but {where} has {len(lines)} lines.",
            hint=f"Give a line from 0 to {len(lines)}; they are counted from 0.",
            code="input",
        )
    if not 0 <= start <= hole:
        raise NodeError(
            f"What may be shown begins at line {start}, but the hole is at line {hole}.",
            hint=f"Begin it at a line from 0 to {hole}.",
            code="input",
        )
    return {"text": text, "before": "\n".join(lines[start:hole]), "line": hole}


def _text_of(files: Sequence[Json], file: str) -> str:
    for one in files:
        if not isinstance(one, Mapping) or not isinstance(one.get("text"), str):
            raise NodeError(
                f"A file is an object with `source` and `text`, not {preview(one)}.",
                hint="Wire the files of a folder.",
                code="input",
            )
        if one.get("source") == file:
            return str(one["text"])
    names = ", ".join(f"`{one['source']}`" for one in files[:5] if isinstance(one, Mapping) and "source" in one)
    raise NodeError(
        f"There is no file `{file}` among the {len(files)} of the folder.",
        hint=f"Name one relative to the folder, as in {names}." if names else "Give the folder files of code first.",
        code="input",
    )
