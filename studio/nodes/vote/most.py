"""`vote.most`: the answer that was given most often, among those that pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.list._keys import by_values, path_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent
from studio.tools.votes import choose


@node("vote.most", title="Majority vote", category="Lists", icon="tally", limits="100,000 candidates")
class Most(Node):
    """Choose the candidate that was given most often among those that pass.

    Ties go to the one that was seen first. If none passes, the most frequent of all is chosen and `validated` is false.
    Empty candidates (null, blank texts, empty lists and objects) are chosen only if all are empty. Candidates are equal
    if their `keys` are, or else they themselves: give normalised forms as keys (*code.normalise*), so that blanks and
    comments make no difference. Both may also stand in the candidates, at the paths `by` and `passed_by`. (Agentless,
    Xia et al. 2024, section 3.3.)
    """

    class Params(Fields):
        by: str = param("", help="Path in each candidate to compare by, as in `key`, if nothing is wired to `keys`.")
        passed_by: str = param("", help="Path in each candidate to true or false, if nothing is wired to `passed`.")

    class In(Fields):
        candidates: list[Any] = port(help="What to choose from.")
        passed: list[Any] = port(None, help="True or false for each candidate; else all of them pass.")
        keys: list[Any] = port(None, help="What to compare for each candidate; else the candidates themselves.")

    class Out(Fields):
        value: Any = port(help="The candidate that was chosen; absent if there is none.")
        index: int = port(help="Its place among the candidates, from 0.")
        votes: int = port(help="How many passing candidates are equal to it; of all if none passes.")
        validated: bool = port(help="True if it passed.")
        is_empty: bool = port(help="True if all candidates are empty, or there are none.")
        tally: list[Any] = port(help="The different candidates, most frequent first: `index`, `votes`, `passed`.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from path_problems(params.by)
        yield from path_problems(params.passed_by)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        count = len(inputs.candidates)
        passed, keys = inputs.passed, inputs.keys
        if passed is None:
            passed = at_path(inputs.candidates, params.passed_by) if params.passed_by else [True] * count
        if keys is None:
            keys = at_path(inputs.candidates, params.by) if params.by else inputs.candidates
        for name, given in (("passed", passed), ("keys", keys)):
            if len(given) != count:
                raise NodeError(
                    f"`{name}` has {len(given)} entries for {count} candidates.",
                    hint="Wire one for each.",
                    code="input",
                )
        if count > 100_000:
            raise NodeError("there are more than 100,000 candidates.", hint="Choose among fewer.", code="too_many")
        chosen = choose(keys, [one is True for one in passed])
        if chosen is None:
            nothing: Any = Absent("there is no candidate")
            return self.Out(value=nothing, index=nothing, votes=0, validated=False, is_empty=True, tally=[])
        return self.Out(
            value=inputs.candidates[chosen.index],
            index=chosen.index,
            votes=chosen.votes,
            validated=chosen.validated,
            is_empty=chosen.is_empty,
            tally=chosen.tally,
        )


def at_path(candidates: list[Any], path: str) -> list[Any]:
    """Return what stands at a path in each candidate; of null, null."""
    return [None if one is None else by_values([one], path)[0] for one in candidates]
