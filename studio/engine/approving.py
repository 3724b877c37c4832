"""A person approves the exact request before it leaves: where untrusted and private texts meet on the way to it.

The question and its answer are an effect of kind `approval`, so that a replay asks nobody.  One request is asked once
in a run, also by many firings and after a resume; a request that differs in a single byte is another one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from studio.engine.effects import call
from studio.engine.firing import RunHalted
from studio.spec.calls import HumanCall, NobodyThere
from studio.support.errors import NodeError
from studio.support.values import Json, hash_bytes, preview, sorted_encode
from studio.trust.seals import is_sealed, seal
from studio.trust.showing import seen, seen_line

if TYPE_CHECKING:
    from studio.engine.context import Context

KIND: Final = "approval"
YES: Final = "yes"
NO: Final = "no"


async def require_yes(context: Context, kind: str, name: str, request: Json) -> None:
    """Return if a person has approved this very request in this run. Raises `NodeError` if the answer was no.

    Where nobody can be asked, the run pauses and can be resumed.
    """
    if _is_older(context):
        return
    asked = {"kind": kind, "name": name, "request": request}
    key = hash_bytes(sorted_encode(asked))

    async def ask() -> tuple[Json, dict[str, Any]]:
        approved = await _answer(context, kind, name, request) == YES
        return {"approved": approved, "seal": seal(_sealed(key, approved))}, {}

    answer = await call(context, KIND, name, {**asked, "hash": key}, ask, once=True)
    approved = isinstance(answer, dict) and answer.get("approved") is True
    if approved and context.engine.recorded is None and not is_sealed(_sealed(key, True), str(answer.get("seal"))):
        raise NodeError(
            f"the record says that {kind} {name} was approved, but not by this profile.",
            hint="Run the graph anew: an approval counts where it was given.",
            code="not_approved",
        )
    if not approved:
        raise NodeError(
            f"a person did not let it send this request ({kind} {name}).",
            hint="What it sends has to be another, or nothing; `on_error` says how the graph goes on.",
            code="not_approved",
        )


async def _answer(context: Context, kind: str, name: str, request: Json) -> str:
    question = HumanCall(_question(context.node, kind, name, request), (NO, YES), None, context.node, context.tick)
    try:
        return await context.engine.human().ask(question)
    except NobodyThere as absence:
        waits = f"`{context.node}` waits for a person to approve what it sends: {kind} {preview(name, 60)}"
        context.engine.pause("human", waits)
        raise RunHalted from absence


def _question(node: str, kind: str, name: str, request: Json) -> str:
    """Show the whole request, every sign of it to be seen."""
    return (
        f"May `{seen_line(node)}` send this out of this machine? A model wrote it, or decided on it, after it had read "
        "both what strangers wrote and what is private.\n"
        f"{seen_line(kind)} {seen_line(name)}\n{seen(json.dumps(request, ensure_ascii=False, indent=2))}"
    )


def _sealed(key: str, approved: bool) -> bytes:
    return f"{KIND} {key} {approved}".encode()


def _is_older(context: Context) -> bool:
    """True in a replay of a firing that was recorded without a question: a replay sends nothing."""
    if context.engine.recorded is None:
        return False
    return all(answer.kind != KIND for answer in context.record.effects.values())
