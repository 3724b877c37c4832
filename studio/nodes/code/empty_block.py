"""`code.empty_block`: whether a block begins at the cursor."""

from __future__ import annotations

from typing import Any

from studio.documents.code.blocks import is_empty_block_start
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("code.empty_block", title="Does a block begin here?", category="Code", icon="code", limits="linear in the text")
class EmptyBlock(Node):
    """Tell whether the cursor stands where a block of code begins that has no body yet.

    Then a completion of several lines is wanted, else one line (GitHub Copilot's block mode). Known are Python,
    JavaScript, TypeScript, Go and Ruby, told from the text alone. In very long files it is never so.
    """

    class Params(Fields):
        most_lines: int = param(8_000, ge=1, le=10_000_000, help="In files of so many lines and more the answer is no.")

    class In(Fields):
        before: str = port(help="The text before the cursor.")
        after: str = port("", help="The text behind it.")
        language: str = port(help="The language, as in `python`.")
        middle: bool = port(False, help="Brackets stand behind the cursor on its line: look behind them, too.")

    class Out(Fields):
        multiline: bool = port(help="True if an empty block begins.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**block_mode(**vars(inputs), **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(block_mode, changed(params), takes_firing=False)


def block_mode(
    before: str, language: str, after: str = "", middle: bool = False, *, most_lines: int = 8_000
) -> dict[str, Any]:
    """Return whether several lines are wanted."""
    if (before + after).count("\n") + 1 >= most_lines:
        return {"multiline": False}
    begins = is_empty_block_start(before, after, language)
    if not begins and middle:
        rest = after.split("\n", 1)[0]
        begins = is_empty_block_start(before + rest, after[len(rest) :], language)
    return {"multiline": begins}
