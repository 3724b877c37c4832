"""Code with constants in it, made shorter: what is known is computed, branches that are never taken are left out."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

_COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many, ast.NotIn: lambda one, many: one not in many,
}  # fmt: skip

_OF_ONE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "bool": bool, "len": len, "list": list, "tuple": tuple, "int": int, "float": float, "str": str, "dict": dict,
}  # fmt: skip

_METHODS: Final = frozenset({"strip", "lower", "upper"})

_UNKNOWN: Final = object()

T = TypeVar("T", bound=ast.AST)


def constant(value: Any, param: str = "") -> ast.Constant:
    """Return a node that stands for a JSON value; `param` is the param that it comes from."""
    node = ast.Constant(value)
    node.param = param  # type: ignore[attr-defined]
    return node


def value_of(node: ast.AST | None) -> Any:
    """Return the value of an expression that is known, else `_UNKNOWN`."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict | ast.UnaryOp):
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError):
            return _UNKNOWN
    return _UNKNOWN


def is_known(value: Any) -> bool:
    """True for a value that `value_of` found."""
    return value is not _UNKNOWN


class Folding(ast.NodeTransformer):
    """One pass; repeat it until `changed` stays unset."""

    def __init__(self) -> None:
        self.changed = False

    def _made(self, node: T) -> T:
        self.changed = True
        return node

    def _truth(self, node: ast.expr) -> ast.expr:
        """Return a test, known where one part of it decides and the others only look."""
        if isinstance(node, ast.BoolOp):
            decides = isinstance(node.op, ast.Or)
            known = [value_of(part) for part in node.values]
            looks = all(
                isinstance(part, ast.Name) or is_known(one) for part, one in zip(node.values, known, strict=True)
            )
            if looks and any(is_known(one) and bool(one) is decides for one in known):
                return self._made(ast.Constant(decides))
        return node

    # -- expressions

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        if len(node.ops) != 1:
            return node
        left, right = value_of(node.left), value_of(node.comparators[0])
        if not is_known(left) or not is_known(right):
            return node
        try:
            return self._made(ast.Constant(bool(_COMPARE[type(node.ops[0])](left, right))))
        except TypeError:
            return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        ends = isinstance(node.op, ast.Or)  # the truth that ends the row
        kept: list[ast.expr] = []
        for place, part in enumerate(node.values):
            known = value_of(part)
            last = place == len(node.values) - 1
            if is_known(known) and bool(known) is not ends and not last:
                continue
            kept.append(part)
            if is_known(known) and bool(known) is ends:
                break
        if ends and len(kept) > 1 and value_of(kept[-1]) == "" and getattr(kept[-2], "is_text", False):
            kept.pop()  # an empty text or ""
        if len(kept) == len(node.values):
            return node
        return self._made(kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        known = value_of(node.operand)
        if isinstance(node.op, ast.Not) and is_known(known):
            return self._made(ast.Constant(not known))
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        node.test = self._truth(node.test)
        known = value_of(node.test)
        if is_known(known):
            return self._made(node.body if known else node.orelse)
        if (
            isinstance(node.orelse, ast.Name)
            and ast.unparse(node) == f"None if {node.orelse.id} is None else {node.orelse.id}"
        ):
            return self._made(node.orelse)
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        self.generic_visit(node)
        return self._made(ast.List([], ast.Load())) if value_of(node.generators[0].iter) in ([], ()) else node

    def visit_DictComp(self, node: ast.DictComp) -> ast.expr:
        self.generic_visit(node)
        return self._made(ast.Dict([], [])) if value_of(node.generators[0].iter) in ([], ()) else node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        self.generic_visit(node)
        one = node.generators[0]
        plain = len(node.generators) == 1 and not one.ifs and not one.is_async
        if plain and isinstance(node.elt, ast.Name) and ast.unparse(one.target) == node.elt.id:
            return self._made(one.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        self.generic_visit(node)
        tests = [self._truth(test) for test in node.ifs]
        node.ifs = [test for test in tests if not is_known(value_of(test)) or not value_of(test)]
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if node.keywords:
            return node
        if isinstance(node.func, ast.Name) and len(node.args) == 1 and node.func.id in _OF_ONE:
            if node.func.id == "dict" and isinstance(node.args[0], ast.Dict):
                return self._made(node.args[0])
            known = value_of(node.args[0])
            if is_known(known):
                try:
                    return self._made(constant(_OF_ONE[node.func.id](known), getattr(node.args[0], "param", "")))
                except (TypeError, ValueError):
                    return node
        if isinstance(node.func, ast.Attribute):
            known = value_of(node.func.value)
            if isinstance(known, str) and node.func.attr == "join" and len(node.args) == 1:
                parts = value_of(node.args[0])
                if isinstance(parts, list | tuple) and all(isinstance(part, str) for part in parts):
                    return self._made(constant(known.join(parts), getattr(node.args[0], "param", "")))
            if isinstance(known, str) and not node.args and node.func.attr in _METHODS:
                return self._made(constant(getattr(known, node.func.attr)(), getattr(node.func.value, "param", "")))
            if isinstance(node.func.value, ast.Dict) and node.func.attr == "get" and len(node.args) == 1:
                return self._picked(node.func.value, node.args[0], ast.Constant(None)) or node
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        return (isinstance(node.value, ast.Dict) and self._picked(node.value, node.slice, None)) or node

    def _picked(self, where: ast.Dict, key: ast.expr, default: ast.expr | None) -> ast.expr | None:
        """Return what stands under a known key of a dict display of plain names, if it can be told."""
        wanted = value_of(key)
        known = [value_of(one) for one in where.keys]
        if not is_known(wanted) or not all(map(is_known, known)):
            return None
        if not all(isinstance(one, ast.Name | ast.Constant) for one in where.values):
            return None
        found = dict(zip(known, where.values, strict=True)).get(wanted, default)
        return None if found is None else self._made(found)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        self.generic_visit(node)
        parts: list[ast.expr] = []
        for part in node.values:
            known = value_of(part.value) if isinstance(part, ast.FormattedValue) else _UNKNOWN
            if is_known(known) and isinstance(part, ast.FormattedValue) and part.conversion == -1:
                if part.format_spec is None:
                    part = ast.Constant(f"{known}")
                    self.changed = True
            if isinstance(part, ast.Constant) and parts and isinstance(parts[-1], ast.Constant):
                parts[-1] = ast.Constant(f"{parts[-1].value!s}{part.value!s}")
            else:
                parts.append(part)
        if all(isinstance(part, ast.Constant) for part in parts):
            return self._made(ast.Constant("".join(str(value_of(part)) for part in parts)))
        node.values = parts
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        """`{**{"a": 1}, "b": 2}` → `{"a": 1, "b": 2}`."""
        self.generic_visit(node)
        entries = list(zip(node.keys, node.values, strict=True))
        if not any(key is None and isinstance(value, ast.Dict) for key, value in entries):
            return node
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for key, value in entries:
            if key is None and isinstance(value, ast.Dict):
                keys += value.keys
                values += value.values
            else:
                keys.append(key)
                values.append(value)
        return self._made(ast.Dict(keys, values))

    # -- statements

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        same = isinstance(node.value, ast.Name) and [ast.unparse(one) for one in node.targets] == [node.value.id]
        return self._made(ast.Pass()) if same else node

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        node.test = self._truth(node.test)
        known = value_of(node.test)
        if is_known(known):
            self.changed = True
            return node.body if known else node.orelse
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, ast.Lambda):
                kept = _until_the_end(block)
                if len(kept) != len(block):
                    self.changed = True
                if not kept and name == "body":
                    kept = [ast.Pass()]
                setattr(node, name, kept)
        return node


def _until_the_end(block: list[ast.stmt]) -> list[ast.stmt]:
    """Leave out what follows a return or a raise, and statements that do nothing."""
    kept: list[ast.stmt] = []
    for statement in block:
        if isinstance(statement, ast.Pass) and len(block) > 1:
            continue
        kept.append(statement)
        if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
            break
    return kept


def folded(function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Fold a function until nothing is left to fold, and leave out what is computed for nothing."""
    for _ in range(20):
        folding = Folding()
        folding.visit(function)
        if not _left_out(function) and not folding.changed:
            break


def _left_out(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Leave out assignments to names that nobody reads; what their values do is still done."""
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    read |= {name for node in ast.walk(function) if isinstance(node, ast.Nonlocal | ast.Global) for name in node.names}
    unused = _Unused(read)
    unused.visit(function)
    return unused.changed


class _Unused(ast.NodeTransformer):
    def __init__(self, read: set[str]) -> None:
        self.read = read
        self.changed = False

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        if len(node.targets) == 1:
            return self._kept(node, node.targets[0], node.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        return self._kept(node, node.target, node.value)

    def _kept(self, node: ast.stmt, target: ast.expr, value: ast.expr | None) -> ast.stmt:
        if not isinstance(target, ast.Name) or target.id in self.read:
            return node
        self.changed = True
        return ast.Expr(value) if value is not None and _does_something(value) else ast.Pass()


def _does_something(value: ast.expr) -> bool:
    """False for an expression that can be left out: names, constants, absences."""
    for node in ast.walk(value):
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.Subscript | ast.BinOp):
            return True
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id == "Absent"):
            return True
    return False
