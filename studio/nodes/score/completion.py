"""`score.completion`: how near generated code comes to what should stand there."""

from __future__ import annotations

from typing import Any

from studio.nodes.score._completion import score_completion
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain


@node(
    "score.completion",
    title="Score a completion",
    category="Scores",
    icon="check",
    blocking=True,
    limits="50,000 characters of compared lines",
)
class Completion(Node):
    """Compare generated lines with those that should stand there: exact match (EM) and edit similarity (ES).

    Lines that say nothing are left out, blanks around lines too, and only as many lines are compared as the target
    has. EM is 1 if they are equal, else 0. ES is 1 - Levenshtein distance / length of the longer, of the joined lines.
    Of several predictions the best of each score counts. Source: RepoCoder (arXiv 2303.12570, section 4.1;
    `compute_score.py`).
    """

    class In(Fields):
        prediction: Any = port(help="What was generated: a text, or a list of them.")
        target: str = port(help="What should stand there.")

    class Out(Fields):
        exact: int = port(help="EM: 1 if the lines are equal, else 0.")
        similarity: float = port(help="ES: from 0, nothing alike, to 1, equal.")
        lines: int = port(help="How many lines were compared.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**score_completion(inputs.prediction, inputs.target))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(score_completion, takes_firing=False)
