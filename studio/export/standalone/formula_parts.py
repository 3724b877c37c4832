"""What an expression is made of while it is rewritten: parts of a kind each, and what the source uses besides."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from studio.export.literals import WIDTH, literal

Kind: TypeAlias = Literal["any", "number", "int", "bool", "text", "list", "dict", "null"]
"""What is known of a value before it is there. `number` is one with or without a point, but not true or false."""

NUMERIC = ("number", "int", "bool")
SCALAR = (*NUMERIC, "text", "null")

_UNCLEAR = ("l", "O", "I")
"""Names that linters refuse, since they look like numbers."""


class Untranslatable(Exception):
    """Python has no exact equal of a part; the message is a sentence fragment saying why."""


@dataclass(frozen=True)
class Part:
    """A rewritten part of an expression."""

    node: ast.expr
    kind: Kind = "any"

    @property
    def is_constant(self) -> bool:
        """True for what stands in the expression itself."""
        return isinstance(self.node, ast.Constant) or hasattr(self.node, "written_text")

    @property
    def constant(self) -> Any:
        """Its value, if it is constant."""
        return self.node.value if isinstance(self.node, ast.Constant) else getattr(self.node, "written_text", None)


@dataclass
class Sheet:
    """What is gathered while one expression is rewritten."""

    uses: dict[str, Any] = field(default_factory=dict)
    """What the source names beside values and Python's own functions, by name."""
    taken: set[str] = field(default_factory=set)
    """Names that mean no value in it."""
    value_names: list[ast.Name] = field(default_factory=list)
    _literals: list[str] = field(default_factory=list)

    def value(self, name: str, *, stored: bool = False) -> ast.Name:
        """Return the name of a value; its spelling in the source is settled at the end."""
        node = ast.Name(id=name, ctx=ast.Store() if stored else ast.Load())
        self.value_names.append(node)
        return node

    def text(self, text: str, source: str = "") -> Part:
        """Return a text of the expression, written as the literal `source`."""
        self._literals.append(source or literal(text, block=False))
        node = ast.Name(id=f"⟦{len(self._literals) - 1}⟧", ctx=ast.Load())
        node.written_text = text  # type: ignore[attr-defined]  # seen by `Part.is_constant`
        return Part(node, "text")

    def builtin(self, name: str, *arguments: Part, kind: Kind = "any", **named: Part) -> Part:
        """Return a call of one of Python's own functions."""
        self.taken.add(name)
        return called(ast.Name(id=name, ctx=ast.Load()), arguments, kind, named)

    def helper(self, function: Any, *arguments: Part, kind: Kind = "any") -> Part:
        """Return a call of a function that the script takes along."""
        name = str(function.__name__)
        self.uses[name] = function
        self.taken.add(name)
        return called(ast.Name(id=name, ctx=ast.Load()), arguments, kind)

    def of_module(self, module: Any, function: str, *arguments: Part, kind: Kind = "any") -> Part:
        """Return a call of a function of a module of the standard library."""
        return called(self.module(module, function), arguments, kind)

    def module(self, module: Any, name: str) -> ast.expr:
        """Return `module.name`."""
        self.uses[module.__name__] = module
        self.taken.add(module.__name__)
        return ast.Attribute(value=ast.Name(id=module.__name__, ctx=ast.Load()), attr=name, ctx=ast.Load())

    def spelling(self, name: str) -> str:
        """Return how a value is called in the source; `runtime.formulas.Expression` takes one `_` off again."""
        return f"{name}_" if name in self.taken or name in _UNCLEAR or name == "__debug__" or name[-1] == "_" else name

    def source(self, node: ast.expr) -> str:
        """Return the source of a finished tree."""
        for name in self.value_names:
            name.id = self.spelling(name.id)
        self.value_names.clear()
        return self._written(node)

    def _written(self, node: ast.expr) -> str:
        """Return the source of a tree, with brackets around what `and` joins inside of `or`, as linters want them."""
        for one in ast.walk(node):
            if isinstance(one, ast.BoolOp) and isinstance(one.op, ast.Or):
                one.values = [
                    self.text("", f"({self._written(part)})").node if isinstance(part, ast.BoolOp) else part
                    for part in one.values
                ]
        return re.sub(r"⟦(\d+)⟧", lambda found: self._literals[int(found[1])], ast.unparse(node))


def called(
    function: ast.expr, arguments: tuple[Part, ...], kind: Kind = "any", named: dict[str, Part] | None = None
) -> Part:
    """Return the call of a function."""
    keywords = [ast.keyword(arg=name, value=part.node) for name, part in (named or {}).items()]
    return Part(ast.Call(func=function, args=[part.node for part in arguments], keywords=keywords), kind)


def method(value: Part, name: str, *arguments: Part, kind: Kind = "any") -> Part:
    """Return the call of a method."""
    return called(ast.Attribute(value=value.node, attr=name, ctx=ast.Load()), arguments, kind)


def constant(value: bool | int | float | None) -> Part:
    """Return a value that stands in the expression and is no text."""
    kind: Kind = (
        "null"
        if value is None
        else "bool"
        if isinstance(value, bool)
        else "int"
        if isinstance(value, int)
        else "number"
    )
    return Part(ast.Constant(value=value), kind)


def common_kind(parts: list[Part]) -> Kind:
    """Return the kind that all parts have, else `any`."""
    return parts[0].kind if all(part.kind == parts[0].kind for part in parts) else "any"


def raw_literal(pattern: str) -> str:
    """Return a pattern as a raw literal, as people write them; a long one in several lines, "" if it cannot be one."""
    readable = pattern.isascii() and pattern.isprintable() and "\\" in pattern
    if not readable or '"' in pattern or pattern.endswith("\\"):
        return ""
    if len(pattern) <= WIDTH - 20:
        return f'r"{pattern}"'
    lines = re.findall(rf"(?:[^\\]|\\.){{1,{(WIDTH - 20) // 2}}}(?:[^\\|]|\\.){{0,{(WIDTH - 20) // 4}}}\|?", pattern)
    return "(" + "\n".join(f'r"{line}"' for line in lines) + ")"
