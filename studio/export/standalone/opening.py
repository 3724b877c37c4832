"""The docstring of a script: what it is, how it is called, what it does not do."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from studio.export.literals import docstring
from studio.export.standalone.commanding import command_line, input_options
from studio.export.standalone.names import snake
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.export.standalone.commanding import Asked
    from studio.export.standalone.script import Script

DIFFERENCES = (
    "What the studio does and this script does not: answers from its cache, going on with a run that was cut off, "
    "asking for approval before a stranger's graph runs, breakpoints and other steering."
)

FILES = "It looks for files in the folder where it lies itself; --files DIR names another."

RACES = "Where several wires race for one input, this script takes the first in the order of the graph."


def opening(script: Script, asked: Asked, libraries: list[str]) -> str:
    """Return the docstring, as source."""
    plan = script.top.plan
    graph = plan.graph
    name = snake(graph.name)
    needs = [*libraries, *(["litellm"] if asked.models or asked.embedders else [])]
    made = f"Made by Ganglia Studio {version('ganglia-studio')} from {script.file or graph.name}."
    needed = f"It needs Python 3.11 or later{' and ' + ' and '.join(needs) if needs else ''}, nothing else:"
    call = command_line(f"{name}.py", input_options(plan), model=bool(asked.models), embedder=bool(asked.embedders))
    lines = [f"    {line}" for line in ([f"pip install {' '.join(needs)}"] if needs else []) + [call]]
    races = any(node.race_inputs for wiring in script.wirings for node in wiring.plan.nodes)
    about = [plain_line(part) for part in graph.about.strip().split("\n\n") if part.strip()]
    files = f"{FILES} " if asked.files else ""
    recording = (
        f"{files}With --db FILE the run is recorded, for the studio to show and replay; --help tells all options. "
        "First come the modules, then how they are wired, then `main`. Below the long line stands the runtime that "
        "they share, and at the end the graph itself, as the studio reads it."
    )
    parts = [
        *(about or [f"The graph {plain_line(graph.name)}."]),
        f"{plain_line(made)} {needed}",
        "\n".join(lines),
        recording,
        f"{DIFFERENCES} {RACES}" if races else DIFFERENCES,
    ]
    return docstring("\n\n".join(parts), indent=0)
