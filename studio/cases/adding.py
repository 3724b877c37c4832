"""A case of a recorded run, from taking it to the tests file: what `studio test --add` and the window do.

Nothing is written before the case was played over the graph it was recorded with and repeated what was recorded: what
does not is no test, whatever it is expected of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cases.case import Case, Expectation
from studio.cases.keeping import Keeper, Kept
from studio.cases.reading import database_of, read_cases
from studio.cases.taking import recorded_graph, take_firing, take_run
from studio.cases.trying import repeats
from studio.cases.writing import added_text, case_lines, first_text, require_no_blobs
from studio.graph.model import Graph
from studio.graph.names import name_problem
from studio.spec.registry import Registry
from studio.support.errors import UsageError
from studio.support.expressions import Expression
from studio.trace.log import MODEL_KINDS

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Run

MANY_LINES = 400
"""A case longer than this is hard to review."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A case as a run gave it, the graph it was recorded with, and whether its short form repeats what was recorded."""

    case: Case
    graph: Graph
    short: bool


@dataclass(frozen=True, slots=True)
class Size:
    """What a case keeps: inputs, questions to models and what else was asked, answers of stores, lines and bytes of
    its text, and bytes that lie in the database beside it."""

    inputs: int
    calls: int
    others: int
    stores: int
    lines: int
    bytes: int
    aside: int


def graph_file(run: Run, db: Path) -> Path | None:
    """Return today's file of the graph that a run executed, None if it is not where it was. A run that was recorded
    with an example (`NAME.run.db`) is of the graph beside it."""
    beside = db.with_name(db.name.removesuffix(".run.db") + ".yaml")
    if db.name.endswith(".run.db") and beside.is_file():
        return beside
    return Path(run.file) if run.file and Path(run.file).is_file() else None


def take(
    trace: Trace, run: str, node: str = "", tick: str = "", name: str = "", *, firing: int = 0,
    base: Path | None = None, registry: Registry | None = None,
) -> Taken:  # fmt: skip
    """Take a run, or one firing of it, as a case, and play it once to see that it repeats what was recorded.

    `firing` is its id, for where there are several of a node at a tick. `base` is where today's graph stands: files
    that it names are looked for there. Raises UsageError for what cannot be a case: it says why.
    """
    if node:
        case = take_firing(trace, run, node, tick, name, firing=firing, registry=registry)
    else:
        case = take_run(trace, run, name, registry=registry)
    require_no_blobs(case)
    then = recorded_graph(trace, run)
    then.base = base
    return Taken(case, then, repeats_short(case, then, base or Path(), registry=registry))


def expecting(case: Case, expect: Sequence[str], equal: bool | Sequence[str], *, name: str, about: str = "") -> Case:
    """Return the case by another name and with these expectations.

    Raises UsageError for a name that cannot be one, an output that was not recorded, or if nothing is expected at all;
    ExpressionError for an expression that cannot be read.
    """
    if problem := name_problem(name):
        raise UsageError(f"`{name}` cannot name a case: {problem}.")
    for text in expect:
        Expression.parse(text)
    for port in equal if not isinstance(equal, bool) else ():
        if port not in case.recorded.outputs:
            known = ", ".join(f"`{one}`" for one in case.recorded.outputs)
            raise UsageError(f"`{port}` is no output that was recorded.", hint=f"There are {known or 'none'}.")
    if not expect and not equal:
        raise UsageError("Nothing is expected, so the test could not fail.", hint="Keep an output or write a check.")
    if not expect and equal is True and not case.recorded.outputs and case.recorded.status == "ok":
        raise UsageError("It gave no output that could be kept, so the test could not fail.", hint="Write a check.")
    kept = equal if isinstance(equal, bool) else list(equal)
    return replace(case, name=name, about=about, equal=kept, expect=[Expectation(text) for text in expect])


def size_of(case: Case, *, short: bool) -> Size:
    """Return what a case keeps."""
    keeper = Keeper()
    lines = case_lines(case, keeper, short=short)
    calls = sum(one.kind in MODEL_KINDS for one in case.recorded.answers)
    return Size(
        inputs=len(case.inputs),
        calls=calls,
        others=len(case.recorded.answers) - calls,
        stores=len(case.recorded.stores),
        lines=sum(line.count("\n") + 1 for line in lines),
        bytes=sum(len(line.encode()) + 1 for line in lines),
        aside=sum(map(len, keeper.values.values())),
    )


def suggested_name(case: Case, graph: str, taken: Collection[str]) -> str:
    """Return a name for a case that is free: the node's and the tick's, or the graph's."""
    node, _, tick = case.name.partition(" at ")
    words = f"{node.replace('/', '_')}_at_{tick.replace('.', '_')}" if case.node else f"{graph}_run"
    stem = re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_") or "case"
    stem = f"_{stem}" if stem[0].isdigit() else stem
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def preview(tests: Path | None, case: Case, *, short: bool, replace: bool = False) -> tuple[str, str]:
    """Return the text of a tests file (None: of a new one) before and after a case is put into it; nothing is written.

    Raises as `writing.add_case` does.
    """
    if tests is None:
        return "", first_text(case, Keeper(), short=short)
    found, text, _ = added_text(tests, case, short=short, replace=replace)
    return found.text, text


def repeats_short(case: Case, then: Graph, base: Path, *, registry: Registry | None = None) -> bool:
    """Whether a case repeats what was recorded in its short form, read back as it will stand in the file.

    `then` is the graph it was recorded with. Raises UsageError if it does not even in full: something decides about it
    that is not recorded.
    """
    whole = replace(case, name="case", equal=True, expect=[])  # outputs that the file will leave out are compared, too
    if not whole.recorded.outputs and whole.recorded.status == "ok":
        return True
    tests = base / "case.tests.yaml"
    differs = None
    for short in (True, False):
        keeper = Keeper()
        text = first_text(whole, keeper, short=short)
        read = read_cases(text, tests, Kept(database_of(tests), keeper.values)).cases[whole.name]
        differs = repeats(read, then, registry=registry)
        if differs is None:
            return short
    assert differs is not None
    what = f"`{case.node}` alone does" if case.node else "The run does"
    raise UsageError(
        f"{what} not repeat what was recorded, so it is no test: {differs.message}",
        hint="Does it draw random numbers, or use code that has changed? Take the whole run." if case.node else "",
    )
