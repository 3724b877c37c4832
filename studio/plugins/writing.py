"""A new node type, written as a file to start from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from studio.plugins.files import FOLDER
from studio.plugins.registries import own_types, trust_file
from studio.spec.node import Effects
from studio.support.errors import EnvironmentProblem, UsageError

NAME: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


def write_node(project: Path, name: str, effects: Effects = "pure") -> Path:
    """Write the file of a new node type and return its path. The file counts as the person's own from then on, whatever
    is written into it; other files of the folder, which may come with what is fetched from others, do not.

    Raises UsageError for a name that cannot be, or is taken, or a file that is there; EnvironmentProblem where the disk
    refuses.
    """
    if not NAME.fullmatch(name):
        raise UsageError(
            f"`{name}` cannot name a node type.",
            hint="Write a group, a dot, and a name, of small letters, digits and `_`: my.shout.",
        )
    types = own_types(project)
    if types.registry.find(name) is not None or any(name in file.types for file in types.files):
        raise UsageError(f"There is a node type `{name}` already.", hint="Choose another name.")
    group, own = name.split(".")
    path = project / FOLDER / f"{own}.py"
    if path.exists() or path.is_symlink():
        path = project / FOLDER / f"{group}_{own}.py"
    if path.exists() or path.is_symlink():
        raise UsageError("There is a file of this name already.", where=str(path), hint="Choose another name.")
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(node_text(name, effects))
    except OSError as error:
        raise EnvironmentProblem(f"The file cannot be written: {error.strerror or error}.", where=str(path)) from None
    trust_file(path)
    return path


def node_text(name: str, effects: Effects = "pure") -> str:
    """Return the text of a node type to start from: it works as it stands."""
    own = name.split(".")[1]
    cls = "".join(part.capitalize() for part in own.split("_") if part) or "Mine"
    words = own.replace("_", " ").strip()
    template = _PURE if effects == "pure" else _ASKING
    return template.replace("NAME", name).replace("CLASS", cls).replace("WORDS", words).replace("EFFECTS", effects)


_PURE: Final = '''"""`NAME`: say here in a few words what it does."""

from __future__ import annotations

from studio.spec import Fields, Node, RunContext, node, param, port


@node("NAME", category="My nodes", icon="node", limits="")
class CLASS(Node):
    """Give a text back, WORDS: this first sentence is shown in the list of nodes.

    What follows is its help: say what each output is, when one is absent, and what fails the node.
    """

    class Params(Fields):
        times: int = param(1, ge=1, le=100, help="How often the text is repeated.")

    class In(Fields):
        text: str = port(help="What to work on.")

    class Out(Fields):
        text: str = port(help="What came of it.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        # A pure node's outputs follow from params and inputs alone. Nothing is kept on `self`.
        return self.Out(text=" ".join([inputs.text] * params.times))
'''

_ASKING: Final = '''"""`NAME`: say here in a few words what it does."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path

from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json


@node("NAME", category="My nodes", icon="node", effects="EFFECTS", limits="one file")
class CLASS(Node):
    """Look something up outside, WORDS: this first sentence is shown in the list of nodes.

    What follows is its help: say what each output is, when one is absent, and what fails the node.
    """

    class Params(Fields):
        file: str = param("notes.txt", help="A file of the project.")

    class In(Fields):
        when_asked: str = port("", help="Anything: a wire here decides when it happens.")

    class Out(Fields):
        text: str = port(help="What was found.", private=True)

    @classmethod
    def permissions(cls, params: Params, wired: Collection[str]) -> Iterator[Permission]:
        # What a person approves before a graph of somebody else may use this node: all of it, nothing more.
        yield Permission("read", params.file)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        path = Path(ctx.project_path(params.file))  # refuses what lies outside of the project

        async def look() -> Json:
            try:
                return await asyncio.to_thread(path.read_text, "utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise NodeError(f"`{params.file}` cannot be read: {error}.", hint="Correct `file`.") from None

        # Everything from outside is asked through `ctx.effect`: it is recorded, and a replay answers from the record.
        # Set `irreversible=True` for what cannot be undone, `outbound=True` for what sends texts away.
        return self.Out(text=await ctx.effect("files", "NAME", {"file": params.file}, look))
'''
