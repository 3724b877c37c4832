"""An order of definitions that runs when the script is loaded, and reads as the modules did."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from studio.export.standalone.gathering.closure import Closure
from studio.export.standalone.gathering.sources import Piece


class _Order:
    """Depth first: what a statement needs when it is executed stands before it."""

    def __init__(self, closure: Closure) -> None:
        self.closure = closure
        self.done: dict[int, Piece] = {}
        self.under_way: set[int] = set()

    def place(self, piece: Piece) -> None:
        if id(piece) in self.done or id(piece) in self.under_way:
            return
        self.under_way.add(id(piece))
        for needed in needs(self.closure, piece):
            if id(needed) in self.closure.pieces:
                self.place(needed)
        self.under_way.discard(id(piece))
        self.done[id(piece)] = piece


def in_order(closure: Closure, first: Sequence[Piece] = ()) -> list[Piece]:
    """Return the definitions in an order that runs; those `first` stand together, before the rest, with their needs."""
    order = _Order(closure)
    for piece in first:
        order.place(piece)
    modules = _modules(closure)
    rank = {module: place for place, module in enumerate(modules)}
    pieces = sorted(closure.pieces.values(), key=lambda one: (rank[one.module], one.lines[0][0]))
    for piece in pieces:
        order.place(piece)
    return list(order.done.values())


def needs(closure: Closure, piece: Piece) -> Iterator[Piece]:
    """Yield what must be there when the statement is executed: what it names, and if it calls, what is called needs."""
    seen: set[int] = {id(piece)}
    named = [link.target for link in closure.links[id(piece)] if link.use.at_import and isinstance(link.target, Piece)]
    stack = named[::-1]
    calls = _calls(piece)
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if calls and id(one) in closure.links:
            idle = _idle_lines(one)
            inner = (
                link.target
                for link in closure.links[id(one)]
                if not link.use.in_annotation
                and isinstance(link.target, Piece)
                and not any(first <= link.use.node.lineno <= last for first, last in idle)
            )
            stack.extend(inner)


_MAKING: Final = ("__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__")
"""The methods that run when an object or a subclass is made."""


def _idle_lines(piece: Piece) -> list[tuple[int, int]]:
    """Return the lines of a class's methods that do not run when an object of it is made, nor by those that do."""
    statement = piece.statements[0]
    if not isinstance(statement, ast.ClassDef):
        return []
    methods = {one.name: one for one in statement.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    running: set[str] = set()
    stack: list[str] = [name for name in _MAKING if name in methods]
    while stack:
        name = stack.pop()
        if name not in running:
            running.add(name)
            asked = {node.attr for node in ast.walk(methods[name]) if isinstance(node, ast.Attribute)}
            stack.extend(asked & methods.keys())
    return [(one.lineno, one.end_lineno or one.lineno) for name, one in methods.items() if name not in running]


def _calls(piece: Piece) -> bool:
    """True if executing the statement calls something, apart from what stands in the bodies of its functions."""
    for statement in piece.statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            parts: Iterable[ast.AST] = [*statement.decorator_list, *statement.args.defaults]
        else:
            parts = [statement]
        if any(isinstance(node, ast.Call) for part in parts for node in _executed(part)):
            return True
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and statement.decorator_list:
            return True
    return False


def _executed(part: ast.AST) -> Iterator[ast.AST]:
    stack = [part]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            stack.extend(node.decorator_list)
        elif not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def _modules(closure: Closure) -> list[str]:
    """Return the modules, those that are used before those that use them."""
    used: dict[str, dict[str, None]] = {}
    for key, piece in closure.pieces.items():
        into = used.setdefault(piece.module, {})
        for link in closure.links[key]:
            if isinstance(link.target, Piece) and id(link.target) in closure.pieces:
                into[link.target.module] = None
    order: dict[str, None] = {}
    for start in used:
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(used[start]))]
        under_way = {start}
        while stack:
            module, rest = stack[-1]
            following = next((one for one in rest if one not in order and one not in under_way), None)
            if following is None:
                order[module] = None
                stack.pop()
            else:
                under_way.add(following)
                stack.append((following, iter(used[following])))
    return list(order)
