"""The search for better instructions: GEPA (reflective evolution of prompts) over the cases that are not held out.

GEPA chooses whose failures to look at and which proposals to go on from (those that are best on some case); measuring
and proposing are ours, so that every call of a model is a recorded run. What it holds of a search can be made again
from the record: asked once more, it makes the same choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from studio.batch.improving.bench import Bench, Candidate, Measured
from studio.batch.improving.node_cases import NodeCase
from studio.batch.improving.proposing import Proposer
from studio.batch.searching.extras import library
from studio.batch.searching.rounds import Rounds, Stopped

if TYPE_CHECKING:
    from gepa.core.adapter import EvaluationBatch

TOGETHER: Final = 4
"""Cases that are looked at for one proposal."""

_PART: Final = "instructions"

_ONE_ROUND: Final = 2 * TOGETHER + 3
"""Calls that one proposal takes at least: cases before and after, and the proposal with its repairs."""


class Evolution:
    """`found` are all candidates that were measured on every case, with what came of it, in order; by identity."""

    def __init__(self, bench: Bench, rounds: Rounds, proposer: Proposer, cases: Sequence[NodeCase]) -> None:
        self._bench = bench
        self._rounds = rounds
        self._proposer = proposer
        self._cases = list(cases)
        self.found: dict[str, tuple[Candidate, list[Measured]]] = {}
        self.stopped = ""
        self._raised: Exception | None = None
        self.propose_new_texts = self._proposed

    def run(self, first: Candidate, most_rounds: int, calls_kept: float, seed: int) -> None:
        """Search from the candidate on, for so many proposals at most, leaving so many calls of the budget.

        Stops early where all cases are right, or a bound is reached (`stopped` says which). Raises EnvironmentProblem
        as benches do, and if the library is not installed.
        """
        optimize = library("gepa").optimize
        self._examples = first.examples
        self._calls_kept = calls_kept
        self._most_rounds = most_rounds
        try:
            optimize(
                seed_candidate={_PART: first.instructions}, trainset=self._cases, adapter=self, seed=seed,
                reflection_minibatch_size=min(TOGETHER, len(self._cases)), stop_callbacks=self._is_over,
                logger=_Quiet(), raise_on_exception=True, track_best_outputs=False,
            )  # fmt: skip
        except Stopped as stopped:
            self.stopped = stopped.message
        if isinstance(self._raised, Stopped):
            self.stopped = self._raised.message
        elif self._raised is not None:
            raise self._raised

    # -- what GEPA asks for -----------------------------------------------------------------------

    def evaluate(
        self, batch: list[NodeCase], candidate: dict[str, str], capture_traces: bool = False
    ) -> EvaluationBatch[Any, Any]:
        """Measure a candidate on cases."""
        from gepa.core.adapter import EvaluationBatch

        one = Candidate(candidate[_PART], self._examples)
        try:
            made = self._bench.measure([one], batch, "candidates on cases", keep=self._calls_kept)[0]
        except Exception as error:
            self._raised = error
            raise
        if len({case.identity for case in batch}) == len(self._cases):
            self.found.setdefault(one.identity, (one, made))
        pairs = list(zip(batch, made, strict=True))
        return EvaluationBatch(
            outputs=[dict(each.given) for each in made], scores=[each.score for each in made], trajectories=pairs
        )

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: EvaluationBatch[Any, Any], components_to_update: list[str]
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Hand on what was measured as it is: the proposer tells it in its own words."""
        pairs = eval_batch.trajectories or []
        return {part: [{"case": case, "measured": made} for case, made in pairs] for part in components_to_update}

    def _proposed(
        self,
        candidate: dict[str, str],
        reflective_dataset: Mapping[str, Sequence[Mapping[str, Any]]],
        components_to_update: list[str],
    ) -> dict[str, str]:
        one = Candidate(candidate[_PART], self._examples)
        pairs = [(each["case"], each["measured"]) for each in reflective_dataset[_PART]]
        try:
            return {_PART: self._proposer.propose(one, pairs)}
        except Exception as error:  # noqa: BLE001 - GEPA would ask once more and go on; `run` raises it
            self._raised = error
            return {_PART: one.instructions}

    def _is_over(self, state: Any) -> bool:
        if self._raised is not None:
            return True
        if any(all(each.score == 1.0 for each in made) for _, made in self.found.values()):
            return True
        bound = self._rounds.reached(calls=self._calls_kept + _ONE_ROUND)
        if bound:
            self.stopped = f"The bound {bound} is reached."
        return bool(bound) or state.i + 1 >= self._most_rounds


class _Quiet:
    """GEPA tells what it does to this; the record says it better."""

    def log(self, message: str) -> None:
        """Say nothing."""
