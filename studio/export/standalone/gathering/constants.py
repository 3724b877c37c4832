"""Constants of a node's plain function as source: JSON, expressions as lambdas, things that a class of ours makes."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from studio.export.literals import literal, text_literal
from studio.export.standalone.formula_parts import raw_literal
from studio.export.standalone.formulas import python_formula
from studio.export.standalone.gathering.refusing import NotStandalone
from studio.export.standalone.gathering.sources import Imported
from studio.export.standalone.gathering.writing import Words
from studio.export.standalone.runtime.patterns import Pattern as PythonPattern
from studio.export.standalone.runtime.patterns import of_category
from studio.spec.plain import Formula, Made, Pattern
from studio.support.errors import UsageError
from studio.support.expressions import Expression, ExpressionError
from studio.support.pattern_translation import Category, has_category, python_parts, python_pattern


def source_of_constant(value: Any, words: Words, *, block: bool = True) -> str:
    """Return the source of a constant; `words` learns which names it uses."""
    if isinstance(value, Formula):
        return _formula(value, words)
    if isinstance(value, Pattern):
        return _pattern(value, words)
    if isinstance(value, Made):
        maker = words.name(value.maker)
        inside = ", ".join(
            f"{key}={source_of_constant(one, words, block=block)}" for key, one in value.keywords.items()
        )
        # The comma lets every formatter give a text of several lines a line of its own.
        return f"{maker}({inside},)" if "\n" in inside else f"{maker}({inside})"
    if _is_plain(value):
        return literal(value, block=block)
    if isinstance(value, Mapping):
        inside = ", ".join(
            f"{text_literal(key)}: {source_of_constant(one, words, block=False)}" for key, one in value.items()
        )
        return f"{{{inside}}}"
    parts = [source_of_constant(one, words, block=False) for one in value]
    if isinstance(value, tuple):
        return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
    return f"[{', '.join(parts)}]"


def _formula(value: Formula, words: Words) -> str:
    try:
        formula = python_formula(value.text)
    except ExpressionError as error:
        raise NotStandalone(f"its expression is none that Python has: {error}") from None
    for name, held in formula.uses.items():
        words.bind(name, Imported(held.__name__) if isinstance(held, ModuleType) else Imported(held.__module__, name))
    return f"{words.name(Expression)}({literal(value.text, block=False)}, {formula.source})"


def _pattern(value: Pattern, words: Words) -> str:
    try:
        text = python_pattern(value.text, ignore_case=value.ignore_case)
    except UsageError as error:
        raise NotStandalone(f"its pattern is none that Python has: {error.message}") from None
    words.bind("Pattern", Imported(PythonPattern.__module__, "Pattern"))
    if has_category(value.text):
        parts = python_parts(value.text, ignore_case=value.ignore_case)
        return f"Pattern({' + '.join(_part(one, words) for one in parts)})"
    return f"Pattern({_bare(raw_literal(text) or literal(text, block=False))})"


def _part(part: str | Category, words: Words) -> str:
    if isinstance(part, Category):
        return f"{words.name(of_category)}({text_literal(part.name)}{', is_other=True' * part.is_other})"
    return raw_literal(part) or literal(part, block=False)


def _bare(source: str) -> str:
    """Return a literal of several lines without the brackets around it, as it stands alone in a call."""
    return source.removeprefix("(").removesuffix(")")


def _is_plain(value: Any) -> bool:
    """True if there is nothing in a value but JSON."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, Formula | Pattern | Made):
            return False
        if isinstance(one, Mapping):
            stack.extend(one.values())
        elif isinstance(one, list | tuple):
            stack.extend(one)
    return True
