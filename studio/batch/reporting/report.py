"""`Report`: all that is told of a batch, gathered once, whatever it is then written as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.batch.analysing.conclusions import Conclusions, conclude
from studio.batch.analysing.grouping import Grouping, group_by
from studio.batch.analysing.table import Table, read_table
from studio.batch.reporting.claims import Claim, claims
from studio.batch.reporting.making import Making, making_of
from studio.batch.reporting.outputs import Sample, samples
from studio.batch.reporting.wording import one_line
from studio.batch.statistics import Method
from studio.support.values import Json


@dataclass(frozen=True)
class Report:
    """What is told of a batch. `claims` begin with the answer; `drawings` are graphs coloured by what their modules are
    worth, as SVG by name; `grouping` is there where results by a variable were asked for."""

    table: Table
    found: Conclusions
    claims: tuple[Claim, ...]
    samples: tuple[Sample, ...]
    making: Making
    grouping: Grouping | None
    drawings: Mapping[str, str]

    @property
    def title(self) -> str:
        """What the batch is called."""
        return one_line(self.table.batch.name, 120) or "Experiment"

    def reasons(self) -> list[tuple[str, str, int]]:
        """Return (arm, reason, runs) for all runs that failed or have no main score, the most first."""
        found = Counter[tuple[str, str]]()
        for line in self.table.lines:
            missing = bool(self.found.main) and line.scores.get(self.found.main) is None
            if line.status != "ok" or missing:
                why = line.error or line.missing.get(self.found.main, "") or line.status
                found[self.table.arm_of(line), one_line(why)] += 1
        return [(arm, why, count) for (arm, why), count in sorted(found.items(), key=lambda one: (-one[1], one[0]))]

    def as_json(self) -> dict[str, Json]:
        """Return it as a JSON object: the claims, the conclusions, and how the batch was made."""
        batch = self.table.batch
        return {
            "batch": batch.id, "name": batch.name, "status": batch.status, "planned": batch.planned,
            "done": len(self.table.lines), "hypothesis": self.table.experiment.hypothesis,
            "claims": [{"kind": one.kind, "text": one.text, "arms": list(one.arms)} for one in self.claims],
            "conclusions": self.found.as_json(),
            "groups": None if self.grouping is None else self.grouping.as_json(),
            "making": {**dict(self.making.facts), "graph_hashes": dict(self.making.hashes)},
            "experiment": self.table.experiment.to_json(),
        }  # fmt: skip


def read_report(
    db: Path, batch: str = "last", *, by: str = "", score: str = "", method: Method | None = None
) -> Report:
    """Gather what is told of a batch, also of one under way. `by` names a variable (see `Table.variables`), `score` the
    score that claims are about. Raises UsageError for what is not there, EnvironmentProblem for an unreadable file."""
    table = read_table(db, batch)
    found = conclude(table, method, score)
    grouping = group_by(table, by, found) if by else None
    return Report(
        table, found, claims(table, found), samples(table, found, db), making_of(table, db), grouping,
        drawings(table, found, db),
    )  # fmt: skip


def drawings(table: Table, found: Conclusions, db: Path) -> dict[str, str]:
    """Return the graphs whose modules were judged, as they were run whole, coloured by the verdicts."""
    from studio.batch.reporting.coloured_graph import coloured_graph
    from studio.graph.model import Graph
    from studio.plugins.registries import registry_of
    from studio.trace import Trace

    made: dict[str, str] = {}
    with Trace(db) as trace:
        for name, modules in found.modules.items():
            whole = next(one for one in found.arms if one.graph == name and not table.variant_of(one.name).to_json())
            run = table.by_arm[whole.name][0].run
            if trace.has_run(run):
                graph = Graph.from_text(trace.graph_text(run), name=trace.run(run).graph or name)
                made[name] = coloured_graph(graph, modules, registry_of(graph))
    return made
