"""From roots to all that they use: definitions of ours and imports of others."""

from __future__ import annotations

import ast
import builtins
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from studio.export.standalone.gathering.growing import UNDIVIDED, Growing, Parts, parts_of
from studio.export.standalone.gathering.members import Part, mentions_of
from studio.export.standalone.gathering.refusing import NotStandalone
from studio.export.standalone.gathering.scoping import Use, Uses, uses_of
from studio.export.standalone.gathering.sources import Imported, Piece, Source, file_of, is_ours, read, source_of
from studio.export.standalone.gathering.taking import asks, definition_problem, library_problem, power_problem, refuse
from studio.export.standalone.gathering.twins import ASKING, CONTEXT, RUNTIME, TWIN_LIBRARIES, TWIN_NAMES, TWINS

BUILT_IN: Final = frozenset(dir(builtins))

_ITSELF: Final = frozenset({"__name__", "__debug__"})
"""Names of a module that mean the same in a script."""

Target = Piece | Imported
"""What a name means: a definition of ours, or something imported from elsewhere."""


@dataclass(slots=True)
class Link:
    """A use of a name and what it means. `of` is the name of the definition (a statement may bind several)."""

    use: Use
    target: Target
    of: str
    is_context: bool = False
    """True for the context of a node, which is a `Firing` or an `AskingFiring`."""


@dataclass(frozen=True, slots=True)
class Pruning:
    """What tells which parts of definitions a script has a use for.

    `beside` is the source of what the script says itself, which asks for members, too. `rows` are those of tables that
    are needed, by module and name of the table: all rows of others stay. `filled` are sources for constants that are
    known for a script, by module and name, with the imports that say what their names mean.
    """

    beside: str = ""
    rows: Mapping[tuple[str, str], Collection[str]] = field(default_factory=dict)
    filled: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(slots=True)
class Closure:
    """All that is gathered: each definition with what its names mean, in the order in which it was met."""

    pieces: dict[int, Piece] = field(default_factory=dict)
    links: dict[int, list[Link]] = field(default_factory=dict)
    uses: dict[int, Uses] = field(default_factory=dict)
    left_out: dict[int, list[Part]] = field(default_factory=dict)
    """The parts of each definition that nobody asks for."""

    def imports(self) -> Iterator[Imported]:
        """Yield what is imported from elsewhere, at the top level."""
        for links in self.links.values():
            for link in links:
                if isinstance(link.target, Imported):
                    yield link.target


def meant(source: Source, name: str) -> tuple[Target, str]:
    """Return what a name in the text of a module means; see `resolve`. The text may be none of a file."""
    bound = source.bindings[name]
    if source_of(source.name) is source:
        return resolve(source.name, name)
    if isinstance(bound, Piece):
        return bound, name
    if is_ours(bound.module):
        return resolve(bound.module, bound.name) if bound.name else (bound, "")
    if problem := library_problem(bound):
        raise refuse(problem, source.name, name)
    return bound, bound.name


def resolve(module: str, name: str) -> tuple[Target, str]:
    """Return what a name of a module means, and the name that its definition has; twins stand for what they replace.

    Raises `NotStandalone` for what a script cannot hold.
    """
    seen: set[tuple[str, str]] = set()
    while (module, name) not in seen:
        seen.add((module, name))
        if (module, name) in TWIN_LIBRARIES:
            return Imported(TWIN_LIBRARIES[module, name]), ""
        module, name = twin_of(module, name)
        source = source_of(module)
        if source is None:
            raise refuse("its source is not there", module, name)
        bound = source.bindings.get(name)
        if isinstance(bound, Piece):
            if problem := definition_problem(module, name):
                raise refuse(problem, module, name)
            return bound, name
        if bound is None:
            if file_of(f"{module}.{name}") is not None:
                return Imported(f"{module}.{name}"), ""
            raise refuse(f"nobody can say what `{name}` means there", module)
        if not is_ours(bound.module):
            if problem := library_problem(bound):
                raise refuse(problem, module, name)
            return bound, bound.name
        if not bound.name:
            return bound, ""
        module, name = bound.module, bound.name
    raise refuse(f"`{name}` is imported in a circle", module)


def twin_of(module: str, name: str) -> tuple[str, str]:
    """Return what stands for a name of a module in a script: often itself."""
    known = TWIN_NAMES.get((module, name))
    if known is not None:
        return known
    twin = TWINS.get(module)
    if twin is not None:
        source = source_of(twin)
        bound = source.bindings.get(name) if source is not None else None
        # What the twin itself takes from the module, it does not stand for.
        if isinstance(bound, Piece) or (isinstance(bound, Imported) and bound.module != module):
            return twin, name
    return module, name


def close(roots: Iterable[Piece], given: Collection[Piece] = (), pruning: Pruning | None = None) -> Closure:
    """Return all that these definitions use, themselves included, but for what is `given` and for what only that uses.

    With `pruning`, members of classes and rows of tables that nobody asks for are left out. Raises `NotStandalone` at
    what cannot be taken.
    """
    closure = Closure()
    there = {id(piece) for piece in given}
    growing = Growing()
    if pruning is not None:
        growing.ask(mentions_of(ast.parse(pruning.beside).body))
        for piece in given:
            growing.ask(mentions_of(piece.statements))
    _add(closure, roots, there, pruning, growing)
    asking = _asking(closure)
    if asking:
        target, name = resolve(*ASKING)
        assert isinstance(target, Piece)
        for key in asking:
            closure.links[key] = [
                Link(link.use, target, name, True) if link.is_context else link for link in closure.links[key]
            ]
        _add(closure, [target], there, pruning, growing)
    for piece in closure.pieces.values():
        _refuse_changed(piece)
    for piece, part in growing.asleep():
        closure.left_out.setdefault(id(piece), []).append(part)
    return closure


def reasons_against(roots: Iterable[Piece], given: Iterable[Piece] = ()) -> list[str]:
    """Return all that keeps definitions from being taken, each reason once, what says most to people first."""
    seen = {id(piece) for piece in given}
    found: dict[str, None] = {}
    waiting = deque(roots)
    while waiting:
        piece = waiting.popleft()
        if id(piece) in seen:
            continue
        seen.add(id(piece))
        kept = _looked_up(piece)
        if isinstance(kept, NotStandalone):
            found[kept.reason] = None
            waiting.extend(_in_reach(piece))
        else:
            waiting.extend(link.target for link in kept[1] if isinstance(link.target, Piece))
    return sorted(found, key=lambda reason: (not reason.startswith("it uses the library"), "declared" in reason))


def _in_reach(piece: Piece) -> Iterator[Piece]:
    """Yield what a definition that cannot be taken uses and that could be."""
    for statement in piece.statements:
        for use in uses_of(statement, piece.module).names:
            try:
                link = _link(piece, use)
            except NotStandalone:
                continue  # a reason of its own, which the definition itself has told
            if link is not None and isinstance(link.target, Piece):
                yield link.target


def _add(
    closure: Closure, roots: Iterable[Piece], there: Collection[int], pruning: Pruning | None, growing: Growing
) -> None:
    waiting = deque(roots)
    filled = _filled_pieces(pruning) if pruning is not None else {}
    while True:
        while waiting:
            piece = waiting.popleft()
            if id(piece) not in closure.pieces and id(piece) not in there:
                closure.pieces[id(piece)] = piece
                closure.uses[id(piece)] = looked_up(piece)[0]
                closure.links[id(piece)] = []
                rows = pruning.rows.get((piece.module, piece.name)) if pruning is not None else None
                growing.take(piece, _parts(piece, pruning), rows)
        woken = growing.woken()
        if woken is None:
            return
        piece, part = woken
        parts = _parts(piece, pruning)
        links = [link for link in looked_up(piece)[1] if parts.place(link.use.node) == part]
        links = [_filled(link, filled) for link in links]
        closure.links[id(piece)] += links
        waiting.extend(link.target for link in links if isinstance(link.target, Piece))
        growing.ask(parts.asks[part])


def _filled_pieces(pruning: Pruning) -> dict[tuple[str, str], Piece]:
    """Return the definitions of constants whose values are known."""
    found = {}
    for (module, name), text in pruning.filled.items():
        piece = read(module, text).bindings[name]
        assert isinstance(piece, Piece)
        found[module, name] = piece
    return found


def _filled(link: Link, filled: Mapping[tuple[str, str], Piece]) -> Link:
    if isinstance(link.target, Piece) and (known := filled.get((link.target.module, link.of))) is not None:
        return replace(link, target=known)
    return link


def _parts(piece: Piece, pruning: Pruning | None) -> Parts:
    if pruning is None:
        return UNDIVIDED
    return parts_of(piece, is_table=(piece.module, piece.name) in pruning.rows)


def _asking(closure: Closure) -> set[int]:
    """Return which definitions ask something of their context, or hand it on to one that does, by `id`."""
    contextual = {key for key, links in closure.links.items() if any(link.is_context for link in links)}
    found = {key for key in contextual if any(map(asks, closure.pieces[key].statements))}
    growing = bool(found)
    while growing:
        more = {
            key
            for key in contextual - found
            if any(isinstance(link.target, Piece) and id(link.target) in found for link in closure.links[key])
        }
        found |= more
        growing = bool(more)
    return found


def looked_up(piece: Piece) -> tuple[Uses, list[Link]]:
    """Return what a definition uses, with what each name means. Raises `NotStandalone` at what cannot be taken."""
    found = _looked_up(piece)
    if isinstance(found, NotStandalone):
        raise NotStandalone(found.reason, where=found.where)
    return found


@lru_cache(maxsize=4096)
def _looked_up(piece: Piece) -> tuple[Uses, list[Link]] | NotStandalone:
    """The same, remembered: most scripts and most node types share most of what they use."""
    uses = Uses()
    for statement in piece.statements:
        # What the runtime calls `outside` is its own; elsewhere it is the studio's.
        if not piece.module.startswith(RUNTIME) and (problem := power_problem(statement)):
            return refuse(problem, piece.module, piece.name)
        found = uses_of(statement, piece.module)
        uses.names += found.names
        uses.own_imports += found.own_imports
        uses.other_imports += found.other_imports
        uses.alone |= found.alone
        uses.declarations += found.declarations
    for imported in uses.other_imports:
        if problem := library_problem(imported):
            return refuse(problem, piece.module, piece.name)
    try:
        return uses, [link for use in uses.names if (link := _link(piece, use)) is not None]
    except NotStandalone as problem:
        return problem


def _link(piece: Piece, use: Use) -> Link | None:
    module = piece.module
    if use.alias is not None:
        target, of = resolve(use.alias.module, use.alias.name) if use.alias.name else (Imported(use.alias.module), "")
    else:
        bound = piece.source.bindings.get(use.name)
        if bound is None:
            if use.name in BUILT_IN or use.name in _ITSELF:
                return None
            raise refuse(f"nobody can say what `{use.name}` means there", module, piece.name)
        target, of = meant(piece.source, use.name)
    if isinstance(target, Imported) and not target.name and is_ours(target.module):
        # A module of ours: what is meant is the attribute that is asked of it.
        if use.inside is None:
            raise refuse(f"it hands on the module `{target.module}` as a value", module, piece.name)
        target, of = resolve(target.module, use.inside.attr)
        if isinstance(target, Imported) and is_ours(target.module):
            raise refuse(f"it reaches through the module `{target.module}`", module, piece.name)
        return Link(use, target, of)
    use.inside = None
    return Link(use, target, of, _is_context(piece.source, use.name))


def _is_context(source: Source | None, name: str) -> bool:
    """True if a name of a module is that of the context of a node."""
    for _ in range(4):
        bound = source.bindings.get(name) if source is not None else None
        if not isinstance(bound, Imported):
            return False
        if (bound.module, bound.name) == CONTEXT:
            return True
        source, name = source_of(bound.module), bound.name
    return False


def _refuse_changed(piece: Piece) -> None:
    """Refuse a definition that other statements of its module change when it is imported."""
    for statement in piece.source.loose:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in piece.names:
                raise refuse(f"`{node.id}` is changed when its module is imported", piece.module)
