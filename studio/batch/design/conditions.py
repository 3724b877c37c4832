"""What a run's result follows from beside graph, row and seed: models, embedder, clock, limits, code of node types."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from studio.batch.design.spec import Experiment
from studio.cache.code import OURS, code_of
from studio.graph.model import Graph
from studio.graph.scope import project_folder
from studio.graph.tree import MAX_BYTES
from studio.models.names import ROLES, SCRIPTED
from studio.settings.settings import Settings, current_settings
from studio.spec.registry import Registry
from studio.support.errors import UsageError
from studio.support.paths import inside
from studio.support.values import Json, hash_bytes, preview
from studio.trust.survey import survey_whole

_EMBEDDER: Final = "models.embedder"
PERSON: Final = "human."
"""How the types of nodes begin that ask a person."""


def conditions_of(experiment: Experiment, model: str | None, folder: Path) -> dict[str, Json]:
    """Return the conditions of runs with a model, as JSON that is the same on every machine that is set up alike.

    Roles are told as the models that they stand for here, scripts by what they say. Raises UsageError for a script
    that is not there, or that an experiment file names outside its project.
    """
    settings = current_settings()
    _require_own_script(experiment, model or experiment.model, folder)
    return {
        "models": _models(model or experiment.model, settings, folder),
        "embedder": experiment.embedder or str(settings[_EMBEDDER]),
        "clock": experiment.clock or None,
        "limits": dict(experiment.limits),
    }


def _require_own_script(experiment: Experiment, name: str, folder: Path) -> None:
    """A file may come from a stranger: the first line of what it calls a script would stand in a message."""
    own = not experiment.file or not {"model", "vary", "variants"}.isdisjoint(experiment.own)
    if not name.startswith(SCRIPTED) or experiment.base is None or own:
        return
    script = folder.absolute() / name.removeprefix(SCRIPTED)
    if inside(project_folder(experiment.base), script) is None:
        raise UsageError(
            f"`{preview(name, 80)}` lies outside the project folder.",
            where=experiment.file,
            hint="Copy it into the project, or give it with `--model`.",
        )


def looks_around(graph: Graph, registry: Registry) -> bool:
    """True if what its runs give follows from more than their keys: from files, the web, commands, a person, or a
    memory of the project that outlives them. `graph` has all its bodies inside."""
    for _, part in graph.walk():
        if any(store.scope == "project" for store in part.stores.values()):
            return True
        if any(node.type.startswith(PERSON) for node in part.nodes.values()):
            return True
    return survey_whole(graph, registry).asks


def run_options(experiment: Experiment, model: str | None, folder: Path) -> dict[str, Any]:
    """Return the keywords of `arun` that stand for the conditions of runs with a model; seeds are each run's own.

    A script is named by its whole path, as a worker may have another folder than the person.
    """
    name = model or experiment.model
    if name.startswith(SCRIPTED):
        name = f"{SCRIPTED}{(folder / name.removeprefix(SCRIPTED)).absolute()}"
    options: dict[str, Any] = {
        "model": name,
        "embedder": experiment.embedder,
        "clock": experiment.clock,
        "limits": dict(experiment.limits),
        "cache": experiment.cache,
    }
    return {key: value for key, value in options.items() if value}


def types_in(graph: Graph, registry: Registry) -> dict[str, Json]:
    """Return what tells the code of the graph's node types: the version of ours, a hash of that of others."""
    found: dict[str, Json] = {}
    for _, part in graph.walk():
        for node in part.nodes.values():
            cls = registry.find(node.type)
            if cls is not None and node.type not in found:
                ours = cls.__module__.partition(".")[0] == OURS
                found[node.type] = cls.spec.version if ours else code_of(cls).hash or cls.spec.version
    return found


def _models(name: str, settings: Settings, folder: Path) -> Json:
    if name and name not in ROLES:
        return _lasting(name, folder)
    usual = str(settings["models.default"])
    roles = {role: str(settings[f"models.{role}"] or usual) for role in ROLES}
    if name:
        return _lasting(roles[name], folder)
    return {role: _lasting(one, folder) for role, one in roles.items()}


def _lasting(name: str, folder: Path) -> str:
    if not name.startswith(SCRIPTED):
        return name
    path = folder / name.removeprefix(SCRIPTED)
    try:
        if path.exists() and (not path.is_file() or path.stat().st_size > MAX_BYTES):
            raise UsageError(f"This is no script of replies of up to {MAX_BYTES // 1_000_000} MB.", where=str(path))
        return SCRIPTED + hash_bytes(path.read_bytes())
    except OSError as error:
        raise UsageError(f"The script of replies cannot be read: {error.strerror}.", where=str(path)) from None
