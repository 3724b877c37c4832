"""What a firing asked models, told in rounds: an answer, the checks it kept and violated, the answer after that.

Which checks were violated stands in the trace, as notes that the node left between its calls; which were kept follows
from it, as all expressions are tried on each answer, and judges are asked if all of them hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.support.values import Json
from studio.trace.log import CALLS, MODEL_KINDS

if TYPE_CHECKING:
    from studio.nodes.llm._judge import Judge
    from studio.nodes.llm._params import FunctionParams
    from studio.nodes.llm._rule import Rule
    from studio.spec.fields import Fields
    from studio.trace.found import Effect

PASSED, VIOLATED, UNREACHED = "passed", "violated", "not reached"

ANSWER, JUDGE, BLANK, OTHER = "answer", "judge", "blank", "other"
"""What a call was for: the node's own answer, a judge check, an input without content (how much the model likes each
label), anything else."""

FORM: Final = {
    "not_empty": "is not empty",
    "complete": "is not cut off",
    "json": "is JSON",
    "schema": "fits the schema",
    "labels": "is one of the labels",
    "spans": "is copied from the inputs",
}
"""Rules of form that a node holds every answer to; if one is broken no check is tried."""


class Verdict(NamedTuple):
    """One check of one answer. `state`: passed, violated or not reached; `message` says what was broken; `judged` is
    the label that a judge gave, with its confidence (None: not known)."""

    check: str
    state: str
    message: str = ""
    judged: str = ""
    confidence: float | None = None


class Call(NamedTuple):
    """One question and what it was for; `judge` names the check it was asked for."""

    effect: Effect
    purpose: str = OTHER
    judge: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One answer: the calls that made it, the verdicts on it, and what came of it (`after`, a sentence; "" if it was
    taken). `again` says that no model was asked: the next surest label was taken. Rounds count within an attempt."""

    attempt: int
    number: int
    calls: tuple[Call, ...]
    verdicts: tuple[Verdict, ...] = ()
    after: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """All that a firing asked. `notes` are other remarks it left in the trace."""

    rounds: tuple[Round, ...] = ()
    notes: tuple[Effect, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    """How sure each label is, if the node chose among labels."""

    def calls(self) -> Iterator[Call]:
        """Yield all calls, in the order they were made."""
        for one in self.rounds:
            yield from one.calls


def asking_of(
    effects: Sequence[Effect], status: str, params: Fields | None = None, outputs: Mapping[str, Json] | None = None
) -> Asking:
    """Return what a firing asked. `status` is the firing's; `params` are its node's, None if they are not known."""
    function = _function(params)
    checks = [] if function is None else _checks(function)
    rounds: list[Round] = []
    notes: list[Effect] = []
    calls: list[Effect] = []
    judged: dict[str, tuple[str, float | None]] = {}
    attempt, number = (effects[0].attempt if effects else 1), 0

    def close(verdicts: Sequence[Verdict], after: str) -> None:
        nonlocal number
        number += 1
        made = tuple(_call(effect, function, checks) for effect in calls)
        rounds.append(Round(attempt, number, made, tuple(verdicts), after, not made and number > 1))
        calls.clear()
        judged.clear()

    for effect in effects:
        if effect.attempt != attempt:
            if calls:
                close((), "This attempt failed; the node was tried again.")
            attempt, number = effect.attempt, 0
        if effect.kind != "log":
            calls.append(effect)
        elif effect.name == "violated" and isinstance(effect.request, dict):
            close(_violated(effect.request, checks, judged), "")
        elif effect.name == "fallback" and isinstance(effect.request, dict):
            told = f"Went over to {effect.request.get('to', '')}: {effect.request.get('because', '')}"
            if calls:
                close(_passed(checks, judged, function) if "confidence" in told else (), told)
            elif rounds:
                rounds[-1] = replace(rounds[-1], after=told)
        elif effect.name == "judged" and isinstance(effect.request, dict):
            sure = effect.request.get("confidence")
            known = float(sure) if isinstance(sure, int | float) else None
            judged[str(effect.request.get("check"))] = (str(effect.request.get("label")), known)
        else:
            notes.append(effect)
    if calls or (rounds and status == "ok" and any(v.state == VIOLATED for v in rounds[-1].verdicts)):
        close(_passed(checks, judged, function) if status == "ok" else (), "")
    scores = (outputs or {}).get("scores")
    labels = scores.items() if isinstance(scores, dict) and function is not None else ()
    sure_of = {str(label): float(value) for label, value in labels if isinstance(value, int | float)}
    return Asking(tuple(rounds), tuple(notes), sure_of)


# -- verdicts -------------------------------------------------------------------------------------


def _violated(
    told: Mapping[str, Json], checks: Sequence[Rule | Judge], judged: Mapping[str, tuple[str, float | None]]
) -> list[Verdict]:
    given = told.get("faults")
    noted = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    faults = {str(one.get("check")): str(one.get("message", "")) for one in noted}
    declared = {check.name: check for check in checks}
    broken_form = [name for name in faults if name not in declared]
    by_expression = any(name in faults and not check.asks_a_model for name, check in declared.items())
    made = [Verdict(name, VIOLATED, faults[name]) for name in broken_form]
    for name, check in declared.items():
        label, sure = judged.get(name, ("", None))
        if name in faults:
            made.append(Verdict(name, VIOLATED, faults[name], label, sure))
        elif broken_form or (check.asks_a_model and by_expression):
            made.append(Verdict(name, UNREACHED))
        else:
            made.append(Verdict(name, PASSED, "", label, sure))
    return made


def _passed(
    checks: Sequence[Rule | Judge], judged: Mapping[str, tuple[str, float | None]], function: FunctionParams | None
) -> list[Verdict]:
    if function is None:
        return []
    return [Verdict(name, PASSED) for name in _form_of(function)] + [
        Verdict(check.name, PASSED, "", *judged.get(check.name, ("", None))) for check in checks
    ]


def _form_of(function: FunctionParams) -> tuple[str, ...]:
    from studio.nodes.llm._shape import mode_of

    mode = mode_of(function)
    if mode in ("decide", "route"):
        return ("labels",)
    if mode == "extract":
        return ("json", "schema", "spans")
    if function.schema:
        return ("json", "schema")
    return tuple(
        name for name, allowed in (("not_empty", function.allow_empty), ("complete", function.allow_cut)) if not allowed
    )


# -- what a call was for --------------------------------------------------------------------------


def _call(effect: Effect, function: FunctionParams | None, checks: Sequence[Rule | Judge]) -> Call:
    if effect.kind not in MODEL_KINDS or function is None:
        return Call(effect, ANSWER if effect.kind in CALLS else OTHER)
    from studio.nodes.llm._judge import Judge

    text = last_text(effect)
    judge = next((check.name for check in checks if isinstance(check, Judge) and _longest(check.judge) in text), "")
    if judge and _longest(function.instructions) not in text:
        return Call(effect, JUDGE, judge)
    if effect.kind == "complete" and _is_blank(text):
        return Call(effect, BLANK)
    return Call(effect, ANSWER if effect.kind in CALLS else OTHER)


def last_text(effect: Effect) -> str:
    """Return the text that a call ends with: the prompt, or the last message."""
    request = effect.request
    if not isinstance(request, dict):
        return ""
    if isinstance(request.get("prompt"), str):
        return str(request["prompt"])
    messages = request.get("messages")
    last = messages[-1].get("content") if isinstance(messages, list) and messages else ""
    return last if isinstance(last, str) else ""


def _is_blank(prompt: str) -> bool:
    from studio.nodes.llm._weighing import BLANKS

    # What follows `Answer:` is the part of a label that was asked on.
    asked = prompt.rpartition("\nText:")[2].partition("\nAnswer:")[0].strip()
    return asked in {blank.strip() for blank in BLANKS}


def _longest(template: str) -> str:
    """The longest piece of a template that stands in every text made of it."""
    import re

    pieces = re.split(r"\{[^{}]*\}|\s+\n|\n|[\s:]+(?=\{)", template)
    return max((piece.strip() for piece in pieces), key=len, default="")


# -- params ---------------------------------------------------------------------------------------


def _function(params: Fields | None) -> FunctionParams | None:
    from studio.nodes.llm._params import FunctionParams

    return params if isinstance(params, FunctionParams) else None


def _checks(function: FunctionParams) -> list[Rule | Judge]:
    from studio.nodes.llm._checks import read_check
    from studio.support.errors import StudioError

    found = []
    for number, given in enumerate(function.checks, 1):
        try:
            found.append(read_check(given, number))
        except StudioError:  # the graph ran with it under another version; what was violated is told all the same
            continue
    return found
