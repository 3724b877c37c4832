"""May the runs of an experiment be made here? Asked once for all of them, before the first.

Graphs and judges need what every graph needs. What a variant makes of an approved graph is the person's own doing if it
was asked for on the command line. A file may come from a stranger, and one setting turns a harmless command into
another, one knockout removes the node that asks before something is done: where a graph may do anything, such an
experiment is approved as a whole.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from studio.batch.design.plan import Arm, Plan
from studio.support.errors import UsageError
from studio.support.values import hash_bytes, sorted_encode
from studio.trust.approvals import Approvals
from studio.trust.gate import require_approval
from studio.trust.survey import survey_whole

_HOW: Final = "experiment"
_CHANGES: Final = frozenset({"variants", "vary", "knockouts"})
"""Keys that make variants."""


class ExperimentNotApproved(UsageError):
    """An experiment file changes a graph that may do something, and nobody here approved that."""

    code = "not_approved"

    def __init__(self, plan: Plan, arms: Collection[Arm], hash: str) -> None:
        named = ", ".join(f"`{arm.variant.name}`" for arm in list(arms)[:5])
        more = f" and {len(arms) - 5} more" if len(arms) > 5 else ""
        super().__init__(
            f"This experiment changes what a graph may do, or how it comes to do it, and nobody here approved that: "
            f"{named}{more}.",
            where=plan.experiment.file,
            hint=f"Look through its variants; then `--approve {hash}` lets it run.",
        )
        self.hash = hash


def approved_hashes(plan: Plan, approve: Collection[str] = ()) -> frozenset[str]:
    """Return what the runs of a plan are to be given as approved: `approve`, and what follows from it for variants.

    Raises NotApproved for a graph or a judge that may not run here, ExperimentNotApproved for an experiment file that
    changes one and is not approved itself.
    """
    found = set(approve)
    changed: list[tuple[Arm, str]] = []
    for judge in plan.judges.values():
        require_approval(judge.graph, survey_whole(judge.graph, judge.registry), approve)
    for name, one in plan.graphs.items():
        asked = survey_whole(one.graph, one.registry)
        require_approval(one.graph, asked, approve)
        found.add(asked.hash)
        for arm in plan.arms:
            if arm.graph_name == name and (arm.variant.settings or arm.variant.knockouts):
                survey = survey_whole(plan.graph_of(arm), one.registry)
                if survey.asks:
                    changed.append((arm, survey.hash))
    experiment = plan.experiment
    given = {key for key in _CHANGES if getattr(experiment, key)}
    if not given <= experiment.own:
        known = Approvals()
        waiting = [(arm, hash) for arm, hash in changed if hash not in found and not known.has(hash)]
        if waiting:
            whole = experiment_hash(plan, [hash for _, hash in waiting])
            if whole not in approve and not known.has(whole):
                raise ExperimentNotApproved(plan, [arm for arm, _ in waiting], whole)
    return frozenset(found | {hash for _, hash in changed})


def experiment_hash(plan: Plan, surveys: Collection[str]) -> str:
    """Return what an experiment is approved by: all that it says, and what its variants may do."""
    return hash_bytes(b"experiment\0" + sorted_encode([plan.experiment.hash, sorted(surveys)]))


def approve_experiment(plan: Plan, hash: str) -> None:
    """Remember that an experiment, as it is now, may be run."""
    Approvals().remember(hash, plan.experiment.name or "experiment", _HOW, plan.experiment.file)
