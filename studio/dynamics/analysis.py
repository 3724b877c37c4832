"""Judges a recorded run: the same words as a live watch would have said, with the measures at its end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from studio.dynamics.detecting.deciding import decide
from studio.dynamics.detecting.playing import feed, play
from studio.dynamics.detecting.step import Step
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Run
from studio.dynamics.measuring.findings import findings
from studio.dynamics.settings import DEFAULTS, Settings
from studio.dynamics.verdict import Verdict
from studio.dynamics.words.reader import Reader
from studio.dynamics.words.symbols import Embedder

LIMITS: Final = """\
- The thresholds were set on synthetic runs, which are cleaner than real ones.
- Endless reading and honest research look alike until something is written, closed or reused.
- A circle through an outside world that changes is not visible from texts.
- A counter can rise without progress.
- Languages other than English need their own list of common words; without one, unknown words count as common, and
  wandering is recognised less well.
"""
"""What the analysis cannot see (dynamics notes, section 9); help quotes it."""


def analyse(
    run: Run, settings: Settings = DEFAULTS, *, reader: Reader | None = None, embedder: Embedder | None = None
) -> Verdict:
    """Return the verdict of a run; the same run and settings give the same bytes."""
    with _uncollected():
        return _judged(
            run, Watch(run.modules, run.root_goal, settings, size=run.size, reader=reader, embedder=embedder)
        )


def _judged(run: Run, watch: Watch) -> Verdict:
    """Play a run and judge it; the watch goes before the collector, which would look through all that it holds."""
    feed(watch, run)
    return judge(watch, run.id)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from going through all that a long run remembers, again and again.

    Next to nothing that an analysis makes refers back to itself; looking for that takes about a sixth of the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def steps(
    run: Run, settings: Settings = DEFAULTS, *, reader: Reader | None = None, embedder: Embedder | None = None
) -> Iterator[Step]:
    """Yield each firing of a run as the detectors see it: what pictures and measures are made of."""
    watch = Watch(run.modules, run.root_goal, settings, size=run.size, reader=reader, embedder=embedder)
    return (step for step, _ in play(watch, run))


def judge(watch: Watch, id_: str = "") -> Verdict:
    """Return the verdict of what a watch has seen so far."""
    kind, confidence, evidence = decide(watch)
    return Verdict(
        id=id_,
        kind=kind,
        confidence=confidence,
        period=watch.circle.period if kind == "circle" else None,
        evidence=evidence,
        alarms=tuple(watch.alarms),
        findings=findings(watch),
        metrics=_counts(watch),
    )


def _counts(watch: Watch) -> dict[str, object]:
    """Return the plain counts of a run."""
    terms = watch.terms
    return {
        "firings": watch.firings,
        "contentful": watch.contentful,
        "failed": watch.failures,
        "distinct": watch.words,
        "progress": watch.progress.count,
        "chain": watch.procrastination.chain,
        "uptake": round(terms.total_taken / terms.total_introduced, 3) if terms.total_introduced else None,
    }
