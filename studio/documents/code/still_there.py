"""Whether a text that was put into code still stands there, though it may have been changed a little.

The words of the text are laid over the place where they differ least from the words of the code around (Levenshtein
distance, with the text free to begin and end anywhere). Source: GitHub Copilot's `lexEditDistance` (copilot-explorer,
extension 1.57): still there if half of the words or fewer differ, within 50 characters, else within 1,500.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

_WORD: Final = re.compile(r"\w+| +|[^\w ]")
NEAR, FAR = 50, 1_500
MOST_CHANGED: Final = 0.5


def words_of(text: str) -> list[str]:
    """Return runs of word characters, runs of blanks longer than one, and single other signs."""
    return [word for word in _WORD.findall(text) if word != " "]


def word_distance(where: Sequence[str], what: Sequence[str]) -> int:
    """Return the least number of changes that make the words `what` a stretch of the words `where`."""
    row = [0] * (len(where) + 1)
    last = len(what) - 1
    for number, word in enumerate(what):
        before, row[0] = row[0], number + 1
        for place, other in enumerate(where, 1):
            # The first and the last word may be the end and the beginning of longer ones.
            same = (
                other == word or (number == 0 and other.endswith(word)) or (number == last and other.startswith(word))
            )
            before, row[place] = row[place], min(before + (not same), row[place] + 1, row[place - 1] + 1)
    return min(row)


def still_there(code: str, text: str, offset: int) -> dict[str, Any]:
    """Say whether a text still stands in code near an offset: `found`, `share` of changed words, and how `within`."""
    wanted = words_of(text)
    share, within = 0.0, NEAR
    for within in (NEAR, FAR):
        around = words_of(code[max(0, offset - within) : offset + len(text) + within])
        share = word_distance(around, wanted) / len(wanted) if wanted else 0.0
        if share <= MOST_CHANGED:
            break
    return {"found": share <= MOST_CHANGED, "share": share, "within": within}
