"""`code.imports`: declarations of what a file imports from its neighbours."""

from __future__ import annotations

from typing import Any

from studio.documents.code.declarations import imported_declarations
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain
from studio.support.values import Json


@node("code.imports", title="Imported declarations", category="Code", icon="code", blocking=True,
      limits="linear in the text")  # fmt: skip
class Imports(Node):
    """Give the declarations, without bodies, of the names that a file imports from files beside it.

    For TypeScript only; for other languages there are none. Source: GitHub Copilot's import reader (copilot-explorer,
    extension 1.57).
    """

    class In(Fields):
        file: str = port(help="The name of the file.")
        text: str = port(help="Its text.")
        language: str = port(help="Its language.")
        files: list[Any] = port(help="All files: objects with `source` (the name) and `text`.")

    class Out(Fields):
        declarations: list[Any] = port(help="The declarations, each with a line feed at its end.")
        length: int = port(help="How many there are.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**imports(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(imports, takes_firing=False)


def imports(file: str, text: str, language: str, files: list[Json]) -> dict[str, Any]:
    """Return the declarations of what a TypeScript file imports."""
    if language not in ("typescript", "typescriptreact"):
        return {"declarations": [], "length": 0}
    known = {one["source"]: one["text"] for one in files if isinstance(one, dict)}
    found = [one if one.endswith("\n") else one + "\n" for one in imported_declarations(file, text, known)]
    return {"declarations": found, "length": len(found)}
