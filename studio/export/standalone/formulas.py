"""An expression of a graph becomes Python: `score >= 0.8 and label == "spam"` a lambda of `score` and `label`.

The tree that `support.expressions` has read and checked is rewritten part by part. Where Python means the same, the
result is what was written; where it does not, or may not for all kinds of values, a function of `runtime.formulas`
stands there. What no rewriting gives exactly is a problem that is told before export.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studio.export.literals import text_literal
from studio.export.standalone.formula_calls import call, contained, plain_range
from studio.export.standalone.formula_parts import (
    NUMERIC,
    Kind,
    Part,
    Sheet,
    Untranslatable,
    common_kind,
    constant,
)
from studio.export.standalone.runtime import formulas as runtime
from studio.support.expressions import CONSTANTS, Expression, ExpressionError

_LARGEST_PLAIN_POWER = 8
_LARGEST_PLAIN_REPETITION = 1000


@dataclass(frozen=True)
class PythonFormula:
    """An expression as Python source.

    `source` is the lambda, `body` what it computes; `parameters` says how each name of the expression is called in it,
    in order; `uses` holds what it names besides: functions of `runtime.formulas`, modules of the standard library.
    """

    text: str
    source: str
    body: str
    parameters: Mapping[str, str]
    uses: Mapping[str, Any]

    @property
    def written(self) -> str:
        """The constant that stands for the expression in a script; `Expression` is that of `runtime.formulas`."""
        return f"Expression({text_literal(self.text)}, {self.source})"


def formula_problem(text: str) -> str:
    """Return why an expression cannot be written as Python, or ""."""
    try:
        python_formula(text)
    except ExpressionError as error:
        return str(error)
    return ""


@lru_cache(maxsize=256)
def python_formula(text: str) -> PythonFormula:
    """Return the expression as Python. Raises `ExpressionError` if it cannot be read or has no exact equal."""
    expression = Expression.parse(text)
    sheet = Sheet()
    try:
        made = _Rewriting(sheet).part(expression.tree, frozenset())
        body = sheet.source(made.node)
    except Untranslatable as error:
        raise ExpressionError(
            f"A script cannot hold it: {error}.", expression=text, hint="Write it in another way."
        ) from None
    parameters = {name: sheet.spelling(name) for name in expression.names}
    head = " ".join(("lambda", ", ".join(parameters.values()))).rstrip()
    return PythonFormula(text, f"{head}: {body}", body, parameters, dict(sheet.uses))


class _Rewriting:
    """Rewrites one tree; `bound` are the names that loops around a part give values to."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def part(self, node: ast.expr, bound: frozenset[str]) -> Part:
        match node:
            case ast.Constant(value=str(text)):
                return self.sheet.text(text)
            case ast.Constant(value=value):
                return constant(value)  # type: ignore[arg-type]  # checked when the expression was read
            case ast.Name(id=name) if name in CONSTANTS and name not in bound:
                return constant(CONSTANTS[name])
            case ast.Name(id=name):
                return Part(self.sheet.value(name))
            case ast.BoolOp(op=op, values=values):
                parts = [self.part(one, bound) for one in values]
                return Part(ast.BoolOp(op=op, values=[one.node for one in parts]), common_kind(parts))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._negation(self.part(operand, bound))
            case ast.UnaryOp(op=op, operand=operand):
                signed = self.part(operand, bound)
                kind: Kind = "int" if signed.kind in ("int", "bool") else "number"
                return Part(ast.UnaryOp(op=op, operand=signed.node), kind)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._arithmetic(self.part(left, bound), operator, self.part(right, bound))
            case ast.Compare(left=left, ops=operators, comparators=others):
                return self._comparison([self.part(one, bound) for one in (left, *others)], operators)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                ways = [self.part(body, bound), self.part(orelse, bound)]
                made = ast.IfExp(test=self.part(test, bound).node, body=ways[0].node, orelse=ways[1].node)
                return Part(made, common_kind(ways))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                named = {str(one.arg): self.part(one.value, bound) for one in keywords}
                return call(self.sheet, name, [self.part(one, bound) for one in arguments], named)
            case ast.Attribute(value=value, attr=key):
                return Part(_indexed(self.part(value, bound).node, self.sheet.text(key).node))
            case ast.Subscript(value=value, slice=place):
                return Part(_indexed(self.part(value, bound).node, self._place(place, bound)))
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                inside = [self.part(one, bound).node for one in elements]
                return Part(ast.List(elts=inside, ctx=ast.Load()), "list")
            case ast.Dict(keys=keys, values=values):
                made_keys: list[ast.expr | None] = [self._key(one, bound) for one in keys]
                return Part(ast.Dict(keys=made_keys, values=[self.part(one, bound).node for one in values]), "dict")
            case ast.ListComp() | ast.GeneratorExp():
                return self._loop(node, bound)
        raise Untranslatable(f"{type(node).__name__} stands where no value can")

    def _negation(self, operand: Part) -> Part:
        """Return `not …`, in the shorter way that Python has for some comparisons."""
        inner = operand.node
        if isinstance(inner, ast.Compare) and len(inner.ops) == 1:
            opposite = {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}.get(
                type(inner.ops[0])
            )
            if opposite is not None:
                return Part(ast.Compare(left=inner.left, ops=[opposite()], comparators=inner.comparators), "bool")
        return Part(ast.UnaryOp(op=ast.Not(), operand=inner), "bool")

    def _arithmetic(self, left: Part, operator: ast.operator, right: Part) -> Part:
        kinds = (left.kind, right.kind)
        numeric = all(kind in NUMERIC for kind in kinds)
        plain = Part(ast.BinOp(left=left.node, op=operator, right=right.node), _kind_of_result(operator, kinds))
        match operator:
            case ast.Pow():
                small = type(right.constant) is int and right.constant <= _LARGEST_PLAIN_POWER
                return plain if small else self.sheet.helper(runtime.power, left, right, kind="number")
            case ast.Mod() if left.kind not in NUMERIC:
                return self.sheet.helper(runtime.remainder, left, right, kind="number")
            case ast.Mult() if not numeric and any(kind in ("text", "list", "bool") for kind in kinds):
                few = any(
                    type(one.constant) is int and one.constant <= _LARGEST_PLAIN_REPETITION for one in (left, right)
                )
                return plain if few else self.sheet.helper(runtime.times, left, right, kind=plain.kind)
        return plain

    def _comparison(self, parts: list[Part], operators: list[ast.cmpop]) -> Part:
        pairs = [self._pair(parts[at], operator, parts[at + 1]) for at, operator in enumerate(operators)]
        if len(pairs) == 1:
            return pairs[0]
        compared = [pair.node for pair in pairs]
        if all(
            isinstance(node, ast.Compare) and node.left is parts[at].node and node.comparators[0] is parts[at + 1].node
            for at, node in enumerate(compared)
        ):
            chain = [node.ops[0] for node in compared if isinstance(node, ast.Compare)]
            others = [part.node for part in parts[1:]]
            return Part(ast.Compare(left=parts[0].node, ops=chain, comparators=others), "bool")
        if not all(_is_simple(part.node) for part in parts[1:-1]):
            raise Untranslatable("a chain of comparisons such as `a in f(b) in c`, of which Python makes two")
        return Part(ast.BoolOp(op=ast.And(), values=compared), "bool")

    def _pair(self, left: Part, operator: ast.cmpop, right: Part) -> Part:
        if isinstance(operator, ast.In | ast.NotIn):
            inside = contained(self.sheet, right, left)
            return inside if isinstance(operator, ast.In) else self._negation(inside)
        if isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
            same = isinstance(operator, ast.Eq | ast.Is)
            if "null" in (left.kind, right.kind):
                operator = ast.Is() if same else ast.IsNot()
            elif any(isinstance(part.constant, bool) for part in (left, right)):
                equal = self.sheet.helper(runtime.equal, left, right, kind="bool")
                return equal if same else self._negation(equal)
            else:
                operator = ast.Eq() if same else ast.NotEq()
        return Part(ast.Compare(left=left.node, ops=[operator], comparators=[right.node]), "bool")

    def _place(self, node: ast.expr, bound: frozenset[str]) -> ast.expr:
        if not isinstance(node, ast.Slice):
            return self.part(node, bound).node
        bounds = [None if one is None else self.part(one, bound).node for one in (node.lower, node.upper, node.step)]
        return ast.Slice(lower=bounds[0], upper=bounds[1], step=bounds[2])

    def _key(self, node: ast.expr | None, bound: frozenset[str]) -> ast.expr:
        if node is None:
            raise Untranslatable("`**` inside an object")
        key = self.part(node, bound)
        return key.node if key.kind == "text" else self.sheet.helper(runtime.key, key, kind="text").node

    def _loop(self, node: ast.ListComp | ast.GeneratorExp, bound: frozenset[str]) -> Part:
        targets = [_target_names(generator.target) for generator in node.generators]
        inner = bound
        generators = []
        for number, generator in enumerate(node.generators):
            later = frozenset().union(*targets[number:]) - inner if number else frozenset()
            _refuse_two_meanings([generator.iter], later)
            source = self._source_of_loop(generator, inner)
            inner |= targets[number]
            _refuse_two_meanings(generator.ifs, frozenset().union(*targets[number + 1 :]) - inner)
            tests = [self.part(test, inner).node for test in generator.ifs]
            target = self._target(generator.target)
            generators.append(ast.comprehension(target=target, iter=source.node, ifs=tests, is_async=0))
        return Part(ast.ListComp(elt=self.part(node.elt, inner).node, generators=generators), "list")

    def _source_of_loop(self, generator: ast.comprehension, bound: frozenset[str]) -> Part:
        """Return what a loop goes through: rows that are taken apart at once need not become lists first."""
        match generator.iter:
            case ast.Call(func=ast.Name(id="enumerate"), args=[values], keywords=[]) if _width(generator.target) == 2:
                return self.sheet.builtin("enumerate", self.part(values, bound))
            case ast.Call(func=ast.Name(id="zip"), args=lists, keywords=[]) if lists and _width(
                generator.target
            ) == len(lists):
                return self.sheet.builtin("zip", *(self.part(one, bound) for one in lists))
            case ast.Call(func=ast.Name(id="range"), args=[start, *rest], keywords=[]) if len(rest) < 3:
                parts = [self.part(one, bound) for one in (start, *rest)]
                plain = plain_range(self.sheet, dict(zip(("start", "stop", "step"), parts, strict=False)))
                return plain if plain is not None else call(self.sheet, "range", parts, {})
        return self.part(generator.iter, bound)

    def _target(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Name):
            return self.sheet.value(node.id, stored=True)
        assert isinstance(node, ast.Tuple | ast.List)
        return ast.Tuple(elts=[self._target(one) for one in node.elts], ctx=ast.Store())


def _indexed(value: ast.expr, place: ast.expr) -> ast.expr:
    return ast.Subscript(value=value, slice=place, ctx=ast.Load())


def _kind_of_result(operator: ast.operator, kinds: tuple[Kind, Kind]) -> Kind:
    if isinstance(operator, ast.Add | ast.Mult):
        for kind in ("text", "list"):
            if kind in kinds:
                return kind
        if all(kind in ("int", "bool") for kind in kinds):
            return "int"
        # A number is added to numbers only, but a text may be taken so many times.
        enough = any if isinstance(operator, ast.Add) else all
        return "number" if enough(kind in NUMERIC for kind in kinds) else "any"
    return "number"


def _is_simple(node: ast.expr) -> bool:
    """True for a name, a constant, a key of a key of a name: what costs nothing to compute twice."""
    while isinstance(node, ast.Subscript):
        if not isinstance(node.slice, ast.Constant | ast.Name):
            return False
        node = node.value
    return isinstance(node, ast.Constant | ast.Name)


def _width(target: ast.expr) -> int:
    return len(target.elts) if isinstance(target, ast.Tuple | ast.List) else 0


def _target_names(target: ast.expr) -> frozenset[str]:
    if isinstance(target, ast.Name):
        return frozenset({target.id})
    if isinstance(target, ast.Tuple | ast.List) and target.elts:
        return frozenset().union(*map(_target_names, target.elts))
    raise Untranslatable("`for` needs a name")


def _refuse_two_meanings(parts: list[ast.expr], later: frozenset[str]) -> None:
    """Refuse a name that a loop reads from outside first and from an inner loop of its own afterwards."""
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and node.id in later:
                raise Untranslatable(f"`{node.id}` means two things in one loop")
