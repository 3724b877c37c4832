"""Makes the diagram of a rule of the automata lab: one run from a random start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from studio.dynamics.automata.simulate import NARROW, TORUS, drawn, run
from studio.dynamics.pictures.building import of_automaton

if TYPE_CHECKING:
    from studio.dynamics.automata.specs import Spec
    from studio.dynamics.pictures.diagram import Diagram

ROWS: Final = 400
"""Ticks of a rule that are drawn if nothing else is said."""


def of_spec(spec: Spec, seed: int = 0, rows: int = ROWS) -> Diagram:
    """Return the diagram of a rule on the lab's narrow ring or its torus; the same seed gives the same start."""
    rule = spec.rule
    shape = (NARROW if rule.dims == 1 else TORUS)[1:]
    states = run(rule, drawn(rule.start_states, (1, *shape), seed, "picture"), rows)[0]
    return of_automaton(states, count=rule.states, title=spec.id)
