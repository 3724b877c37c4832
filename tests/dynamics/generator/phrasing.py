"""How a family of agents speaks: sentence shapes, idle phrases, forms of outputs, names of modules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.dynamics.generator.domains import Domain, Thought
from tests.dynamics.generator.pen import Pen

Form = Any
"""What a module's output looks like: a pattern with `{say}`, or a JSON value with patterns in its texts."""
Patterns = tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """One way of putting runs into words. All texts are patterns for `Pen.fill`; what begins with `{` is to be JSON.

    Slots beyond the pen's: `{do}`, `{doing}`, `{aspect}`, `{thing}`, `{why}`, `{call}` of a thought; `{fact}`,
    `{piece}`, `{fault}`, `{part}` of a domain; `{goal}` and `{child}` texts of goals; `{job}` of a waited-for job;
    `{count}` of an attempt; `{other}` a second thing; `{topic}` of a musing.
    """

    name: str
    domains: tuple[Domain, ...]
    roles: Mapping[str, Patterns]
    """Names of modules, by role: planner, thinker, worker, critic, memory, tool, timer, human."""
    forms: Mapping[str, tuple[Form, ...]]
    """By role; the form of a role not named is `{say}`."""
    intend: Patterns
    begin: Patterns
    found: Patterns
    fine: Patterns
    wrote: Patterns
    planned: Patterns
    judged: Patterns
    approved: Patterns
    recalled: Patterns
    asked: Patterns
    answered: Patterns
    reported: Patterns
    closed: Patterns
    idle: Patterns
    pending: Patterns
    ready: Patterns
    failing: Patterns
    trouble: Patterns
    restate: Patterns
    hollow: Patterns
    frames: Patterns
    descend: Patterns
    musing: Patterns
    topics: Patterns
    reading: Patterns
    ideas: Patterns
    counters: Patterns
    volatile: tuple[str, str, str]
    """Keys of JSON outputs for a time, a count of attempts and an id that changes each time."""
    aims: Patterns = ("{do} the {aspect} of {thing}", "{do} {thing}: {aspect}")
    """Texts of goals, of a thought's slots."""
    item: str = "{do} the {aspect} of {thing}"
    """How a plan names one thought."""
    gauges: Patterns = (
        "{thing}: {left} left in {aspect}", "{aspect} of {thing} now {left}", "{left} open, {aspect}, {thing}",
    )  # fmt: skip
    """What tells how much is `{left}` of an aspect of a thing, in the same words each time."""

    def say(self, pen: Pen, act: str, thought: Thought | None = None, /, **given: str) -> str:
        """Return one sentence for an act (a field of this class), about the thought where there is one."""
        patterns: Patterns = getattr(self, act)
        if act in ("intend", "begin") and thought and thought.wordings:
            patterns = thought.wordings
        return pen.fill(pen.pick(patterns), **{**(thought.slots(pen) if thought else {}), **given})

    def goal(self, pen: Pen, domain: Domain, thought: Thought | None = None, *, again: bool = False) -> str:
        """Return the text of a goal: one of the domain's or one for the thought; `again` if it is to be restated."""
        if thought is None:
            return pen.fill(pen.pick(domain.goals))
        if again and thought.restated:
            return pen.pick(thought.restated)
        return pen.fill(pen.pick(self.aims), **thought.slots(pen))


def shaped(form: Form, pen: Pen, slots: Mapping[str, str]) -> str:
    """Return the output of a module with that form; `slots` has what it says (`say`) and `call`, `thing`, `why`."""
    return (
        pen.fill(form, **slots) if isinstance(form, str) else json.dumps(_filled(form, pen, slots), ensure_ascii=False)
    )


def _filled(form: Form, pen: Pen, slots: Mapping[str, str]) -> Form:
    if isinstance(form, dict):
        return {key: _filled(value, pen, slots) for key, value in form.items()}
    if isinstance(form, list):
        return [_filled(value, pen, slots) for value in form]
    return pen.fill(form, **slots) if isinstance(form, str) else form
