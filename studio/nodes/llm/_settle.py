"""Answer, check, answer again: the loop that all modes share.

A mode supplies `attempt`: one try by one model, told the rules broken so far and the last answer.  The loop runs
the checks, shows the model what it violated, goes on to the fallback, and fails naming the violated check.

A check sees every output and every input by name; where both have a name, it means the output.  `inputs` and
`outputs` are objects that hold them apart: `len(inputs.text)`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._job import Fault, Job
from studio.support.errors import ModelError, NodeError
from studio.support.values import Absent, Json, preview

FALLBACK_ERRORS = frozenset({"rate_limit", "timeout", "server", "malformed", "context_window"})
"""Kinds of failed calls after which another model may do better; others (no key, no script) need a person."""


@dataclass(slots=True)
class Draft:
    """One try: output values by port, what the model said, and the faults seen while reading it.

    `more` is False where another try by the same model would say the same.
    """

    outputs: dict[str, Any]
    said: str
    faults: list[Fault] = field(default_factory=list)
    more: bool = True


class Try(NamedTuple):
    """What one attempt is told: the model, which round this is, and of the last answer its text and its faults.

    `earlier` are rules that answers before the last one broke, lest mending one breaks another again.
    """

    model: str
    round: int
    faults: tuple[Fault, ...] = ()
    said: str = ""
    earlier: tuple[Fault, ...] = ()


async def settle(
    asker: Asker,
    job: Job,
    inputs: Mapping[str, Json],
    attempt: Callable[[Try], Awaitable[Draft]],
    content: Callable[[Draft], bool] = lambda draft: True,
) -> Draft:
    """Return the first draft without a fault.

    `content` False on a faultless draft asks the fallback too, if there is one. Raises `NodeError` naming the violated
    check when no model is left.
    """
    models = [job.model, job.fallback] if job.fallback else [job.model]
    failed: Draft | None = None
    tries = 0
    for model in models:
        last = model == models[-1]
        told = Try(model, 0)
        broken: dict[str, Fault] = {}
        for round in range(job.repairs + 1):
            try:
                draft = await attempt(told)
                tries += 1
                draft.faults = draft.faults or await faults_of(asker, job, inputs, draft.outputs)
            except ModelError as error:
                if last or error.kind not in FALLBACK_ERRORS:
                    raise
                asker.ctx.log("fallback", {"from": model, "to": models[-1], "because": str(error)})
                break
            if not draft.faults:
                if last or content(draft):
                    return draft
                asker.ctx.log("fallback", {"from": model, "to": models[-1], "because": "confidence is too low"})
                break
            failed = draft
            asker.ctx.log(
                "violated",
                {"model": model, "round": round, "faults": [fault._asdict() for fault in draft.faults]},
            )
            if not draft.more:
                break
            now = {fault.check: fault for fault in draft.faults}
            earlier = tuple(fault for name, fault in broken.items() if name not in now)
            told = Try(model, round + 1, tuple(draft.faults), draft.said, earlier)
            broken |= now
    assert failed is not None  # the last model either returned, raised, or left a faulty draft
    raise _violated(failed, tries, job)


async def faults_of(
    asker: Asker, job: Job, inputs: Mapping[str, Json], outputs: Mapping[str, Json | Absent]
) -> list[Fault]:
    """Return the checks that these outputs violate: those that ask a model only if all others are kept.

    An absent output is null to a check.
    """
    found = {name: None if isinstance(value, Absent) else value for name, value in outputs.items()}
    values = {**inputs, **found, "inputs": dict(inputs), "outputs": found}
    for asking in (False, True):
        checks = [check for check in job.checks if check.asks_a_model is asking]
        faults = [fault for check in checks if (fault := await check.fault(asker, job, values))]
        if faults:
            return faults
    return []


def _violated(draft: Draft, tries: int, job: Job) -> NodeError:
    fault, *others = draft.faults
    after = "its only answer" if tries == 1 else f"{tries} answers"
    names = [name for name in dict.fromkeys(other.check for other in others) if name != fault.check]
    also = f" Also violated: {', '.join(f'`{name}`' for name in names)}." if names else ""
    steps = ["give an example that keeps it", "loosen the check"]
    steps.append("raise `repairs`" if job.fallback else "name a stronger `fallback` model")
    return NodeError(
        f"Check `{fault.check}` is violated after {after}: {fault.message.rstrip('.')}."
        f" The answer was “{preview(draft.said, 200)}”.{also}",
        hint=f"{steps[0].capitalize()}, {steps[1]}, or {steps[2]}.",
        code="check",
    )
