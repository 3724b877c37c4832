"""Recorded answers for a graph that may have changed: known by the question, not by its number.

Unlike in a replay, where every firing must ask what it asked, a case lets today's graph ask less, in another order or
from another node. What it may not ask is something new: that ends the play, and says what is nearest.

A question that got several answers gives each firing its own. Only the node itself, at another tick or item, or a node
in the place of one that is gone may have what is left: nobody takes the answer of a node that will ask for it yet.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from studio.cases.case import Asked, Recorded
from studio.engine.recorded import Answer, Divergence, FiringRecord, RecordedEffects
from studio.support.differences import FirstDifference, first_difference, shared_ends
from studio.support.keys import scrub
from studio.support.values import Json, encode, hash_bytes, sorted_encode
from studio.trace.log import CACHED, MODEL_KINDS
from studio.trace.runlog import scrubbed

COSTS_NOTHING: Mapping[str, Json] = {"tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0}
FROM_MEMORY: Mapping[str, Json] = {**COSTS_NOTHING, "origin": CACHED}
"""Facts of an answer given again: as when a run answers from its own memory, it is no call."""


NodeOf = Callable[[str], Hashable]
"""From a node path to the node of today's graph that it leads to, whatever the map item; None if there is none."""


class Miss(NamedTuple):
    """A question that was not recorded: who asked it, and in which of its own recorded questions it is nearest."""

    node: str
    tick: str
    kind: str
    name: str
    request: Json
    nearest: Asked | None
    used_up: int
    """How often it was recorded, if all those answers are used."""

    def __str__(self) -> str:
        what = f"{self.kind} {self.name}".strip()
        who = f"`{self.node}` at tick {self.tick}"
        if self.used_up:
            times = "once" if self.used_up == 1 else f"{self.used_up} times with several answers"
            return f"{who} asks what was recorded {times} ({what}), and no answer is left for it."
        if self.nearest is None:
            return f"{who} asks for {what}, which it did not when this was recorded."
        found = self.difference
        place = f", first in `{found.place}`" if found is not None and found.place else ""
        return f"{who} asks another question than recorded{place}."

    @property
    def difference(self) -> FirstDifference | None:
        """Where the question differs first from the nearest recorded one."""
        if self.nearest is None:
            return None
        return first_difference(without_model(self.nearest.request), without_model(self.request))


class CaseEffects(RecordedEffects):
    """The answers of a case. `miss` is the first question that had none."""

    def __init__(self, recorded: Recorded, more: Iterable[Asked] = (), *, node_of: NodeOf) -> None:
        """`more` are answers got since, for questions that were not recorded."""
        self.pool = _Pool([*recorded.answers, *more], node_of)
        records: dict[tuple[str, str], list[FiringRecord]] = {}
        rounds: dict[tuple[str, str, int], CaseFiring] = {}

        def firing(one: Any) -> CaseFiring:
            key = (one.node, one.tick, one.round)
            if key not in rounds:
                rounds[key] = CaseFiring(self.pool)
                records.setdefault((one.node, one.tick), []).append(rounds[key])
            return rounds[key]

        for at, one in enumerate(self.pool.answers):
            firing(one).note(at, one)
        for said in recorded.stores:
            firing(said).store_answers.append((said.op, said.result))
        super().__init__(records, lost=recorded.lost, ordered_races=recorded.ordered_races)
        self._stood = {"model": recorded.models, "embedder": recorded.embedders}

    @property
    def miss(self) -> Miss | None:
        """The first question without an answer, None if all were answered."""
        return self.pool.miss

    def next_record(self, node: str, tick: str) -> FiringRecord:
        """Return what the next firing of this identity asked when it was recorded."""
        found = super().next_record(node, tick)
        return found if isinstance(found, CaseFiring) else CaseFiring(self.pool)

    def _stood_for(self, kind: str, name: str, run: str = "") -> Mapping[str, Json]:
        """What a name stood for; one that is new in the graph stands for what the default or the first one did.

        Raises the refusal the name met then, or `Divergence` if nothing of its kind was used.
        """
        stood = self._stood[kind]
        usable = [facts for facts in stood.values() if "class" not in facts]
        known = stood.get(name) or stood.get("default") or next(iter(usable), None)
        if known is None:
            raise Divergence(f"The recorded run used no {kind} `{name}`.", expected="nothing", got=f"{kind} {name}")
        if "class" in known:
            raise Answer(kind, name, None, "error", dict(known), "").as_error()
        return known


class _Pool:
    """All answers of a case, each given once; a last one again where all were the same."""

    def __init__(self, answers: list[Asked], node_of: NodeOf) -> None:
        self.answers = answers
        self._node_of = node_of
        self.miss: Miss | None = None
        self.used: set[int] = set()
        self._alike: dict[str, list[int]] = {}
        for at, one in enumerate(answers):
            self._alike.setdefault(_key(one.kind, one.name, one.request), []).append(at)

    def alike(self, kind: str, name: str, request: Json) -> list[int]:
        """The places of all answers to a question; keys stand as `[secret:NAME]` in a record."""
        found = self._alike.get(_key(kind, name, request))
        return found or self._alike.get(_key(kind, name, scrubbed(request, scrub)), [])

    def choose(self, alike: list[int], own: set[int], node: str) -> tuple[int, Mapping[str, Json]] | None:
        """Take one of several answers to a question for a firing of `node`, with its facts; None if there is none."""
        left = [at for at in alike if at not in self.used]
        mine = [at for at in left if at in own]
        same = len({encode([self.answers[at].status, self.answers[at].response]) for at in alike}) == 1
        if not mine and same and not left:
            return alike[-1], FROM_MEMORY
        chosen = next(iter(mine or (left if same else self._free(left, node))), None)
        if chosen is None:
            return None
        self.used.add(chosen)
        return chosen, COSTS_NOTHING

    def _free(self, left: list[int], node: str) -> list[int]:
        """Of the answers left, those that no other node of today's graph waits for."""
        asking = self._node_of(node)
        return [at for at in left if self._node_of(self.answers[at].node) in (None, asking)]

    def refuse(self, node: str, tick: str, kind: str, name: str, request: Json, times: int) -> Miss:
        """Note a question that has no answer."""
        miss = Miss(node, tick, kind, name, request, self._nearest(node, tick, kind, request), times)
        self.miss = self.miss or miss
        return miss

    def _nearest(self, node: str, tick: str, kind: str, request: Json) -> Asked | None:
        wanted = encode(without_model(request))

        def rank(one: Asked) -> tuple[int, bool]:
            return shared_ends(encode(without_model(one.request)), wanted), one.tick == tick

        return max((one for one in self.answers if (one.node, one.kind) == (node, kind)), key=rank, default=None)


class CaseFiring(FiringRecord):
    """What one firing asked when it was recorded; answers come from the whole case."""

    __slots__ = ("_own", "_pool", "store_answers")

    def __init__(self, pool: _Pool) -> None:
        super().__init__()
        self._pool = pool
        self._own: set[int] = set()
        self.store_answers: list[tuple[str, Json]] = []

    @property
    def last(self) -> int:
        """Nothing: a firing may ask less than it did."""
        return 0

    def note(self, at: int, one: Asked) -> None:
        """Note that the answer at this place of the pool was got by this firing."""
        self._own.add(at)
        number = len(self.effects) + 1
        answer = Answer(one.kind, one.name, one.request, one.status, one.response, one.error, COSTS_NOTHING)
        self.effects[number] = answer
        if one.kind == "timeout":
            self.cuts[one.attempt] = number

    def answer(self, node: str, tick: str, n: int, kind: str, name: str, request: Json) -> Answer | None:
        """Return the recorded answer to a question. Raises `Divergence` if it was not recorded."""
        alike = self._pool.alike(kind, name, request)
        chosen = self._pool.choose(alike, self._own, node)
        if chosen is None:
            miss = self._pool.refuse(node, tick, kind, name, request, len(alike))
            raise Divergence(str(miss), expected="", got=f"{kind} {name}")
        at, facts = chosen
        one = self._pool.answers[at]
        return Answer(one.kind, one.name, one.request, one.status, one.response, one.error, facts)

    def store_result(self, node: str, tick: str, n: int, op: str) -> Json:
        """Return what the store answered then to the next operation of this kind."""
        for at, (known, result) in enumerate(self.store_answers):
            if known == op:
                del self.store_answers[at]
                return result
        miss = self._pool.refuse(node, tick, "store", op, {"op": op}, 0)
        raise Divergence(str(miss), expected="nothing", got=op)


def without_model(request: Json) -> Json:
    """Return a request without the name of the model: who is asked is no part of the question."""
    if not isinstance(request, dict):
        return request
    return {key: value for key, value in request.items() if key != "model"}


def _key(kind: str, name: str, request: Json) -> str:
    asked = [kind, "", without_model(request)] if kind in MODEL_KINDS else [kind, name, request]
    return hash_bytes(sorted_encode(asked))
