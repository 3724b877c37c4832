"""A live run to be killed: it counts, and at each tick notes the number in a file, which nothing takes back.

graph = noting_graph(file, ticks=500)
run(graph, registry=noting_registry(), db=db)
"""

from __future__ import annotations

import os
from pathlib import Path

from studio.graph import Graph
from studio.graph.reading import read_graph
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.registry import Registry
from studio.support.values import Json
from tests.support.toys import Add


@node("live.note", category="Toys", effects="executes", needs_approval=False)
class Note(Node):
    """Appends a number to a file and says so on standard output: a side effect that can be counted afterwards."""

    class Params(Fields):
        file: str = param("", help="Where it notes.")
        irreversible: bool = param(True, help="Durable before it is done, and after.")

    class In(Fields):
        value: int = port()

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Note.Params, inputs: Note.In) -> Note.Out:
        async def perform() -> Json:
            with open(params.file, "a", encoding="utf-8") as file:  # noqa: ASYNC230, PTH123 - a line is short
                file.write(f"{inputs.value}\n")
            os.write(1, f"{inputs.value}\n".encode())
            return inputs.value

        request = {"number": inputs.value}
        done = await ctx.effect("tool", "note", request, perform, irreversible=params.irreversible)
        return self.Out(out=int(done))


def noting_registry() -> Registry:
    """Return the built-in types and those of this graph."""
    return Registry(extra=(Add, Note))


def noting_graph(file: Path, ticks: int, *, irreversible: bool = True) -> Graph:
    """Return a graph that counts from 1 to `ticks` and notes each number in `file`."""
    text = f"""\
studio: 1
name: noting
nodes:
  count: {{type: toy.add, plus: 1}}
  note: {{type: live.note, file: "{file}", irreversible: {str(irreversible).lower()}}}
  result: {{type: flow.output}}
edges:
  - count.out -> note.value
  - note.out -> result.value
  - count.out ~> count.a: {{initial: 0}}
max_ticks: {ticks}
"""
    return read_graph(text)


def noted(file: Path) -> list[int]:
    """Return the numbers that were noted, in order."""
    return [int(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
