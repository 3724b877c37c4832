"""A model function alone: a graph of this node between its inputs and outputs, run on cases by batches.

The prompt is measured as it stands: without repairs and without a fallback, which would hide what it gets wrong. What
the node says of failing (`error`) is an output too, so that a violated check is a result and not a failed run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from studio.batch.analysing.table import Line
from studio.batch.design.score import Score
from studio.batch.design.spec import Experiment
from studio.batch.design.variants import Variant
from studio.batch.improving.node_cases import FUNCTION_TYPE, NodeCase, Subject
from studio.batch.improving.scoring import FUNCTION, IN, OUT, broken
from studio.batch.searching.rounds import Rounds, Stopped
from studio.editing.edits.naming import free_name
from studio.graph.model import Graph
from studio.support.errors import EnvironmentProblem
from studio.support.values import Json, encode, hash_bytes, sorted_encode
from studio.trace import Trace

KEPT: Final = "kept"
"""What the score is called: the share of what is expected that holds."""

AS_IT_IS: Final = "as it is"
"""What the present prompt is called in the batches."""

_FILE: Final = "alone.yaml"


@dataclass(frozen=True)
class Candidate:
    """What the node could be told: instructions and examples."""

    instructions: str
    examples: tuple[Json, ...] = ()

    @property
    def identity(self) -> str:
        """What tells it from others."""
        return hash_bytes(sorted_encode([self.instructions, list(self.examples)]))

    def text(self) -> str:
        """Return it as a text to be compared with another: the instructions, then an example on each line."""
        shown = "".join(f"{encode(example).decode()}\n" for example in self.examples)
        ending = "" if self.instructions.endswith("\n") else "\n"
        return f"{self.instructions}{ending}examples:\n{shown}" if shown else self.instructions


@dataclass(frozen=True)
class Measured:
    """What came of one case. `score` is the share kept, `given` the outputs, `wrong` says what does not hold."""

    score: float
    given: Mapping[str, Json] = field(default_factory=dict)
    wrong: Sequence[str] = ()
    run: str = ""
    calls: float = 0.0
    tokens: float = 0.0
    cost_usd: float | None = None


def graph_alone(subject: Subject) -> tuple[Graph, str]:
    """Return the graph of one node between inputs and outputs, and what the node is called in it."""
    ends = [IN + name for name in subject.inputs] + [OUT + name for name in (*subject.outputs, "error")]
    name = free_name(subject.name, ends)
    graph = Graph(f"{name}_alone")
    for port in subject.inputs:
        graph.add("flow.input", IN + port)
    graph.add(FUNCTION_TYPE, name, **{**subject.params, "repairs": 0, "fallback": "", "on_error": "route"})
    for port in subject.inputs:
        graph.connect(f"{IN}{port}.value", f"{name}.{port}")
    for port in (*subject.outputs, "error"):
        graph.add("flow.output", OUT + port)
        graph.connect(f"{name}.{port}", f"{OUT}{port}.value")
    return graph, name


class Bench:
    """Measures candidates on cases. `folder` is a place for the graph while it is measured; `model` answers for all
    roles, "" as the settings say. What was measured once in this search is remembered."""

    def __init__(self, subject: Subject, rounds: Rounds, folder: Path, *, model: str = "", embedder: str = "") -> None:
        self._subject = subject
        self._rounds = rounds
        self._folder = folder
        self._model = model
        self._embedder = embedder
        graph, self._name = graph_alone(subject)
        graph.save(folder / _FILE)
        self._known: dict[tuple[str, str], Measured] = {}

    def measure(
        self, candidates: Sequence[Candidate], cases: Sequence[NodeCase], title: str, *, keep: float = 0.0
    ) -> list[list[Measured]]:  # fmt: skip
        """Return what came of each case under each candidate; `title` is what the batch is called, `keep` so many calls
        of the budget that are to be left.

        Raises EnvironmentProblem if cases could not be measured, twice, for a reason that is not the prompt's; Stopped
        before anything is asked that goes beyond the budget, and as rounds do.
        """
        waiting = [one for one in candidates if any(self._key(one, case) not in self._known for case in cases)]
        if waiting:
            todo = [case for case in cases if any(self._key(one, case) not in self._known for one in waiting)]
            if bound := self._rounds.reached(calls=keep + len(waiting) * len(todo)):
                raise Stopped(f"The bound {bound} is reached.", hint="Give more: `--budget`.")
            failed = self._made(waiting, todo, title, fresh=False)
            for one, case in failed:  # a moment later, a server may be there again
                if again := self._made([one], [case], f"{title}, again", fresh=True):
                    raise EnvironmentProblem(
                        f"A case ({again[0][1].place}) could not be measured: {self._why}",
                        hint="The same command goes on from here.",
                    )
        return [[self._known[self._key(one, case)] for case in cases] for one in candidates]

    def _made(
        self, candidates: Sequence[Candidate], cases: Sequence[NodeCase], title: str, *, fresh: bool
    ) -> list[tuple[Candidate, NodeCase]]:
        """Run a batch and remember what came of it; return what could not be scored."""
        now = Candidate(self._subject.instructions, self._subject.examples).identity
        by_name = {
            AS_IT_IS if one.identity == now else f"candidate {number}": one for number, one in enumerate(candidates)
        }
        table = self._rounds.run(self._experiment(by_name, cases, title), fresh=fresh)
        failed = []
        with Trace(self._rounds.db) as trace:
            for line in table.lines:
                one, case = by_name[line.variant], cases[line.row]
                score = line.scores.get(KEPT)
                if score is None:
                    self._why = line.missing.get(KEPT) or line.error
                    failed.append((one, case))
                else:
                    self._known[self._key(one, case)] = _measured(trace, line, case, score)
        return failed

    def _experiment(self, candidates: Mapping[str, Candidate], cases: Sequence[NodeCase], title: str) -> Experiment:
        variants = tuple(Variant(name, self._settings(one)) for name, one in candidates.items())
        return Experiment(
            {"alone": _FILE}, name=title, data=[case.row() for case in cases], variants=variants,
            compare=variants[0].name, scores=(Score(KEPT, "function", FUNCTION, own=True),), model=self._model,
            embedder=self._embedder, base=self._folder, own=frozenset({"variants", "model", "embedder"}),
        )  # fmt: skip

    def _settings(self, one: Candidate) -> dict[str, Json]:
        return {f"{self._name}.instructions": one.instructions, f"{self._name}.examples": list(one.examples)}

    @staticmethod
    def _key(one: Candidate, case: NodeCase) -> tuple[str, str]:
        return one.identity, case.identity


def _measured(trace: Trace, line: Line, case: NodeCase, score: float) -> Measured:
    outputs: Mapping[str, Any] = trace.decoded(trace.run(line.run).outputs)
    totals = {"status": line.status, "error": line.error, **line.measures}
    given = {name.removeprefix(OUT): value for name, value in outputs.items()}
    return Measured(
        float(score), given, tuple(broken(outputs, case.row(), totals)), line.run, line.measures.get("calls", 0.0),
        line.measures.get("tokens", 0.0), line.measures.get("cost_usd"),
    )  # fmt: skip
