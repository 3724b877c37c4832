"""How an example is recorded, and walked by the tests of all examples: `tests/data/examples/NAME.yaml`.

All keys may be left out:

inputs:    inputs of the recorded run, in place of the graph's own values
answers:   what the person says, in the order of the questions, or {node: path, answer: text}
replies:   script lines that answer in place of the embedded model
clock:     where the clock of the run stands (ISO 8601)
walked:    inputs of the tests that run every example in several ways: they need few rounds
stays:     node types of the graph that cannot go into a standalone script; the list is reviewed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from studio.export.standalone.problems import told_before
from studio.graph.model import Graph
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.graph.tree import parse
from studio.models.humans import AnswersFile
from studio.spec.registry import default_registry
from studio.support.values import Json, encode

FOLDER = Path(__file__).parents[1] / "data" / "examples"


@dataclass(frozen=True)
class Settings:
    """See the module. An example without a file is recorded and walked as it stands."""

    inputs: Mapping[str, Json] = field(default_factory=dict)
    answers: Sequence[Json] = ()
    replies: Sequence[Json] = ()
    clock: str | None = None
    walked: Mapping[str, Json] = field(default_factory=dict)
    stays: Sequence[str] = ()

    @property
    def walking(self) -> dict[str, Json]:
        """Inputs of a run that tests make."""
        return {**self.inputs, **self.walked}


def types_that_stay(graph: Graph) -> set[str]:
    """Return the types of the nodes which the export says cannot go into a standalone script."""
    registry = default_registry()
    found = (node_at(Scope(graph), path.replace(".", "/"), registry) for path, _ in told_before(graph, registry)[0])
    return {one[1].type for one in found if one is not None}


def run_words(inputs: Mapping[str, Json]) -> list[str]:
    """Return these inputs as words of `studio run`."""
    return [word for name, text in typed(inputs).items() for word in ("-i", f"{name}={text}")]


def script_words(inputs: Mapping[str, Json]) -> list[str]:
    """Return these inputs as words of a script. A boolean is `--name` or `--no-name`, as scripts take it that run the
    studio; one that stands alone wants a value, so give those none."""
    words: list[str] = []
    for name, text in typed(inputs).items():
        option = name.replace("_", "-")
        if isinstance(inputs[name], bool):  # a script takes these without a value
            words.append(f"--{option}" if inputs[name] else f"--no-{option}")
        else:
            words += (f"--{option}", text)
    return words


def typed(inputs: Mapping[str, Json]) -> dict[str, str]:
    """Return inputs as a person would type them."""
    return {name: value if isinstance(value, str) else encode(value).decode() for name, value in inputs.items()}


def answering(answers: Sequence[Json]) -> AnswersFile:
    """Return a person who gives these answers: texts, or `{"node": path, "answer": text}`."""
    lines = [
        (f"answer {number}", answer if isinstance(answer, str) else encode(answer).decode())
        for number, answer in enumerate(answers, 1)
    ]
    return AnswersFile(lines, "the prepared answers")


def settings_of(name: str) -> Settings:
    """Return the settings of an example. Raises ValueError for a key that is none."""
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        return Settings()
    said: Any = parse(path.read_text(encoding="utf-8"), path.name).root.plain()
    unknown = said.keys() - {one.name for one in fields(Settings)}
    if unknown:
        raise ValueError(f"{path.name}: {', '.join(sorted(unknown))} is no setting of an example")
    return Settings(**said)
