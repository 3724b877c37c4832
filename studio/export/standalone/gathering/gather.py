"""Gathering: what some roots of ours use, as definitions that stand by themselves in one file.

Text is taken as it is written. Names keep their meaning: imports inside of functions are left out, what is asked of a
module of ours becomes the bare name, and where two definitions share a name, the later one gets a number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from studio.export.standalone.gathering.closure import Closure, Pruning, close, resolve
from studio.export.standalone.gathering.naming import Key, import_lines, key_of, names_for
from studio.export.standalone.gathering.ordering import in_order, needs
from studio.export.standalone.gathering.refusing import NotStandalone
from studio.export.standalone.gathering.rewriting import rewritten
from studio.export.standalone.gathering.sources import Imported, Kind, Piece, read


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition of ours as it stands in the script.

    `module` and `name` say where it comes from; `as_name` is what the script calls it. `early` means that a snippet
    needs it when it is executed, so that it must stand before. `needs` are the script's names that must stand before
    it.
    """

    module: str
    name: str
    as_name: str
    kind: Kind
    source: str
    early: bool
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a script takes along: imports of others, definitions in an order that runs, and the snippets for which.

    `imports` are pairs of what is imported and the name it has; `import_lines` writes them. `snippets` are the texts
    that were given, without their imports, in the same order.
    """

    imports: tuple[tuple[Imported, str], ...]
    definitions: tuple[Definition, ...]
    snippets: tuple[str, ...]
    names: dict[tuple[str, str], str]

    def name(self, module: str, name: str) -> str:
        """Return what the script calls a definition of ours. Raises `KeyError` for one that is not gathered."""
        target, of = resolve(module, name)
        return self.names[target.module, of]

    def import_lines(self, more: Iterable[tuple[Imported, str]] = ()) -> list[str]:
        """Return the import statements, in the order of isort, with more of them."""
        return import_lines((*self.imports, *more))

    @property
    def libraries(self) -> list[str]:
        """The libraries besides the standard library that are imported at the top."""
        import sys

        tops = {imported.module.split(".")[0] for imported, _ in self.imports}
        return sorted(tops - sys.stdlib_module_names)


def gather(
    roots: Iterable[tuple[str, str] | Any] = (),
    snippets: Sequence[str] = (),
    *,
    taken: Collection[str] = (),
    given: Iterable[tuple[str, str] | Any] = (),
    pruning: Pruning | None = None,
) -> Gathered:
    """Return all that roots and snippets use, ready to stand in one file under `from __future__ import annotations`.

    A root is a function, a class, or a pair of module and name. A snippet is the text of a small module: imports that
    say what its names mean, then definitions, whose own names are kept. `taken` are names that the file has another use
    for; what is `given` is there already, under its own name. With `pruning`, parts of definitions that nobody asks for
    are left out. Raises `NotStandalone` with the reason for what cannot be
    taken.
    """
    own = [piece for number, text in enumerate(snippets) for piece in pieces_of(text, number)]
    there = [_root(one) for one in given]
    closure = close([*(_root(one) for one in roots), *own], there, pruning)
    fixed = {id(piece): piece.names for piece in (*own, *there)}
    early = {id(one) for piece in own for one in _all_needs(closure, piece)}
    order = in_order(closure, [piece for piece in closure.pieces.values() if id(piece) in early])
    names = names_for(closure, [*there, *order], taken, fixed)
    texts = {
        id(piece): rewritten(
            piece, closure.links[id(piece)], closure.uses[id(piece)], names, closure.left_out.get(id(piece), ())
        )
        for piece in order
    }
    definitions = tuple(
        Definition(
            piece.module,
            piece.name,
            names[id(piece), piece.name],
            piece.kind,
            texts[id(piece)],
            id(piece) in early,
            frozenset(names[id(one), one.name] for one in needs(closure, piece)),
        )
        for piece in order
        if id(piece) not in fixed
    )
    return Gathered(
        _imports(closure, names),
        definitions,
        tuple(
            "\n\n\n".join(texts[id(piece)] for piece in own if piece.module == _snippet_name(number))
            for number in range(len(snippets))
        ),
        {(piece.module, name): names[id(piece), name] for piece in order for name in piece.names},
    )


def _snippet_name(number: int) -> str:
    return f"<snippet {number}>"


def pieces_of(text: str, number: int = 0) -> list[Piece]:
    """Return the definitions of a snippet."""
    source = read(_snippet_name(number), text)
    found = {id(one): one for one in source.bindings.values() if isinstance(one, Piece)}
    return sorted(found.values(), key=lambda one: one.lines[0][0])


def _root(root: Any) -> Piece:
    module, name = root if isinstance(root, tuple) else (root.__module__, root.__qualname__)
    target, _ = resolve(module, name.split(".")[0])
    if isinstance(target, Imported):
        raise NotStandalone(f"`{name}` is no definition of the studio's own", where=module)
    return target


def _all_needs(closure: Closure, piece: Piece) -> Iterable[Piece]:
    """Return what must stand before a snippet, with what that needs in turn."""
    found: dict[int, Piece] = {}
    stack = list(needs(closure, piece))
    while stack:
        one = stack.pop()
        if id(one) not in found and id(one) in closure.pieces and not one.module.startswith("<snippet"):
            found[id(one)] = one
            stack.extend(needs(closure, one))
    return found.values()


def _imports(closure: Closure, names: dict[Key, str]) -> tuple[tuple[Imported, str], ...]:
    found = dict.fromkeys((imported, names[key_of(imported, imported.name)]) for imported in closure.imports())
    return tuple(sorted(found, key=lambda one: (one[0].module, one[0].name, one[0].path)))
