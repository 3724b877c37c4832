"""The `run` of a node type with its params written in: `inputs.x` is a parameter, `params.x` a literal.

What is not understood is refused: the type then needs a plain function (`Node.plain`).
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Mapping
from typing import Any

from studio.export.standalone.gathering.folding import constant, folded
from studio.export.standalone.gathering.printing import dict_of
from studio.export.standalone.gathering.refusing import NeedsPlainFunction, NotStandalone
from studio.export.standalone.gathering.scoping import all_arguments, uses_of
from studio.export.standalone.gathering.signature import Signature
from studio.export.standalone.gathering.sources import Source, source_of
from studio.export.standalone.gathering.taking import power_problem
from studio.export.standalone.gathering.variables import (
    PORTS,
    Function,
    as_list,
    outer_names,
    part_locals,
    typed_returns,
)
from studio.spec.fields import Fields
from studio.spec.node import Node
from studio.support.values import ABSENT


def run_of(cls: type[Node]) -> tuple[Function, Source]:
    """Return the source of a type's `run`, and the module it is in. Raises `NotStandalone` if there is none."""
    owner = next((one for one in cls.__mro__ if "run" in vars(one)), None)
    source = source_of(owner.__module__) if owner is not None else None
    if owner is None or source is None:
        raise NotStandalone("its source is not there", where=cls.__module__)
    body: list[ast.stmt] = ast.parse(source.text).body
    for name in owner.__qualname__.split("."):
        found = next((one for one in body if isinstance(one, ast.ClassDef) and one.name == name), None)
        if found is None:
            raise NotStandalone("its source is not there", where=owner.__module__)
        body = found.body
    for statement in body:
        if isinstance(statement, Function) and statement.name == "run":
            return statement, source
    raise NotStandalone("its source is not there", where=owner.__module__)


class Body:
    """A `run` that is rewritten. `names` are what its global names mean: (module, name) or a module."""

    def __init__(
        self, cls: type[Node], params: Fields, outputs: tuple[str, ...], signature: Signature, name: str
    ) -> None:
        found, self.source = run_of(cls)
        self.cls = cls
        self.module = importlib.import_module(self.source.name) if self.source.name not in sys.modules else sys.modules[
            self.source.name
        ]  # fmt: skip
        self.function: Function = found
        if problem := power_problem(self.function):
            raise NotStandalone(problem, where=self.source.name)
        arguments = [one.arg for one in all_arguments(self.function.args)]
        if len(arguments) != 4:
            raise NeedsPlainFunction("its `run` takes something else than context, params and inputs")
        for use in uses_of(self.function, self.source.name).names:
            if isinstance(use.node, ast.Name) and use.alias is None:
                use.node.outer = True  # type: ignore[attr-defined]
        self.signature = signature
        writing = _Writing(
            self, dict(zip(("self", "ctx", "params", "inputs"), arguments, strict=True)), params, outputs
        )
        self.function.body = [made for one in self.function.body for made in as_list(writing.visit(one))]
        if not self.function.body:
            raise NeedsPlainFunction("its `run` is empty")
        folded(self.function)
        part_locals(self.function, set(signature.parameters.values()))
        self.names = outer_names(self.function, self.source, {*signature.parameters.values(), signature.firing, name})
        typed_returns(self.function)

    @property
    def is_async(self) -> bool:
        """True if it is a coroutine function."""
        return isinstance(self.function, ast.AsyncFunctionDef)

    def object_of(self, name: str) -> Any:
        """Return what a name of the module stands for right now."""
        return getattr(self.module, name, None)


def _maker() -> ast.Name:
    """Return what stands for the maker of outputs, as in `self.Out` and `self.outputs(params)`: a dict, in a script."""
    node = ast.Name("dict", ast.Load())
    node.outer = node.makes_outputs = True  # type: ignore[attr-defined]
    return node


def _is_maker(node: ast.AST) -> bool:
    return getattr(node, "makes_outputs", False)


class _Writing(ast.NodeTransformer):
    """Writes params and inputs into a `run`."""

    def __init__(self, body: Body, roles: Mapping[str, str], params: Fields, outputs: tuple[str, ...]) -> None:
        self.body = body
        self.roles = {name: role for role, name in roles.items()}
        self.params = params.as_dict()
        self.outputs = outputs
        self.makers: set[str] = set()

    # -- names

    def _role(self, node: ast.AST) -> str:
        return self.roles.get(node.id, "") if isinstance(node, ast.Name) else ""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        role = self._role(node)
        if role == "ctx":
            return ast.Name(self.body.signature.firing, node.ctx)
        if role:
            raise NeedsPlainFunction(f"its `run` hands on `{role}` as a whole")
        if node.id in self.makers:
            return _maker()
        if getattr(node, "outer", False) and _is_fields(self.body.object_of(node.id)):
            return _maker()
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        while isinstance(node.value, ast.Call) and _is_cast(node.value):
            node.value = node.value.args[1]
        role = self._role(node.value)
        if role == "params":
            if node.attr not in self.params:
                raise NeedsPlainFunction(f"its `run` asks for `params.{node.attr}`, which is no param")
            return constant(self.params[node.attr], node.attr)
        if role == "inputs":
            if node.attr not in self.body.signature.parameters:
                raise NeedsPlainFunction(f"its `run` asks for `inputs.{node.attr}`, which is no input")
            name = self.body.signature.parameters[node.attr]
            return _input(name, is_text=name in self.body.signature.texts)
        if role == "self":
            held = getattr(self.body.cls, node.attr, None)
            if _is_fields(held):
                return _maker()
            if held is None or not isinstance(held, str | int | float | bool):
                raise NeedsPlainFunction(f"its `run` uses `self.{node.attr}`")
            return constant(held)
        self.generic_visit(node)
        return node

    # -- calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if _is_cast(node):
            made: ast.expr = self.visit(node.args[1])
            return made
        whole = self._whole(node)
        if whole is not None:
            return whole
        if (
            isinstance(node.func, ast.Attribute)
            and self._role(node.func.value) == "self"
            and node.func.attr == "outputs"
        ):
            return _maker()
        self.generic_visit(node)
        if _is_maker(node.func):
            return self._made(node)
        if isinstance(node.func, ast.Attribute) and _is_maker(node.func.value):
            if node.func.attr == "fields" and not node.args:
                return constant(list(self.outputs))
            if node.func.attr == "holding" and len(node.args) == 1:
                return node.args[0]
            raise NeedsPlainFunction(f"its `run` asks `{node.func.attr}` of its outputs")
        return node

    def _whole(self, node: ast.Call) -> ast.expr | None:
        """Return what stands for `vars(inputs)`, `inputs.as_dict()`, and the same of params."""
        role = ""
        if isinstance(node.func, ast.Name) and node.func.id == "vars" and len(node.args) == 1:
            role = self._role(node.args[0])
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "as_dict":
            role = self._role(node.func.value)
        if role == "inputs":
            display = dict_of(list(self.body.signature.parameters.items()))
            for value in display.values:
                value.param_name = True  # type: ignore[attr-defined]
            display.of_inputs = True  # type: ignore[attr-defined]
            return display
        return constant(dict(self.params)) if role == "params" else None

    def _made(self, node: ast.Call) -> ast.expr:
        """Return the outputs as a dict display; a port that nobody gave a reason for is left out."""
        if node.args:
            raise NeedsPlainFunction("its `run` makes outputs from no names")
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for keyword in node.keywords:
            value = keyword.value
            if (
                isinstance(value, ast.Name)
                and getattr(value, "outer", False)
                and self.body.object_of(value.id) is ABSENT
            ):
                continue
            keys.append(ast.Constant(keyword.arg) if keyword.arg is not None else None)
            values.append(value)
        return ast.Dict(keys, values)

    # -- statements

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        if _is_maker(node.value):
            if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
                raise NeedsPlainFunction("its `run` keeps what makes its outputs")
            self.makers.add(node.targets[0].id)
            return []
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        stem = node.annotation.value if isinstance(node.annotation, ast.Attribute) else None
        held = self.body.object_of(stem.id) if isinstance(stem, ast.Name) else None
        if isinstance(held, type) and issubclass(held, Node | Fields):
            node.annotation = ast.Name(PORTS, ast.Load())
        self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return self._inner(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return self._inner(node)

    def _inner(self, node: Any) -> Any:
        if any(one.arg in self.roles for one in all_arguments(node.args)):
            raise NeedsPlainFunction("a function inside of its `run` takes the same names again")
        self.generic_visit(node)
        return node

    visit_Lambda = _inner


def _is_cast(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "cast"
        and len(node.args) == 2
    )


def _is_fields(held: Any) -> bool:
    return isinstance(held, type) and issubclass(held, Fields)


def _input(name: str, *, is_text: bool) -> ast.Name:
    node = ast.Name(name, ast.Load())
    node.param_name = True  # type: ignore[attr-defined]
    node.is_text = is_text  # type: ignore[attr-defined]
    return node
