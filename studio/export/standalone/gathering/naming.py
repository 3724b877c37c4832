"""What everything that is gathered is called in the script: its own name where that is free, else one with a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from studio.export.naming import fresh
from studio.export.standalone.gathering.closure import BUILT_IN, Closure, Link
from studio.export.standalone.gathering.sources import Imported, Piece

Key = tuple[int, str] | tuple[str, str]
"""A name of a definition (the definition by `id`), or a name of a module that is not ours."""


def key_of(target: Piece | Imported, of: str) -> Key:
    """Return by what a meaning is known."""
    return (id(target), of) if isinstance(target, Piece) else (target.module, target.name)


def wanted(imported: Imported) -> str:
    """Return the name that an import binds if nothing is in its way."""
    return imported.name or imported.module.rsplit(".", 1)[-1]


def names_for(
    closure: Closure, order: Sequence[Piece], taken: Collection[str], fixed: Mapping[int, Collection[str]]
) -> dict[Key, str]:
    """Return the name of everything in the script; `order` is that of the definitions, `fixed` holds those by `id`
    whose names are not to be changed."""
    by_key: defaultdict[Key, list[Link]] = defaultdict(list)
    hiding: set[str] = set()
    imports: dict[Key, Imported] = {}
    for links in closure.links.values():
        for link in links:
            key = key_of(link.target, link.of)
            by_key[key].append(link)
            hiding |= link.use.around
            if isinstance(link.target, Imported):
                imports[key] = link.target
    names: dict[Key, str] = {}
    used = set(taken)
    for piece in order:
        if id(piece) in fixed:
            for name in piece.names:
                names[id(piece), name] = name
                used.add(name)

    def give(key: Key, name: str) -> None:
        blocked = used | BUILT_IN
        if name in blocked or any(name in link.use.around for link in by_key[key]):
            name = fresh(name, blocked | hiding | {name})
        names[key] = name
        used.add(name)

    for key, imported in sorted(imports.items(), key=lambda one: (one[0][0], one[0][1])):
        give(key, wanted(imported))
    for piece in order:
        if id(piece) not in fixed:
            for name in piece.names:
                give((id(piece), name), name)
    return names


def import_lines(bound: Iterable[tuple[Imported, str]]) -> list[str]:
    """Return import statements in the order of isort: each import with the name that it binds."""
    modules: set[tuple[str, str]] = set()
    names: defaultdict[str, set[str]] = defaultdict(set)
    renamed: set[tuple[str, str, str]] = set()
    for imported, name in bound:
        if not imported.name:
            same = name == (imported.module if not imported.path else imported.path.split(".")[0])
            modules.add((imported.path or imported.module, "" if same else name))
        elif name == imported.name:
            names[imported.module].add(name)
        else:
            renamed.add((imported.module, imported.name, name))
    lines = [f"import {module} as {name}" if name else f"import {module}" for module, name in sorted(modules)]
    froms = [(module, "", f"from {module} import {', '.join(sorted(of, key=_rank))}") for module, of in names.items()]
    froms += [(module, name, f"from {module} import {name} as {known}") for module, name, known in renamed]
    return lines + [line for _, _, line in sorted(froms)]


def _rank(name: str) -> tuple[int, str, str]:
    """Constants first, then classes, then the rest, as isort has them."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower(), name
