"""A graph → the script: what it is, its prompts, one function per graph, `main`, and at the end where things stand."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio.export.formatting import formatted
from studio.export.literals import docstring, literal, text_literal
from studio.export.script.graphs import GraphWriter, Made
from studio.export.script.inputs import Arguments, example
from studio.export.script.names import Names
from studio.graph.model import Graph
from studio.graph.ports import body_fields
from studio.graph.scope import Scope
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.spec.registry import Registry


def write_script(graph: Graph, registry: Registry, *, folder: Path | None = None, file: str = "") -> str:
    """Return the script of a graph.

    `folder` is where the script will lie: files that the graph names are then looked up where they are now (None: in
    the script's own folder); `file` is what it will be called, for its first lines. Raises GraphError or UsageError
    for values that no file can hold.
    """
    tidy = Graph.from_text(graph.to_text(), base=graph.base)  # the graph as its file says it, comments in their places
    return _Script(tidy, registry, folder, file or f"{graph.name}.py").write()


class _Script:
    def __init__(self, graph: Graph, registry: Registry, folder: Path | None, file: str) -> None:
        self.graph = graph
        self.folder = folder
        self.file = file
        self.names = Names()
        self.inputs, _ = body_fields(Scope(graph), registry)
        self.made: list[Made] = []

    def write(self) -> str:
        """Return the source, laid out."""
        top = self._graph(self.graph, self.names.function(self.graph.name), top=True)
        arguments = Arguments(self.inputs, top.inputs)
        parts = [*self._begin(arguments), *self._functions(), *self._main(top, arguments), *self._after(), _END]
        return formatted("\n".join(parts))

    def _graph(self, graph: Graph, name: str, *, top: bool = False) -> Made:
        """Write a graph and those in it; the outer ones come first."""
        bodies = {key: self.names.function(key) for key in graph.graphs}
        place = len(self.made)
        if top:
            shared = {key for key, field in self.inputs.items() if "value" in graph.nodes[key].params}
            writer = GraphWriter(graph, name, self.names, bodies, inputs=shared, base="HERE")
        else:
            writer = GraphWriter(graph, name, self.names, bodies)
        made = writer.write()
        self.made.insert(place, made)
        for key, inner in graph.graphs.items():
            self._graph(inner, bodies[key])
        return made

    # -- the parts of the file, top to bottom ----------------------------------------------------

    def _begin(self, arguments: Arguments) -> Iterator[str]:
        yield docstring(self._about(), indent=0)
        yield ""
        yield "from __future__ import annotations"
        yield ""
        if arguments.needs_argparse:
            yield "import argparse"
        if arguments.needs_json:
            yield "import json"
        yield "import sys"
        yield "from pathlib import Path"
        if self._has_any():
            yield "from typing import Any"
        yield ""
        yield "from studio import Graph"
        yield f"from studio.script import {', '.join(sorted({'play', 'run_parser', *arguments.readers}))}"
        yield ""
        yield f"HERE = {self._here()}"

    def _about(self) -> str:
        about = self.graph.about.strip() or f"The graph {self.graph.name}."
        file = shlex.quote(self.file)
        run = f"    python {file}{example(self.inputs)} --model embedded/smollm2-135m"
        return f"{about}\n\n{run}\n\nA graph of Ganglia Studio: `studio gui {file}` opens it in the window.\n"

    def _has_any(self) -> bool:
        values = [value for made in self.made for value in (*made.constants.values(), *made.after.values())]
        return any(isinstance(value, dict | list) for value in values)

    def _here(self) -> str:
        """Return the source of the folder that relative names start from."""
        own = "Path(__file__).resolve().parent"
        base = self.graph.base
        if self.folder is None or base is None:
            return own
        here, there = os.path.realpath(self.folder), os.path.realpath(base)
        if here == there:
            return own
        if Path(here).anchor != Path(there).anchor:
            return f"Path({text_literal(there)})"
        return f"{own} / {text_literal(Path(os.path.relpath(there, here)).as_posix())}"

    def _functions(self) -> Iterator[str]:
        for made in self.made:
            for name, value in made.constants.items():
                yield _constant(name, value)
            yield ""
            yield ""
            yield from made.lines

    def _main(self, top: Made, arguments: Arguments) -> Iterator[str]:
        yield from ("", "", "def main() -> int:", "    parser = run_parser(__doc__)")
        yield from (f"    {line}" for line in arguments.lines)
        yield "    args = parser.parse_args()"
        given = ", ".join(f"{text_literal(name)}: {source}" for name, source in arguments.given.items())
        yield f"    return play({top.name}, args, {{{given}}})" if given else f"    return play({top.name}, args)"

    def _after(self) -> Iterator[str]:
        constants = [(name, value) for made in self.made for name, value in made.after.items()]
        if constants:
            yield from ("", "")
            yield from (_constant(name, value) for name, value in constants)


_END: Final = """

if __name__ == "__main__":
    sys.exit(main())
"""


def _constant(name: str, value: Json) -> str:
    kind = ": dict[str, Any]" if isinstance(value, dict) else ": list[Any]" if isinstance(value, list) else ""
    return f"{name}{kind} = {literal(value)}\n"
