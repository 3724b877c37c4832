"""Which node types a graph has: those that ship, those of enabled packages, and its project's own that are approved."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from studio.graph.model import Graph
from studio.graph.scope import project_folder
from studio.plugins.files import FOLDER, OwnFile, own_files
from studio.plugins.installed import enabled_names, load_installed
from studio.plugins.loading import PluginFault, load_file
from studio.settings.settings import current_settings
from studio.spec.registry import Registry, default_registry
from studio.support.errors import UsageError
from studio.support.values import Json, hash_bytes, sorted_encode
from studio.trust.approvals import Approvals

_FILE: Final = "own node types"
_FOLDER: Final = "own folder"
"""How approvals of files and of whole folders are marked."""

MOST_KEPT: Final = 50
"""Registries that are kept for the next who asks; a new state of a folder makes a new one."""


@dataclass(frozen=True)
class OwnTypes:
    """The own node types of a project. `waiting` are files that nobody approved, `hash` is over all files; `failures`
    says by file (or by plugin) why it gives no types."""

    registry: Registry
    project: Path | None = None
    files: tuple[OwnFile, ...] = ()
    waiting: tuple[OwnFile, ...] = ()
    failures: dict[str, str] = field(default_factory=dict)
    hash: str = ""

    def file_of(self, type: str) -> OwnFile | None:
        """Return the waiting file that declares a type."""
        return next((file for file in self.waiting if type in file.types), None)


_kept: dict[tuple[object, ...], OwnTypes] = {}
_lock: Final = threading.RLock()


def own_types(base: Path | None, approve: Collection[str] = ()) -> OwnTypes:
    """Return what a graph in this folder has to work with; `None`: only what does not depend on a project.

    Reads the project's `nodes/` folder each time, and imports only what is approved: by its content in this profile,
    as a file or folder of the person's own (`trust_file`, `trust_folder`), or by a hash in `approve` (of a file, or of
    all together).
    """
    plugins = enabled_names(str(current_settings()["plugins.enabled"]))
    project = None if base is None else project_folder(base)
    files = tuple(own_files(project)) if project is not None else ()
    together = hash_of(files)
    known = Approvals()
    whole = bool(files) and (together in approve or known.has(folder_key(project)))
    allowed = frozenset(
        file.hash
        for file in files
        if file.hash and (whole or file.hash in approve or known.has(file.hash) or known.has(file_key(file.path)))
    )
    key = (project, plugins, together, allowed, tuple((file.name, file.problem) for file in files))
    with _lock:
        found = _kept.get(key)
        if found is None:
            while len(_kept) >= MOST_KEPT:
                del _kept[next(iter(_kept))]
            found = _kept[key] = _made(project, files, allowed, plugins, together)
        return found


def registry_of(graph: Graph, approve: Collection[str] = ()) -> Registry:
    """Return the node types that a graph has to work with; see `own_types`."""
    return own_types(graph.base, approve).registry


def hash_of(files: Collection[OwnFile]) -> str:
    """Return the hash that stands for all files together, "" if there are none."""
    told: Json = [[file.name, file.hash] for file in files]
    return hash_bytes(b"folder of node types\0" + sorted_encode(told)) if files else ""


def folder_key(project: Path | None) -> str:
    """Return under which hash the approvals keep that everything in a project's `nodes/` folder is one's own."""
    return "" if project is None else hash_bytes(b"own folder\0" + str(project / FOLDER).encode("utf-8", "replace"))


def file_key(path: Path) -> str:
    """Return under which hash the approvals keep that a file is the person's own, whatever is written into it."""
    return hash_bytes(b"own file\0" + str(path).encode("utf-8", "replace"))


def trust_file(path: Path) -> None:
    """Remember that a file of node types is the person's own: it is imported whenever it changes."""
    Approvals().remember(file_key(path), f"whatever {path.name} holds", _FOLDER, str(path))


def trust_folder(project: Path) -> None:
    """Remember that a project's `nodes/` folder is the person's own: what is in it is imported whenever it changes."""
    Approvals().remember(folder_key(project), f"everything in {project / FOLDER}", _FOLDER, str(project / FOLDER))


def approve_files(files: Collection[OwnFile]) -> None:
    """Remember that files, as they are now, are approved."""
    approvals = Approvals()
    for file in files:
        if file.hash:
            approvals.remember(file.hash, f"node types {', '.join(file.types)}", _FILE, str(file.path))


def forget_own(project: Path) -> int:
    """Forget every approval of a project's own node types, its folder's and those of files as they once were
    included. Returns how many there were. What was imported stays in the memory of this process, unused."""
    approvals = Approvals()
    folder = project / FOLDER
    files = own_files(project)
    now = {folder_key(project), *(file.hash for file in files), *(file_key(file.path) for file in files)}
    kept = {
        hash
        for hash, one in approvals.all().items()
        if one.how in (_FILE, _FOLDER) and one.file and Path(one.file).is_relative_to(folder)
    }
    return sum(approvals.revoke(hash) for hash in now | kept if hash)


class OwnTypesNotApproved(UsageError):
    """A graph uses node types of its project that nobody here approved: Python code that would run as the user."""

    code = "not_approved"

    def __init__(self, types: OwnTypes, used: Collection[str], where: str = "") -> None:
        files = [file for file in types.waiting if set(file.types) & set(used)]
        named = ", ".join(f"`{name}`" for name in sorted(used))
        told = ", ".join(f"{FOLDER}/{file.name}" for file in files)
        here = shlex.quote(str(where or types.project))
        super().__init__(
            f"The graph uses {named}, declared in {told}: Python code of this project that nobody here approved. "
            "It would run with all your rights, outside of any sandbox.",
            where=where,
            hint=f"Read it; then `studio nodes --approve {here}` lets it run from now on, "
            f"`--approve {types.hash}` once.",
        )
        self.types = types
        self.used = tuple(sorted(used))


def require_own_types(graph: Graph, approve: Collection[str] = ()) -> Registry:
    """Return the registry to run a graph with. Raises `OwnTypesNotApproved` if it uses types that wait for approval."""
    types = own_types(graph.base, approve)
    if types.waiting:
        used = {node.type for _, part in graph.walk() for node in part.nodes.values()}
        missing = {name for name in used if types.registry.find(name) is None and types.file_of(name) is not None}
        if missing:
            raise OwnTypesNotApproved(types, missing, graph.place.file)
    return types.registry


def _made(
    project: Path | None,
    files: tuple[OwnFile, ...],
    allowed: Collection[str],
    plugins: Collection[str],
    together: str,
) -> OwnTypes:
    base = default_registry()
    if not files and not plugins:
        return OwnTypes(base, project)
    registry = Registry(beneath=base)
    failures: dict[str, str] = {}
    for name, loaded in load_installed(plugins, lambda type: registry.find(type) is not None):
        if isinstance(loaded, PluginFault):
            failures[name] = str(loaded)
        else:
            for cls in loaded:
                registry.register(cls)
    waiting = tuple(file for file in files if file.hash not in allowed and not file.problem)
    for file in files:
        if file in waiting:
            continue
        try:
            for cls in load_file(file, lambda type: registry.find(type) is not None):
                registry.register(cls)
        except PluginFault as fault:
            failures[f"{FOLDER}/{file.name}"] = str(fault)
    for file in files:
        name = f"{FOLDER}/{file.name}"
        why = f"which cannot be loaded: {failures[name]}" if name in failures else "which nobody here approved."
        then = (
            "Mend the file."
            if name in failures
            else "`studio nodes --approve`, or the bar over the graph, shows its code."
        )
        for type in file.types:
            if registry.find(type) is None:
                registry.withheld[type] = (f"The type `{type}` is declared in {name}, {why}", then)
    return OwnTypes(registry, project, files, waiting, failures, together)
