"""A graph as a notebook (`.ipynb`, format 4.5): its bodies, its modules and wires, a run, and what came of it.

The code is the studio script's, cut into cells where the script has blank lines: a function for each body, then the
graph step by step, the prompts of a step above it. Joined, the cells of code are a script again.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from studio.export.formatting import formatted_parts
from studio.export.literals import literal, text_literal
from studio.export.markdown_text import markdown_text
from studio.export.script.graphs import GraphWriter, Made
from studio.export.script.names import Names
from studio.graph.model import Graph
from studio.graph.ports import body_fields
from studio.graph.scope import Scope
from studio.spec.fields import MISSING
from studio.spec.registry import Registry
from studio.spec.types import BLOB_TYPES
from studio.support.values import Json

FULL: Final = 14
"""Lines from which on a cell takes no further step."""
SHORT: Final = 5
"""Fewer lines are no cell of their own at the end."""

_OURS: Final = ("arun", "trace", "result", "prompt", "message", "firing")
_SETTINGS: Final = ("model", "runs", "inputs")


def notebook(graph: Graph, registry: Registry, *, folder: Path | None = None) -> str:
    """Return the notebook as JSON text. `folder` is where it will lie: files that the graph names are looked up from
    there (None: in the folder it is run in). Raises GraphError or UsageError for values that no file can hold."""
    tidy = Graph.from_text(graph.to_text(), base=graph.base)  # as its file says it, comments in their places
    found = list(_Notebook(tidy, registry, folder).cells())
    code = iter(formatted_parts([source for kind, source, _ in found if kind == "code"]))
    cells = [
        _cell(number, kind, next(code) if kind == "code" else source, hidden)
        for number, (kind, source, hidden) in enumerate(found, 1)
    ]
    made = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _cell(number: int, kind: str, source: str, hidden: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{number:03d}",
        "metadata": {"jupyter": {"source_hidden": True}} if hidden else {},
        "source": source.rstrip("\n").splitlines(keepends=True),
    }
    return made | {"execution_count": None, "outputs": []} if kind == "code" else made


class _Notebook:
    def __init__(self, graph: Graph, registry: Registry, folder: Path | None) -> None:
        self.graph = graph
        self.folder = folder
        self.inputs, _ = body_fields(Scope(graph), registry)
        self.names = Names()
        for word in _OURS:
            self.names.function(word)
        for word in _SETTINGS:
            self.names.constant(word)

    def cells(self) -> Iterator[tuple[str, str, bool]]:
        """Yield kind, source, and whether the source is folded away."""
        graph = self.graph
        about = f"{markdown_text(graph.about)}\n\n" if graph.about.strip() else ""
        yield (
            "markdown",
            f"# {markdown_text(graph.name)}\n\n{about}A graph of Ganglia Studio. It needs the package: "
            "`pip install ganglia-studio`.\n",
            False,
        )
        yield self._code("from pathlib import Path", "", "from studio import Graph, Trace, arun", "", self._here())
        functions = {key: self.names.function(key) for key in graph.graphs}
        for key, inner in graph.graphs.items():
            yield from self._bodies(key, inner, functions[key])
        name = self.names.function(graph.name)
        writer = GraphWriter(graph, name, self.names, functions, base="HERE", returned=False)
        yield ("markdown", "## The graph\n", False)
        yield from self._steps(writer.write())
        yield ("markdown", "## A run\n\n`MODEL` is a model's name, or `None` for the one of your settings.\n", False)
        yield self._code(*self._settings())
        yield self._code(*_RUN)
        yield ("markdown", "## What came of it\n", False)
        yield self._code(*_OUTPUTS)
        yield ("markdown", "What every module did, tick by tick:\n", False)
        yield self._code(*_FIRINGS)
        yield ("markdown", "What the models were asked, what they answered, and what it cost:\n", False)
        yield self._code(*_PROMPTS)

    @staticmethod
    def _code(*lines: str, hidden: bool = False) -> tuple[str, str, bool]:
        return "code", "\n".join(lines), hidden

    def _here(self) -> str:
        """Return the source of the folder that relative names start from; a notebook is run in its own folder."""
        base = self.graph.base
        if self.folder is None or base is None:
            return "HERE = Path.cwd()"
        here, there = os.path.realpath(self.folder), os.path.realpath(base)
        if here == there or Path(here).anchor != Path(there).anchor:
            return "HERE = Path.cwd()"
        return f"HERE = Path.cwd() / {text_literal(Path(os.path.relpath(there, here)).as_posix())}"

    def _bodies(self, key: str, graph: Graph, name: str) -> Iterator[tuple[str, str, bool]]:
        """Yield the cells of a body: its own, and those of the bodies in it before."""
        functions = {inner: self.names.function(inner) for inner in graph.graphs}
        for inner, body in graph.graphs.items():
            yield from self._bodies(inner, body, functions[inner])
        made = GraphWriter(graph, name, self.names, functions).write()
        about = f"\n\n{markdown_text(graph.about)}" if graph.about.strip() else ""
        yield ("markdown", f"## The body {markdown_text(key)}{about}\n", False)
        yield self._code(*_constants(made.constants), *made.lines)
        if made.after:
            yield self._code(*_constants(made.after), hidden=True)

    def _steps(self, made: Made) -> Iterator[tuple[str, str, bool]]:
        """Yield the statements of the graph itself, out of their function, each step under the prompts it uses."""
        if made.after:
            yield self._code(*_constants(made.after), hidden=True)
        waiting = dict(made.constants)
        for step in _joined(_parts(made.lines[1:-1])):
            text = "\n".join(step)
            used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
            here = {name: waiting.pop(name) for name in list(waiting) if name in used}
            yield self._code(*_constants(here), *step)

    def _settings(self) -> Iterator[str]:
        yield "MODEL = None"
        yield f"RUNS = Path({text_literal(f'{_file_name(self.graph.name)}.runs.db')})"
        given: dict[str, Json] = {}
        asked: list[str] = []
        for name, field in self.inputs.items():
            if field.default is MISSING or field.type in BLOB_TYPES:
                asked.append(name)
            else:
                given[name] = field.default
        if asked:
            yield f"# Also needed here: {', '.join(text_literal(name) for name in asked)}."
        yield f"INPUTS = {literal(given)}"


_RUN: Final = (
    "result = await arun(graph, inputs=INPUTS, model=MODEL, db=RUNS)",
    'print(f"{result.status}, ended {result.ended} after {result.ticks} ticks")',
)
_OUTPUTS: Final = (
    "if result.error:",
    "    print(result.error)",
    "result.outputs",
)
_FIRINGS: Final = (
    "with Trace(RUNS) as trace:",
    "    for firing in trace.outline(result.run_id):",
    "        told = trace.outputs(firing) or firing.reason",
    '        print(f"tick {firing.tick:<6} {firing.node:<24} {firing.status:<8} {told}")',
)
_PROMPTS: Final = (
    "with Trace(RUNS) as trace:",
    "    for prompt in trace.prompts(result.run_id):",
    '        print(f"--- {prompt.node}, tick {prompt.tick}: {prompt.model}, {prompt.tokens} tokens, $ {prompt.cost}")',
    "        for message in prompt.messages:",
    "            print(f\"[{message['role']}] {message['content']}\")",
    '        print(f"=> {prompt.reply}\\n")',
    'print(f"{result.calls} calls, {result.tokens_in} tokens in, {result.tokens_out} out, $ {result.cost_usd}")',
)


def _constants(values: Mapping[str, Json]) -> list[str]:
    return [f"{name} = {literal(value)}\n" for name, value in values.items()]


def _parts(lines: Sequence[str]) -> Iterator[list[str]]:
    """Cut the body of a function at its blank lines, and take its indent away."""
    part: list[str] = []
    for line in lines:
        if line:
            part.append(line.removeprefix("    "))
        elif part:
            yield part
            part = []
    if part:
        yield part


def _joined(parts: Iterator[list[str]]) -> Iterator[list[str]]:
    """Join steps until a cell is full; one that is no Python by itself, or too short, stays with its neighbour."""
    cell: list[str] = []
    full: list[str] = []
    for part in parts:
        cell += ["", *part] if cell else part
        if _length(cell) >= FULL and _is_whole(cell):
            if full:
                yield full
            full, cell = cell, []
    if full and (not cell or _length(cell) < SHORT):
        full += ["", *cell] if cell else []
        cell = []
    yield from filter(None, (full, cell))


def _length(lines: Sequence[str]) -> int:
    return sum(line.count("\n") + 1 for line in lines)


def _is_whole(lines: Sequence[str]) -> bool:
    try:
        return bool(ast.parse("\n".join(lines)).body)
    except SyntaxError:
        return False


def _file_name(name: str) -> str:
    """Return a graph's name as part of a file's: letters, digits, and `_` for all else."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name)[:60] or "graph"
