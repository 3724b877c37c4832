"""`edit.other_tabs`: the other files that are open."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed
from studio.support.values import Json


@node("edit.other_tabs", title="Other tabs", category="Code", icon="file-list", limits="`most`, `characters`")
class OtherTabs(Node):
    """Give the other open files of the same language, in their order, until there are enough.

    It ends at the first file with which there would be too many characters, of whatever language. Source: GitHub
    Copilot's neighbouring tabs (copilot-explorer, extension 1.57).
    """

    class Params(Fields):
        most: int = param(20, ge=0, le=10_000, help="At most so many files.")
        characters: int = param(200_000, ge=0, le=100_000_000, help="At most so many characters in all.")

    class In(Fields):
        tabs: list[Any] = port(help="Open files, most recently used first: `source`, `text`, `language`.")
        file: str = port(help="The file with the cursor, which is left out.")
        language: str = port(help="Its language.")

    class Out(Fields):
        files: list[Any] = port(help="The files.")
        length: int = port(help="How many there are.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**other_tabs(**vars(inputs), **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(other_tabs, changed(params), takes_firing=False)


def other_tabs(
    tabs: list[Json], file: str, language: str, *, most: int = 20, characters: int = 200_000
) -> dict[str, Any]:
    """Return the other files of a language."""
    found: list[Json] = []
    size = 0
    for tab in tabs:
        length = len(tab["text"])
        if len(found) >= most or size + length > characters:
            break
        if tab["source"] != file and tab["language"] == language:
            found.append(tab)
            size += length
    return {"files": found, "length": len(found)}
