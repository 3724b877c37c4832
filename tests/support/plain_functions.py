"""Every firing of a node type in a test is done again by the function that a standalone script would hold.

`run_node` calls `Again` for it, so that each example written for a type also holds its function to the type: same
outputs, same reasons of absence, same effects, same failure. The function is gathered as for a script, with the twins
of the standard library in place of ours.
"""

from __future__ import annotations

import copy
import importlib.util
import inspect
import pickle
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from studio.export.standalone.gathering import Gathered, NodeFunction, NotStandalone, gather, specialise
from studio.export.standalone.gathering.twins import ASKING, FIRING
from studio.spec import Fields, Node
from studio.support.errors import ModelError
from studio.support.values import Absent, Json
from tests.support.thorough import draws

MOST: int = draws(4, 12)
"""Sets of params of one type that are looked at: property tests draw hundreds."""

SAYS_IT_CANNOT: str = "a script without the studio"
"""What a script says where it cannot do what the studio does: it fails instead of coming to another result."""

_LOOKED_AT: dict[str, dict[str, tuple[NodeFunction, Any] | None]] = {}


class Again:
    """One firing, to be done again: made before the type's own `run`, asked after it."""

    def __init__(self, cls: type[Node], params: Fields, inputs: Fields, ctx: Any) -> None:
        self.cls = cls
        self.made = function_of(cls, params)
        if self.made is None:
            return
        try:
            self.ctx = copied(ctx)
        except TypeError:  # a store with a lock in it cannot be copied, and must not be used twice
            self.made = None
            return
        self.inputs = pickle.loads(pickle.dumps(inputs.as_dict()))  # noqa: S301 - our own; far quicker than `deepcopy`

    async def compare(self, result: Any, ctx: Any) -> None:
        """Fail the test if the function comes to another result than the type: outputs, or the failure it raised."""
        if self.made is None or _weighed(ctx):
            return
        function, held = self.made
        given = {function.parameters[port]: value for port, value in self.inputs.items()}
        self._speak_its_errors(held)
        try:
            got = held(self.ctx, **given)
            got = await got if inspect.isawaitable(got) else got
        except Exception as error:  # noqa: BLE001 - compared with what the type raised
            got = error
        if SAYS_IT_CANNOT in str(got):
            return
        assert seen(got) == seen(result), f"the function of {self.cls.spec.type} differs:\n{function.snippet}"
        assert repr(self.ctx.effects) == repr(ctx.effects), f"the effects of {self.cls.spec.type} differ"

    def _speak_its_errors(self, held: Any) -> None:
        """Let scripted models fail with the errors of the function's own module, which are classes of its own."""
        own = held.__globals__.get("ModelError")
        if own is None:
            return
        for model in (self.ctx.default_model, *self.ctx.models.values()):
            model.replies = [
                own(one.message, where=one.where, hint=one.hint, transient=one.transient, code=one.kind)
                if isinstance(one, ModelError)
                else one
                for one in model.replies
            ]


def copied(ctx: Any) -> Any:
    """Return a context of its own that stands where this one does. What has been done is shared, it changes no more;
    and the state of the random numbers is copied as a whole, not number by number."""
    known = {id(effect): effect for effect in ctx.effects}
    return copy.deepcopy(ctx, {**known, id(ctx.random): copy.copy(ctx.random)})


def _weighed(ctx: Any) -> bool:
    """True if labels were weighed by log-probabilities of texts, which no model of a script shows."""
    models = (ctx.default_model, *ctx.models.values())
    return any(model.info.supports_logprobs and model.completions for model in models)


def function_of(cls: type[Node], params: Fields) -> tuple[NodeFunction, Any] | None:
    """Return the function of a type with these params; None if it cannot leave the studio or enough were looked at."""
    if cls.spec.role or not cls.__module__.startswith("studio.nodes."):
        return None
    known = _LOOKED_AT.setdefault(cls.spec.type, {})
    key = repr(params)
    if key not in known:
        if len(known) >= MOST:
            return None
        known[key] = _made(cls, params)
    return known[key]


def _made(cls: type[Node], params: Fields) -> tuple[NodeFunction, Any] | None:
    try:
        function = specialise(cls, params, "node")
        gathered = gather((), [function.snippet], given=[FIRING, ASKING])
    except NotStandalone:
        return None  # which types these are is held by a list of its own
    return function, getattr(loaded(one_file(gathered)), "node")  # noqa: B009 - a module of anything


def one_file(gathered: Gathered) -> str:
    """Return what was gathered as the text of one module, the snippets behind what they need at once."""
    parts = [
        *(one.source for one in gathered.definitions if one.early),
        *gathered.snippets,
        *(one.source for one in gathered.definitions if not one.early),
    ]
    head = ['"""What was gathered."""', "from __future__ import annotations", "\n".join(gathered.import_lines())]
    return "\n\n".join([*head, "\n" + "\n\n\n".join(parts) + "\n"])


@lru_cache(maxsize=512)
def loaded(text: str) -> ModuleType:
    """Import a text as a module of its own."""
    name = f"gathered_{abs(hash(text)):x}"
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.py")
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look for it
        spec.loader.exec_module(module)
    return module


def seen(result: Any) -> Json:
    """Return what a wire would show of outputs, or what a person would read of a failure."""
    if isinstance(result, BaseException):
        facts = {name: getattr(result, name, None) for name in ("message", "hint", "transient", "kind")}
        return {"raised": type(result).__name__, **facts}
    values: Mapping[str, Any] = result.as_dict() if isinstance(result, Fields) else result
    shown = {name: _shown(value) for name, value in values.items()}
    return {name: value for name, value in sorted(shown.items()) if value != {"absent": ""}}


def _shown(value: Any) -> Json:
    if isinstance(value, Absent) or type(value).__name__ == "Absent":
        return {"absent": value.reason}
    return [type(value).__name__, repr(value)]
