"""The plan of an experiment as a driver wants it: graphs as texts, variants as what they change, runs as messages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from studio.batch.design.conditions import looks_around
from studio.batch.design.plan import Arm, Plan, RunSpec
from studio.batch.design.scores import scoring_json
from studio.batch.design.trusting import approved_hashes
from studio.batch.driving.jobs import Job
from studio.batch.work.messages import TakeGraph
from studio.support.values import Json, encode, hash_bytes


class PlannedJobs:
    """The runs of a plan, in its order.

    Raises as `approved_hashes` does for what nobody approved.
    """

    def __init__(self, plan: Plan, *, approve: Collection[str] = ()) -> None:
        self._plan = plan
        approved = approved_hashes(plan, approve)
        self.graphs: dict[str, TakeGraph] = {}
        self._hashes: dict[str, str] = {}
        for name, one in plan.graphs.items():
            text = one.graph.to_text()
            hash = self._hashes[name] = hash_bytes(text.encode())
            base = "" if one.graph.base is None else str(one.graph.base.absolute())
            self.graphs[hash] = TakeGraph(hash, one.graph.name, text, base, tuple(sorted(approved)))
        self._folder = str(Path.cwd())
        self._around = {name for name, one in plan.graphs.items() if looks_around(one.graph, one.registry)}
        self._arms = {(arm.graph_name, arm.variant.name): arm for arm in plan.arms}
        self._told = {arm.number: self._options_and_changes(arm) for arm in plan.arms}
        self.scoring: Json = scoring_json(plan, sorted(approved))
        self.judges = len(plan.judges)

    def __len__(self) -> int:
        return len(self._plan)

    def __iter__(self) -> Iterator[Job]:
        return map(self._job, self._plan)

    def _job(self, spec: RunSpec) -> Job:
        arm = self._arms[spec.graph_name, spec.variant.name]
        options, changes = self._told[arm.number]
        row = {"index": spec.row.index, "values": dict(spec.row.values), "place": spec.row.place}
        inputs = {name: value for name, value in spec.inputs.items() if name not in spec.files}
        more = {"seed": spec.seed, "folder": self._folder}
        return Job(
            key=spec.key, place=spec.number, graph=spec.graph_name, variant=spec.variant.name, row=spec.row.index,
            seed=spec.seed, graph_hash=self._hashes[spec.graph_name], inputs=encode(inputs), row_values=encode(row),
            options={**options, **more}, changes=changes, files=dict(spec.files),
            looks_around=spec.graph_name in self._around,
        )  # fmt: skip

    def _options_and_changes(self, arm: Arm) -> tuple[dict[str, Any], bytes]:
        changed = {key: value for key, value in arm.variant.to_json().items() if key in ("set", "knockouts")}
        return self._plan.options_of(arm.variant), encode(changed) if changed else b""
