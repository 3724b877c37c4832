"""Which node types exist: ours by module name, all others by registration (see `studio.plugins`).

The type `llm.function` lives in `studio/nodes/llm/function.py`, so that one type is found without importing the rest;
`all_types` walks the package.
"""

from __future__ import annotations

import importlib
import importlib.util
import keyword
import pkgutil
import re
import threading
from collections.abc import Iterable, Iterator
from functools import cache

from studio.spec.node import Node

_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class Registry:
    """Node types by name. `package` is searched lazily; `extra` types come first.

    A registry with another one `beneath` has the types of both, those beneath first: nothing takes the name of a type
    that is there already.
    """

    def __init__(
        self,
        extra: Iterable[type[Node]] = (),
        *,
        package: str | None = "studio.nodes",
        beneath: Registry | None = None,
    ) -> None:
        self._types: dict[str, type[Node]] = {}
        self._package = None if beneath is not None else package
        self._beneath = beneath
        self._package_read = self._package is None
        self._missed: set[str] = set()
        self._walking = threading.RLock()
        self.withheld: dict[str, tuple[str, str]] = {}
        """Types that are declared somewhere and are not in use all the same: why not, and what to do, as sentences."""
        for cls in extra:
            self.register(cls)

    def register(self, cls: type[Node]) -> None:
        """Add one node type (and the old names it replaces)."""
        self._missed.clear()
        for name in (cls.spec.type, *cls.spec.replaces):
            self._types.setdefault(name, cls)

    def find(self, type_name: str) -> type[Node] | None:
        """Return the node type of this name, or None if nobody declares it."""
        if self._beneath is not None:
            return self._beneath.find(type_name) or self._types.get(type_name)
        found = self._types.get(type_name)
        if found is not None or type_name in self._missed:
            return found
        if self._package is not None and _TYPE_NAME.fullmatch(type_name):
            module = module_of(self._package, type_name)
            if module is not None:
                self._adopt(module)
            found = self._types.get(type_name)
            if found is None:
                self.all_types()  # an old name lives in the module of the new one
                found = self._types.get(type_name)
        if found is None:
            self._missed.add(type_name)
        return found

    def all_types(self) -> list[type[Node]]:
        """Return every known node type, by name. The package is walked once."""
        with self._walking:  # a window and the thread that checks its graphs may both ask first
            if self._package is not None and not self._package_read:
                root = importlib.import_module(self._package)
                for info in pkgutil.walk_packages(root.__path__, self._package + "."):
                    if not info.ispkg:
                        self._adopt(info.name)
                self._package_read = True
        known = set(self._types.values()) | set(self._beneath.all_types() if self._beneath is not None else ())
        return sorted(known, key=lambda cls: cls.spec.type)

    def added(self) -> list[type[Node]]:
        """Return the types that were registered here so far, in that order; those beneath are not among them."""
        return list(dict.fromkeys(self._types.values()))

    def _adopt(self, module_name: str) -> None:
        for cls in declared_in(module_name):
            self.register(cls)


def module_of(package: str, type_name: str) -> str | None:
    """Return the module that should declare the type, or None if there is none."""
    parts = [part + "_" if keyword.iskeyword(part) else part for part in type_name.split(".")]
    parent = package
    for part in parts[:-1]:
        parent += "." + part
        if importlib.util.find_spec(parent) is None:
            return None
    name = f"{parent}.{parts[-1]}"
    return name if importlib.util.find_spec(name) is not None else None


def declared_in(module_name: str) -> Iterator[type[Node]]:
    """Yield the node types declared in a module of ours."""
    module = importlib.import_module(module_name)
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Node) and "spec" in vars(value):
            if value.__module__ == module.__name__:
                yield value


@cache
def default_registry() -> Registry:
    """Return the registry of the types that ship with the studio. A graph's own: `studio.plugins.registry_of`."""
    return Registry()
