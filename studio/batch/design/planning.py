"""From an experiment to its plan: everything is read, bound and checked before the first run, and nothing is run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from studio.batch.design.axes import INPUT, file_reader
from studio.batch.design.conditions import PERSON, conditions_of, types_in
from studio.batch.design.expanding import Bodied, variants_of
from studio.batch.design.fitting import Column, Fitting, inputs_of
from studio.batch.design.functions import allowed_code
from studio.batch.design.judges import Judge
from studio.batch.design.plan import Arm, Plan
from studio.batch.design.reading import read_rows
from studio.batch.design.rows import NO_DATA, Rows, gathered, inline
from studio.batch.design.score import check_expression
from studio.batch.design.spec import Experiment
from studio.batch.design.variants import WHOLE, Variant, varied
from studio.graph.model import Graph
from studio.graph.ports import body_fields
from studio.graph.scope import Scope, bundle, project_folder
from studio.importers.opening import open_graph_file
from studio.plugins.registries import require_own_types
from studio.spec.fields import Field
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.paths import inside
from studio.support.resources import bundled_graphs
from studio.support.values import Json, hash_bytes, sorted_encode
from studio.trust.gate import meaning_of

_KEY_VERSION = 1
"""Grows when keys are made of something else: then nothing that was done counts as done any more."""


def plan_of(experiment: Experiment, *, approve: Collection[str] = ()) -> Plan:
    """Read all that an experiment names and return its runs.

    Raises UsageError, GraphError or EnvironmentProblem for the first thing that would keep a run from being made or
    scored: a node, param, input, column or output that is not there, a value that does not fit, code of others that
    nobody approved (`approve` holds hashes of what is approved this once).
    """
    graphs = {name: _opened(name, file, experiment, approve) for name, file in experiment.graphs.items()}
    fittings = _fittings(experiment, graphs)
    rows = _rows(experiment, fittings)
    _require_use(rows, fittings)
    read = file_reader(*_folder(experiment, "vary"))
    variants = _possible(variants_of(experiment, graphs, read), experiment, graphs, rows)
    arms = _arms(experiment, graphs, variants, approve)
    _check_rows(arms, fittings, rows)
    judges = _scores_checked(experiment, graphs, rows, approve)
    return Plan(experiment, graphs, variants, rows, arms, fittings, judges, allowed_code(experiment, approve))


# -- files --------------------------------------------------------------------------------------


def _folder(experiment: Experiment, key: str) -> tuple[Path, Path | None]:
    """Return the folder that files of a key are named relative to, and where they have to lie: those that a file names
    inside its project, those of the command line anywhere."""
    free = key in experiment.own or experiment.base is None
    return (folder := experiment.folder(key)), None if free else project_folder(folder)


def _path(experiment: Experiment, key: str, name: str) -> Path:
    folder, within = _folder(experiment, key)
    path = folder / name if within is None else inside(within, folder.absolute() / name)
    if path is None:
        raise UsageError(
            f"`{name[:80]}` lies outside the project folder.", where=experiment.file, hint="Copy it into the project."
        )
    return path


def _opened(name: str, file: str, experiment: Experiment, approve: Collection[str], key: str = "graphs") -> Bodied:
    path = _path(experiment, key, file)
    if not path.exists():
        path = next((one for one in bundled_graphs() if file in (one.stem, f"examples/{one.stem}")), path)
    if not path.is_file():
        raise UsageError(f"There is no graph file `{file}`.", where=experiment.file, hint="Check the name.")
    graph = open_graph_file(path)
    return Bodied(name, bundle(graph), require_own_types(graph, approve))


# -- rows ---------------------------------------------------------------------------------------


def _fittings(experiment: Experiment, graphs: Mapping[str, Bodied]) -> dict[str, Fitting]:
    inputs = {name: inputs_of(one.graph, one.registry) for name, one in graphs.items()}
    known = {one for some in inputs.values() for one in some}
    for name in experiment.inputs:
        if name not in known:
            raise UsageError(f"There is no input `{name}`.", where=experiment.file, hint=near(name, known))
    return {
        name: Fitting(name, some, {one: source for one, source in experiment.inputs.items() if one in some})
        for name, some in inputs.items()
    }


def _rows(experiment: Experiment, fittings: Mapping[str, Fitting]) -> Rows:
    data = experiment.data
    if data is None:
        return gathered([NO_DATA], "no data")
    if not isinstance(data, str):
        return inline(data, experiment.file or "data")
    types = {column: kind for one in reversed(list(fittings.values())) for column, kind in one.types.items()}
    return read_rows(_path(experiment, "data", data), types)


def _require_use(rows: Rows, fittings: Mapping[str, Fitting]) -> None:
    """Raise UsageError if no column goes into any input, though the graphs take some: as many runs as there are rows
    would be one and the same, each at its price."""
    wanted = sorted({name for fitting in fittings.values() for name in fitting.inputs})
    if len(rows) > 1 and wanted and not any(fitting.takes(rows.columns) for fitting in fittings.values()):
        raise UsageError(
            f"None of the columns of {rows.name or 'the data'} ({_some(rows.columns)}) is an input ({_some(wanted)}): "
            f"all {len(rows):,} rows would be the same run.",
            hint=f"Give an input a column: `--input {wanted[0]}=COLUMN`.",
        )


def _some(names: Collection[str]) -> str:
    return ", ".join(f"`{one[:40]}`" for one in list(names)[:6]) + (" …" if len(names) > 6 else "")


def _possible(
    variants: list[Variant], experiment: Experiment, graphs: Mapping[str, Bodied], rows: Rows
) -> list[Variant]:
    """Leave out `whole` if nobody asked for it and it lacks an input that only the variants give."""
    asked = experiment.compare == WHOLE or any(one.name == WHOLE for one in experiment.variants)
    only_varied = [
        name
        for name in (one.removeprefix(INPUT) for one in experiment.vary if one.startswith(INPUT))
        if name not in experiment.inputs
        and name not in rows.columns
        and any(name in known and known[name].required for known in _all_inputs(graphs))
    ]
    return variants if asked or not only_varied else [one for one in variants if one.name != WHOLE]


def _all_inputs(graphs: Mapping[str, Bodied]) -> Iterator[Mapping[str, Field]]:
    return (inputs_of(one.graph, one.registry) for one in graphs.values())


def _check_rows(arms: Sequence[Arm], fittings: Mapping[str, Fitting], rows: Rows) -> None:
    """Bind every row once for each graph and set of inputs that variants give; their own values once each."""
    bound: set[tuple[str, frozenset[str]]] = set()
    for arm in arms:
        given = arm.variant.inputs
        fitting = fittings[arm.graph_name]
        for name in given:
            if name not in fitting.inputs:
                raise UsageError(
                    f"`{arm.graph_name}` has no input `{name}`.",
                    where=f"variant `{arm.variant.name}`",
                    hint=near(name, fitting.inputs),
                )
        kind = arm.graph_name, frozenset(given)
        if kind in bound:
            fitting.check_given(given)
        else:
            bound.add(kind)
            fitting.check(rows, given)


# -- arms ---------------------------------------------------------------------------------------


def _arms(
    experiment: Experiment, graphs: Mapping[str, Bodied], variants: Sequence[Variant], approve: Collection[str]
) -> list[Arm]:
    mapping = {
        name: one.name if isinstance(one, Column) else {"value": one.value} for name, one in experiment.inputs.items()
    }
    arms: list[Arm] = []
    for name, one in graphs.items():
        types = types_in(one.graph, one.registry)
        for variant in variants:
            if not variant.for_graph(name):
                continue
            made = varied(one.graph, variant, one.registry)
            _require_no_person(made, name)
            said = {
                "key": _KEY_VERSION,
                "graph": (hash := meaning_of(made)),
                "types": types if not variant.settings else types_in(made, one.registry),
                "variant": variant.identity.decode(),
                "inputs": mapping,
                **conditions_of(experiment, variant.model, experiment.folder("model")),
            }
            arms.append(Arm(len(arms), name, variant, hash, hash_bytes(sorted_encode(said))))
    return arms


def _require_no_person(graph: Graph, name: str) -> None:
    """Raise UsageError for a graph that asks a person: nobody is there in a batch, so that each of its runs would be
    made and paid for up to the question, and pause there."""
    for path, part in graph.walk():
        for node in part.nodes.values():
            if node.type.startswith(PERSON) and not node.knockout:
                place = f"{path}.{node.name}" if path else node.name
                raise UsageError(
                    f"`{place}` of {name} asks a person, and in a batch nobody is there to answer.",
                    hint="Put an input in its place, which a column answers, or switch it off (`knockout: true`).",
                )


# -- scores -------------------------------------------------------------------------------------


def _scores_checked(
    experiment: Experiment, graphs: Mapping[str, Bodied], rows: Rows, approve: Collection[str]
) -> dict[str, Judge]:
    outputs: dict[str, Json] = {
        name: None for one in graphs.values() for name in body_fields(Scope(one.graph), one.registry)[1]
    }
    judges: dict[str, Judge] = {}
    for score in experiment.scores:
        if score.kind == "expression":
            check_expression(score, outputs, rows.columns)
        elif score.kind == "judge":
            opened = _opened(score.name, score.said, experiment, approve, "score")
            judge = judges[score.name] = Judge(score, opened.graph, opened.registry)
            judge.check(outputs, rows.columns)
    return judges
