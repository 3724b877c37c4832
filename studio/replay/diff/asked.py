"""What every firing of a run asked of the outside and did to stores, as short fingerprints that compare quickly.

The model's name and the seed are left out: they are options of the run or params of the node, and told there. So are
token counts and the finish reason, which are facts about the answer, not the answer. A question asked again after it
failed counts once, so a rate limit that passed is no difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.replay.diff.found import Spent
from studio.support.values import Json, content_hash, encode, sorted_encode
from studio.trace.log import CALLS, MODEL_KINDS

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Effect, StoreOp

OF_THE_RUN: Final = ("model", "seed")
"""Parts of a request that follow from the run's options."""

ABOUT_THE_ANSWER: Final = frozenset({
    "model", "finish_reason", "tokens_in", "tokens_out", "cost_usd", "entropy", "token_entropy", "dropped",
})  # fmt: skip

_SHORT = 8
"""Bytes kept of a fingerprint; of a million pairs, one is taken for equal by mistake once in 10^13 comparisons."""


NO_SPENDING: Final = Spent()


@dataclass(slots=True)
class Asked:
    """What one firing asked. `prompts` are fingerprints of what models were told, `requests` of all else that was
    asked, `replies` of all answers; `models` are the models' names."""

    prompts: bytes = b""
    requests: bytes = b""
    replies: bytes = b""
    races: bytes = b""
    """Which wires won."""
    models: tuple[str, ...] = ()
    spent: Spent = NO_SPENDING
    refused: bytes = b""
    """The last request if it failed: asked again, it counts once."""

    def add(self, effect: Effect) -> None:
        """Count one more effect, in the order they were asked."""
        if effect.kind == "race":
            self.races += _short([effect.name, effect.response])
            return
        by_model, is_call = effect.kind in MODEL_KINDS, effect.kind in CALLS
        prompt, rest = asked_for(effect)
        spoken = _short(prompt) if is_call else b""
        request = _short([effect.kind, "" if by_model else effect.name, rest])
        if spoken + request == self.refused:
            self.replies = self.replies[:-_SHORT]
        else:
            self.prompts += spoken
            self.requests += request
        self.replies += _short(reply_of(effect))
        self.refused = b"" if effect.status == "ok" else spoken + request
        if by_model:
            model = model_of(effect)
            self.models = self.models if model in self.models else (*self.models, model)
        free = not is_call or effect.status != "ok"
        cost = 0.0 if effect.cost_usd is None and free else effect.cost_usd
        self.spent = self.spent.plus(Spent(0, int(is_call), effect.tokens_in or 0, effect.tokens_out or 0, cost))


class Stored(NamedTuple):
    """What one firing did to stores: fingerprints of the operations and of their results."""

    ops: bytes = b""
    results: bytes = b""


NOTHING_STORED: Final = Stored()


def asked_by_firing(trace: Trace, run: str) -> dict[int, Asked]:
    """Return what each firing of a run asked; 0 is the run itself. Effects stream by, only fingerprints stay."""
    found: dict[int, Asked] = {}
    for effect in trace.effects(run):
        asked = found.get(effect.firing)
        if asked is None:
            asked = found[effect.firing] = Asked()
        asked.add(effect)
    return found


def asked_of(effects: Iterable[Effect]) -> Asked:
    """Return what the effects of one firing were."""
    asked = Asked()
    for effect in effects:
        asked.add(effect)
    return asked


def stored_by_firing(trace: Trace, run: str) -> dict[int, Stored]:
    """Return what each firing of a run did to stores."""
    found: dict[int, Stored] = {}
    for op in trace.store_ops(run):
        found[op.firing] = _then(found.get(op.firing, NOTHING_STORED), op)
    return found


def stored_of(ops: Iterable[StoreOp]) -> Stored:
    """Return what the store operations of one firing were."""
    made = NOTHING_STORED
    for op in ops:
        made = _then(made, op)
    return made


def model_of(effect: Effect) -> str:
    """Return the name of the model that an effect asked."""
    request = effect.request
    return str((request.get("model") if isinstance(request, dict) else "") or effect.name)


def asked_for(effect: Effect) -> tuple[Json, Json]:
    """Return what an effect asked: the messages or the prompt (None if there are none), and all else that counts."""
    request = effect.request
    if not isinstance(request, dict) or effect.kind not in MODEL_KINDS:
        return None, request
    spoken = request.get("messages", request.get("prompt")) if effect.kind in CALLS else None
    left_out = (*OF_THE_RUN, *(("messages", "prompt") if effect.kind in CALLS else ()))
    return spoken, {key: value for key, value in request.items() if key not in left_out}


def reply_of(effect: Effect) -> Json:
    """Return what an effect was answered, without facts about the answer."""
    if effect.status != "ok":
        return {"status": effect.status, "error": effect.error}
    response = effect.response
    if isinstance(response, dict) and effect.kind in MODEL_KINDS:
        return {key: value for key, value in response.items() if key not in ABOUT_THE_ANSWER}
    return response


def _then(stored: Stored, op: StoreOp) -> Stored:
    name = op.store.rpartition("/")[2]  # what stands before is the region's path, which the firing's own path says
    return Stored(
        content_hash(stored.ops + encode([name, op.op, op.args]))[:_SHORT],
        content_hash(stored.results + encode(op.result))[:_SHORT],
    )


def _short(value: Json) -> bytes:
    return content_hash(sorted_encode(value))[:_SHORT]
