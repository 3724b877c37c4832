"""Asking real models anew for what tests recorded: asked for first, done beside the window, written if it worked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QMessageBox

from studio.gui.base.beside import beside
from studio.gui.dialogs.ask import ask
from studio.models.names import EMBEDDED, is_scripted
from studio.support.pieces import plural
from studio.support.values import encode
from studio.trace.log import MODEL_KINDS

if TYPE_CHECKING:
    from studio.cases.case import Case
    from studio.cases.reading import CasesFile
    from studio.gui.panels.tests.panel import TestsPanel
    from studio.gui.panels.tests.suites import Suite
    from studio.support.errors import StudioError

RENEW: Final = "Ask Anew"

BYTES_A_TOKEN: Final = 4
"""A rule of thumb for English text; recordings leave the real number out where nothing depends on it."""


def ask_renew(panel: TestsPanel, names: list[str]) -> QMessageBox | None:
    """Ask whether tests shall be recorded anew, with what that takes; then do it."""
    suite = panel.bench.suite
    if suite is None or suite.file is None:
        return None
    cases = [suite.file.cases[name] for name in names if name in suite.file.cases]
    if not cases:
        return None
    model = str(panel.workbench.settings["models.default"])
    what = f"`{cases[0].name}`" if len(cases) == 1 else plural(len(cases), "test")
    return ask(
        panel.window(), "Renew", f"Ask {model} anew for what {what} recorded?",
        [(RENEW, QMessageBox.ButtonRole.AcceptRole), ("Cancel", QMessageBox.ButtonRole.RejectRole)],
        lambda answer: renew(panel, suite, cases) if answer == RENEW else None,
        detail=told_cost(cases, model), name="tests.renew",
    )  # fmt: skip


def told_cost(cases: list[Case], model: str) -> str:
    """Return what renewing takes, as far as it can be told beforehand."""
    asked = [one for case in cases for one in case.recorded.answers if one.kind in MODEL_KINDS]
    if asked:
        size = sum(len(encode([one.request, one.response])) for one in asked)
        amount = f"{plural(len(asked), 'question')} were asked then" if len(asked) > 1 else "1 question was asked then"
        tokens = f"{amount}, of about {max(1, size // BYTES_A_TOKEN):,} tokens with replies."
    else:
        tokens = "No question to a model was recorded; today's graph may ask some."
    if model.startswith(EMBEDDED):
        cost = "The model runs on this machine: it costs time, but no money."
    elif is_scripted(model):
        cost = "The model's answers are given beforehand: it costs nothing."
    else:
        cost = f"{model} is asked over the network, at its price."
    return (
        f"{tokens} {cost} The new answers and outputs take the place of the old ones in the file; "
        "what is expected stays as it is written."
    )


def renew(panel: TestsPanel, suite: Suite, cases: list[Case]) -> None:
    """Record cases anew, one after the other, and write each that worked; a refusal is told and ends it, and so does
    stopping the tests."""
    workbench, bench = panel.workbench, panel.bench
    play = bench.begin(suite, [case.name for case in cases])
    if play is None:
        return
    model = str(workbench.settings["models.default"])
    graph, db = suite.where.load(), Path(workbench.part("live").trace_file())
    where, registry = suite.where, workbench.registry_at(suite.where.graph.parent)
    workbench.say(f"Asking {model} anew for {plural(len(cases), 'test')} …")

    def work() -> CasesFile:
        from studio.cases.adding import repeats_short
        from studio.cases.reading import read_tests
        from studio.cases.renewing import record
        from studio.cases.taking import recorded_graph
        from studio.cases.writing import record_again
        from studio.graph.model import Graph
        from studio.trace import Trace

        today = graph or Graph.load(where.graph)
        for case in cases:
            bench.tell(play, case.name)
            made = record(case, today, model=None, embedder=None, db=db, registry=registry, stop=play.stop)
            with Trace(db) as trace:
                then = recorded_graph(trace, made.recorded.run)
            short = repeats_short(made, then, where.tests.parent, registry=registry)
            record_again(read_tests(where.tests), made, short=short)
        return read_tests(where.tests)

    def done(found: CasesFile) -> None:
        bench.end(play)
        bench.took(suite, found)
        workbench.say(f"{plural(len(cases), 'test')} recorded anew.")
        if bench.suite is suite:
            bench.run([case.name for case in cases])

    def refused(error: StudioError) -> None:
        bench.end(play)
        bench.read()  # those before it are written
        if play.stop.is_set:
            workbench.say(f"Stopped: {play.done} of {len(cases)} tests were recorded anew.")
        else:
            workbench.fail(error)

    play.thread = beside(panel, work, done, refused)
