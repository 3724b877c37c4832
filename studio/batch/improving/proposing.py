"""New instructions, written by a model from what went wrong: one recorded run of a small graph for each proposal.

The writing is itself a model function with checks. Its model is the one that was named for it; one that is far away is
never taken by itself, for instructions and cases may be private.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from studio.batch.design.spec import Experiment
from studio.batch.improving.bench import Candidate, Measured
from studio.batch.improving.node_cases import NodeCase, Subject
from studio.batch.searching.rounds import Rounds
from studio.graph.model import Graph
from studio.models.catalog import Catalog
from studio.settings.settings import current_settings
from studio.support.errors import UsageError
from studio.support.templates import as_text, placeholders
from studio.support.values import Json
from studio.trace import Trace

LONGEST: Final = 20_000
"""Characters of instructions that are taken from a model."""

SHOWN: Final = 1_500
"""Characters of each value that a model is shown of a case."""

_FILE: Final = "proposer.yaml"
_FENCE: Final = re.compile(r"\A```[\w-]*\n(.*?)\n?```\Z", re.DOTALL)
_DASHES: Final = re.compile(r"\s*-{3,}\s*")

_TASK: Final = """\
Below stand the instructions by which a language model does one narrow job, and what it gave on some cases.
Rewrite the instructions so that it does the job right on all cases of this kind.

Find out what the wrong cases have in common and say it as a general rule; the cases themselves will be others.
Keep what is right already. Say nothing that the cases do not show.
Names in single braces stand for the inputs. Keep each of them, and add none.

The names to keep: {names}

The instructions now, between the lines of dashes:
-----
{instructions}
-----

The cases:

{cases}

Answer with the new instructions alone: no comment, no dashes, no quotation marks around them.
"""


def reflecting_model(named: str, asked: str) -> str:
    """Return the model that proposes: the one named, else the one that the node asks (a role or a name), if that is
    on this machine. Raises UsageError if it is not."""
    if named:
        return named
    catalog = Catalog(settings=current_settings())
    model = catalog.resolve(asked or "default")
    if not catalog.provider(model).info.local:
        raise UsageError(
            f"The node asks {model}, which is not on this machine, and nobody said that it may read its cases to "
            "propose other instructions.",
            hint=f"Name who proposes: `--reflect-with {model}`, or a model of this machine.",
        )
    return model


def graph_of_proposer(names: Sequence[str]) -> Graph:
    """Return the graph that proposes instructions in which these names stand."""
    graph = Graph("proposer")
    for name in ("instructions", "cases", "names"):
        graph.add("flow.input", name, kind="text")
    checks: list[Json] = [
        {
            "name": f"keeps_{name}",
            "expression": f'contains(text, "{{{name}}}")',
            "message": f"Keep {{{{{name}}}}} in it.",
        }
        for name in names
    ]
    checks.append({"name": "short", "expression": f"len(text) <= {LONGEST}", "message": "Write less."})
    graph.add("llm.function", "writer", instructions=_TASK, checks=checks, repairs=2, temperature=0.7)
    graph.add("flow.output", "proposal")
    for name in ("instructions", "cases", "names"):
        graph.connect(f"{name}.value", f"writer.{name}")
    graph.connect("writer.text", "proposal.value")
    return graph


class Proposer:
    """Asks a model for other instructions. `folder` is a place for its graph while it is asked."""

    def __init__(self, subject: Subject, rounds: Rounds, folder: Path, model: str) -> None:
        self._rounds = rounds
        self._folder = folder
        self._model = model
        self._names = placeholders(subject.instructions)
        self.asked = 0
        graph_of_proposer(self._names).save(folder / _FILE)

    def propose(self, candidate: Candidate, cases: Sequence[tuple[NodeCase, Measured]]) -> str:
        """Return other instructions that can stand in place of the candidate's; these very ones if the model gave none
        that can. Raises as rounds do."""
        self.asked += 1
        row: dict[str, Json] = {
            "instructions": candidate.instructions,
            "cases": "\n\n".join(told(case, measured, number) for number, (case, measured) in enumerate(cases, 1)),
            "names": ", ".join(f"{{{name}}}" for name in self._names) or "none",
            "asked": self.asked,  # the same question asked again is another run
        }
        experiment = Experiment(
            {"proposer": _FILE}, name=f"proposal {self.asked}", data=[row], model=self._model, base=self._folder,
            own=frozenset({"model"}),
        )  # fmt: skip
        line = self._rounds.run(experiment).lines[0]
        if line.status != "ok":
            return candidate.instructions
        with Trace(self._rounds.db) as trace:
            said = trace.decoded(trace.run(line.run).outputs)["proposal"]
        text = cleaned(as_text(said))
        if problem_of(text, self._names):
            return candidate.instructions
        return text + "\n" if candidate.instructions.endswith("\n") else text


def cleaned(text: str) -> str:
    """Return what a model wrote without the fence or the dashes it put around it."""
    text = text.strip()
    if found := _FENCE.match(text):
        text = found[1]
    lines = text.strip().splitlines()
    while lines and _DASHES.fullmatch(lines[0]):
        del lines[0]
    while lines and _DASHES.fullmatch(lines[-1]):
        del lines[-1]
    return "\n".join(lines).strip()


def problem_of(text: str, names: Sequence[str]) -> str:
    """Return why a text cannot be the instructions of a node with these inputs, "" if it can."""
    if not text.strip():
        return "It says nothing."
    if len(text) > LONGEST:
        return f"It is longer than {LONGEST:,} characters."
    if set(placeholders(text)) != set(names):
        return "It names other inputs."
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        return "It holds signs that drive a terminal."
    return ""


def told(case: NodeCase, measured: Measured, number: int) -> str:
    """Return a case as the model that proposes is shown it."""
    lines = [f"Case {number}: {'right' if not measured.wrong else 'WRONG'}"]
    lines += [f"  {name}: {_cut(value)}" for name, value in case.inputs.items()]
    given = {name: value for name, value in measured.given.items() if name not in ("error", "scores", "confidence")}
    lines += [f"  it gave {name}: {_cut(value)}" for name, value in given.items()]
    lines += [f"  what is wrong: {_cut(sentence)}" for sentence in measured.wrong]
    return "\n".join(lines)


def _cut(value: Json) -> str:
    text = as_text(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + " …"
