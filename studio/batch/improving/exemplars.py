"""Examples taken from cases: right answers that people gave, or that the node gave itself and that were found right.

This is bootstrapped few-shot prompting: what the function once did right shows it how, where nobody wrote examples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from studio.batch.improving.bench import Measured
from studio.batch.improving.node_cases import NodeCase, Subject
from studio.support.values import Json, sorted_encode

SIZES: Final = (4, 8)
"""How many examples are tried."""

LONGEST: Final = 4_000
"""Characters of the inputs and the answer together beyond which a case is too long to stand in every prompt."""


def exemplars(subject: Subject, cases: Sequence[tuple[NodeCase, Measured]], size: int) -> list[Json]:
    """Return up to so many examples: answers that differ come first, and of these what the node got wrong."""
    known = [made for case, measured in cases if (made := _example(subject, case, measured)) is not None]
    waiting = [example for example, _ in sorted(known, key=lambda each: each[1])]
    found: list[Json] = []
    taken: Counter[bytes] = Counter()
    while waiting and len(found) < size:
        rarest = min(waiting, key=lambda example: taken[sorted_encode(example["output"])])
        waiting.remove(rarest)
        taken[sorted_encode(rarest["output"])] += 1
        found.append(rarest)
    return found


def _example(subject: Subject, case: NodeCase, measured: Measured) -> tuple[dict[str, Json], float] | None:
    """Return a case as an example, with how right the node was; None if nobody knows the right answer."""
    right = case.expected if case.expected else measured.given if measured.score == 1.0 else {}
    output = _output(subject, right)
    if output is None or "output" in subject.inputs:
        return None
    example: dict[str, Json] = {**case.inputs, "output": output}
    return (example, measured.score) if len(sorted_encode(example)) <= LONGEST else None


def _output(subject: Subject, right: Mapping[str, Json]) -> Json:
    """Return what stands under `output` in an example: the label, the text, or the whole object of a schema."""
    if subject.params.get("labels"):
        return right.get("label")
    if schema := subject.params.get("schema"):
        whole = right.get("value")
        if whole is not None or not isinstance(schema, dict):
            return whole
        names = list(schema.get("properties", {}))
        return {name: right[name] for name in names} if all(name in right for name in names) and names else None
    return right.get(str(subject.params.get("output") or "text"))
