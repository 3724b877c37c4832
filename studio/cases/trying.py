"""Plays cases and judges them: the one call behind `studio test` and the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from studio.cases.case import Case
from studio.cases.judging import Failure, judge
from studio.cases.playing import AsksAnew, Played, Stop, play
from studio.graph.model import Graph
from studio.spec.registry import Registry
from studio.support.values import Json


@dataclass
class Outcome:
    """A case that was played. `source` is the file or run it comes from, `seconds` how long playing took."""

    case: Case
    source: str
    graph: str
    failures: Sequence[Failure] = ()
    played: Played = field(default_factory=Played)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """True if nothing is wrong."""
        return not self.failures

    def to_json(self) -> dict[str, Json]:
        """Return the outcome for programs."""
        return {
            "case": self.case.name,
            "source": self.source,
            "line": self.case.place.line or None,
            "graph": self.graph,
            "node": self.case.node,
            "passed": self.passed,
            "failures": [failure.to_json() for failure in self.failures],
            "outputs": self.played.outputs,
            "calls": self.played.calls,
            "asked_anew": len(self.played.asked),
            "duration_s": round(self.seconds, 3),
        }


def try_case(
    case: Case,
    graph: Graph,
    source: str,
    *,
    again: str = "",
    registry: Registry | None = None,
    db: Path | None = None,
    live: AsksAnew | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """Play a case over today's graph and judge it. `again` is the hint how to record it anew, for what was not
    recorded; `db`, `live` and `stop` as in `play`."""
    begin = perf_counter()
    played = play(case, graph, registry=registry, db=db, live=live, stop=stop)
    failures = judge(case, played, again=again)
    return Outcome(case, source, str(graph.place.file or graph.name), failures, played, perf_counter() - begin)


def repeats(case: Case, graph: Graph, *, registry: Registry | None = None, db: Path | None = None) -> Failure | None:
    """Return the first way in which a case does not repeat what was recorded over the graph it was recorded with."""
    checked = Case(case.name, case.node, case.inputs, equal=True, recorded=case.recorded, place=case.place)
    failures = judge(checked, play(checked, graph, registry=registry, db=db), again="")
    return next(iter(failures), None)
