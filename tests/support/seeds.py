"""Plays a seed graph with scripted replies and tells what its modules did, in the order of the outline.

played = play("babyagi", {"objective": "Solve world hunger."}, replies=["I listed three steps.", …], tmp_path=tmp_path)
assert played.fired("recall", "executor") == ["recall", "executor"]
assert played.output("recall", "hits", 1)[0]["score"] == pytest.approx(0.67082)
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from studio import Graph, Trace, run
from studio.engine.result import RunResult
from studio.graph.scope import deep_copy
from studio.models.scripted import Scripted
from studio.replay.cursor import Cursor
from studio.replay.states.held import Held
from studio.replay.verify import Verification, verify
from studio.support.resources import bundled_graphs
from studio.support.values import Json, decode, encode
from studio.trace.found import Firing
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of
from tests.support.example_settings import answering

MOST_CHANGED = 8
"""Changed graphs that are kept."""


def graph_of(name: str) -> Graph:
    """Return a bundled graph, fresh, so that a test may change it."""
    return deep_copy(_prepared(name))


@cache
def _prepared(name: str) -> Graph:
    """A bundled graph that keeps what it was made ready for: two thirds of the time of a short run. It is handed out
    to nobody."""
    return Graph.load(next(path for path in bundled_graphs() if path.stem == name))


@cache
def _approved(name: str) -> list[str]:
    return hashes_of(_prepared(name))


_CHANGED: dict[bytes, tuple[Graph, list[str]]] = {}


def _changed(graph: Graph) -> tuple[Graph, list[str]]:
    """Return a graph that a test changed as it was first played, with what it was made ready for, and its approval;
    the same change is made by many tests."""
    said = orjson.dumps(graph, default=str, option=orjson.OPT_NON_STR_KEYS)
    if said not in _CHANGED:
        own = deep_copy(graph)
        _CHANGED[said] = own, hashes_of(own)
        if len(_CHANGED) > MOST_CHANGED:
            del _CHANGED[next(iter(_CHANGED))]
    return _CHANGED[said]


class Asked(NamedTuple):
    """One call of a model: by which node (leaf name), the text of the whole prompt, and the reply."""

    node: str
    text: str
    reply: str | None


class Played:
    """A run that ended, and its record."""

    def __init__(self, result: RunResult, db: Path, model: Scripted) -> None:
        self.result = result
        self.db = db
        self.model = model

    @cached_property
    def _trace(self) -> Trace:
        """Opened once for all that is asked, and closed with it."""
        trace = Trace(self.db)
        weakref.finalize(self, trace.close)
        return trace

    @cached_property
    def _held(self) -> Held:
        return Held(Cursor(self._trace, self.result.run_id))

    @cached_property
    def _outline(self) -> list[Firing]:
        return list(self._trace.outline(self.result.run_id))

    def firings(self, name: str) -> list[Firing]:
        """Return all firings of the nodes of a leaf name, in outline order, whatever became of them."""
        return [one for one in self._outline if leaf(one.node) == name]

    def fired(self, *names: str) -> list[str]:
        """Return the leaf names of the nodes that fired (or failed in doing so), in outline order; of these names only,
        if any are given."""
        done = [leaf(one.node) for one in self._outline if one.status in ("ok", "error")]
        return [name for name in done if not names or name in names]

    def outputs(self, name: str) -> list[Mapping[str, Json]]:
        """Return what each firing of a leaf name that fired gave, by port, in outline order."""
        return [self._trace.outputs(one) for one in self.firings(name) if one.status == "ok"]

    def output(self, name: str, port: str, nth: int = 0) -> Any:
        """Return one output of the nth firing of a leaf name that fired."""
        return self.outputs(name)[nth][port]

    @cached_property
    def prompts(self) -> list[Asked]:
        """All calls of models, in outline order."""
        places = {one.id: place for place, one in enumerate(self._outline)}
        found = sorted(self._trace.prompts(self.result.run_id), key=lambda one: (places[one.firing], one.n))
        return [
            Asked(
                leaf(one.node),
                "\n".join(
                    part
                    for part in (str(said.get("content") or "") for said in one.messages)
                    if part
                ),
                one.reply,
            )
            for one in found
        ]  # fmt: skip

    def held(self, store: str) -> Any:
        """Return what a store held when the run ended."""
        content = self._held.content(self._held.place(store))
        assert content is not None, f"the record does not tell what `{store}` held"
        return decode(encode(content.shown()))

    def verify(self) -> Verification:
        """Replay the run with every effect answered from its record; it repeats firing by firing."""
        found = verify(self._trace, self.result.run_id)
        assert found.difference is None, str(found.difference)
        return found


def leaf(path: str) -> str:
    """Return the last name of a node path."""
    return path.rpartition("/")[2]


def play(
    name: str | Graph,
    inputs: Mapping[str, Json] | None = None,
    *,
    tmp_path: Path,
    replies: Sequence[Json] = (),
    answers: Sequence[Json] = (),
    status: str = "ok",
    **options: Any,
) -> Played:
    """Run a bundled graph (or one that a test changed) with scripted replies, prepared answers of a person and the toy
    embedder, record it in `tmp_path`, and see that it ends with `status`. `options` are those of `studio.run`."""
    graph, approve = (_prepared(name), _approved(name)) if isinstance(name, str) else _changed(name)
    count = len(list(tmp_path.glob("played_*.db")))
    db = tmp_path / f"played_{count}.db"
    model = Scripted(replies)
    options = {"embedder": "toy", "approve": approve, **options}
    result = run(graph, inputs or {}, model=model, db=db, human=answering(answers), **options)
    close_writer(db)
    assert result.status == status, result.error
    return Played(result, db, model)
