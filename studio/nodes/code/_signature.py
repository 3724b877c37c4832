"""What a function of a piece of code asks for, found by reading the code and never by running any of it.

Decorators and default arguments run when a function is defined; here nothing is defined, only parsed.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studio.spec.fields import MISSING
from studio.support.values import NotJson, encode

MOST = 200_000
"""Characters of code beyond which it is not read."""
_TYPES = {"str": "text", "int": "integer", "float": "number", "bool": "boolean", "list": "list", "dict": "json"}


@dataclass(frozen=True)
class Argument:
    """One argument: its name, the port type its annotation means, and its default (`MISSING`: it must be given)."""

    name: str
    type: str
    default: Any = MISSING


@dataclass(frozen=True)
class Signature:
    """The arguments of the function, the port type of what it returns, and what is wrong, one sentence each."""

    arguments: tuple[Argument, ...] = ()
    returns: str = "any"
    problems: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def read_signature(code: str, function: str = "main") -> Signature:
    """Return what the function asks for; nothing of it where the code is no Python, which `problems` then says."""
    if len(code) > MOST:
        return Signature(problems=(f"`code` has more than {MOST:,} characters.",))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of its style is no matter of the graph
            tree = ast.parse(code)
    except SyntaxError as error:
        line = f"line {error.lineno}" if error.lineno else "the code"
        return Signature(problems=(f"`code` is no Python: {line}: {error.msg}.",))
    except (ValueError, MemoryError, RecursionError):
        return Signature(problems=("`code` is no Python that can be read: it is nested too deeply or holds NUL.",))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    named = [node for node in found if node.name == function]
    if not named:
        return Signature(problems=(f"`code` defines no function `{function}`. Write `def {function}(a, b=1):`.",))
    return _signature(named[-1])


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Signature:
    asked = node.args
    problems = []
    at = f"Line {node.lineno}: `{node.name}`"
    if asked.posonlyargs:
        problems.append(f"{at} has arguments without names (before `/`). Every argument is an input with its name.")
    if asked.vararg or asked.kwarg:
        problems.append(f"{at} takes any arguments (`*`). Name each one: it becomes an input.")
    given: list[ast.expr | None] = [*asked.defaults]
    plain = [*zip(asked.args, [None] * (len(asked.args) - len(given)) + given, strict=False)]
    arguments = []
    for argument, default in (*plain, *zip(asked.kwonlyargs, asked.kw_defaults, strict=True)):
        value: Any = MISSING
        if default is not None:
            try:
                value = ast.literal_eval(default)
                encode(value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, NotJson):
                problems.append(
                    f"Line {default.lineno}: the default of `{argument.arg}` is no plain value. "
                    "It stands for an input without a wire, so write a number, a text, a list, a dictionary or None."
                )
                value = None
        arguments.append(Argument(argument.arg, _type(argument.annotation), value))
    return Signature(tuple(arguments), _type(node.returns), tuple(problems))


def _type(annotation: ast.expr | None) -> str:
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return _TYPES.get(annotation.id, "any") if isinstance(annotation, ast.Name) else "any"
