"""The variables of a rewritten `run`: their names beside those of its parameters, and their types."""

from __future__ import annotations

import ast
from typing import Any, Final

from studio.export.naming import fresh
from studio.export.standalone.gathering.closure import BUILT_IN
from studio.export.standalone.gathering.scoping import all_arguments
from studio.export.standalone.gathering.sources import Imported, Source

Function = ast.FunctionDef | ast.AsyncFunctionDef

PORTS: Final = "Ports"
"""What the type of outputs is called."""


def part_locals(function: Function, parameters: set[str]) -> None:
    """Give variables of the `run` that share a name with a parameter another name, where both are needed."""
    apart = _apart(function)
    clashing = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name)
        and node.id in parameters
        and not isinstance(node.ctx, ast.Load)
        and id(node) not in apart
    }
    clashing |= {
        one.arg
        for node in ast.walk(function)
        if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) and node is not function
        for one in all_arguments(node.args)
        if one.arg in parameters
    }
    for name in sorted(clashing):
        if not _may_share(function, name):
            taken = parameters | {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            _Renaming(name, fresh(name, taken)).visit(function)


def _apart(function: Function) -> set[int]:
    """Return the names, by `id`, that a comprehension binds in which the parameter of that name is not asked for."""
    found: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            inside = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
            asked = {one.id for one in inside if getattr(one, "param_name", False)}
            found |= {id(one) for one in inside if not isinstance(one.ctx, ast.Load) and one.id not in asked}
    return found


def _may_share(function: Function, name: str) -> bool:
    """True if the variable takes the place of the parameter, which nobody reads any more from then on."""
    for place, statement in enumerate(function.body):
        if not any(isinstance(node, ast.Name) and _is_local(node, name) for node in ast.walk(statement)):
            continue
        rest = [node for later in function.body[place + 1 :] for node in ast.walk(later)]
        read_later = any(isinstance(node, ast.Name) and node.id == name and not _is_local(node, name) for node in rest)
        inner = any(isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) for node in rest)
        if read_later or inner or not isinstance(statement, ast.Assign):
            return False
        return [ast.unparse(target) for target in statement.targets] == [name]
    return False


def _is_local(node: ast.Name, name: str) -> bool:
    return node.id == name and not getattr(node, "param_name", False)


class _Renaming(ast.NodeTransformer):
    def __init__(self, old: str, new: str) -> None:
        self.old = old
        self.new = new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if _is_local(node, self.old) and not getattr(node, "outer", False):
            node.id = self.new
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        if node.arg == self.old:
            node.arg = self.new
        return node


def outer_names(function: Function, source: Source, hiding: set[str]) -> dict[str, Imported]:
    """Return what the global names of a function mean, by the names that it then has for them."""
    hiding = hiding | {
        node.id for node in ast.walk(function) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    found: dict[str, Imported] = {}
    renamed: dict[str, str] = {}
    for node in [one for part in function.body for one in ast.walk(part)]:
        if not isinstance(node, ast.Name) or not getattr(node, "outer", False):
            continue
        name = node.id
        if name not in source.bindings:
            if name in BUILT_IN and name in hiding:
                node.id = "builtins." + name  # printed as it stands
                found["builtins"] = Imported("builtins")
            continue
        if name in hiding:
            node.id = renamed.setdefault(name, fresh(name, hiding | set(source.bindings) | set(renamed.values())))
        bound = source.bindings[name]
        found[node.id] = bound if isinstance(bound, Imported) else Imported(source.name, name)
    return found


# -- what it gives ---------------------------------------------------------------------------------------------------


class _Returns(ast.NodeTransformer):
    def __init__(self, known: set[str]) -> None:
        self.known = known

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return node

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef  # type: ignore[assignment]

    def visit_Return(self, node: ast.Return) -> Any:
        value = node.value
        if value is None or _is_display(value) or (isinstance(value, ast.Name) and value.id in self.known):
            return node
        target = ast.Name("outputs", ast.Store())
        kept = ast.AnnAssign(target, ast.Name(PORTS, ast.Load()), value, simple=1)
        return [kept, ast.Return(ast.Name("outputs", ast.Load()))]


def _is_display(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_display(node.body) and _is_display(node.orelse)
    return isinstance(node, ast.Dict)


def typed_returns(function: Function) -> None:
    """Say what inputs and outputs are where a type checker would see anything, or too little."""
    known = {
        node.target.id
        for node in ast.walk(function)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and ast.unparse(node.annotation) == PORTS
    }
    for place, statement in enumerate(function.body):
        if isinstance(statement, ast.Assign) and getattr(statement.value, "of_inputs", False):
            target, annotation = statement.targets[0], ast.parse("dict[str, Json]", mode="eval").body
            if isinstance(target, ast.Name):
                function.body[place] = ast.AnnAssign(target, annotation, statement.value, simple=1)
    returns = _Returns(known)
    function.body = [made for one in function.body for made in as_list(returns.visit(one))]


def as_list(made: Any) -> list[ast.stmt]:
    """Return the statements that a visit gave: none, one or several."""
    return made if isinstance(made, list) else [] if made is None else [made]
