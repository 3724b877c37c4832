"""Exported scripts run in this process, with made-up models, and what two recorded runs have in common.

script = Played(standalone_script(graph, registry))
script.answer_by(Answering.like(trace, graph))
assert script.main("--db", str(file)) == 0
assert told(file) == told(other_file)
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from studio import Trace
from studio.spec.calls import ChatCall, CompletionCall
from studio.support.values import Json
from tests.examples.answering import Answering


class Played:
    """A script, loaded as a module. Its parts are reached by name."""

    _count = 0

    def __init__(self, source: str, path: Path | None = None) -> None:
        """`path` is where the script says it is: files are named from its folder."""
        Played._count += 1
        self.source = source
        self.path = path or Path(f"played_{Played._count}.py")
        self.module = ModuleType(f"played_{Played._count}")
        self.module.__file__ = str(self.path)
        sys.modules[self.module.__name__] = self.module  # dataclasses look there for their annotations
        exec(compile(source, str(self.path), "exec"), vars(self.module))  # noqa: S102 - the subject of the tests

    def answer_by(self, answering: Answering) -> None:
        """Let all its models and embedders be this one."""

        async def prepare(*_: Any, **__: Any) -> None:
            """Nothing to open."""

        module: Any = self.module
        model = MadeUp(answering)
        for name, given in (("Models", model), ("Embedders", answering.embedder())):
            if hasattr(module, name):
                catalog = getattr(module, name)
                catalog.provider = lambda _, asked="default", given=given: given
                catalog.prepare = prepare
        if hasattr(module, "Models"):
            module.Models.resolve = lambda _, name: name
            module.Models.scripts = lambda *_: []

    def main(self, *arguments: str) -> int:
        """Call it as from a command line and return its exit code."""
        before = sys.argv
        sys.argv = [str(self.path), *arguments]
        try:
            code: int = self.module.main(list(arguments))
        finally:
            sys.argv = before
        return code


class MadeUp:
    """A made-up model as a script calls it: with requests and responses as they are recorded."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.info = answering.info
        self.retry_transient = answering.retry_transient
        self.deterministic_order = False

    async def chat(self, request: dict[str, Any], by: Any, timeout_s: float | None = None) -> Json:
        """Answer a request as the studio's model answers the call that it is recorded for."""
        told = {name: value for name, value in request.items() if name != "model"}
        call = ChatCall(
            **{**told, "messages": tuple(told["messages"]), "stop": tuple(told["stop"])}, node=by.node, tick=by.tick
        )
        return (await self._answering.chat(call)).to_json()

    async def complete(self, request: dict[str, Any], by: Any, timeout_s: float | None = None) -> Json:
        """The same for a completion."""
        told = {name: value for name, value in request.items() if name != "model"}
        return (await self._answering.complete(CompletionCall(**told, node=by.node, tick=by.tick))).to_json()


class Told(NamedTuple):
    """What a recorded run says, without times and numbers of firings."""

    status: str
    ended: str
    outputs: Json
    firings: list[Any]
    """Node, type, tick, status, reason, outputs, why others are absent, where inputs came from; in outline order."""
    calls: list[Any]
    """Node, tick, kind and request of all that was asked, sorted."""


def told(file: Path) -> Told:
    """Return what the last run in a trace file says."""
    with Trace(file) as trace:
        run = trace.run()
        firings = list(trace.outline())
        where = {one.id: (one.node, one.tick) for one in firings}

        def origin(source: Any) -> Any:
            if isinstance(source[0], list):
                return [origin(one) for one in source]
            return (*where.get(source[0], ("", "")), source[1])

        rows = [
            (
                one.node, one.type, one.tick, one.status, one.reason, trace.decoded(one.outputs), dict(one.absent),
                {port: origin(source) for port, source in one.inputs.items()}, one.attempt,
            )
            for one in firings
        ]  # fmt: skip
        asked = [
            (*where[effect.firing], effect.kind, repr(effect.request))
            for effect in trace.effects()
            if effect.firing in where
        ]
        return Told(run.status, run.ended, trace.decoded(run.outputs), rows, sorted(asked))
