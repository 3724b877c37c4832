"""Evaluates parsed expressions: simpleeval's walk, with every step counted and every operation typed.

simpleeval alone reads attributes of Python objects, formats texts with `%`, multiplies lists without end by
nesting, and checks all values again at each step.  Here nothing is left of that: an operation is looked
up by the kinds of its two values, a name is a value given from outside, a dot reads a key.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

import simpleeval

from studio.support.expression_functions import FUNCTIONS, contains
from studio.support.expression_work import Fault, Work, kind
from studio.support.expressions import CONSTANTS, ExpressionError
from studio.support.values import Json, NotJson

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def evaluate(text: str, tree: ast.expr, values: Mapping[str, Json]) -> Json:
    """Return the value of a parsed and checked expression. Raises `ExpressionError`."""
    walk = _Walk(values)
    try:
        result = walk._eval(tree)
        walk.work.pay_for(result)  # a result of many small parts could still be large when written out
    except Fault as fault:
        message = fault.message[0].upper() + fault.message[1:]
        raise ExpressionError(f"{message}.", expression=text, hint=fault.hint) from None
    except ZeroDivisionError:
        raise ExpressionError("It divides by zero.", expression=text) from None
    except (OverflowError, RecursionError, NotJson):
        raise ExpressionError("A value becomes too large or too deep.", expression=text) from None
    return result


class _Walk(simpleeval.SimpleEval):  # type: ignore[misc]  # untyped
    """One evaluation. Only the node types that `expressions` lets through get here."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        # The base would copy its tables of operators and functions; none of them is used.
        self.values = values
        self.local: dict[str, Json] = {}
        self.work = Work()

    def _eval(self, node: ast.AST) -> Json:
        work = self.work
        work.left -= 1
        if work.left < 0:
            work.pay(0)
        return _HANDLERS[type(node)](self, node)

    def _eval_name(self, node: ast.Name) -> Json:
        name = node.id
        if name in self.local:
            return self.local[name]
        return CONSTANTS[name] if name in CONSTANTS else self.values[name]

    def _eval_constant(self, node: ast.Constant) -> Json:
        return node.value

    def _eval_unaryop(self, node: ast.UnaryOp) -> Json:
        value = self._eval(node.operand)
        if isinstance(node.op, ast.Not):
            return not value
        if not isinstance(value, int | float):
            raise Fault(f"a sign needs a number, not {kind(value)}")
        return -value if isinstance(node.op, ast.USub) else +value

    def _eval_binop(self, node: ast.BinOp) -> Json:
        left, right = self._eval(node.left), self._eval(node.right)
        sign, numeric = _ARITHMETIC[type(node.op)]
        if isinstance(left, int | float) and isinstance(right, int | float):
            return _finite(numeric(left, right))
        return self._combine(sign, left, right)

    def _combine(self, sign: str, left: Json, right: Json) -> Json:
        """`+` joins texts or lists, `*` repeats them; nothing else works but between numbers."""
        if sign == "+" and isinstance(left, str) and isinstance(right, str):
            self.work.pay_text(len(left) + len(right))
            return left + right
        if sign == "+" and isinstance(left, list) and isinstance(right, list):
            self.work.pay(len(left) + len(right))
            return left + right
        if sign == "*":
            if type(left) is int:
                left, right = right, left
            if type(right) is int and isinstance(left, str):
                self.work.pay_text(len(left) * max(right, 0))
                return left * right
            if type(right) is int and isinstance(left, list):
                self.work.pay(len(left) * max(right, 0))
                return left * right
        hint = "Write str(…) to join a value to a text." if sign == "+" and str in (type(left), type(right)) else ""
        raise Fault(f"`{sign}` does not work between {kind(left)} and {kind(right)}", hint)

    def _eval_compare(self, node: ast.Compare) -> bool:
        left = self._eval(node.left)
        for operator, part in zip(node.ops, node.comparators, strict=True):
            right = self._eval(part)
            if not self._holds(operator, left, right):
                return False
            left = right
        return True

    def _holds(self, operator: ast.cmpop, left: Json, right: Json) -> bool:
        if isinstance(operator, ast.In | ast.NotIn):
            return contains(self.work, right, left) is isinstance(operator, ast.In)
        if type(left) is type(right) and isinstance(left, str | list | dict):
            self.work.pay_for(left if len(left) <= len(right) else right)
        if isinstance(operator, ast.Eq | ast.Is):
            return bool(left == right)
        if isinstance(operator, ast.NotEq | ast.IsNot):
            return bool(left != right)
        sign, test = _ORDER[type(operator)]
        try:
            return test(left, right)
        except TypeError:
            raise Fault(f"`{sign}` does not work between {kind(left)} and {kind(right)}") from None

    def _eval_call(self, node: ast.Call) -> Json:
        name = node.func.id  # type: ignore[attr-defined]  # checked when the expression was read
        function = FUNCTIONS[name]
        given = [self._eval(part) for part in node.args]
        named = {str(keyword.arg): self._eval(keyword.value) for keyword in node.keywords}
        try:
            result = function.call(self.work, *given, **named)
        except TypeError:
            raise Fault(f"`{name}` is written {function.usage}") from None
        return _finite(result) if type(result) in (int, float) else result

    def _eval_subscript(self, node: ast.Subscript) -> Json:
        container = self._eval(node.value)
        if isinstance(node.slice, ast.Slice):
            return self._part(container, node.slice)
        key = self._eval(node.slice)
        if isinstance(container, dict):
            if not isinstance(key, str):
                raise Fault(f"keys of an object are texts, not {kind(key)}")
            return _entry(container, key)
        if isinstance(container, str | list):
            if type(key) is not int:
                raise Fault(f"a place in {kind(container)} is a whole number, not {kind(key)}")
            if not -len(container) <= key < len(container):
                raise Fault(f"there is no place {key} in {kind(container)} of length {len(container)}")
            return container[key]
        raise Fault(f"`[…]` does not work on {kind(container)}")

    def _part(self, container: Json, node: ast.Slice) -> Json:
        if not isinstance(container, str | list):
            raise Fault(f"`[…:…]` does not work on {kind(container)}")
        bounds = [None if part is None else self._eval(part) for part in (node.lower, node.upper, node.step)]
        if not all(bound is None or type(bound) is int for bound in bounds) or bounds[2] == 0:
            raise Fault("the bounds in `[…:…]` are whole numbers, and the step is not 0")
        cut = slice(*bounds)
        length = len(range(*cut.indices(len(container))))
        if isinstance(container, str):
            self.work.pay_text(length)
        else:
            self.work.pay(length)
        return container[cut]

    def _eval_attribute(self, node: ast.Attribute) -> Json:
        container = self._eval(node.value)
        if not isinstance(container, dict):
            hint = f"Write {node.attr}(value)." if node.attr in FUNCTIONS else ""
            raise Fault(f"`.{node.attr}` reads a key of an object, not of {kind(container)}", hint)
        return _entry(container, node.attr)

    def _eval_list(self, node: ast.List | ast.Tuple) -> list[Json]:
        return [self._eval(part) for part in node.elts]

    def _eval_dict(self, node: ast.Dict) -> dict[str, Json]:
        made = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            if key_node is None:
                raise Fault("`**` inside an object is not available")
            key = self._eval(key_node)
            if not isinstance(key, str):
                raise Fault(f"keys of an object are texts, not {kind(key)}")
            made[key] = self._eval(value_node)
        return made

    def _eval_comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> list[Json]:
        outer = self.local
        self.local = dict(outer)
        made: list[Json] = []
        try:
            self._loop(node, 0, made)
        finally:
            self.local = outer
        return made

    def _loop(self, node: ast.ListComp | ast.GeneratorExp, level: int, made: list[Json]) -> None:
        if level == len(node.generators):
            made.append(self._eval(node.elt))
            return
        generator = node.generators[level]
        source = self._eval(generator.iter)
        if not isinstance(source, str | list | dict):
            raise Fault(f"`for` goes through a list, not {kind(source)}")
        for value in source:
            self._bind(generator.target, value)
            if all(self._eval(test) for test in generator.ifs):
                self._loop(node, level + 1, made)

    def _bind(self, target: ast.expr, value: Json) -> None:
        self.work.pay(1)
        if isinstance(target, ast.Name):
            self.local[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            if not isinstance(value, list) or len(value) != len(target.elts):
                raise Fault(f"`for` expects rows of {len(target.elts)} values")
            for part, one in zip(target.elts, value, strict=True):
                self._bind(part, one)
        else:
            raise Fault("`for` needs a name")


def _entry(container: dict[str, Json], key: str) -> Json:
    if key not in container:
        shown = ", ".join(list(container)[:8]) or "none"
        raise Fault(f"the object has no key `{key}`", f"Its keys: {shown}. With get(object, key) it may be missing.")
    return container[key]


def _finite(value: Any) -> Json:
    if isinstance(value, int):
        if not _SMALLEST <= value <= _LARGEST:
            raise Fault("a whole number becomes larger than 64 bits", "Use numbers with a point: 1.0 * x.")
    elif isinstance(value, complex):
        raise Fault("a root of a negative number is no JSON value")
    elif not math.isfinite(value):
        raise Fault("a number becomes infinite or undefined")
    return value


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 0:
        # Known before it is computed: the result has at least this many bits.
        if (abs(base).bit_length() - 1) * exponent > 64:
            raise Fault("a whole number becomes larger than 64 bits", "Use numbers with a point: 1.0 * x.")
        if abs(base) <= 1:
            exponent = 2 - exponent % 2
    return base**exponent


_ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", lambda a, b: a + b),
    ast.Sub: ("-", lambda a, b: a - b),
    ast.Mult: ("*", lambda a, b: a * b),
    ast.Div: ("/", lambda a, b: a / b),
    ast.FloorDiv: ("//", lambda a, b: a // b),
    ast.Mod: ("%", lambda a, b: a % b),
    ast.Pow: ("**", _power),
}

_ORDER: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Lt: ("<", lambda a, b: bool(a < b)),
    ast.LtE: ("<=", lambda a, b: bool(a <= b)),
    ast.Gt: (">", lambda a, b: bool(a > b)),
    ast.GtE: (">=", lambda a, b: bool(a >= b)),
}

_HANDLERS: dict[type[ast.AST], Callable[[Any, Any], Json]] = {
    ast.Name: _Walk._eval_name,
    ast.Constant: _Walk._eval_constant,
    ast.UnaryOp: _Walk._eval_unaryop,
    ast.BinOp: _Walk._eval_binop,
    ast.BoolOp: simpleeval.SimpleEval._eval_boolop,
    ast.Compare: _Walk._eval_compare,
    ast.IfExp: simpleeval.SimpleEval._eval_ifexp,
    ast.Call: _Walk._eval_call,
    ast.Subscript: _Walk._eval_subscript,
    ast.Attribute: _Walk._eval_attribute,
    ast.List: _Walk._eval_list,
    ast.Tuple: _Walk._eval_list,
    ast.Dict: _Walk._eval_dict,
    ast.ListComp: _Walk._eval_comprehension,
    ast.GeneratorExp: _Walk._eval_comprehension,
}
