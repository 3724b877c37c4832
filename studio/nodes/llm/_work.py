"""From the params of `llm.function` to its work: the plain function of their mode, and the job that it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, Protocol

from studio.nodes.llm import _shape
from studio.nodes.llm._checks import read_checks
from studio.nodes.llm._job import Job
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._rule import Rule
from studio.spec.context import RunContext
from studio.spec.plain import Formula, Made
from studio.support.values import Absent, Json

if TYPE_CHECKING:
    from studio.nodes.llm._judge import Judge


class ModeFunction(Protocol):
    """What does the work of a mode: one firing, from inputs to outputs."""

    def __call__(
        self, firing: RunContext, inputs: Mapping[str, Json], *, job: Job
    ) -> Awaitable[dict[str, Json | Absent]]: ...


def mode_function(params: FunctionParams) -> ModeFunction:
    """Return what does the work. A mode's module is imported when it is first used: most graphs use one or two."""
    mode = _shape.mode_of(params)
    if mode == "decide":
        from studio.nodes.llm._decide import decide

        return decide
    if mode == "route":
        from studio.nodes.llm._route import route_by_embedding, route_or_ask

        return route_or_ask if params.fallback else route_by_embedding
    if mode == "extract":
        from studio.nodes.llm._extract import extract

        return extract
    from studio.nodes.llm._generate import generate, generate_object

    return generate_object if params.schema else generate


def job_of(params: FunctionParams) -> Job:
    """Return the job that runs."""
    return Job(**_changed(params), checks=read_checks(params.checks))


def written_job(params: FunctionParams) -> Made:
    """Return the job as a script writes it down: only what differs from the defaults."""
    changed = _changed(params)
    if params.checks:
        changed["checks"] = [_written_check(check) for check in read_checks(params.checks)]
    return Made(Job, changed)


def _changed(params: FunctionParams) -> dict[str, Any]:
    """Return the params but for checks that differ from the defaults of a job."""
    given = {**params.as_dict(), "examples": _shape.examples_of(params)}
    return {
        one.name: given[one.name]
        for one in fields(Job)
        if one.name != "checks" and not _is_default(given[one.name], one.default)
    }


def _is_default(value: Any, default: Any) -> bool:
    return value == {} if default is MISSING else not value if default == () else value == default


def _written_check(check: Rule | Judge) -> Made:
    keywords = {
        one.name: getattr(check, one.name)
        for one in fields(check)
        if one.default is MISSING or getattr(check, one.name) != one.default
    }
    if isinstance(check, Rule):
        keywords["expression"] = Formula(check.expression.text)
    return Made(type(check), keywords)
