"""One thought and one command in a reply, as SWE-agent asks for: text, then a block of code that begins with a command.

The addition is wrong, so I correct line 2.
```
edit 2:2
    return a + b
end_of_edit
```
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

END_OF_EDIT: Final = "end_of_edit"
_FENCE = re.compile(r"^```[\w+-]*[ \t]*\n(.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)
_RANGE = re.compile(r"(\d{1,7}):(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done: `name` is one of the known commands, or `shell`; `line` the whole as it stands."""

    thought: str
    name: str = ""
    arguments: tuple[str, ...] = ()
    line: str = ""
    body: str = ""
    problem: str = ""
    numbers: tuple[int, ...] = field(default=())


def read_command(reply: str, known: Sequence[str]) -> Command:
    """Return the thought and the one command of a reply. A reply without exactly one block of code has a problem."""
    blocks = _FENCE.findall(reply if reply.endswith("\n") else reply + "\n")
    thought = _FENCE.sub("", reply if reply.endswith("\n") else reply + "\n").strip()
    if len(blocks) != 1 or not blocks[0].strip():
        return Command(thought, problem="Write one thought, then exactly one command between two lines of ```.")
    block: str = blocks[0].strip("\n")
    line, _, body = block.partition("\n")
    line = line.strip()
    name = line.split(maxsplit=1)[0] if line else ""
    if name not in known:
        return Command(thought, "shell", (), block.strip())
    rest = line[len(name) :].strip()
    if name == "edit":
        return _edit(thought, rest, block, body)
    try:
        arguments = tuple(shlex.split(rest))
    except ValueError:
        return Command(thought, name, (), line, problem="The quotation marks of the command do not match.")
    numbers = tuple(int(one) for one in arguments if one.isdecimal() and len(one) < 8)
    return Command(thought, name, arguments, line, body, numbers=numbers)


def _edit(thought: str, rest: str, block: str, body: str) -> Command:
    lines = body.split("\n")
    found = _RANGE.fullmatch(rest)
    if found is None:
        return Command(thought, "edit", (), block, problem="Write `edit FIRST:LAST`, as in `edit 2:4`.")
    if END_OF_EDIT not in (line.strip() for line in lines):
        return Command(thought, "edit", (), block, problem=f"End the new lines with a line `{END_OF_EDIT}`.")
    at = [line.strip() for line in lines].index(END_OF_EDIT)
    return Command(
        thought, "edit", (rest,), block, "\n".join(lines[:at]), numbers=(int(found.group(1)), int(found.group(2)))
    )
