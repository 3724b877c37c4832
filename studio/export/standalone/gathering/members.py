"""Parts of a definition that a script may leave out: members of classes that nobody asks for, rows of tables.

What decides is the name: a member stays if its name stands behind a dot, or in a `getattr`, anywhere in what the script
holds. So what overrides a member, or stands for it in another class, stays with it. Without doubt only: dataclass
fields, methods with two underscores, what a class of a library calls by itself and whatever a decorator may keep stay.
"""

from __future__ import annotations

import ast
import builtins
import collections.abc
import contextlib
import importlib
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from studio.export.standalone.gathering.sources import Piece, Source, is_ours, is_text, source_of
from studio.export.standalone.gathering.taking import is_context
from studio.export.standalone.gathering.twins import ASKING, ASKS

PRUNED: Final = ("studio.",)
"""How names of modules begin of which parts may be left out: what a person wrote for own node types comes whole."""

_HARMLESS: Final = frozenset({
    "property", "classmethod", "staticmethod", "cached_property", "override", "abstractmethod", "overload", "final",
    "setter", "cache", "lru_cache", "contextmanager", "asynccontextmanager",
})  # fmt: skip
"""Decorators that keep no list of what they decorate."""

_NO_CALLERS: Final = frozenset({"Protocol", "Generic", "NamedTuple", "TypedDict", "ABC"})
"""Bases, beside those built in, that call no method of a subclass by a name of their own."""

_EXPECTED: Final = frozenset(
    name
    for kind in (io.TextIOWrapper, io.BytesIO, contextlib.ExitStack, *vars(collections.abc).values())
    if isinstance(kind, type)
    for name in dir(kind)
)  # fmt: skip
"""What a library may call of anything that looks like a file, a mapping, a generator."""

OF_CONTEXT: Final = " of the context"
"""What names of members of an `AskingFiring` end in: only a context is asked for them, whatever else has such names."""

_LOOKING: Final = ("getattr", "hasattr", "setattr", "attrgetter", "methodcaller")


@dataclass(slots=True, eq=False)
class Part:
    """Something that may be left out: a member of a class, with all that bind its name, or a row of a table."""

    name: str
    nodes: list[ast.AST]
    lines: list[tuple[int, int]]
    """Its lines in the module, first and last counted from 1, without comments above."""


@dataclass(slots=True)
class Mentions:
    """Which members some code asks for: by `names`, by names that begin with one of `prefixes` and go on with one of
    `endings`; `any_ending` if nobody can say how they go on."""

    names: dict[str, None] = field(default_factory=dict)
    prefixes: dict[str, None] = field(default_factory=dict)
    endings: dict[str, None] = field(default_factory=dict)
    any_ending: bool = False


def members_of(piece: Piece) -> list[Part]:
    """Return the members of a class of ours that may be left out; none of anything else."""
    statement = piece.statements[0]
    if not isinstance(statement, ast.ClassDef) or not piece.module.startswith(PRUNED):
        return []
    kept_by_bases = _asked_by_bases(piece.source, statement, set())
    if kept_by_bases is None:
        return []
    found: dict[str, Part | None] = {}
    for place, member in enumerate(statement.body):
        name = _name_of(member)
        if not name or name in kept_by_bases or name in _EXPECTED or name.startswith("__"):
            continue
        if not _may_go(member):
            found[name] = None
        asked = name + OF_CONTEXT if name in ASKS and (piece.module, piece.name) == ASKING else name
        known = found.setdefault(name, Part(asked, [], []))
        if known is not None:
            decorators = [one.lineno for one in getattr(member, "decorator_list", [])]
            last = member.end_lineno or member.lineno
            told = statement.body[place + 1] if place + 1 < len(statement.body) else None
            if not isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef) and told is not None and is_text(told):
                known.nodes.append(told)
                last = told.end_lineno or told.lineno
            known.nodes.append(member)
            known.lines.append((min([member.lineno, *decorators]), last))
    return [part for part in found.values() if part is not None]


def rows_of(piece: Piece) -> list[Part]:
    """Return the rows of a table: a constant that is a dict display with a text for each key, a line each."""
    statement = piece.statements[0]
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Dict):
        raise TypeError(f"{piece.module}.{piece.name} is no table")
    rows = []
    for key, of in zip(value.keys, value.values, strict=True):
        if not isinstance(key, ast.Constant):
            raise TypeError(f"{piece.module}.{piece.name} has a row without a name")
        rows.append(Part(str(key.value), [key, of], [(key.lineno, of.end_lineno or of.lineno)]))
    return rows


def _name_of(member: ast.stmt) -> str:
    if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
        return member.name
    if isinstance(member, ast.Assign) and len(member.targets) == 1 and isinstance(member.targets[0], ast.Name):
        return member.targets[0].id
    if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
        return member.target.id
    return ""


def _may_go(member: ast.stmt) -> bool:
    if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
        return all(_last_name(one) in _HARMLESS for one in member.decorator_list)
    if isinstance(member, ast.AnnAssign):
        return ast.unparse(member.annotation).startswith("ClassVar")  # anything else may be a field
    return isinstance(member, ast.Assign) and not any(isinstance(one, ast.Call) for one in ast.walk(member.value))


def _last_name(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")


def _asked_by_bases(source: Source, statement: ast.ClassDef, seen: set[tuple[str, str]]) -> set[str] | None:
    """Return what the bases of other libraries may call; None if nobody can say, or if any member means something."""
    asked: set[str] = set()
    for base in statement.bases:
        if isinstance(base, ast.Subscript):
            base = base.value
        if not isinstance(base, ast.Name):
            return None
        found = _asked_by(source, base.id, seen)
        if found is None:
            return None
        asked |= found
    return asked


def _asked_by(source: Source, name: str, seen: set[tuple[str, str]]) -> set[str] | None:
    if (source.name, name) in seen:
        return set()
    seen.add((source.name, name))
    bound = source.bindings.get(name)
    if isinstance(bound, Piece):
        inner = bound.statements[0]
        return _asked_by_bases(bound.source, inner, seen) if isinstance(inner, ast.ClassDef) else None
    if bound is None:
        held: Any = vars(builtins).get(name)
        return set(dir(held)) if isinstance(held, type) else None
    if is_ours(bound.module):
        origin = source_of(bound.module)
        return _asked_by(origin, bound.name, seen) if origin is not None else None
    if bound.name in _NO_CALLERS:
        return set()
    if bound.module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    held = getattr(importlib.import_module(bound.module), bound.name, None)
    if not isinstance(held, type) or "enum" in {one.__module__ for one in held.__mro__}:
        return None
    # What looks methods up by the names of nodes, commands and the like cannot be told from its own.
    return None if bound.module in ("ast", "cmd", "http.server", "html.parser") else set(dir(held))


# -- who is asked for ------------------------------------------------------------------------------------------------


def mentions_of(
    nodes: Iterable[ast.AST], without: Iterable[ast.AST] = (), *, ours: bool = True, of_context: bool = False
) -> Mentions:
    """Return what these nodes ask for, apart from some inside of them.

    `ours`: they are of the studio itself; `of_context`: of the context of nodes, so that `self` is one.
    """
    left_out = {id(one) for one in without}
    inside = list(_walk(nodes, left_out))
    found = Mentions()
    for node in inside:
        if isinstance(node, ast.Attribute):
            found.names[node.attr] = None
            is_self = of_context and isinstance(node.value, ast.Name) and node.value.id == "self"
            if node.attr in ASKS and (is_self or is_context(node.value) or not ours):
                found.names[node.attr + OF_CONTEXT] = None
        elif isinstance(node, ast.MatchClass):
            found.names.update(dict.fromkeys(node.kwd_attrs))
        elif isinstance(node, ast.ClassDef):
            found.names.update(dict.fromkeys(_named_in_body(node, left_out)))
        elif isinstance(node, ast.Call):
            asked = _last_name(node.func)
            if asked in _LOOKING:
                _looked_up(node, inside, found)
            # The names of operations are handed on, as texts, to what looks them up.
            operations = [*node.args, *(one.value for one in node.keywords if one.arg == "op")]
            found.endings.update(dict.fromkeys(_chosen(operations)))
            if asked == "do" and not ours and not (operations and isinstance(operations[0], ast.Constant)):
                found.any_ending = True
    return found


def _looked_up(call: ast.Call, around: Iterable[ast.AST], found: Mentions) -> None:
    """Take down the names that `getattr` and its like may look up."""
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            names = argument.value.split(".")
            found.names.update(dict.fromkeys([*names, *(name + OF_CONTEXT for name in names)]))
        elif isinstance(argument, ast.JoinedStr) and argument.values and isinstance(argument.values[0], ast.Constant):
            found.prefixes[str(argument.values[0].value)] = None
        elif argument is not call.args[0] or _last_name(call.func) == "attrgetter":
            # A name that is worked out: any that is written around it may be meant.
            found.names.update(dict.fromkeys(_texts(around)))
            found.names.update(dict.fromkeys(name + OF_CONTEXT for name in _texts(around) if is_context(call.args[0])))


def _chosen(arguments: Iterable[ast.expr]) -> Iterator[str]:
    """Yield the texts that are handed on, one of several among them."""
    for one in arguments:
        if isinstance(one, ast.IfExp):
            yield from _chosen((one.body, one.orelse))
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        for one in ast.walk(node):
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.isidentifier():
                yield one.value


def _named_in_body(statement: ast.ClassDef, left_out: set[int]) -> Iterator[str]:
    """Yield the names that the statements of a class use when it is made: members among them."""
    stack: list[ast.AST] = [one for one in statement.body if id(one) not in left_out]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            stack.extend((*node.decorator_list, *node.args.defaults, *(one for one in node.args.kw_defaults if one)))
        else:
            stack.extend(ast.iter_child_nodes(node))


def _walk(nodes: Iterable[ast.AST], left_out: set[int]) -> Iterator[ast.AST]:
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        if id(node) not in left_out:
            yield node
            stack.extend(list(ast.iter_child_nodes(node))[::-1])
