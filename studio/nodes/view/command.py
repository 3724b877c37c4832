"""`view.command`: one thought and one command out of a model's reply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent
from studio.tools.agent_commands import read_command

COMMANDS = (
    "open", "goto", "scroll_down", "scroll_up", "find_file", "search_dir", "search_file", "create", "edit", "submit",
)  # fmt: skip


@node("view.command", title="Read a command", category="Text", icon="command", limits="one command a reply")
class ReadCommand(Node):
    """Read one thought and one command out of a reply: some text, then a block of code whose first line is a command.

    Commands that are not known are for a shell and come out as `shell`, with the whole block as `line`. `edit 2:4`
    takes the lines after it, up to a line `end_of_edit`, as its `body`. A reply without exactly one block has a
    `problem`, to be fed back to the model. (SWE-agent, `config/sweagent_0_7/07.yaml`.)
    """

    class Params(Fields):
        known: list[Any] = param(list(COMMANDS), help="Names of the commands that are no commands of a shell.")

    class In(Fields):
        text: str = port(help="The reply.")

    class Out(Fields):
        thought: str = port(help="What stands outside of the block.")
        name: str = port(help="The name of the command, or `shell`; absent if there is a problem.")
        arguments: list[Any] = port(help="The words after the name.")
        first: str = port(help="The first of them; absent if there is none.")
        numbers: list[Any] = port(help="The whole numbers among them.")
        line: str = port(help="The command as it stands.")
        body: str = port(help="The lines after the command.")
        problem: str = port(help="What is wrong with the reply; absent if it can be read.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not all(isinstance(name, str) and name for name in params.known):
            yield "`known` lists names of commands."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        found = read_command(inputs.text, params.known)
        none: Any = Absent("the reply can be read")
        nothing: Any = Absent(found.problem or "the command has no argument")
        return self.Out(
            thought=found.thought,
            name=nothing if found.problem else found.name,
            arguments=list(found.arguments),
            first=found.arguments[0] if found.arguments else nothing,
            numbers=list(found.numbers),
            line=found.line,
            body=found.body,
            problem=found.problem or none,
        )
