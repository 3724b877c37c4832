"""The CA lab: name a rule, get a class with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.dynamics.automata.giving_up import Wanted, always
from studio.dynamics.automata.rulebook import Class, Judgement, judge
from studio.dynamics.automata.rules import Rule
from studio.dynamics.automata.simulate import observe
from studio.dynamics.automata.specs import Spec, parse_spec


@dataclass(frozen=True)
class AutomatonVerdict:
    """The class of one automaton. `active_share` is Langton's λ of its table: shown, never used."""

    id: str
    rule: str
    judgement: Judgement
    active_share: float
    seed: int
    starts: int

    @property
    def verdict(self) -> Class:
        return self.judgement.verdict

    @property
    def confidence(self) -> float:
        return self.judgement.confidence

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as it stands in files; the same spec, seed and starts give the same, byte for byte."""
        return {
            "id": self.id,
            "class": self.verdict,
            "confidence": self.confidence,
            "evidence": list(self.judgement.evidence),
            "decided_by": self.judgement.decided_by,
            "rule": self.rule,
            "lambda": round(self.active_share, 6),
            "seed": self.seed,
            "starts": self.starts,
            "metrics": self.judgement.measures.as_json(),
        }


def classify(
    spec: Spec | Rule | Mapping[str, Any], seed: int = 0, starts: int = 6, wanted: Wanted = always
) -> AutomatonVerdict:
    """Simulate a rule from random starts and say which of Wolfram's classes it shows.

    `spec` is a rule, or an object as it stands in files (see `specs`). More starts make the verdict steadier; `seed`
    chooses them. Raises `UsageError` if the spec describes no rule, and `GivenUp` soon after `wanted` says False, which
    is asked at every tick and every start.
    """
    if isinstance(spec, Rule):
        spec = Spec(str(spec), spec)
    elif not isinstance(spec, Spec):
        spec = parse_spec(spec)
    rule = spec.rule
    judgement = judge(observe(rule, seed, starts, wanted), wanted)
    return AutomatonVerdict(spec.id, str(rule), judgement, rule.active_share(), seed, starts)
