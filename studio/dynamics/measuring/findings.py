"""What the measures suggest about single modules, in sentences with their evidence."""

from __future__ import annotations

from collections.abc import Callable

from studio.dynamics.detecting.tally import Tally
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.verdict import Finding

LEAST_AGAIN = 4
"""Outputs that repeat earlier ones, from which a module is said to say nothing new."""
LEAST_TERMS = 5
"""Terms that a module must have introduced before it is said to have no effect."""
LEAST_FIRINGS = 4
LEAST_EMPTY = 6
LIGHT = 2
"""Mass below which an output has nothing of substance; what counts as saying something needs more."""
LEAST_FAILED = 3
MUCH_FAILED = 0.5


def findings(watch: Watch) -> tuple[Finding, ...]:
    """Return the findings about each module, in the order of the modules.

    Kinds: `says_nothing` (no output with content), `fails` (at least half of its firings),
    `says_nothing_new` (since tick n only what it had said before), `no_effect` (others read it, and no term it
    introduced was said by another module soon after).
    """
    found = []
    for module in watch.modules():
        tally = watch.tallies.get(module)
        if tally is None:
            continue  # it never fired: there may be branches that a run does not take
        for look in _LOOKS:
            finding = look(watch, module, tally)
            if finding is not None:
                found.append(finding)
    return tuple(found)


def _says_nothing(watch: Watch, module: str, tally: Tally) -> Finding | None:
    if tally.heaviest >= LIGHT or tally.firings < LEAST_EMPTY or tally.last is None:
        return None
    message = f"`{module}` says nothing of substance: none of its {tally.firings} outputs has content."
    return Finding("says_nothing", message, module, tally.last.t, (f"at {tally.last.t}: «{tally.last.quote}»",))


def _fails(watch: Watch, module: str, tally: Tally) -> Finding | None:
    if tally.failed < LEAST_FAILED or tally.failed < MUCH_FAILED * tally.firings:
        return None
    shown = (f"at {tally.last.t}: «{tally.last.quote}»",) if tally.last is not None else ()
    return Finding("fails", f"`{module}` failed in {tally.failed} of {tally.firings} firings.", module, None, shown)


def _says_nothing_new(watch: Watch, module: str, tally: Tally) -> Finding | None:
    if tally.again < LEAST_AGAIN or tally.news is None or tally.last is None:
        return None
    news, last = tally.news, tally.last
    said = last.said
    shown = (
        f"at {news.first_t} it last said something new: «{news.first.quote}»",
        f"at {last.t} it said again what it said at {said.first_t}: «{last.quote}»",
    )
    message = f"`{module}` says nothing new after tick {news.first_t}: {tally.again} outputs since repeat earlier ones."
    return Finding("says_nothing_new", message, module, news.first_t, shown)


def _no_effect(watch: Watch, module: str, tally: Tally) -> Finding | None:
    terms = watch.terms
    first = terms.first.get(module, 0)
    if first < LEAST_TERMS or tally.contentful < LEAST_FIRINGS or tally.writes or tally.news is None:
        return None  # what is written to the outside has its effect there
    if len(watch.tallies) < 2 or (watch.heard and module not in watch.heard) or terms.heard.get(module):
        return None
    message = f"`{module}` has no effect: nothing it said was taken up."
    shown = (
        f"none of the {first} terms that it brought in was said by another module within "
        f"{watch.settings.flow_within} firings; the last were in «{tally.news.first.quote}» at {tally.news.first_t}",
    )
    return Finding("no_effect", message, module, None, shown)


_LOOKS: tuple[Callable[[Watch, str, Tally], Finding | None], ...] = (
    _says_nothing,
    _fails,
    _says_nothing_new,
    _no_effect,
)
