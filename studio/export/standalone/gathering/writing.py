"""The names that a snippet uses, and the imports at its head that say what they mean."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from studio.export.naming import fresh
from studio.export.standalone.gathering.refusing import NotStandalone
from studio.export.standalone.gathering.sources import Imported


class Words:
    """What a snippet's names mean. `hidden` are names that its own parameters take from others."""

    def __init__(self, hidden: Collection[str] = ()) -> None:
        self.meanings: dict[str, Imported] = {}
        self.hidden = frozenset(hidden)

    def bind(self, name: str, meaning: Imported) -> None:
        """Let a name mean something. Raises `NotStandalone` if it means something else already."""
        if self.meanings.setdefault(name, meaning) != meaning:
            raise NotStandalone(f"the name `{name}` would have two meanings")

    def name(self, held: Any) -> str:
        """Return the name for a function or a class of ours, at the top level of its module."""
        module, wanted = held.__module__, held.__qualname__
        if "." in wanted:
            raise NotStandalone(f"`{wanted}` stands at the top of no module", where=module)
        meaning = Imported(module, wanted)
        for name, known in self.meanings.items():
            if known == meaning:
                return name
        name = fresh(wanted, {*self.meanings, *self.hidden})
        self.meanings[name] = meaning
        return name

    def imports(self) -> str:
        """Return the import statements."""
        return "\n".join(_statement(name, meaning) for name, meaning in self.meanings.items())


def _statement(name: str, meaning: Imported) -> str:
    if meaning.name:
        return f"from {meaning.module} import {meaning.name}" + (f" as {name}" if name != meaning.name else "")
    if meaning.path:
        return f"import {meaning.path}"
    return f"import {meaning.module}" + (f" as {name}" if name != meaning.module else "")
