"""Fenced blocks (```) in what a model wrote, found in one pass however the text is made.

The rules are those of gpt-engineer (`chat_to_files.py`, July 2023; `core/chat_to_files.py` of 0.3.1), which are those
of two patterns, read from left to right:

    a file:   (\\S+)\\n\\s*```[^\\n]*\\n(.+?)```       a block:   ```\\S*\\n(.+?)```

So a name is whatever stands without a blank before the line end above a fence, and a block whose text is followed by
another fence may lend it its last word as a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FENCE = "```"

_RUN = re.compile(r"\S*")


def named_blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the word above each fenced block and what the block holds; blocks without such a word are passed over."""
    look_from = taken_to = 0
    while (fence := text.find(FENCE, look_from)) >= 0:
        look_from = fence + 1
        end = fence
        while end > taken_to and text[end - 1].isspace():
            end -= 1
        if end in (taken_to, fence) or text[end] != "\n":
            continue
        start = end
        while start > taken_to and not text[start - 1].isspace():
            start -= 1
        line_end = text.find("\n", fence + len(FENCE))
        close = text.find(FENCE, line_end + 2)
        if line_end < 0 or close < 0:
            return
        yield text[start:end], text[line_end + 1 : close]
        look_from = taken_to = close + len(FENCE)


def cleaned_name(word: str, strip: str) -> str:
    """Return a file name from the word above a block: without the signs of `strip`, one pair of brackets, one pair of
    backticks, and a bracket that closes nothing."""
    name = "".join(sign for sign in word if sign not in strip)
    for opening, closing in ("[]", "``"):
        if len(name) > 1 and name[0] == opening and name[-1] == closing:
            name = name[1:-1]
    return name.removesuffix("]")


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the word after the opening fence (often a language, may be empty) and what the block holds."""
    look_from = 0
    while (fence := text.find(FENCE, look_from)) >= 0:
        found = _RUN.match(text, fence + len(FENCE))
        assert found is not None
        end = found.end()
        if end >= len(text) or text[end] != "\n":
            look_from = end
            continue
        close = text.find(FENCE, end + 2)
        if close < 0:
            return
        yield found[0], text[end + 1 : close]
        look_from = close + len(FENCE)
