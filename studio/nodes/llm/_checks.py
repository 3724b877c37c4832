"""Checks: what an answer must satisfy, as an expression or as the verdict of another narrow model call.

An expression sees every output and every input by name; where both have a name, it means the output.  `inputs` and
`outputs` are objects that hold them apart: `len(inputs.text)`.  Expressions are tried first, judges only if all
expressions hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._prompting import example_pairs
from studio.nodes.llm._settle import Fault, Try
from studio.nodes.llm._shape import label_table
from studio.support.errors import NodeError, UsageError
from studio.support.expressions import Expression, ExpressionError
from studio.support.templates import placeholders, render
from studio.support.values import Absent, Json, preview

CHECK_KEYS = ("name", "expression", "judge", "labels", "pass", "model", "examples", "message")
YES_NO = ("yes", "no")


class Check(NamedTuple):
    """One named check. Either `expression` or `judge` is set; `passing` are the judge's labels that let it pass."""

    name: str
    message: str = ""
    expression: Expression | None = None
    judge: str = ""
    labels: Mapping[str, str] | None = None
    passing: tuple[str, ...] = ()
    model: str = ""
    examples: tuple[Mapping[str, Json], ...] = ()


def read_check(given: Json, number: int) -> Check:
    """Return the check a param entry describes. Raises `UsageError` or `ExpressionError` saying what is wrong."""
    if isinstance(given, str):
        return Check(name=given, expression=Expression.parse(given))
    if not isinstance(given, Mapping):
        raise UsageError(f"Check {number} must be an expression or an object with `expression` or `judge`.")
    name = str(given.get("name") or given.get("expression") or f"check {number}")
    unknown = next((key for key in given if key not in CHECK_KEYS), None)
    if unknown is not None:
        raise UsageError(f"Check `{name}` has an unknown key `{unknown}`.", hint=f"Keys: {', '.join(CHECK_KEYS)}.")
    if ("expression" in given) == ("judge" in given):
        raise UsageError(f"Check `{name}` needs either `expression` or `judge`.")
    message = given.get("message", "")
    if not isinstance(message, str):
        raise UsageError(f"The message of check `{name}` must be text.")
    if "expression" in given:
        if not isinstance(given["expression"], str):
            raise UsageError(f"The expression of check `{name}` must be text.", hint="Put it in quotes.")
        return Check(name=name, message=message, expression=Expression.parse(given["expression"]))
    return _read_judge(given, name, message)


def _read_judge(given: Mapping[str, Json], name: str, message: str) -> Check:
    labels = label_table(given.get("labels") or list(YES_NO))
    wanted = given.get("pass", next(iter(labels), ""))
    passing = tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,)
    examples = given.get("examples") or ()
    if not isinstance(given["judge"], str) or not given["judge"].strip():
        raise UsageError(f"The judge of check `{name}` must be an instruction.")
    if len(labels) < 2:
        raise UsageError(f"The judge of check `{name}` needs at least two labels.")
    for label in passing:
        if label not in labels:
            raise UsageError(f"Check `{name}` passes on `{label}`, which is none of its labels.")
    if len(set(passing)) == len(labels):
        raise UsageError(f"Check `{name}` passes on every label, so it checks nothing.")
    if not isinstance(examples, list | tuple) or not all(
        isinstance(one, Mapping) and one.get("output") in labels for one in examples
    ):
        raise UsageError(f"Each example of check `{name}` needs an `output` that is one of its labels.")
    return Check(
        name=name,
        message=message,
        judge=given["judge"],
        labels=labels,
        passing=passing,
        model=str(given.get("model") or ""),
        examples=tuple(examples),
    )


def read_checks(given: Iterable[Json]) -> list[Check]:
    """Return all checks of a function."""
    return [read_check(one, number) for number, one in enumerate(given, 1)]


async def faults_of(
    checks: Sequence[Check],
    asker: Asker,
    params: FunctionParams,
    inputs: Mapping[str, Json],
    outputs: Mapping[str, Any],
) -> list[Fault]:
    """Return the checks that these outputs violate. An absent output is null to a check."""
    found = {name: None if isinstance(value, Absent) else value for name, value in outputs.items()}
    values = {**inputs, **found, "inputs": dict(inputs), "outputs": found}
    faults = [fault for check in checks if check.expression and (fault := _by_expression(check, values))]
    if faults:
        return faults
    for check in checks:
        if check.judge and (fault := await _by_judge(check, asker, params, values)):
            faults.append(fault)
    return faults


def _by_expression(check: Check, values: Mapping[str, Json]) -> Fault | None:
    assert check.expression is not None
    try:
        if check.expression.evaluate(values):
            return None
    except ExpressionError as error:
        # A check that cannot be computed on this answer (a property is missing, of another type) is not kept.
        if not check.message:
            return Fault(check.name, f"`{check.expression.text}` cannot be computed: {error.message}")
    return Fault(check.name, _message(check, values) or f"This must be true: {check.expression.text}.")


async def _by_judge(check: Check, asker: Asker, params: FunctionParams, values: Mapping[str, Json]) -> Fault | None:
    from studio.nodes.llm._decide import Question, drafts, rank

    assert check.labels is not None
    question = Question(
        instructions=check.judge,
        values={name: values[name] for name in placeholders(check.judge)},
        labels=check.labels,
        examples=example_pairs(check.examples, {}),
        split_words=0,
    )
    asked = check.model or params.model
    faults: tuple[Fault, ...] = ()
    said = ""
    for round in range(params.repairs + 1):
        draft = drafts(await rank(asker, question, Try(asked, round, faults, said)), check.labels)[0]
        if not draft.faults:
            label = draft.outputs["label"]
            asker.ctx.log("judged", {"check": check.name, "label": label, "confidence": draft.outputs["confidence"]})
            if label in check.passing:
                return None
            return Fault(check.name, _message(check, values) or f"{check.name}: the judge says {label}.")
        faults, said = tuple(draft.faults), draft.said
    raise NodeError(
        f"Check `{check.name}` could not be judged: {asked} named none of the labels {', '.join(check.labels)}"
        f" and said “{preview(said, 100)}”.",
        hint="Give the judge examples, or another `model`.",
        code="judge",
    )


def _message(check: Check, values: Mapping[str, Json]) -> str:
    try:
        return render(check.message, values)
    except UsageError:
        return check.message  # a name in it has no value in this answer
