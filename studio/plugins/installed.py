"""Node types of installed packages: known by their metadata, imported when their name is enabled in the settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from studio.plugins.loading import PluginFault, checked, patiently
from studio.spec.node import Node

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "studio.nodes"
"""The entry point group: an entry names a node type, or a list of them."""


@dataclass(frozen=True, slots=True)
class Installed:
    """One entry point of a package: its own name, the package's and its version, and what it would import."""

    name: str
    package: str
    version: str
    imports: str
    entry: EntryPoint


def installed() -> list[Installed]:
    """Return what installed packages offer, by name. Reads metadata only."""
    from importlib.metadata import entry_points  # which takes as long as all else that a graph needs to be read

    found = []
    for entry in entry_points(group=GROUP):
        package = entry.dist
        name, version = ("", "") if package is None else (package.name, package.version)
        found.append(Installed(entry.name, name, version, entry.value, entry))
    return sorted(found, key=lambda one: one.name)


def enabled_names(setting: str) -> frozenset[str]:
    """Return the names in the setting `plugins.enabled`, which separates them by commas."""
    return frozenset(name for part in setting.split(",") if (name := part.strip()))


def load_installed(
    names: Collection[str], taken: Callable[[str], bool]
) -> Iterator[tuple[str, list[type[Node]] | PluginFault]]:
    """Import the enabled ones; yield each name with its node types, or with why there are none."""
    seen = set()
    for one in installed() if names else ():
        if one.name not in names:
            continue
        seen.add(one.name)
        try:
            yield one.name, checked(_types(patiently(one.entry.load, f"importing `{one.imports}`")), taken)
        except PluginFault as fault:
            yield one.name, fault
    for name in sorted(set(names) - seen):
        yield name, PluginFault("No installed package offers it. Correct the setting `plugins.enabled`.")


def _types(loaded: Any) -> list[type[Node]]:
    given = loaded if isinstance(loaded, list | tuple) else [loaded]
    if not all(isinstance(one, type) and issubclass(one, Node) and "spec" in vars(one) for one in given):
        raise PluginFault("What it offers is no node type, nor a list of them.")
    return list(given)
