"""Names in Python code that are used and not defined, judged as pyflakes judges them: in the order in which it runs.

Bodies of functions are looked at last, since they run later; a name that a class defines is not seen by its methods; a
name of an `except` is gone behind it; what `try` guards against `NameError` may be missing.  (pyflakes 3,
`pyflakes/checker.py`; flake8 calls what it finds F821 and F822.)
"""

from __future__ import annotations

import ast
import builtins
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, Literal

KNOWN: Final = frozenset(dir(builtins)) | {"__file__", "__builtins__", "__annotations__", "__path__", "WindowsError"}
IN_CLASSES: Final = frozenset({"__module__", "__qualname__"})
Kind = Literal["module", "class", "function", "generator"]
Found = tuple[int, int, str]


class Scope:
    """Names that are bound in a module, class, function or comprehension; `bare` are annotated without a value."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.names: set[str] = set()
        self.bare: set[str] = set()
        self.has_star = False

    def bind(self, name: str) -> None:
        """Note that the name has a value from here on."""
        self.names.add(name)
        self.bare.discard(name)


def undefined_names(tree: ast.Module, name: str = "") -> list[Found]:
    """Return where a module uses names that it does not define: line, column, and what is wrong, each name once a line.

    `name` is that of the file: an `__init__.py` may export modules beside it.  Raises `RecursionError` for code that is
    nested too deeply.
    """
    walk = _Walk()
    walk.all_of(tree.body)
    while walk.later:
        walk.later.popleft()()
    if walk.exports and not walk.module.has_star and name.rsplit("/", 1)[-1] != "__init__.py":
        for line, column, exported in walk.exports:
            if exported not in walk.module.names | KNOWN:
                walk.found[exported, line] = (line, column, f"F822 undefined name `{exported}` in `__all__`")
    return sorted(walk.found.values())


class _Walk:
    def __init__(self) -> None:
        self.module = Scope("module")
        self.scopes = [self.module]
        self.found: dict[tuple[str, int], Found] = {}
        self.later: deque[Callable[[], None]] = deque()
        self.exports: list[tuple[int, int, str]] = []
        self.guards = [False]
        self.is_postponed = False
        self.postpones = False
        self.depth = 0

    # -- names -------------------------------------------------------------------------------

    def load(self, name: str, at: ast.expr) -> None:
        reaches_class = True
        for place, scope in enumerate(reversed(self.scopes)):
            if scope.kind == "class" and name == "__class__":
                return
            if scope.kind == "class" and place and not reaches_class:
                continue
            if name in scope.names or (name in scope.bare and self.is_postponed):
                return
            reaches_class = reaches_class and scope.kind == "generator"
        if name in KNOWN or any(scope.has_star for scope in self.scopes) or self.guards[-1]:
            return
        if name in IN_CLASSES and self.scopes[-1].kind == "class":
            return
        self.missing(name, at)

    def missing(self, name: str, at: ast.expr) -> None:
        self.found.setdefault((name, at.lineno), (at.lineno, at.col_offset + 1, f"F821 undefined name `{name}`"))

    def unbind(self, name: str, at: ast.expr) -> None:
        here = self.scopes[-1]
        if name not in here.names | here.bare:
            self.missing(name, at)
        elif not self.depth:  # what is deleted on one way only may still be there on another
            here.names.discard(name)
            here.bare.discard(name)

    # -- the walk ----------------------------------------------------------------------------

    def all_of(self, items: Sequence[ast.AST]) -> None:
        for item in items:
            self.visit(item)

    def visit(self, item: ast.AST | None) -> None:
        if item is None:
            return
        method = getattr(self, f"visit_{type(item).__name__}", None)
        if method is not None:
            method(item)
        else:
            self.children(item)

    def children(self, item: ast.AST, *but: str) -> None:
        is_branch = isinstance(item, ast.If | ast.While | ast.For | ast.AsyncFor | ast.Try | ast.IfExp)
        self.depth += is_branch
        for field in _in_order(item):
            value = getattr(item, field, None)
            if field in but:
                continue
            if isinstance(value, ast.AST):
                self.visit(value)
            elif isinstance(value, list):
                self.all_of([one for one in value if isinstance(one, ast.AST)])
        self.depth -= is_branch

    def visit_Name(self, item: ast.Name) -> None:
        if isinstance(item.ctx, ast.Load):
            self.load(item.id, item)
        elif isinstance(item.ctx, ast.Store):
            self.scopes[-1].bind(item.id)
        else:
            self.unbind(item.id, item)

    def visit_NamedExpr(self, item: ast.NamedExpr) -> None:
        self.visit(item.value)
        next(scope for scope in reversed(self.scopes) if scope.kind != "generator").bind(item.target.id)

    def visit_AugAssign(self, item: ast.AugAssign) -> None:
        if isinstance(item.target, ast.Name):
            self.load(item.target.id, item.target)
        self.visit(item.value)
        self.visit(item.target)
        self.export(item.target, item.value)

    def visit_Assign(self, item: ast.Assign) -> None:
        self.children(item)
        for target in item.targets:
            if isinstance(target, ast.Name) and target.id == "__all__" and len(self.scopes) == 1:
                self.exports = []
            self.export(target, item.value)

    def visit_AnnAssign(self, item: ast.AnnAssign) -> None:
        self.annotation(item.annotation)
        if item.value is None and isinstance(item.target, ast.Name):  # it has a type, and no value yet
            here = self.scopes[-1]
            if item.target.id not in here.names:
                here.bare.add(item.target.id)
            return
        self.visit(item.value)
        self.visit(item.target)
        self.export(item.target, item.value)

    def export(self, target: ast.expr, value: ast.expr | None) -> None:
        if value is None or len(self.scopes) > 1 or not (isinstance(target, ast.Name) and target.id == "__all__"):
            return
        for part in _added(value):
            if isinstance(part, ast.List | ast.Tuple):
                self.exports += [
                    (one.lineno, one.col_offset + 1, one.value)
                    for one in part.elts
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]

    def visit_Import(self, item: ast.Import) -> None:
        for one in item.names:
            self.scopes[-1].bind(one.asname or one.name.split(".")[0])

    def visit_ImportFrom(self, item: ast.ImportFrom) -> None:
        for one in item.names:
            self.scopes[-1].has_star |= one.name == "*"
            self.scopes[-1].bind(one.asname or one.name)
            self.postpones |= item.module == "__future__" and one.name == "annotations"

    def visit_Global(self, item: ast.Global | ast.Nonlocal) -> None:
        if self.scopes[-1].kind != "function":
            return
        for name in item.names:
            for scope in self.scopes:
                scope.bind(name)
            for place in [place for place in self.found if place[0] == name]:
                del self.found[place]

    visit_Nonlocal = visit_Global

    def visit_Try(self, item: ast.Try) -> None:
        self.guards.append(any(map(_catches_missing, item.handlers)))
        self.depth += 1
        self.all_of(item.body)
        self.depth -= 1
        self.guards.pop()
        self.children(item, "body")

    visit_TryStar = visit_Try

    def visit_ExceptHandler(self, item: ast.ExceptHandler) -> None:
        here = self.scopes[-1]
        was_bound = item.name in here.names
        self.visit(item.type)
        if item.name:
            here.bind(item.name)
        self.all_of(item.body)
        # Functions in it are looked at later; they may well be called before the name is gone.
        keeps = any(isinstance(one, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) for one in ast.walk(item))
        if item.name and not was_bound and not keeps:
            here.names.discard(item.name)

    def visit_MatchAs(self, item: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        name = item.rest if isinstance(item, ast.MatchMapping) else item.name
        if name:
            self.scopes[-1].bind(name)
        self.children(item)

    visit_MatchStar = visit_MatchAs
    visit_MatchMapping = visit_MatchAs

    # -- scopes ------------------------------------------------------------------------------

    def inside(self, kind: Kind, work: Callable[[], None]) -> None:
        self.scopes = [*self.scopes, Scope(kind)]
        try:
            work()
        finally:
            self.scopes = self.scopes[:-1]

    def put_off(self, work: Callable[[], None]) -> None:
        scopes = self.scopes

        def done_later() -> None:
            self.scopes, self.guards, self.depth = scopes, [False], 0
            work()

        self.later.append(done_later)

    def visit_ListComp(self, item: ast.AST) -> None:
        self.inside("generator", partial(self.children, item))

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_ClassDef(self, item: ast.ClassDef) -> None:
        self.all_of([*item.decorator_list, *item.bases, *item.keywords])
        self.inside("class", partial(self.all_of, item.body))
        self.scopes[-1].bind(item.name)

    def visit_FunctionDef(self, item: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.all_of(item.decorator_list)
        self.function(item, item.body)
        self.scopes[-1].bind(item.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, item: ast.Lambda) -> None:
        self.function(item, [item.body])

    def function(self, item: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, body: Sequence[ast.AST]) -> None:
        given = item.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        for one in every:
            self.annotation(one.annotation if one is not None else None)
        self.annotation(None if isinstance(item, ast.Lambda) else item.returns)
        self.all_of([one for one in (*given.defaults, *given.kw_defaults) if one is not None])

        def work() -> None:
            for one in every:
                if one is not None:
                    self.scopes[-1].bind(one.arg)
            self.all_of(body)

        self.put_off(lambda: self.inside("function", work))

    # -- annotations -------------------------------------------------------------------------

    def annotation(self, item: ast.expr | None) -> None:
        if item is None:
            return
        if self.postpones:
            self.put_off(partial(self.postponed, item))
        else:
            self.annotated(item)

    def postponed(self, item: ast.expr) -> None:
        self.is_postponed = True
        try:
            self.annotated(item)
        finally:
            self.is_postponed = False

    def annotated(self, item: ast.AST) -> None:
        """Texts in an annotation are annotations that are read later; those in `Literal` are mere texts."""
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            try:
                text = ast.parse(item.value.strip(), mode="eval").body
            except (SyntaxError, ValueError):
                return  # flake8 has another code for it
            for one in ast.walk(text):
                ast.copy_location(one, item)
            self.put_off(partial(self.postponed, text))
        elif isinstance(item, ast.Subscript):
            self.visit(item.value)
            of = item.value.attr if isinstance(item.value, ast.Attribute) else getattr(item.value, "id", "")
            if of == "Annotated" and isinstance(item.slice, ast.Tuple):
                self.annotated(item.slice.elts[0])
                self.all_of(item.slice.elts[1:])
            elif of != "Literal":
                self.annotated(item.slice)
        elif isinstance(item, ast.Tuple | ast.List | ast.BinOp):
            for one in ast.iter_child_nodes(item):
                self.annotated(one)
        else:
            self.visit(item)


def _in_order(item: ast.AST) -> Iterator[str]:
    """Yield the names of the parts in the order in which they run: values before their targets."""
    fields = item._fields
    first = next((one for one in ("iter", "generators", "value") if one in fields), "")
    if first:
        yield first
    yield from (one for one in fields if one != first)


def _added(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.BinOp):
        yield from _added(value.left)
        yield from _added(value.right)
    else:
        yield value


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or (isinstance(one, ast.Name) and one.id == "NameError") for one in caught)
