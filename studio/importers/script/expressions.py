"""Expressions of a script → values: literals, constants, joins of texts, calls of the few functions that are known."""

from __future__ import annotations

import ast
import builtins
import math
import operator
import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final, Protocol

from studio.graph.scalars import MAX_INTEGER, MIN_INTEGER
from studio.importers.script.values import (
    Budget,
    Folder,
    Function,
    Imported,
    MadeGraph,
    NotUnderstood,
    Unknown,
    Value,
    json_only,
    kind_of,
)
from studio.support.nearest import near

_SUMS: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}  # fmt: skip
"""No power: its result can be larger than any memory. A product of two bounded numbers cannot."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_STRIPS: Final[Mapping[str, Callable[[str], str]]] = {"strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip}
_DEEPEST: Final = 120


class Callee(Protocol):
    """Whoever can call what expressions call: a function of the script, `Graph(…)`, `graph.add(…)`."""

    def call_function(self, function: Function, line: int) -> Value:
        """Read the function's body and return what it returns."""

    def make_graph(self, given: Mapping[str, Value], line: int) -> MadeGraph:
        """Return a new graph."""


class Expressions:
    """Evaluates the expressions of one script."""

    def __init__(self, budget: Budget, callee: Callee) -> None:
        self.budget = budget
        self.callee = callee
        self._depth = 0

    def value(self, node: ast.expr, names: Mapping[str, Value]) -> Value:
        """Return what an expression stands for. Raises NotUnderstood."""
        self.budget.step(node.lineno)
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise NotUnderstood("This expression is nested too deeply.", node.lineno)
            read = self._readers.get(type(node))
            if read is None:
                raise NotUnderstood(f"{_WORDS.get(type(node), 'This expression')} is not understood here.", node.lineno)
            return read(self, node, names)
        finally:
            self._depth -= 1

    def json(self, node: ast.expr, names: Mapping[str, Value]) -> Value:
        """Return what an expression stands for, if that is JSON."""
        return json_only(self.value(node, names), node.lineno)

    # -- literals ---------------------------------------------------------------------------

    def _constant(self, node: ast.Constant, names: Mapping[str, Value]) -> Value:
        value = node.value
        if isinstance(value, str):
            if not value.isascii() and _SURROGATE.search(value):
                raise NotUnderstood("A text holds half a character (a lone surrogate).", node.lineno, "Delete it.")
            self.budget.texts(len(value), node.lineno)
            return value
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            if not MIN_INTEGER <= value <= MAX_INTEGER:
                raise NotUnderstood("A whole number is larger than 64 bits.", node.lineno, "Write it as a text.")
            return value
        if isinstance(value, float):
            if not math.isfinite(value):
                raise NotUnderstood("A number is too large.", node.lineno, "Write it as a text.")
            return value
        raise NotUnderstood(f"A graph holds no {type(value).__name__}.", node.lineno)

    def _joined(self, node: ast.JoinedStr, names: Mapping[str, Value]) -> Value:
        parts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                if part.conversion != -1 or part.format_spec is not None:
                    raise NotUnderstood("Only `{name}` is understood in an f-string.", node.lineno)
                value = self.value(part.value, names)
                if not isinstance(value, str) and type(value) is not int:
                    raise NotUnderstood("An f-string takes texts and whole numbers here.", node.lineno)
                parts.append(str(value))
            else:
                parts.append(str(self.value(part, names)))
        self.budget.texts(sum(map(len, parts)), node.lineno)
        return "".join(parts)

    def _list(self, node: ast.List | ast.Tuple, names: Mapping[str, Value]) -> Value:
        made = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                more = self.value(item.value, names)
                if not isinstance(more, list):
                    raise NotUnderstood("`*` stands before a list here.", item.lineno)
                made.extend(more)
            else:
                made.append(self.json(item, names))
        self.budget.entries(len(made), node.lineno)
        return made

    def _dict(self, node: ast.Dict, names: Mapping[str, Value]) -> Value:
        made: dict[str, Value] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            if key is None:
                more = self.value(item, names)
                if not isinstance(more, dict):
                    raise NotUnderstood("`**` stands before a dict here.", item.lineno)
                made.update(more)
                continue
            name = self.value(key, names)
            if not isinstance(name, str):
                raise NotUnderstood(f"A key must be text, not {kind_of(name)}.", key.lineno, "Put it in quotes.")
            if name in made and isinstance(key, ast.Constant):
                raise NotUnderstood(f"The key `{name[:60]}` stands twice.", key.lineno, "Delete one of them.")
            made[name] = self.json(item, names)
        self.budget.entries(2 * len(made), node.lineno)
        return made

    # -- names and operators ----------------------------------------------------------------

    def _name(self, node: ast.Name, names: Mapping[str, Value]) -> Value:
        if node.id not in names:
            if hasattr(builtins, node.id):
                raise NotUnderstood(f"`{node.id}` of Python is not understood here.", node.lineno)
            hint = near(node.id, [name for name in names if not name.startswith("__")]) or None
            raise NotUnderstood(f"There is no `{node.id}` here.", node.lineno, hint)
        value = names[node.id]
        if isinstance(value, Unknown):
            raise NotUnderstood(value.why, value.line)
        return self.budget.copied(value, node.lineno)

    def _unary(self, node: ast.UnaryOp, names: Mapping[str, Value]) -> Value:
        value = node.operand.value if isinstance(node.operand, ast.Constant) else None
        if isinstance(node.op, ast.USub | ast.UAdd) and type(value) in (int, float):
            number = -value if isinstance(node.op, ast.USub) else value  # type: ignore[operator]
            return self._constant(ast.copy_location(ast.Constant(number), node), names)
        raise NotUnderstood("This is computed; only literals are read.", node.lineno)

    def _binary(self, node: ast.BinOp, names: Mapping[str, Value]) -> Value:
        left, right = self.value(node.left, names), self.value(node.right, names)
        if isinstance(node.op, ast.Add):
            if isinstance(left, str) and isinstance(right, str):
                self.budget.texts(len(left) + len(right), node.lineno)
                return left + right
            if isinstance(left, list) and isinstance(right, list):
                self.budget.entries(len(left) + len(right), node.lineno)
                return left + right
        if type(node.op) in _SUMS and type(left) in (int, float) and type(right) in (int, float):
            return self._number(_SUMS[type(node.op)], left, right, node.lineno)
        if isinstance(node.op, ast.Div) and isinstance(left, Folder) and isinstance(right, str):
            return Folder(left.up, left.rest / right[:1000])
        raise NotUnderstood(
            "This is computed; only texts and lists are joined here, with `+`, and numbers added, taken away, "
            "multiplied and divided.",
            node.lineno,
        )

    def _number(self, sum: Callable[[Any, Any], Any], left: Value, right: Value, line: int) -> Value:
        """Two numbers as one; the same bounds as for a number that is written out."""
        try:
            made = sum(left, right)
        except (ZeroDivisionError, OverflowError) as error:
            raise NotUnderstood(f"This cannot be computed: {error}.", line, "") from None
        return self._constant(ast.Constant(made, lineno=line, col_offset=0), {})

    def _attribute(self, node: ast.Attribute, names: Mapping[str, Value]) -> Value:
        return self._part(self.value(node.value, names), node)

    def _part(self, value: Value, node: ast.Attribute) -> Value:
        if isinstance(value, Imported):
            return Imported(f"{value.name}.{node.attr}")
        if isinstance(value, Folder) and node.attr == "parent" and not value.rest.parts:
            return Folder(value.up + 1)
        raise NotUnderstood(f"`.{node.attr}` of {kind_of(value)} is not understood here.", node.lineno)

    # -- calls ------------------------------------------------------------------------------

    def _call(self, node: ast.Call, names: Mapping[str, Value]) -> Value:
        if isinstance(node.func, ast.Attribute):
            owner = self.value(node.func.value, names)
            found = self._method(node, node.func, owner, names)
            if found is not None:
                return found[0]
            function = self._part(owner, node.func)
        else:
            function = self.value(node.func, names)
        if isinstance(function, Function):
            if node.args or node.keywords:
                raise NotUnderstood(f"`{function.node.name}` is given arguments; that is not read.", node.lineno)
            return self.callee.call_function(function, node.lineno)
        given = [self.value(argument, names) for argument in node.args]
        name = function.name if isinstance(function, Imported) else ""
        if name in ("studio.Graph", "studio.graph.Graph", "studio.graph.model.Graph"):
            keys = self.keywords(node, names)
            if len(given) > 1 or (given and "name" in keys):
                raise NotUnderstood("`Graph` takes its name first, all else by name.", node.lineno)
            return self.callee.make_graph({**({"name": given[0]} if given else {}), **keys}, node.lineno)
        if name == "textwrap.dedent" and len(given) == 1 and isinstance(given[0], str) and not node.keywords:
            self.budget.texts(len(given[0]), node.lineno)
            return textwrap.dedent(given[0])
        if name == "pathlib.Path" and given == [_FILE] and not node.keywords:
            return Folder()
        if name == "pathlib.Path.cwd" and not given and not node.keywords:
            return Folder(1)  # as `Path(".")`
        if name == "pathlib.Path" and len(given) == 1 and isinstance(given[0], str) and not node.keywords:
            return Folder(1, PurePosixPath(given[0][:1000]))
        if isinstance(function, Imported):
            raise NotUnderstood(f"What `{function.name}` gives is known only when it runs.", node.lineno)
        raise NotUnderstood(f"{kind_of(function).capitalize()} cannot be called.", node.lineno)

    def keywords(self, node: ast.Call, names: Mapping[str, Value]) -> dict[str, Value]:
        """Return the keyword arguments of a call, those of `**{…}` among them. Raises NotUnderstood for one twice."""
        keys: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, names)
            if keyword.arg is None and not isinstance(value, dict):
                raise NotUnderstood("`**` stands before a dict here.", keyword.lineno)
            for key, item in value.items() if keyword.arg is None else ((keyword.arg, value),):
                if key in keys:
                    raise NotUnderstood(f"`{key[:60]}` is given twice.", keyword.lineno, "Delete one of them.")
                keys[key] = item
        return keys

    def _method(
        self, node: ast.Call, function: ast.Attribute, owner: Value, names: Mapping[str, Value]
    ) -> tuple[Value] | None:
        """Return what a method of a text or a path gives, if it is one that is known."""
        if isinstance(owner, str) and not node.keywords:
            if function.attr in _STRIPS and not node.args:
                return (_STRIPS[function.attr](owner),)
            if function.attr == "join" and len(node.args) == 1:
                parts = self.value(node.args[0], names)
                if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
                    self.budget.texts(len(owner) * len(parts) + sum(map(len, parts)), node.lineno)
                    return (owner.join(parts),)
        if isinstance(owner, Folder) and function.attr in ("resolve", "absolute") and not node.args + node.keywords:
            return (owner,)
        if isinstance(owner, MadeGraph):
            raise NotUnderstood(f"`{function.attr}` of a graph is read as a statement of its own.", node.lineno)
        return None

    _readers: Final[Mapping[type[ast.expr], Callable[..., Value]]] = {
        ast.Constant: _constant, ast.JoinedStr: _joined, ast.List: _list, ast.Tuple: _list, ast.Dict: _dict,
        ast.Name: _name, ast.UnaryOp: _unary, ast.BinOp: _binary, ast.Attribute: _attribute, ast.Call: _call,
    }  # fmt: skip


_FILE: Final = Imported("__file__")

FIRST_NAMES: Final[Mapping[str, Value]] = {"__file__": _FILE}
"""What a script finds without importing or defining it, as far as it is understood."""

_WORDS: Final[Mapping[type[ast.expr], str]] = {
    ast.ListComp: "A list comprehension", ast.DictComp: "A dict comprehension", ast.SetComp: "A set comprehension",
    ast.GeneratorExp: "A generator", ast.Lambda: "A lambda", ast.IfExp: "A choice by `if`", ast.Set: "A set",
    ast.Compare: "A comparison", ast.BoolOp: "A choice by `and` or `or`", ast.Subscript: "Taking a part by `[…]`",
    ast.Await: "`await`", ast.Yield: "`yield`", ast.NamedExpr: "An assignment within an expression",
}  # fmt: skip
