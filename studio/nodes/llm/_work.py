"""From the params of `llm.function` to its work: the plain function of their mode, and the job that it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.nodes.llm import _shape
from studio.nodes.llm._cap import Cap
from studio.nodes.llm._checks import read_checks
from studio.nodes.llm._job import Job
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._rule import Rule
from studio.spec.plain import Formula, Made
from studio.support.values import Absent, Json

if TYPE_CHECKING:
    from studio.nodes.llm._judge import Judge


class Work(NamedTuple):
    """What a mode does: `function(firing, inputs, job=…)` returns the outputs by port; `job` is its kind of job."""

    function: Callable[..., Awaitable[dict[str, Json | Absent]]]
    job: type[Job]


def work_of(params: FunctionParams) -> Work:
    """Return what these params set going. A mode is imported when it is first used: most graphs use one or two."""
    mode = _shape.mode_of(params)
    if mode == "decide":
        from studio.nodes.llm._decide import DecideJob, decide

        return Work(decide, DecideJob)
    if mode == "route":
        from studio.nodes.llm._route import RouteJob, route_by_embedding, route_or_ask

        return Work(route_or_ask if params.fallback else route_by_embedding, RouteJob)
    if mode == "extract":
        from studio.nodes.llm._extract import ExtractJob, extract

        return Work(extract, ExtractJob)
    from studio.nodes.llm._generate import ObjectJob, TextJob, generate, generate_object

    return Work(generate_object, ObjectJob) if params.schema else Work(generate, TextJob)


def job_of(params: FunctionParams, kind: type[Job]) -> Job:
    """Return the job that runs."""
    given = _given(params, kind) | {"checks": read_checks(params.checks)}
    if params.cost_usd is not None:
        given["cost_usd"] = Cap(params.cost_usd)
    return kind(**given)


def written_job(params: FunctionParams, kind: type[Job]) -> Made:
    """Return the job as a script writes it down: only what differs from the defaults."""
    defaults = {one.name: one.default for one in fields(kind)}
    changed = {
        name: value
        for name, value in _given(params, kind).items()
        if (value or not isinstance(value, list | tuple | dict)) and value != defaults[name]
    }
    if "examples" not in changed:
        changed.pop("optional", None)  # it stands for what an example leaves out
    if params.checks:
        changed["checks"] = [_written_check(check) for check in read_checks(params.checks)]
    if params.cost_usd is not None:
        changed["cost_usd"] = Made(Cap, {"usd": params.cost_usd})
    return Made(kind, changed)


def _given(params: FunctionParams, kind: type[Job]) -> dict[str, Any]:
    given = {**params.as_dict(), "examples": _shape.examples_of(params)}
    return {one.name: given[one.name] for one in fields(kind)}


def _written_check(check: Rule | Judge) -> Made:
    keywords = {
        one.name: getattr(check, one.name)
        for one in fields(check)
        if one.default is MISSING or getattr(check, one.name) != one.default
    }
    if isinstance(check, Rule):
        keywords["expression"] = Formula(check.expression.text)
    return Made(type(check), keywords)
