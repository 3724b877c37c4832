"""The runs of an experiment, in order and by key; `planning` makes the plan.

Runs come in an order that may be broken off anywhere: seeds outermost, then rows, and for each row all variants in a
row, so that what is compared is always there for the same rows and seeds. They are made one by one when asked for: a
plan of a million runs takes no room.

The key of a run is over all that its result follows from: what the graph says under the variant (not its layout), the
types of its nodes, the row, the seed, the variant, how columns go into inputs, and the conditions (models, embedder,
clock, limits). It is the same in every process and on every machine, wherever files lie and in whatever order rows
stand; a run whose key is known already need not be made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from studio.batch.design.conditions import run_options
from studio.batch.design.expanding import Bodied
from studio.batch.design.fitting import Fitting
from studio.batch.design.functions import Code
from studio.batch.design.judges import Judge
from studio.batch.design.rows import Row, Rows
from studio.batch.design.spec import Experiment
from studio.batch.design.variants import Variant, varied
from studio.graph.model import Graph
from studio.support.errors import UsageError
from studio.support.values import Blob, Json, hash_bytes, sorted_encode


@dataclass(frozen=True, slots=True)
class Arm:
    """A graph under a variant. `hash` is over what it says then, `said` over that and all conditions."""

    number: int
    graph_name: str
    variant: Variant
    hash: str
    said: str = field(repr=False)

    @property
    def name(self) -> str:
        """What it is called where there are several graphs."""
        return f"{self.graph_name}: {self.variant.name}"


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run that is to be made. `inputs` are all that it is given; `files` are the files that some of them stand
    for. `number` is its place in the plan."""

    number: int
    key: str
    graph_name: str
    variant: Variant
    row: Row
    seed: int
    inputs: Mapping[str, Json]
    files: Mapping[str, str] = field(default_factory=dict)

    def given(self) -> dict[str, Json]:
        """Return the inputs as `arun` takes them, with the bytes of files in them. Raises UsageError if a file is not
        what it was when the plan was made."""
        found = dict(self.inputs)
        for name, file in self.files.items():
            blob = Blob(Path(file).read_bytes() if Path(file).is_file() else b"", found[name]["type"])
            if blob.value() != found[name]:
                raise UsageError(f"The file of the input `{name}` has changed since the batch began.", where=file)
            found[name] = blob
        return found


class Plan(Sequence[RunSpec]):
    """All runs of an experiment, in order, made when they are asked for."""

    def __init__(
        self,
        experiment: Experiment,
        graphs: Mapping[str, Bodied],
        variants: Sequence[Variant],
        rows: Rows,
        arms: Sequence[Arm],
        fittings: Mapping[str, Fitting],
        judges: Mapping[str, Judge],
        functions: Mapping[str, Code],
    ) -> None:
        self.experiment = experiment
        self.graphs = graphs
        self.variants = tuple(variants)
        self.rows = rows
        self.arms = tuple(arms)
        self.judges = judges
        self.functions = functions
        self._fittings = fittings

    def __len__(self) -> int:
        return len(self.experiment.seeds) * len(self.rows) * len(self.arms)

    @overload
    def __getitem__(self, number: int) -> RunSpec: ...
    @overload
    def __getitem__(self, number: slice) -> list[RunSpec]: ...
    def __getitem__(self, number: int | slice) -> RunSpec | list[RunSpec]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(f"The plan has {len(self)} runs.")
        number %= len(self)
        rest, arm = divmod(number, len(self.arms))
        seed, row = divmod(rest, len(self.rows))
        return self._run(number, self.experiment.seeds[seed], self.rows[row], self.arms[arm])

    def __iter__(self) -> Iterator[RunSpec]:
        number = 0
        for seed in self.experiment.seeds:
            for row in self.rows:
                for arm in self.arms:
                    yield self._run(number, seed, row, arm)
                    number += 1

    def _run(self, number: int, seed: int, row: Row, arm: Arm) -> RunSpec:
        fitting = self._fittings[arm.graph_name]
        given = arm.variant.inputs
        return RunSpec(
            number,
            run_key(arm.said, row, seed),
            arm.graph_name,
            arm.variant,
            row,
            seed,
            fitting.bound(row, given),
            fitting.files(row, given) if row.files else {},
        )

    def graph_of(self, arm: Arm) -> Graph:
        """Return the graph of an arm, made anew; it has all its bodies inside."""
        whole = self.graphs[arm.graph_name]
        return varied(whole.graph, arm.variant, whole.registry)

    def options_of(self, variant: Variant) -> dict[str, Any]:
        """Return the keywords of `arun` for runs under a variant; without one of its own, for judges."""
        return run_options(self.experiment, variant.model, self.experiment.folder("model"))

    def compared_with(self, arm: Arm) -> Arm | None:
        """Return the arm that another is compared with, by row and seed; None for one that is the measure itself.

        If the experiment compares with a graph, that is the same variant of it, else the first variant of the graph. If
        it compares with a variant that one graph only has, all are compared with that.
        """
        compare = self.experiment.compare
        by_graph = compare in self.graphs and compare not in [one.name for one in self.variants]
        if by_graph and arm.graph_name != compare:
            found = [one for one in self.arms if one.graph_name == compare]
            same = (one for one in found if one.variant.name == arm.variant.name)
            return next(same, next(iter(found), None))
        named = [one for one in self.arms if compare and one.variant.name == compare]
        own = next((one for one in named if one.graph_name == arm.graph_name), None)
        first = next(one for one in self.arms if one.graph_name == arm.graph_name)
        measure = own or (named[0] if len(named) == 1 else first)
        return None if measure is arm else measure

    @property
    def hash(self) -> str:
        """What tells it from plans of other runs, whatever their order."""
        arms = sorted(arm.said for arm in self.arms)
        return hash_bytes(sorted_encode([arms, self.rows.hash, sorted(self.experiment.seeds)]))

    @property
    def scoring_hash(self) -> str:
        """What tells how runs are scored: by which expressions, judges and functions, by what they say now."""
        said = [[one.name, one.kind, one.said] for one in self.experiment.scores]
        judges = {name: hash_bytes(one.graph.to_text().encode()) for name, one in self.judges.items()}
        return hash_bytes(sorted_encode([said, judges, {name: one.hash for name, one in self.functions.items()}]))


def run_key(said: str, row: Row, seed: int) -> str:
    """Return the key of a run: of what is said by its arm, its row, and its seed."""
    return hash_bytes(f"{said} {row.identity} {seed}".encode())
