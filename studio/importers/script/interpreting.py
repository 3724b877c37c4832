"""The statements of a script, read in order: constants, functions, and the words of `studio.Graph`.

Whatever cannot matter for the graph (other functions, classes, `main`) is passed over; whatever could and is not
understood is refused.
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Final, cast

from studio.graph.comments import FOOTER, HEADER
from studio.importers.script.building import Builder
from studio.importers.script.expressions import FIRST_NAMES, Expressions
from studio.importers.script.remarks import Remarks
from studio.importers.script.source import Comment, Source
from studio.importers.script.values import (
    MAX_CALLS,
    Budget,
    Function,
    Imported,
    MadeGraph,
    NotUnderstood,
    Unknown,
    Value,
)
from studio.support.nearest import near

_WORDS: Final = ("add", "connect", "add_store", "add_graph")
_LONGEST_LOOP: Final = 10_000
RUNS: Final = ("studio.script.play", "studio.run", "studio.arun", "studio.engine.run.run", "studio.engine.run.arun")
"""What runs a graph that it is given."""


def dotted(node: ast.expr, names: Mapping[str, object]) -> str:
    """Return the full name of what is called, as far as imports tell."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 8:
        parts.append(node.attr)
        node = node.value
    value = names.get(node.id) if isinstance(node, ast.Name) else None
    return ".".join([value.name, *reversed(parts)]) if isinstance(value, Imported) else ""


class Returned(Exception):
    """A function came to its `return`."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Interpreter:
    """Reads one script; `names` is what its module defines."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.names: dict[str, Value] = dict(FIRST_NAMES)
        self.builder = Builder(source.file)
        self.budget = Budget()
        self.remarks = Remarks(source)
        self.expressions = Expressions(self.budget, self)
        self._calls: list[str] = []
        self._pending: list[Comment] = []

    def read(self) -> None:
        """Read the module from top to bottom."""
        self._block(self.source.tree.body, self.names, 0, module=True)

    # -- what expressions call -----------------------------------------------------------------

    def make_graph(self, given: Mapping[str, Value], line: int) -> MadeGraph:
        """Return a new graph, as `Graph(…)` makes it."""
        return self.builder.graph(given, line)

    def call_function(self, function: Function, line: int) -> Value:
        """Return what a function of the script returns, its body read anew."""
        node = function.node
        if node.name in self._calls:
            raise NotUnderstood(f"`{node.name}` calls itself.", line, "Name the graph where it runs itself, instead.")
        if len(self._calls) >= MAX_CALLS:
            raise NotUnderstood(f"Functions call each other deeper than {MAX_CALLS} levels.", line)
        kept, self._pending = self._pending, []
        self._calls.append(node.name)
        try:
            begin = (node.returns.end_lineno if node.returns is not None else None) or node.lineno
            self._block(node.body, ChainMap({}, self.names), begin)
        except Returned as end:
            return end.value
        finally:
            self._calls.pop()
            self._pending = kept
        raise NotUnderstood(f"`{node.name}` returns nothing.", node.lineno, "End it with `return graph`.")

    # -- statements -----------------------------------------------------------------------------

    def _block(
        self,
        body: Sequence[ast.stmt],
        names: MutableMapping[str, Value],
        begin: int,
        *,
        module: bool = False,
        again: bool = False,
    ) -> None:
        """Read statements in order; `again` in a loop, whose comments were taken in its first round."""
        for statement in body:
            self.budget.step(statement.lineno)
            if not again:
                self._pending.extend(self.remarks.between(begin, statement.lineno))
            self._statement(statement, names, module)
            begin = statement.end_lineno or statement.lineno

    def _statement(self, node: ast.stmt, names: MutableMapping[str, Value], module: bool) -> None:
        if isinstance(node, ast.Expr):
            self._expression(node, names, module)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            self._assignment(node, names, module)
            if module:
                self._pending.clear()
        elif isinstance(node, ast.Return) and not module:
            self._return(node, names)
        elif isinstance(node, ast.For):
            self._loop(node, names)
        elif isinstance(node, ast.Pass):
            pass
        elif module and isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
            self._pending.clear()
        elif module and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._define(node)
            self._pending.clear()
        elif module and isinstance(node, ast.If):
            self._condition(node)
        else:
            raise NotUnderstood(f"{_STATEMENTS.get(type(node), 'This statement')} is not understood.", node.lineno)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                raise NotUnderstood("`import *` hides which names it brings.", node.lineno, "Import them by name.")
            if isinstance(node, ast.ImportFrom):
                prefix = "." * node.level + (node.module or "")
                self.names[alias.asname or alias.name] = Imported(f"{prefix}.{alias.name}")
            elif alias.asname:
                self.names[alias.asname] = Imported(alias.name)
            else:
                first = alias.name.partition(".")[0]
                self.names[first] = Imported(first)

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        plain = isinstance(node, ast.FunctionDef) and not node.decorator_list
        if isinstance(node, ast.FunctionDef) and plain:
            given = node.args
            if not (given.args or given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg):
                self.names[node.name] = Function(node)
                return
            self.names[node.name] = Unknown("A function that takes arguments is not read.", node.lineno)
            return
        self.names[node.name] = Unknown("Only plain functions are read.", node.lineno)

    def _condition(self, node: ast.If) -> None:
        """Pass over what runs only when the script is started, and over imports for type checkers."""
        test = node.test
        started = isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"
        checking = isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
        if not (started or checking) or node.orelse:
            raise NotUnderstood("`if` is not understood.", node.lineno)
        for inner in node.body if checking else ():
            if not isinstance(inner, ast.Import | ast.ImportFrom):
                raise NotUnderstood("`if` is not understood.", inner.lineno)
            self._import(inner)

    def _assignment(self, node: ast.Assign | ast.AnnAssign, names: MutableMapping[str, Value], module: bool) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if not all(isinstance(target, ast.Name) for target in targets):
            raise NotUnderstood("Only a name can be assigned here.", node.lineno)
        if node.value is None:
            return  # an annotation alone
        try:
            value = self._made(node, node.value, names)
        except NotUnderstood as problem:
            if not module or (self._concerns_graph(node.value, names) and not self._runs(node.value)):
                raise
            value = Unknown(problem.message, problem.line)
        for target in targets:
            names[cast(ast.Name, target).id] = value

    def _made(self, node: ast.stmt, expression: ast.expr, names: MutableMapping[str, Value]) -> Value:
        """Return the value of an assignment; a graph takes the comments around the statement that makes it."""
        if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
            done = self._word(node, expression, expression.func, names)
            if done is not None:
                return Unknown(f"`{done}` made this; it is read where it stands.", node.lineno)
        value = self.expressions.value(expression, names)
        if isinstance(value, MadeGraph) and isinstance(expression, ast.Call) and value.line == expression.lineno:
            self.remarks.keep(value.graph, HEADER, self._take(), before=node.lineno)
            self.remarks.keep_inside(value.graph, node, expression, "")
        return value

    def _concerns_graph(self, expression: ast.expr, names: Mapping[str, Value]) -> bool:
        """True if an expression speaks of graphs, so that it matters that it is not understood."""
        for node in ast.walk(expression):
            if isinstance(node, ast.Name):
                value = names.get(node.id)
                if isinstance(value, MadeGraph) or value == Imported("studio.Graph"):
                    return True
                if isinstance(value, Function) and any(isinstance(one, MadeGraph) for one in self.names.values()):
                    return True  # it may have begun to change that graph
        return False

    def _return(self, node: ast.Return, names: MutableMapping[str, Value]) -> None:
        value = None if node.value is None else self._made(node, node.value, names)
        if isinstance(value, MadeGraph):
            self.remarks.keep(value.graph, FOOTER, self._take())
        raise Returned(value)

    def _loop(self, node: ast.For, names: MutableMapping[str, Value]) -> None:
        items = self.expressions.value(node.iter, names)
        if not isinstance(items, list) or node.orelse:
            raise NotUnderstood("Only a loop over a list is read.", node.lineno)
        if len(items) > _LONGEST_LOOP:
            raise NotUnderstood(f"A loop goes round more than {_LONGEST_LOOP:,} times.", node.lineno)
        for nth, item in enumerate(items):
            self._bind(node.target, item, names)
            self._block(node.body, names, node.iter.end_lineno or node.lineno, again=nth > 0)

    def _bind(self, target: ast.expr, item: Value, names: MutableMapping[str, Value]) -> None:
        if isinstance(target, ast.Name):
            names[target.id] = item
        elif isinstance(target, ast.Tuple) and isinstance(item, list) and len(item) == len(target.elts):
            for inner, value in zip(target.elts, item, strict=True):
                self._bind(inner, value, names)
        else:
            raise NotUnderstood("The names of this loop do not fit what it goes over.", target.lineno)

    # -- the words of a graph -------------------------------------------------------------------

    def _runs(self, node: ast.expr) -> bool:
        """True for a call that runs a graph, which changes nothing of it."""
        return isinstance(node, ast.Call) and dotted(node.func, self.names) in RUNS

    def _is_harmless(self, node: ast.expr) -> bool:
        """True for `run(graph)` and for printing what has nothing to do with graphs."""
        if self._runs(node):
            return True
        prints = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        return prints and "print" not in self.names and not self._concerns_graph(node, self.names)

    def _expression(self, node: ast.Expr, names: MutableMapping[str, Value], module: bool) -> None:
        call = node.value
        if isinstance(call, ast.Constant):
            return  # a docstring
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            if self._word(node, call, call.func, names) is not None:
                return
        if module and self._is_harmless(call):
            return
        raise NotUnderstood("This statement may change things in ways that only running it shows.", node.lineno)

    def _word(
        self, node: ast.stmt, call: ast.Call, function: ast.Attribute, names: MutableMapping[str, Value]
    ) -> str | None:
        """Do what a method of a graph does; return its name, or None if this is no method of a graph."""
        if not isinstance(function.value, ast.Name) or not isinstance(names.get(function.value.id), MadeGraph):
            return None
        made, word, line = names[function.value.id], function.attr, call.lineno
        if word not in _WORDS:
            raise NotUnderstood(f"`{word}` of a graph is not understood.", line, near(word, _WORDS) or None)
        if made.used:
            raise NotUnderstood("This graph is the body of a subgraph already.", line, "Add to it before that.")
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            raise NotUnderstood("`*` is not understood here.", line)
        self.budget.entries(1, line)
        given = [self.expressions.value(argument, names) for argument in call.args]
        keys = self.expressions.keywords(call, names)
        if word == "add":
            path = f"nodes.{self.builder.add(made, given, keys, line)}"
        elif word == "connect":
            path = f"edges.{self.builder.connect(made, given, keys, line)}"
        elif word == "add_store":
            path = f"stores.{self.builder.add_store(made, given, keys, line).name}"
        else:
            path = f"graphs.{self.builder.add_graph(made, given, keys, line)}"
        self.remarks.keep(made.graph, path, self._take())
        if node.lineno not in made.said:  # a loop says it once
            made.said.add(node.lineno)
            self.remarks.keep_inside(made.graph, node, call, path)
        return word

    def _take(self) -> list[Comment]:
        taken, self._pending = self._pending, []
        return taken


_STATEMENTS: Final[Mapping[type[ast.stmt], str]] = {
    ast.If: "`if`", ast.While: "`while`", ast.With: "`with`", ast.Try: "`try`", ast.Match: "`match`",
    ast.AugAssign: "Changing a name by `+=`", ast.Delete: "`del`", ast.Global: "`global`", ast.Raise: "`raise`",
    ast.Assert: "`assert`", ast.Import: "An import within a function", ast.ImportFrom: "An import within a function",
    ast.FunctionDef: "A function within a function", ast.AsyncFor: "`async for`",
}  # fmt: skip
