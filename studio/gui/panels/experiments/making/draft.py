"""`Draft`: an experiment that is being written, as its file would say it; `look` finds out what it comes to.

Keys that the dialog has no field for stay as a file said them. What a person changes in the dialog is their own, as
what they type in a terminal is; all else a file says is as trusted as the file.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studio.batch.design.experiment_files import ENDING, experiment_from_json, experiment_text, read_experiment
from studio.batch.design.fitting import Fitting, inputs_of
from studio.batch.design.planning import plan_of
from studio.batch.design.reading import read_rows
from studio.batch.design.score import NAMES
from studio.batch.design.trusting import approved_hashes
from studio.batch.design.variants import modules_of, places
from studio.graph.ports import body_fields
from studio.graph.scope import Scope, bundle, project_folder
from studio.importers.opening import open_graph_file
from studio.support.errors import StudioError, UsageError
from studio.support.paths import inside
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.batch.design.spec import Experiment
    from studio.graph.model import Graph
    from studio.spec.registry import Registry

SHOWN: Final = 5
"""Rows of the data that are shown."""

MOST_SETTINGS: Final = 3_000
"""Settings that are offered to be varied."""


class Draft:
    """What an experiment says so far: `said` by the keys of a file, names of files relative to `base`."""

    def __init__(self, said: Mapping[str, Json], base: Path, *, file: str = "") -> None:
        self.said: dict[str, Any] = copy.deepcopy(dict(said))
        self.base = base
        self.file = file
        self.touched: set[str] = set()
        """Keys that a person has changed."""
        self.approve: frozenset[str] = frozenset()
        """Hashes of what is approved this once."""

    @classmethod
    def of_graph(cls, path: Path) -> Draft:
        """Begin one for a graph's file."""
        path = path.absolute()
        return cls({"graph": path.name}, path.parent)

    @classmethod
    def of_file(cls, path: Path) -> Draft:
        """Go on with an experiment file. Raises StudioError if it cannot be read."""
        return cls(read_experiment(path).to_json(), path.absolute().parent, file=str(path))

    def put(self, key: str, value: Json) -> None:
        """Say a key otherwise; what is empty is left out."""
        before = self.said.get(key)
        if value in (None, "", [], {}):
            self.said.pop(key, None)
        else:
            self.said[key] = value
        if self.said.get(key) != before:
            self.touched.add("graphs" if key == "graph" else key)

    def named(self, path: Path) -> str:
        """Return how a file is named: relative if it lies in the project, whole elsewhere."""
        project = project_folder(self.base)
        if inside(project, path) is None:
            return str(path)
        try:
            return path.relative_to(self.base).as_posix()
        except ValueError:
            return str(path)

    @property
    def title(self) -> str:
        """The graphs that are run, for people."""
        graphs = self.said.get("graphs")
        if isinstance(graphs, dict):
            return ", ".join(map(str, graphs.values()))
        return ", ".join(map(str, graphs)) if isinstance(graphs, list) else str(self.said.get("graph", ""))

    def copy(self) -> Draft:
        """Return one that nobody changes meanwhile."""
        made = Draft(self.said, self.base, file=self.file)
        made.touched, made.approve = set(self.touched), self.approve
        return made

    def experiment(self) -> Experiment:
        """Return the experiment. Raises GraphError for what no file could say."""
        own = frozenset(self.touched & {"variants", "vary", "knockouts"}) | self._outside()
        return experiment_from_json(self.said, self.file, base=self.base, own=own, file=self.file)

    def _outside(self) -> frozenset[str]:
        """The keys whose file a person chose outside of the project."""
        found = set()
        data, score = self.said.get("data"), self.said.get("score")
        if "data" in self.touched and isinstance(data, str) and Path(data).is_absolute():
            found.add("data")
        judge = score.get("judge") if isinstance(score, dict) else None
        judge = judge.get("judge") if isinstance(judge, dict) else judge
        if "score" in self.touched and isinstance(judge, str) and Path(judge).is_absolute():
            found.add("score")
        return frozenset(found)

    def save(self, path: Path) -> Path:
        """Write an experiment file beside its graph. Raises UsageError for what it could not name from there,
        GraphError for what no file could say, EnvironmentProblem if it cannot be written."""
        from studio.graph.writing import save_text

        if not path.name.endswith(ENDING):
            path = path.with_name(path.name.removesuffix(".yaml").removesuffix(".experiment") + ENDING)
        if path.absolute().parent != self.base:
            raise UsageError(
                "An experiment names its files from where it stands.", where=str(path), hint=f"Save it in {self.base}."
            )
        if outside := self._outside():
            raise UsageError(
                f"The file of `{min(outside)}` lies outside of the project, where no experiment file may reach.",
                hint=f"Copy it into {self.base}, and choose it there.",
            )
        save_text(experiment_text(self.experiment()), path, "experiment")
        self.file = str(path)
        return path


@dataclass(frozen=True)
class Looked:
    """What a draft comes to. `problem` is what keeps it from being run, None if nothing does; `counts` are rows,
    variants and seeds."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    """Inputs of the graphs, and their types."""
    words: Sequence[str] = ()
    """What a score may name."""
    settings: Sequence[str] = ()
    """What may be varied."""
    modules: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Mapping[str, Json]] = ()
    row_count: int = 0
    data_problem: StudioError | None = None
    counts: tuple[int, int, int] | None = None
    arms: Sequence[str] = ()
    problem: StudioError | None = None


def look(draft: Draft) -> Looked:
    """Find out what a draft comes to, by the same code that a command runs. Nothing of it is run."""
    found: dict[str, Any] = {}
    try:
        _look_at_graphs(draft, found)
        _look_at_data(draft, found)
        plan = plan_of(draft.experiment(), approve=draft.approve)
        found["arms"] = [arm.variant.name if len(plan.graphs) == 1 else arm.name for arm in plan.arms]
        found["counts"] = (len(plan.rows), len(plan.arms), len(plan.experiment.seeds))
        approved_hashes(plan, draft.approve)
    except StudioError as error:
        found["problem"] = error
    found.pop("types", None)
    return Looked(**found)


def _look_at_graphs(draft: Draft, found: dict[str, Any]) -> None:
    from studio.plugins.registries import registry_of

    experiment = draft.experiment()
    inputs: dict[str, str] = {}
    words: dict[str, None] = {}
    settings: dict[str, None] = {"model": None}
    modules: dict[str, None] = {}
    types: dict[str, str] = {}
    for name, file in experiment.graphs.items():
        path = experiment.folder("graphs") / file
        if not path.is_file():
            raise UsageError(f"There is no graph file `{file}`.", where=draft.file, hint="Check the name.")
        graph = bundle(open_graph_file(path))
        registry = registry_of(graph)
        fields = inputs_of(graph, registry)
        inputs |= {one: known.type for one, known in fields.items()}
        given = {one: source for one, source in experiment.inputs.items() if one in fields}
        types |= Fitting(name, fields, given).types
        words |= dict.fromkeys(body_fields(Scope(graph), registry)[1])
        settings |= dict.fromkeys(_settings(graph, registry))
        modules |= dict.fromkeys(modules_of(graph, registry))
    settings |= {f"input:{one}": None for one in inputs}
    found |= {
        "inputs": inputs, "words": [*words, *NAMES], "settings": list(settings)[:MOST_SETTINGS],
        "modules": list(modules), "types": types,
    }  # fmt: skip


def _settings(graph: Graph, registry: Registry) -> list[str]:
    found = []
    for path, _, node in places(graph, registry):
        cls = registry.find(node.type)
        names = dict.fromkeys([*node.params, *(cls.Params.fields() if cls is not None else ())])
        found += [f"{path}.{name}" for name in names]
    return found


def _look_at_data(draft: Draft, found: dict[str, Any]) -> None:
    data = draft.said.get("data")
    if isinstance(data, list):
        rows: Sequence[Mapping[str, Json]] = [row for row in data if isinstance(row, dict)]
        found |= {
            "rows": rows[:SHOWN],
            "row_count": len(rows),
            "columns": list({name: 1 for row in rows for name in row}),
        }
    elif isinstance(data, str):
        try:
            read = read_rows(draft.base / data, found["types"])
        except StudioError as error:
            found["data_problem"] = error
            raise
        found |= {
            "rows": [row.values for row in read[:SHOWN]], "row_count": len(read), "columns": list(read.columns),
        }  # fmt: skip
    found["words"] = [*found["words"], *(one for one in found.get("columns", ()) if one not in found["words"])]


def path_in(graph: Graph, registry: Registry, at: tuple[str, ...], name: str) -> str:
    """Return the path by which an experiment names a node of a graph inside a document; "" if it is not run."""
    return next(
        (path for path, place, node in places(bundle(graph), registry) if place == at and node.name == name), ""
    )
