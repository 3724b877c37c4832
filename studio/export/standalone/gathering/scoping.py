"""Which names of a statement mean something of its module, and when they are looked up.

Python's own rules of scope: functions, lambdas and comprehensions bind names of their own, class bodies bind names that
their methods do not see, annotations are texts (`from __future__ import annotations`) that only type checkers read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from studio.export.standalone.gathering.sources import Imported, imports_of, is_ours


@dataclass(slots=True)
class Use:
    """A name that no function around it binds.

    `node` is the name, or the text of a `cast("X", …)` with names in it; `alias` is what an import inside of a function
    made of the name; `around` are the names that functions around it bind; `at_import` if it is looked up when the
    statement is executed, and not only when a function of it is called; `inside` is the attribute access of which the
    name is the first part.
    """

    node: ast.Name | ast.Constant
    name: str
    around: frozenset[str]
    alias: Imported | None = None
    at_import: bool = False
    in_annotation: bool = False
    inside: ast.Attribute | None = None
    in_text: bool = False


@dataclass(slots=True)
class Scope:
    bound: set[str]
    aliases: dict[str, Imported] = field(default_factory=dict)
    is_class: bool = False


@dataclass(slots=True)
class Uses:
    """All that a statement uses: names, and the imports of ours inside of its functions, which a script leaves out."""

    names: list[Use] = field(default_factory=list)
    own_imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    other_imports: list[Imported] = field(default_factory=list)
    alone: set[int] = field(default_factory=set)
    """Ids of the imports of ours that are all there is in their block."""
    declarations: list[ast.stmt] = field(default_factory=list)
    """Members of classes that only declare and judge params, which a script has been given: it leaves them out."""


def uses_of(statement: ast.stmt, module: str) -> Uses:
    """Return the names of the module (or builtins) that one of its statements uses."""
    walker = _Walker(module)
    walker.visit(statement)
    return walker.found


class _Walker(ast.NodeVisitor):
    def __init__(self, module: str) -> None:
        self.module = module
        self.found = Uses()
        self.scopes: list[Scope] = []
        self.delayed = 0  # functions whose bodies are being walked
        self.annotation = 0
        self.in_text = 0

    # -- names

    def visit_Name(self, node: ast.Name) -> None:
        if self.scopes and self.scopes[-1].is_class and not isinstance(node.ctx, ast.Load):
            return  # an attribute of the class
        self._use(node, node.id, None)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name):
            self._use(node.value, node.value.id, node)
        else:
            self.visit(node.value)

    def _use(self, node: ast.Name, name: str, inside: ast.Attribute | None) -> None:
        around: set[str] = set()
        alias: Imported | None = None
        last = len(self.scopes) - 1
        for depth in range(last, -1, -1):
            scope = self.scopes[depth]
            if scope.is_class and depth != last:
                continue
            if scope.is_class and self.annotation:
                continue
            if name in scope.bound:
                return
            if name in scope.aliases:
                alias = scope.aliases[name]
                break
        for scope in self.scopes:
            if not scope.is_class:
                around |= scope.bound
        self.found.names.append(
            Use(
                node,
                name,
                frozenset(around),
                alias,
                at_import=not self.delayed and not self.annotation,
                in_annotation=bool(self.annotation),
                inside=inside,
                in_text=bool(self.in_text),
            )
        )

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.in_text += 1
        self.generic_visit(node)
        self.in_text -= 1

    def visit_Call(self, node: ast.Call) -> None:
        first = node.args[0] if node.args else None
        if isinstance(node.func, ast.Name) and node.func.id == "cast" and isinstance(first, ast.Constant):
            if isinstance(first.value, str):
                for inner in ast.walk(ast.parse(first.value, mode="eval")):
                    if isinstance(inner, ast.Name):
                        self.found.names.append(Use(first, inner.id, frozenset(), in_annotation=True))
                self.visit(node.func)
                for argument in node.args[1:]:
                    self.visit(argument)
                return
        self.generic_visit(node)

    # -- annotations

    def _annotated(self, node: ast.expr | None) -> None:
        if node is not None:
            self.annotation += 1
            self.visit(node)
            self.annotation -= 1

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotated(node.annotation)
        self.visit(node.target)
        if node.value is not None:
            # What follows `Name: TypeAlias =` is looked up like any other value.
            self.visit(node.value)

    # -- scopes

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._arguments(node.args)
        self._annotated(node.returns)
        self._inner(node.args, node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._arguments(node.args)
        self._inner(node.args, [node.body])

    def _arguments(self, args: ast.arguments) -> None:
        for default in (*args.defaults, *args.kw_defaults):
            if default is not None:
                self.visit(default)
        for one in all_arguments(args):
            self._annotated(one.annotation)

    def _inner(self, args: ast.arguments, body: list[ast.stmt] | list[ast.expr]) -> None:
        scope = Scope({one.arg for one in all_arguments(args)})
        _collect(body, scope, self.module)
        self.scopes.append(scope)
        self.delayed += 1
        held, self.annotation = self.annotation, 0
        for part in body:
            self.visit(part)
        self.annotation = held
        self.delayed -= 1
        self.scopes.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(part)
        scope = Scope(set(), is_class=True)
        self.scopes.append(scope)
        for statement in node.body:
            if _declares(statement):
                self.found.declarations.append(statement)
                continue
            self.visit(statement)
            _collect([statement], scope, self.module)  # a class body sees only what it has bound so far
        self.scopes.pop()

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        scope = Scope(set())
        for generator in node.generators:
            _collect([generator.target], scope, self.module)
        self.scopes.append(scope)
        for place, generator in enumerate(node.generators):
            if place:
                self.visit(generator.iter)
            for condition in generator.ifs:
                self.visit(condition)
        if isinstance(node, ast.DictComp):
            self.visit(node.key)
            self.visit(node.value)
        else:
            self.visit(node.elt)
        self.scopes.pop()

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension

    # -- imports inside of functions

    def visit_Import(self, node: ast.Import) -> None:
        self._import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._import(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        imported = imports_of(node, self.module).values()
        if all(is_ours(one.module) for one in imported):
            self.found.own_imports.append(node)
        else:
            self.found.other_imports.extend(imported)

    def generic_visit(self, node: ast.AST) -> None:
        for _, value in ast.iter_fields(node):
            if isinstance(value, list):
                if len(value) == 1 and isinstance(value[0], ast.Import | ast.ImportFrom):
                    self.found.alone.add(id(value[0]))
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)
            elif isinstance(value, ast.AST):
                self.visit(value)


def _declares(member: ast.stmt) -> bool:
    """True for `class Params(Fields)` and for the class method `problems` that judges such params."""
    if isinstance(member, ast.ClassDef):
        return any(ast.unparse(base) in ("Fields", "Store.Params") for base in member.bases)
    if isinstance(member, ast.FunctionDef):
        return member.name == "problems" and [ast.unparse(one) for one in member.decorator_list] == ["classmethod"]
    return False


def all_arguments(args: ast.arguments) -> Iterator[ast.arg]:
    """Yield every parameter."""
    yield from (*args.posonlyargs, *args.args, *args.kwonlyargs)
    yield from (one for one in (args.vararg, args.kwarg) if one is not None)


def _collect(nodes: list[ast.stmt] | list[ast.expr], scope: Scope, module: str) -> None:
    """Add to a scope what these nodes bind in it, leaving out what inner scopes bind."""
    shared: set[str] = set()
    stack: list[ast.AST] = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            scope.bound.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            stack.extend(inner for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, imported in imports_of(node, module).items():
                if is_ours(imported.module):
                    scope.aliases[name] = imported
                else:
                    scope.bound.add(name)
            continue
        if isinstance(node, ast.Global | ast.Nonlocal):
            shared.update(node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            scope.bound.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            scope.bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            scope.bound.add(node.rest)
        stack.extend(ast.iter_child_nodes(node))
    scope.bound -= shared
