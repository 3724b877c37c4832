"""Expressions: one line of Python-like arithmetic and logic over JSON values, safe to run from a stranger's file.

    passed = Expression.parse("score >= 0.8 and len(answer.text) < 400")
    passed.names                                     # ("score", "answer")
    passed.evaluate({"score": 0.9, "answer": {"text": "…"}})   # True

Names are values given from outside; `value["key"]` and `value.key` read objects; the functions are those
of `FUNCTIONS`.  Nothing else of Python is reachable.  Length, depth, time and memory are bounded, and the
bounds count work, not seconds, so that the same expression over the same values always gives the same outcome.
"""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache

from studio.support.expression_errors import ExpressionError
from studio.support.nearest import did_you_mean
from studio.support.values import Absent, Json, NotJson, encode

__all__ = ["CONSTANTS", "MAX_DEPTH", "MAX_LENGTH", "MAX_NODES", "Expression", "ExpressionError"]

MAX_LENGTH = 4_000
"""Longest expression, in characters."""
MAX_DEPTH = 40
"""Deepest nesting of an expression."""
MAX_NODES = 1_000
"""Most parts (names, numbers, operators, calls) of an expression."""

CONSTANTS: Mapping[str, Json] = {"true": True, "false": False, "null": None}
"""JSON's words for Python's `True`, `False` and `None`; both spellings are understood."""

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.BoolOp, ast.And, ast.Or, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow,
    ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.IfExp, ast.Dict, ast.List, ast.Tuple, ast.Compare, ast.Eq, ast.NotEq,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn, ast.Call, ast.keyword, ast.ListComp,
    ast.GeneratorExp, ast.comprehension, ast.Subscript, ast.Slice, ast.Attribute, ast.Name, ast.Load, ast.Store,
    ast.Constant,
)  # fmt: skip

_REFUSED: Mapping[type[ast.AST], str] = {
    ast.Lambda: "functions cannot be written in an expression",
    ast.NamedExpr: "`:=` is not available: an expression changes nothing",
    ast.JoinedStr: "f-texts are not available: use + and str(…)",
    ast.Starred: "`*` before a value is not available",
    ast.Set: "sets are not available: use a list and unique(…)",
    ast.SetComp: "sets are not available: use a list and unique(…)",
    ast.DictComp: "objects cannot be built in a loop",
    ast.Await: "`await` is not available",
    ast.BitAnd: "`&` is not available: write `and`",
    ast.BitOr: "`|` is not available: write `or`",
    ast.BitXor: "`^` is not available: powers are written `**`",
    ast.Invert: "`~` is not available: write `not`",
}


_READING = threading.Lock()


class Expression:
    """A parsed expression. Immutable; may be evaluated from several threads at once."""

    __slots__ = ("names", "text", "tree")

    def __init__(self, text: str, tree: ast.expr) -> None:
        self.text = text
        self.tree = tree
        self.names: tuple[str, ...] = tuple(dict.fromkeys(_free_names(tree, frozenset())))
        """The values the expression needs, in order of appearance."""

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Read an expression. Raises `ExpressionError` saying what is not understood or not allowed."""
        return _parsed(text)

    def evaluate(self, values: Mapping[str, Json]) -> Json:
        """Return the value over these values, which are not changed.

        Raises `ExpressionError` if a name is missing, an operation does not fit its values, or a bound is met.
        """
        from studio.support.expression_engine import evaluate

        for name in self.names:
            if name not in values or isinstance(values[name], Absent):
                known = ", ".join(f"`{other}`" for other in values) or "none"
                raise ExpressionError(
                    f"`{name}` has no value.", expression=self.text, name=name, hint=f"Values given: {known}."
                )
        return evaluate(self.text, self.tree, values)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


@lru_cache(maxsize=512)
def _parsed(text: str) -> Expression:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"It has {len(text)} characters, more than {MAX_LENGTH}.",
            expression=text,
            hint="Split it into several nodes.",
        )
    source = text.strip()
    if not source:
        raise ExpressionError("It is empty.", expression=text, hint="Write for example `score >= 0.8`.")
    tree = _tree(source, text)
    _refuse_what_is_not_allowed(tree, text)
    return Expression(text, tree)


def _tree(source: str, text: str) -> ast.expr:
    try:
        # Remarks on style, such as an unknown escape, would go to the console. The filters are global: one at a time.
        with _READING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(source)
    except SyntaxError as error:
        raise ExpressionError(f"It cannot be read: {error.msg}.", expression=text, hint=_syntax_hint(source)) from None
    except (RecursionError, MemoryError):
        raise ExpressionError("It is nested too deeply.", expression=text, hint="Split it.") from None
    except ValueError as error:  # a NUL character, half a character
        raise ExpressionError(f"It cannot be read: {error}.", expression=text) from None


def _read(source: str) -> ast.expr:
    try:
        return ast.parse(source, mode="eval").body
    except SyntaxError:
        if "\n" not in source:
            raise
        # Lines of one expression need no brackets around them.
        return ast.parse(f"(\n{source}\n)", mode="eval").body


def _syntax_hint(source: str) -> str:
    if "&&" in source or "||" in source:
        return "Write `and`, `or`, `not`."
    if "=" in source.replace("==", "").replace("<=", "").replace(">=", "").replace("!=", ""):
        return "Equality is written `==`; an expression assigns nothing."
    return "The syntax is that of Python expressions."


def _refuse_what_is_not_allowed(tree: ast.expr, text: str) -> None:
    from studio.support.expression_functions import FUNCTIONS

    def refuse(message: str, hint: str = "") -> ExpressionError:
        return ExpressionError(f"{message[0].upper()}{message[1:]}.", expression=text, hint=hint)

    count = 0
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        depth += 1
        count += len(level)
        if depth > MAX_DEPTH * 2 or count > MAX_NODES * 2:  # operators and contexts are parts of their own
            raise refuse("it is nested too deeply" if depth > MAX_DEPTH * 2 else "it has too many parts", "Split it.")
        following: list[ast.AST] = []
        for part in level:
            if not isinstance(part, _ALLOWED):
                raise refuse(_REFUSED.get(type(part), f"{type(part).__name__} is not available in expressions"))
            if isinstance(part, ast.Constant) and not _is_json(part.value):
                raise refuse(f"{str(part.value)[:40]} is no JSON value")
            if isinstance(part, ast.comprehension) and part.is_async:
                raise refuse("`async` is not available")
            if isinstance(part, ast.Attribute) and part.attr.startswith("__"):
                raise refuse(f'`.{part.attr}` is not available; a key of that name is read as ["{part.attr}"]')
            if isinstance(part, ast.Call):
                problem, hint = _call_problem(part, FUNCTIONS)
                if problem:
                    raise refuse(problem, hint)
            following.extend(ast.iter_child_nodes(part))
        level = following


def _is_json(value: object) -> bool:
    try:
        encode(value)
    except NotJson:
        return False
    return True


def _call_problem(call: ast.Call, functions: Mapping[str, object]) -> tuple[str, str]:
    if isinstance(call.func, ast.Attribute):
        name = call.func.attr
        hint = f"Write `{name}(value, …)`." if name in functions else ""
        return f"values have no methods such as `.{name}(…)`", hint
    if not isinstance(call.func, ast.Name):
        return "only functions can be called", ""
    if call.func.id not in functions:
        name = call.func.id
        return f"there is no function `{name}`", did_you_mean(name, functions) or f"Functions: {', '.join(functions)}."
    if any(keyword.arg is None for keyword in call.keywords):
        return "`**` before a value is not available", ""
    return "", ""


def _free_names(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    """Yield the names a tree takes from outside, in order of appearance."""
    if isinstance(node, ast.Name):
        if node.id not in bound and node.id not in CONSTANTS:
            yield node.id
    elif isinstance(node, ast.Call):
        for part in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from _free_names(part, bound)
    elif isinstance(node, ast.IfExp):  # read left to right: body, test, orelse
        for part in (node.body, node.test, node.orelse):
            yield from _free_names(part, bound)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp):
        inner = bound
        outer_names: list[str] = []
        for generator in node.generators:
            outer_names += _free_names(generator.iter, inner)
            inner = inner | {name.id for name in ast.walk(generator.target) if isinstance(name, ast.Name)}
            for test in generator.ifs:
                outer_names += _free_names(test, inner)
        yield from _free_names(node.elt, inner)
        yield from outer_names
    else:
        for child in ast.iter_child_nodes(node):
            yield from _free_names(child, bound)
