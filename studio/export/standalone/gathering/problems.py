"""Whether a node type can go into a standalone script, and if not, why: one phrase for people."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from studio.export.standalone.gathering.gather import gather
from studio.export.standalone.gathering.refusing import NotStandalone
from studio.export.standalone.gathering.specialising import specialise
from studio.export.standalone.gathering.twins import ASKING, FIRING, RUNTIME
from studio.spec.fields import Field, Fields
from studio.spec.node import Node
from studio.spec.params import read_params
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
        return _problem_of_type(cls)
    try:
        made = specialise(cls, params, "node", inputs=inputs, outputs=outputs)
        gathered = gather((), [made.snippet], given=[FIRING, ASKING])
    except NotStandalone as problem:
        return problem.reason
    size = sum(one.source.count("\n") + 1 for one in gathered.definitions if not one.module.startswith(RUNTIME))
    return f"it brings along {size:,} lines of source" if size > MOST_LINES else ""


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
