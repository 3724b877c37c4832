"""Reading checks: what an answer must satisfy, as an expression or as the verdict of another narrow model call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from studio.nodes.llm._forms import label_table
from studio.nodes.llm._rule import Rule
from studio.support.errors import UsageError
from studio.support.expressions import Expression
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.nodes.llm._judge import Judge

CHECK_KEYS = ("name", "expression", "judge", "labels", "pass", "model", "examples", "message")
YES_NO = ("yes", "no")


def read_check(given: Json, number: int) -> Rule | Judge:
    """Return the check a param entry describes. Raises `UsageError` or `ExpressionError` saying what is wrong."""
    if isinstance(given, str):
        return Rule(name=given, expression=Expression.parse(given))
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
        return Rule(name=name, message=message, expression=Expression.parse(given["expression"]))
    return _read_judge(given, name, message)


def _read_judge(given: Mapping[str, Json], name: str, message: str) -> Judge:
    from studio.nodes.llm._judge import Judge  # and with it all that decides: most functions have no judge

    said = given.get("labels") or YES_NO
    labels = label_table(said)
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
    return Judge(
        name=name,
        message=message,
        judge=given["judge"],
        labels=said,
        passing=passing,
        model=str(given.get("model") or ""),
        examples=tuple(examples),
    )


def read_checks(given: Iterable[Json]) -> list[Rule | Judge]:
    """Return all checks of a function."""
    return [read_check(one, number) for number, one in enumerate(given, 1)]
