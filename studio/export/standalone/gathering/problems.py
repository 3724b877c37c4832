"""Whether a node type can go into a standalone script, and if not, why: one phrase for people."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from studio.export.standalone.gathering.bodies import run_of
from studio.export.standalone.gathering.closure import close, reasons_against, resolve
from studio.export.standalone.gathering.gather import pieces_of
from studio.export.standalone.gathering.refusing import NeedsPlainFunction, NotStandalone
from studio.export.standalone.gathering.sources import Piece
from studio.export.standalone.gathering.specialising import specialise
from studio.export.standalone.gathering.twins import ASKING, FIRING, RUNTIME
from studio.spec.fields import Field, Fields
from studio.spec.node import Node
from studio.spec.params import read_params
from studio.stores import store_kinds
from studio.stores.base import Store
from studio.support.errors import StudioError

MOST_LINES: Final = 1_500
"""Lines of our source that one node type may bring along, beside the runtime that all of them share."""

_SAMPLES: Final[Mapping[str, tuple[Any, ...]]] = {
    "text": ("value", "value.name"), "integer": (1,), "number": (1.0,), "boolean": (False,), "list": (["one"], []),
}  # fmt: skip
_OTHER: Final = (["one"], {"type": "object"}, {"one": "two"}, "value", None)
"""What is tried for params that must be given, when a type is asked about as such."""


def standalone_problem(
    cls: type[Node],
    params: Fields | None = None,
    *,
    inputs: Mapping[str, Field] | None = None,
    outputs: Mapping[str, Field] | None = None,
) -> str:
    """Return why a node of this type and with these params cannot go into a standalone script, or "" if it can.

    Without params the type as such is asked about, with values that it takes where it has no defaults. `inputs` and
    `outputs` are the ports of the instance, those that the type tells if left out. The reason goes on from "it cannot,
    since": `it uses the library pypdf`.
    """
    if cls.spec.standalone:
        return cls.spec.standalone
    if cls.spec.role:
        return ""  # the runtime plays it, as the engine does
    if params is None:
        known: Any = cls  # a class can be told apart by `lru_cache`
        return _problem_of_type(known)
    if why := _problem_of_stores(cls):
        return why
    given = [piece for piece in (resolve(*FIRING)[0], resolve(*ASKING)[0]) if isinstance(piece, Piece)]
    try:
        made = specialise(cls, params, "node", inputs=inputs, outputs=outputs)
    except NeedsPlainFunction:
        found = reasons_against([_run_as_it_is(cls)], given)
        return next((reason for reason in found if "declared" not in reason), "it is not written to stand by itself")
    except NotStandalone as problem:
        return problem.reason
    try:
        used = close(pieces_of(made.snippet), given).pieces.values()
    except NotStandalone as problem:
        return next(iter(reasons_against(pieces_of(made.snippet), given)), problem.reason)
    brought = [piece for piece in used if not piece.module.startswith((RUNTIME, "<snippet"))]
    size = sum(last - first + 1 for piece in brought for first, last in piece.lines)
    return f"it brings along {size:,} lines of source" if size > MOST_LINES else ""


def _run_as_it_is(cls: type[Node]) -> Piece:
    """Return a type's `run` as a definition: what it uses says more than that it is not understood itself."""
    run, source = run_of(cls)
    run.args.args = [ast.arg(one.arg) for one in run.args.args]  # their types are classes inside of the type
    run.returns = None
    return Piece(source, ("run",), "function", [run], [(run.lineno, run.end_lineno or run.lineno)])


def _problem_of_stores(cls: type[Node]) -> str:
    """Return why a type works on a kind of store that stays behind, or ""."""
    for name in cls.spec.stores:
        field = cls.Params.fields().get(name)
        kinds: Any = field.editor.get("stores", ()) if field is not None else ()
        for kind in kinds:
            held: Any = store_kinds().get(kind)
            if held is not None and (problem := store_problem(held)):
                return f"its store, `{kind}`, stays behind: {problem}"
    return ""


@lru_cache(maxsize=64)
def store_problem(kind: type[Store]) -> str:
    """Return why a kind of store cannot go into a standalone script, or ""."""
    root = resolve(kind.__module__, kind.__name__)[0]
    return next(iter(reasons_against([root] if isinstance(root, Piece) else [])), "")


@lru_cache(maxsize=1024)
def _problem_of_type(cls: Any) -> str:
    params = sample_params(cls)
    return "its params are not known" if params is None else standalone_problem(cls, params)


def sample_params(cls: type[Node]) -> Fields | None:
    """Return params that a type takes, defaults as far as there are any; None if none were found."""
    declared = cls.Params.fields()
    needed = [field for field in declared.values() if field.required]
    first: Fields | None = None
    for given in _combinations(needed):
        params, faults = read_params(cls.Params, given)
        if faults:
            continue
        first = first or params
        try:
            if not list(cls.problems(params)) and cls.inputs(params) and cls.outputs(params):
                return params
        except (StudioError, TypeError, AttributeError, ValueError, LookupError):
            continue  # a value that the type does not expect; another one may do
    return first


def _combinations(needed: list[Field]) -> Iterator[dict[str, Any]]:
    values = [field.choices or _SAMPLES.get(field.type, _OTHER) for field in needed]
    for chosen in itertools.islice(itertools.product(*values), 64):
        yield {field.name: value for field, value in zip(needed, chosen, strict=True)}
