"""What `repetition.check` does, in the studio and in a script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from studio.support.errors import NodeError
from studio.support.values import Json, preview

RULES: Final = ([1, 10], [10, 30], [20, 45], [30, 60])
"""A period of at most so many tokens that explains so many of the last tokens."""
_PIECE: Final = re.compile(r" ?[^\W\d_]+| ?\d+| ?[^\s\w]| ?_+|\s+(?!\S)|\s+")
"""Words, numbers and signs, each with the blank before it, as tokenizers of code cut them; else runs of blanks."""


def check_repetition(
    text: Json, *, rules: Sequence[Sequence[int]] = RULES, blank_pass: str = "published"
) -> dict[str, Any]:
    """Say whether the end of a text goes round in a circle."""
    tokens = _PIECE.findall(text) if isinstance(text, str) else text
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise NodeError(
            f"`text` is a text or a list of tokens, not {preview(text)}.",
            hint="Wire the text of a model.",
            code="input",
        )
    backwards = tokens[::-1]
    found = _period(backwards, rules)
    if not found and blank_pass != "none":
        # The program turns its list round in place before each pass, so that the second one sees it as it was.
        order = tokens if blank_pass == "published" else backwards
        found = _period([token for token in order if token.strip()], rules)
    return {"repetitive": found > 0, "period": found, "tokens": len(tokens)}


def _period(tokens: Sequence[str], rules: Sequence[Sequence[int]]) -> int:
    """Return the shortest period of the first tokens that a rule names; 0 if none is that short."""
    borders = _borders(tokens[: max(length for _, length in rules)])
    for longest, length in rules:
        if len(tokens) >= length and (period := length - borders[length - 1]) <= longest:
            return period
    return 0


def _borders(tokens: Sequence[str]) -> list[int]:
    """For each beginning of the row, the length of its longest part that is both its start and its end (Knuth, Morris,
    Pratt 1977): what is not part of it is the period."""
    lengths = [0] * len(tokens)
    length = 0
    for place in range(1, len(tokens)):
        while length and tokens[length] != tokens[place]:
            length = lengths[length - 1]
        if tokens[length] == tokens[place]:
            length += 1
        lengths[place] = length
    return lengths
