"""What a run is worth: expressions over its outputs and totals, a graph that judges, or a function.

A score is a finite number, or true or false. What gives anything else gives no score, and the reason is kept: a run
that cannot be scored is told, and never counts as nought.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Final, Literal

from studio.support.errors import UsageError
from studio.support.expressions import Expression, ExpressionError
from studio.support.nearest import near
from studio.support.values import Json, NotJson, preview

Kind = Literal["expression", "judge", "function"]
KINDS: Final[tuple[Kind, ...]] = ("expression", "judge", "function")

SCORE: Final = "score"
"""What the only score is called, and the output of a graph that judges."""

FACTS: Final = (
    "status", "ended", "error", "calls", "tokens", "cost_usd", "firings", "ticks", "seconds", "dynamics",
)  # fmt: skip
"""What is known of every run."""

NAMES: Final = ("outputs", "row", *FACTS)
"""What an expression may name beside the outputs and columns, which they go before."""

SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Score:
    """How one score is found. `said` is the expression, the file of the graph that judges, or `module:name`.

    `own` says that the person asked for it on the command line. `place` is where it stands, for messages.
    """

    name: str
    kind: Kind
    said: str
    own: bool = field(default=False, compare=False)
    place: str = field(default="", compare=False)

    @property
    def is_plain(self) -> bool:
        """True if it needs no name: an expression that is called as one without a name is."""
        return self.kind == "expression" and self.name == SCORE

    def to_json(self) -> Json:
        """Return it as it stands behind its name."""
        return self.said if self.kind == kind_of_name(self.name) else {self.kind: self.said}


def kind_of_name(name: str) -> Kind:
    """Return what a text under a name is: `judge` names a graph, `function` a function, all others an expression."""
    return "judge" if name == "judge" else "function" if name == "function" else "expression"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a run that has ended. `cost_usd` is None where a price is unknown, `dynamics` the class of its
    behaviour, "" where none was told."""

    outputs: Mapping[str, Json] = field(default_factory=dict)
    status: str = "ok"
    ended: str = ""
    error: str = ""
    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0
    firings: int = 0
    ticks: int = 0
    seconds: float = 0.0
    dynamics: str = ""

    @property
    def totals(self) -> dict[str, Json]:
        """What the run did and took, without what it gave."""
        return {name: getattr(self, name) for name in FACTS}

    def names(self, row: Mapping[str, Json]) -> dict[str, Json]:
        """Return what an expression may name: the columns of the row, over them the outputs, over them `NAMES`; in
        this as in the expectations of recorded cases (`cases.judging`)."""
        return {
            **row,
            **self.outputs,
            "outputs": dict(self.outputs),
            "row": dict(row),
            **self.totals,
        }


def outcome_of(told: Mapping[str, Json]) -> Outcome:
    """Return what is known of a run from what its worker tells of it: its result as JSON, with `class` for what its
    behaviour comes to. What is not told is as of a run that did nothing."""
    error = told.get("error")
    return Outcome(
        outputs=told.get("outputs") or {},
        status=str(told.get("status", "")),
        ended=str(told.get("ended", "")),
        error=str(error.get("message", "")) if isinstance(error, Mapping) else str(error or ""),
        calls=told.get("calls", 0),
        tokens=told.get("tokens_in", 0) + told.get("tokens_out", 0),
        cost_usd=told.get("cost_usd"),
        firings=told.get("firings", 0),
        ticks=told.get("ticks", 0),
        seconds=told.get("seconds", 0.0),
        dynamics=str(told.get("class") or ""),
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """One score of one run: a value, or (None) the reason why there is none."""

    name: str
    value: float | bool | None
    reason: str = ""


def scored(name: str, value: object) -> Scored:
    """Return a value as a score, or why it is none. It may be anything: functions of others give what they like."""
    if isinstance(value, bool):
        return Scored(name, value)
    if isinstance(value, Real):  # those of numpy, too
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        return Scored(name, number) if math.isfinite(number) else Scored(name, None, "The result is not finite.")
    try:
        shown = "null" if value is None else f"“{preview(value, SHOWN)}”"
    except NotJson as error:
        shown = str(error)
    return no_score(name, f"The result is neither a number nor true or false, but {shown}.")


def no_score(name: str, reason: str) -> Scored:
    """Return that there is no score, and why, without what no trace could keep (half characters)."""
    return Scored(name, None, reason.encode("utf-8", "replace").decode())


def by_expression(score: Score, outcome: Outcome, row: Mapping[str, Json]) -> Scored:
    """Return what an expression says of a run."""
    try:
        return scored(score.name, Expression.parse(score.said).evaluate(outcome.names(row)))
    except ExpressionError as error:
        return no_score(score.name, error.message if outcome.status == "ok" else _failed(outcome, error.message))


def _failed(outcome: Outcome, message: str) -> str:
    """A run that came to no end lacks outputs: that it failed is the reason, not that a name has no value."""
    why = f": {preview(outcome.error, 200).rstrip('.')}" if outcome.error else ""
    return f"The run is {outcome.status}{why}. ({message})"


# -- before anything runs -------------------------------------------------------------------------


def check_expression(score: Score, outputs: Collection[str], columns: Collection[str]) -> None:
    """Raise UsageError if an expression cannot be read, or names what no run of these outputs and columns has."""
    try:
        expression = Expression.parse(score.said)
    except ExpressionError as error:
        raise UsageError(
            f"`{preview(score.said, SHOWN)}`: {error.message}", where=score.place, hint=error.hint
        ) from None
    known = [*outputs, *columns, *NAMES]
    for name in expression.names:
        if name not in known:
            raise UsageError(
                f"The score `{score.name}` names `{name}`, which is no output, no column and nothing known of a run.",
                where=score.place,
                hint=near(name, known) or f"Outputs: {', '.join(outputs) or 'none'}.",
            )
    for within, there, what in (("row", columns, "column"), ("outputs", outputs, "output")):
        for key in _keys_read(expression.tree, within):
            if key not in there:
                raise UsageError(
                    f"The score `{score.name}` reads `{within}.{key}`, but there is no {what} `{key}`.",
                    where=score.place,
                    hint=near(key, there),
                )


def _keys_read(tree: ast.expr, name: str) -> Iterator[str]:
    """Yield the keys that are read from an object by `name.key` or `name["key"]`."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.value, ast.Name):
            if part.value.id == name:
                if isinstance(part, ast.Attribute):
                    yield part.attr
                elif isinstance(part.slice, ast.Constant) and isinstance(part.slice.value, str):
                    yield part.slice.value
