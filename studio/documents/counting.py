"""How long a text is, in what a budget is counted in: word pieces of a tokenizer, words, or signs of code."""

from __future__ import annotations

import re
from typing import Final, Literal

from studio.documents.tokens import token_spans

Counter = Literal["tokens", "words", "code"]

COUNTERS: Final = ("tokens", "words", "code")
COUNTERS_HELP: Final = (
    "What is counted: *tokens* of a tokenizer of ours, *words* between blanks, or *code*, runs of word characters and "
    "single other signs."
)
_WORD: Final = re.compile(r"\S+")
_CODE: Final = re.compile(r"\w+|[^\w\s]")


def spans_of(text: str, counter: str) -> list[tuple[int, int]]:
    """Return where each counted part stands in the text, in characters, end exclusive."""
    if counter == "tokens":
        return token_spans(text)
    pattern = _WORD if counter == "words" else _CODE
    return [found.span() for found in pattern.finditer(text)]


def count(text: str, counter: str) -> int:
    """Return how many parts a text has."""
    return len(spans_of(text, counter))


def parts(text: str, counter: str) -> list[str]:
    """Return the counted parts themselves, in order."""
    return [text[start:end] for start, end in spans_of(text, counter)]
