"""What `score.completion` does, in the studio and in a script."""

from __future__ import annotations

from typing import Any, Final

from studio.documents.distance import edit_distance
from studio.support.errors import NodeError
from studio.support.values import Json, preview

MOST_SIGNS: Final = 50_000


def score_completion(prediction: Json, target: str) -> dict[str, Any]:
    """Return exact match and edit similarity of a prediction, or the best of each among several."""
    guesses = [prediction] if isinstance(prediction, str) else prediction
    if not isinstance(guesses, list) or not guesses or not all(isinstance(one, str) for one in guesses):
        raise NodeError(
            f"`prediction` is a text or a list of texts, not {preview(prediction)}.", hint="Wire the text of a model.",
            code="input",
        )  # fmt: skip
    wanted = _said(target)
    scores = [_one(_said(guess)[: len(wanted)], wanted) for guess in guesses]
    return {
        "exact": max(exact for exact, _ in scores),
        "similarity": max(similarity for _, similarity in scores),
        "lines": len(wanted),
    }


def _said(text: str) -> list[str]:
    """Lines that say something, without the blanks around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _one(guess: list[str], wanted: list[str]) -> tuple[int, float]:
    guessed, target = "\n".join(guess), "\n".join(wanted)
    longer = max(len(guessed), len(target))
    if longer > MOST_SIGNS:
        raise NodeError(
            f"The lines to compare hold {longer} characters (at most {MOST_SIGNS}).", hint="Compare shorter texts.",
            code="input",
        )  # fmt: skip
    # The released program divides by zero if neither says anything; there is no difference between them.
    return int(guess == wanted), 1.0 - edit_distance(guessed, target) / longer if longer else 1.0
