"""A module of ours as text: what it binds at its top level, and which lines say so."""

from __future__ import annotations

import ast
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.abc import InspectLoader
from pathlib import Path
from typing import Final, Literal

from studio.plugins.loading import PREFIX

ROOT: Final = Path(__file__).resolve().parents[3]

OWN: Final = PREFIX
"""What the names of modules of own node types begin with."""

Kind = Literal["function", "class", "constant", "block"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import binds: a module (`name` is "") or a name of it.

    `path` is the whole module of `import a.b`, which binds `a`.
    """

    module: str
    name: str = ""
    path: str = ""


@dataclass(slots=True, eq=False)
class Piece:
    """A statement of a module, or several that bind one name (overloads), with the comments above it.

    `lines` are their places in the text, first and last counted from 1.
    """

    source: Source
    names: tuple[str, ...]
    kind: Kind
    statements: list[ast.stmt]
    lines: list[tuple[int, int]]

    @property
    def module(self) -> str:
        """The module that it is of."""
        return self.source.name

    @property
    def name(self) -> str:
        """The name by which it is known: the first that it binds."""
        return self.names[0]


@dataclass(slots=True, eq=False)
class Source:
    """A module's text and what it binds. `loose` are statements that bind nothing but do something at import."""

    name: str
    text: str
    bindings: dict[str, Imported | Piece] = field(default_factory=dict)
    loose: list[ast.stmt] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def is_ours(module: str) -> bool:
    """True for modules of the studio, and for a person's own node types, which are written in the same way."""
    return module == "studio" or module.startswith(("studio.", f"{OWN}."))


def file_of(module: str) -> Path | None:
    """Return the file of a module of the studio; None if there is none with source."""
    stem = ROOT.joinpath(*module.split(".")[1:])
    paths = (stem.with_suffix(".py"), stem / "__init__.py") if module.startswith("studio.") else ()
    return next((path for path in paths if path.is_file()), None)


@cache
def source_of(module: str) -> Source | None:
    """Return a module as text, or None if it has no source; the same one for the same name, for ever: what is found in
    it is known by identity, and a module that was read twice would stand in a script twice.

    Own node types are taken as they were when they were imported: the name of such a module tells its bytes.
    """
    if module.startswith(f"{OWN}."):
        spec = getattr(sys.modules.get(module), "__spec__", None)
        text = spec.loader.get_source(module) if spec is not None and isinstance(spec.loader, InspectLoader) else None
        return read(module, text) if text is not None else None
    if module == "studio":
        path: Path | None = ROOT / "__init__.py"
    else:
        path = file_of(module)
    if path is None:
        return None
    with tokenize.open(path) as file:
        return read(module, file.read(), is_package=path.name == "__init__.py")


def read(module: str, text: str, *, is_package: bool = False) -> Source:
    """Return what a module of this text binds."""
    source = Source(module, text, lines=text.split("\n"))
    body = ast.parse(text).body
    at = 0
    while at < len(body):
        statement = body[at]
        told = body[at + 1] if at + 1 < len(body) else None
        at += 1
        if isinstance(statement, ast.Import | ast.ImportFrom):
            source.bindings.update(imports_of(statement, module, is_package))
            continue
        if _only_for_types(statement):
            assert isinstance(statement, ast.If)
            for inner in statement.body:
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    source.bindings.update(imports_of(inner, module, is_package))
            continue
        names = tuple(dict.fromkeys(bound_by(statement)))
        if not names:
            if not is_text(statement):
                source.loose.append(statement)
            continue
        piece = Piece(source, names, _kind(statement), [statement], [_span(source.lines, statement)])
        if piece.kind == "constant" and told is not None and is_text(told):
            # The text below a constant says what it means.
            piece.lines[0] = (piece.lines[0][0], told.end_lineno or told.lineno)
            at += 1
        known = source.bindings.get(piece.name)
        if isinstance(known, Piece) and piece.kind == "function":
            known.statements += piece.statements  # overloads
            known.lines += piece.lines
            continue
        if any(isinstance(source.bindings.get(name), Piece) for name in names):
            source.loose.append(statement)  # bound anew: nobody can say which of them is meant
            continue
        for name in names:
            source.bindings[name] = piece
    return source


def imports_of(statement: ast.Import | ast.ImportFrom, module: str, is_package: bool = False) -> dict[str, Imported]:
    """Return what an import statement binds in this module."""
    if isinstance(statement, ast.Import):
        return {
            alias.asname or alias.name.split(".")[0]: Imported(alias.name)
            if alias.asname or "." not in alias.name
            else Imported(alias.name.split(".")[0], path=alias.name)
            for alias in statement.names
        }
    origin = statement.module or ""
    if statement.level:
        parts = module.split(".") if is_package else module.split(".")[:-1]
        kept = parts[: len(parts) - statement.level + 1]
        origin = ".".join([*kept, origin] if origin else kept)
    return {alias.asname or alias.name: Imported(origin, alias.name) for alias in statement.names}


def bound_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds at its own level."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _stored(target)
    elif isinstance(statement, ast.AnnAssign):
        yield from _stored(statement.target)
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from imports_of(statement, "")
    elif isinstance(statement, ast.If | ast.Try | ast.With):
        for child in ast.iter_child_nodes(statement):
            for inner in child.body if isinstance(child, ast.ExceptHandler) else (child,):
                if isinstance(inner, ast.stmt):
                    yield from bound_by(inner)


def _stored(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for inner in target.elts:
            yield from _stored(inner)
    elif isinstance(target, ast.Starred):
        yield from _stored(target.value)


def _kind(statement: ast.stmt) -> Kind:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return "function"
    if isinstance(statement, ast.ClassDef):
        return "class"
    return "constant" if isinstance(statement, ast.Assign | ast.AnnAssign) else "block"


def _only_for_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test) and not statement.orelse


def is_text(statement: ast.stmt) -> bool:
    """True for a text that stands alone, as docstrings do."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _span(lines: list[str], statement: ast.stmt) -> tuple[int, int]:
    """Return first and last line of a statement with its decorators and the comments right above it."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(one.lineno for one in decorators)])
    while first > 1 and lines[first - 2].startswith("#") and not _is_heading(lines, first - 2):
        first -= 1
    return first, statement.end_lineno or statement.lineno


def _is_heading(lines: list[str], at: int) -> bool:
    """True for `# -- params ------`, which parts a module and is no word on what follows."""
    return lines[at].startswith("# --") or lines[at].rstrip().endswith("---")
