"""What the window says about a run, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.gui.live.watching.showing import count, money, span
from studio.support.plain import plain_line
from studio.support.ticks import tick_path

if TYPE_CHECKING:
    from studio.gui.live.document_run import DocumentRun
    from studio.gui.live.playing.session import Outcome
    from studio.gui.live.watching.feed import RunView

FIRES = 3
"""Names of firings under way that are said."""


class Said(NamedTuple):
    """A sentence and the role of its colour."""

    text: str
    role: str = "text"


def state_of(mine: DocumentRun | None, *, loading: bool = False) -> Said:
    """Say how a document's run stands."""
    if mine is None:
        return Said("No graph is open.", "soft")
    view = mine.view
    if view is None:
        return Said("Ready. F5 runs it." if mine.last_run else "Not run yet. F5 runs it.", "soft")
    if mine.outcome is not None:
        return outcome_said(mine.outcome)
    name = view.state.name
    if name in ("paused", "pausing"):
        return _held(view, name)
    if not view.run_id:
        return Said("Starting…", "accent")
    if loading:
        return Said("Loading the model…", "accent")
    if view.questions:
        asked = len(view.questions)
        return Said("A question waits for you." if asked == 1 else f"{asked} questions wait for you.", "warn")
    return Said(_going(view), "accent")


def _going(view: RunView) -> str:
    names = list(dict.fromkeys(one.track.path for one in view.opened.values()))
    parts = ["Stepping" if view.state.name == "stepping" else "Running"]
    if view.tick and view.tick != "a0":
        parts.append(f"tick {tick_path(view.tick)}")
    if names:
        shown = ", ".join(plain_line(name)[:60] for name in names[-FIRES:])
        parts.append(shown + (f" and {len(names) - FIRES} more" if len(names) > FIRES else ""))
    return " · ".join(parts)


def _held(view: RunView, name: str) -> Said:
    why = plain_line(view.state.why)[:300]
    if name == "pausing":
        return Said(f"Pausing when what is under way is done: {why}", "warn")
    if not view.frontier:
        return Said(f"Paused: {why}", "warn")
    first = view.frontier[0]
    more = f" and {len(view.frontier) - 1} more" if len(view.frontier) > 1 else ""
    return Said(f"Paused before {plain_line(first.node)[:80]}, tick {first.tick}{more} · {why}", "warn")


def outcome_said(outcome: Outcome) -> Said:
    """Say how a run ended."""
    if outcome.problem is not None:
        return Said(plain_line(str(outcome.problem))[:1000], "bad")
    if outcome.aborted or outcome.result is None:
        return Said("Stopped. What it did is recorded.", "warn")
    result = outcome.result
    if result.status == "ok":
        facts = [f"{count(result.firings)} firings"]
        if result.calls:
            facts.append(f"{count(result.calls)} calls")
        if result.tokens_in or result.tokens_out:
            facts.append(f"{count(result.tokens_in + result.tokens_out)} tokens")
        if result.cost_usd or result.cost_usd is None:
            facts.append(money(result.cost_usd))
        facts.append(span(result.duration_s))
        ended = {"quiet": "Done", "stop": "Done: stopped", "max_ticks": "Done: all ticks"}.get(result.ended, "Done")
        return Said(" · ".join([ended, *facts]), "ok")
    error = result.error or {}
    message = plain_line(str(error.get("message", "")))[:1000]
    if result.status == "paused":
        return Said(message or "Paused.", "warn")
    place = f"`{error['node']}` at tick {error['tick']}" if error.get("node") else ""
    said = message if not place or f"`{error['node']}`" in message else f"{place}: {message}"
    return Said(f"Failed. {said}", "bad")


def limit_of(outcome: Outcome | None) -> str:
    """Return the limit that paused a run, "" if none did."""
    ended = "" if outcome is None or outcome.result is None else outcome.result.ended
    return ended.removeprefix("limit:") if ended.startswith("limit:") else ""
