"""How many model calls one firing of a node can make at most, by what its params allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from studio.engine.plan import NodePlan
from studio.models.names import EMBEDDED
from studio.support.templates import as_text

if TYPE_CHECKING:
    from studio.nodes.llm._params import FunctionParams

CHARS_PER_TOKEN: Final = 4
"""How many characters a token has, roughly: prompts are sized by it, never billed."""
EMBEDDING: Final = ("llm.embed", "retrieve.embedding", "vector.add", "vector.search")
"""Types that use the network to embed texts only."""

FRAME_TOKENS: Final = 20
"""Tokens that roles and forms add to a prompt, roughly."""


Resolve = Callable[[str], str]
"""Gives the full name of a model that params name by its role."""


class Calls(NamedTuple):
    """Calls of one model that one firing can make: how many at most, the tokens of their fixed part and answer.

    `tokens_in` is about the instructions and examples, without what flows in; `tokens_out` None: nothing bounds it.
    """

    model: str
    most: int
    tokens_in: int
    tokens_out: int | None


def calls_of(node: NodePlan, resolve: Resolve) -> Iterator[Calls] | None:
    """Return the calls of a node's firing, engine retries left out; None if nobody can tell (a plugin's own calls)."""
    kind = node.spec.type
    if kind == "llm.function":
        return _function(node.params, resolve)
    if kind == "llm.chat":
        params = node.params
        fixed = _tokens(params.system)
        return iter([Calls(resolve(params.model), 1, fixed, params.max_tokens)])
    if kind == "llm.complete":
        params = node.params
        return iter([Calls(resolve(params.model), params.most_choices, _tokens(params.system), params.max_tokens)])
    if kind == "llm.agent":
        params = node.params
        turns = params.max_turns + (params.on_limit == "answer")
        fixed = _tokens(params.system, params.instructions, params.schema, params.tools)
        return iter([Calls(resolve(params.model), turns, fixed, params.max_tokens)])
    if kind in EMBEDDING or node.role or node.spec.effects != "network":
        return iter(())  # embedding is no model call
    return None


def _function(params: FunctionParams, resolve: Resolve) -> Iterator[Calls]:
    from studio.nodes.llm import _shape

    mode = _shape.mode_of(params)
    models = [params.model, params.fallback] if params.fallback else [params.model]
    attempts = params.repairs + 1
    fixed = _tokens(params.system, params.instructions, params.examples, params.schema, params.labels, params.routes)
    labels = len(_shape.routes_of(params) if mode == "route" else _shape.labels_of(params))
    judges = [one for one in params.checks if isinstance(one, Mapping) and isinstance(one.get("judge"), str)]
    for model in models:
        full = resolve(model)
        if mode not in ("decide", "route"):
            yield Calls(full, attempts, fixed, params.max_tokens)
        elif mode == "decide" or model != params.model:  # the routes are ranked by nearness, without a call
            yield _ranked(params, full, labels, attempts, fixed)
        for judge in judges:
            # A judge that names none of its labels is asked again, as often as an answer may be mended.
            asked = resolve(str(judge.get("model") or params.model))
            known = judge.get("labels")
            among = len(known) if isinstance(known, list | dict) else 2
            once = _weighing(among, 1) if asked.startswith(EMBEDDED) else 1
            size = _tokens(judge.get("judge"), judge.get("examples"))
            yield Calls(asked, attempts * (once + params.repairs), size, _LABEL_TOKENS)


_LABEL_TOKENS: Final = 30
"""Tokens of an answer that is one label, with its form."""


def _ranked(params: FunctionParams, model: str, labels: int, attempts: int, fixed: int) -> Calls:
    """Return the calls that put labels into an order: weighed token by token where that can be, else by votes."""
    from studio.nodes.llm._weighing import MAX_SENTENCES

    votes = params.votes or (3 if params.min_confidence else 1)
    if not model.startswith(EMBEDDED):
        return Calls(model, attempts * votes, fixed, params.max_tokens or _LABEL_TOKENS)
    from studio.nodes.llm._shape import instruction_inputs

    parts = MAX_SENTENCES if params.split_words and len(instruction_inputs(params)) == 1 else 1
    # Weighing is done once; only where no label was offered at all is the model asked in words, once per repair.
    return Calls(model, _weighing(labels, parts) + params.repairs * votes, fixed, _LABEL_TOKENS)


def _weighing(labels: int, parts: int) -> int:
    from studio.nodes.llm._weighing import BLANKS, MAX_DEPTH

    # Labels that begin alike are told apart by what follows: at each further token at most half as many groups.
    each = 1 + (MAX_DEPTH - 1) * (labels // 2)
    return (len(BLANKS) + parts) * each


def _tokens(*texts: Any) -> int:
    chars = sum(len(text if isinstance(text, str) else as_text(text)) for text in texts if text)
    return -(-chars // CHARS_PER_TOKEN) + FRAME_TOKENS
