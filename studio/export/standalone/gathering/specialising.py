"""A node with its params as a plain function: a snippet for `gather`.

Either the type names a plain function (`Node.plain`), and the node is one call of it; or it is the type's own `run`,
with the params written in.
"""

from __future__ import annotations

import ast
import inspect
import keyword
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from studio.export.literals import docstring, literal
from studio.export.naming import fresh
from studio.export.standalone.gathering.bodies import Body
from studio.export.standalone.gathering.constants import source_of_constant
from studio.export.standalone.gathering.printing import printed
from studio.export.standalone.gathering.refusing import NotStandalone
from studio.export.standalone.gathering.signature import IMPORTS, Signature, signature_of
from studio.export.standalone.gathering.sources import Imported
from studio.export.standalone.gathering.writing import Words
from studio.spec.fields import Field, Fields
from studio.spec.node import Node
from studio.spec.plain import Made, Pattern, Plain
from studio.support.errors import UsageError
from studio.support.pattern_translation import has_category

_LONG = 70
"""Columns of a literal beyond which it stands by itself, as a constant above the function."""


@dataclass(frozen=True, slots=True)
class NodeFunction:
    """A node as a function.

    `snippet` is the text of a small module, for `gather`: imports that say what its names mean, constants, the function
    `name`. `names` are all that it defines, `parameters` maps input ports to parameters.
    """

    name: str
    snippet: str
    names: tuple[str, ...]
    is_async: bool
    parameters: Mapping[str, str]


def specialise(
    cls: type[Node],
    params: Fields,
    name: str,
    *,
    inputs: Mapping[str, Field] | None = None,
    outputs: Mapping[str, Field] | None = None,
    taken: Collection[str] = (),
    about: str = "",
) -> NodeFunction:
    """Return a node of a type with these params as a function of this name.

    `inputs` and `outputs` are the ports of the instance, those that the type tells if left out. `taken` are names that
    constants must not have. `about` becomes the docstring. Raises `NotStandalone` with the reason if the type cannot
    leave the studio.
    """
    if cls.spec.standalone:
        raise NotStandalone(cls.spec.standalone)
    ports = dict(cls.inputs(params).fields() if inputs is None else inputs)
    given = tuple(cls.outputs(params).fields() if outputs is None else outputs)
    signature = signature_of(ports)
    try:
        plain = cls.plain(params)
    except UsageError as error:
        raise NotStandalone(error.message) from None
    if plain is not None:
        return _called(plain, signature, name, taken, about)
    return _written(Body(cls, params, given, signature, name), signature, name, taken, about)


def _called(plain: Plain, signature: Signature, name: str, taken: Collection[str], about: str) -> NodeFunction:
    words = Words(hidden={*signature.parameters.values(), signature.firing, *taken, name})
    hoisted: list[tuple[str, str]] = []
    function = words.name(plain.function)
    arguments = [signature.firing] if plain.takes_firing else []
    if plain.inputs == "mapping":
        arguments.append("{" + ", ".join(f"{literal(port)}: {one}" for port, one in signature.parameters.items()) + "}")
    for key, value in plain.constants.items():
        source = source_of_constant(value, words)
        # To look up all characters of a category takes a moment, which `--help` need not wait for.
        looked_up = isinstance(value, Pattern) and has_category(value.text)
        if not looked_up and (isinstance(value, Made | Pattern) or len(source) > _LONG or "\n" in source):
            wanted = name if isinstance(value, Made) and len(plain.constants) == 1 else f"{name}_{key}"
            constant = fresh(wanted.upper(), {*words.hidden, *words.meanings, *(one for one, _ in hoisted)})
            hoisted.append((constant, source))
            source = constant
        arguments.append(f"{key}={source}")
    if plain.inputs == "each":
        arguments += [
            f"**{{{literal(port)}: {one}}}" if keyword.iskeyword(port) else f"{port}={one}"
            for port, one in signature.parameters.items()
        ]
    call = f"{function}({', '.join(arguments)})"
    is_async = inspect.iscoroutinefunction(plain.function)
    body = f"return await {call}" if is_async else f"return {call}"
    return _assembled(signature, name, about, body, words, hoisted, is_async=is_async)


def _written(body: Body, signature: Signature, name: str, taken: Collection[str], about: str) -> NodeFunction:
    words = Words()
    for known, meaning in body.names.items():
        words.bind(known, meaning)
    inside = {node.id for node in ast.walk(body.function) if isinstance(node, ast.Name)}
    hoisting = _Hoisting(name, {*taken, name, *words.meanings, *inside, *signature.parameters.values()})
    statements = [hoisting.visit(one) for one in body.function.body]
    return _assembled(signature, name, about, printed(statements), words, hoisting.made, is_async=body.is_async)


class _Hoisting(ast.NodeTransformer):
    """Gives long literals that come from params a name of their own."""

    def __init__(self, name: str, taken: Collection[str]) -> None:
        self.name = name
        self.taken = set(taken)
        self.made: list[tuple[str, str]] = []

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        param = getattr(node, "param", "")
        source = literal(node.value) if param else ""
        if len(source) <= _LONG and "\n" not in source:
            return node
        known = next((name for name, text in self.made if text == source), "")
        if not known:
            known = fresh(f"{self.name}_{param}".upper(), self.taken)
            self.taken.add(known)
            self.made.append((known, source))
        return ast.Name(known, ast.Load())


def _assembled(
    signature: Signature,
    name: str,
    about: str,
    body: str,
    words: Words,
    hoisted: list[tuple[str, str]],
    *,
    is_async: bool,
) -> NodeFunction:
    for used in (*signature.names, *(["Json"] if "Json" in body else [])):
        words.bind(used, Imported(*IMPORTS[used]))
    parts = [words.imports()]
    parts += [f"{constant} = {source}" for constant, source in hoisted]
    inside = [f"    {docstring(about)}"] if about else []
    # No literal in here holds a line break, so every line may be moved to the right.
    inside += [f"    {line}" for part in (*signature.prologue, body) for line in part.split("\n")]
    head = "async def" if is_async else "def"
    parts.append(f"{head} {name}({signature.text}) -> Ports:\n" + "\n".join(inside))
    names = (*(constant for constant, _ in hoisted), name)
    return NodeFunction(name, "\n\n".join(parts) + "\n", names, is_async, signature.parameters)
