"""Where blocks of code begin and end, told from the text alone: enough for code that is not finished yet.

GitHub Copilot asks a parser (tree-sitter) instead; for unfinished headers and empty bodies both say the same, for
strings that look like code they may differ.
"""

from __future__ import annotations

import re
from typing import Final

LANGUAGES: Final = ("python", "javascript", "typescript", "go", "ruby")
"""Those for which Copilot's extension of 2022 tells blocks apart; the React kinds count as their language."""
SAME: Final = {"javascriptreact": "javascript", "typescriptreact": "typescript", "jsx": "javascript"}

_PYTHON: Final = re.compile(r"(async\s+)?(def|class|if|elif|else|for|while|try|except|finally|with)\b")
_BRACES: Final = re.compile(
    r"\b(function|class|if|else|for|while|do|try|catch|finally|with|func|declare|module|namespace)\b|=>\s*\{?\s*$|"
    r"^\s*(async\s+)?[\w$]+\s*\([^()]*\)\s*(:[^{;]*)?\{?\s*$"
)
_RUBY: Final = re.compile(
    r"\b(BEGIN|END|case|class|def|do|else|elsif|for|if|module|unless|until|while)\b|->"
)  # fmt: skip
_MOST_LINES: Final = 50
"""No header is looked for further up than so many lines."""
_QUOTES: Final = ('"""', "'''", '"', "'")


def is_empty_block_start(before: str, after: str, language: str) -> bool:
    """Say whether a block begins at the cursor that has no body yet."""
    language = SAME.get(language, language)
    if language not in LANGUAGES or after.split("\n", 1)[0].strip():
        return False
    head = before.rstrip()
    line = _header(head)
    behind = after.split("\n", 1)[1] if "\n" in after else ""
    if language == "python":
        return _python_start(head, line) and _nothing_deeper(behind, _indent(line))
    if language == "ruby":
        begins = _RUBY.search(line) is not None
        return begins and _closes_at_once(behind, "end", _indent(line))
    return _BRACES.search(line) is not None and (
        not line.endswith("{") or _closes_at_once(behind, "}", _indent(line))
    )  # fmt: skip


def _python_start(head: str, line: str) -> bool:
    statement = line.strip()
    if statement.startswith(_QUOTES[:2]):
        # A docstring that opens a function or a class: its body is still empty.
        above = head[: head.rfind("\n")].rstrip() if "\n" in head else ""
        return above.endswith(":") and _PYTHON.match(above[above.rfind("\n") + 1 :].strip()) is not None
    header = _PYTHON.match(statement)
    if header is None:
        return False
    colon = _outer_colon(statement)
    if colon < 0:
        return not statement.endswith(";")
    rest = statement[colon + 1 :].strip()
    return not rest or (header[2] == "def" and rest.startswith(_QUOTES))


def _header(head: str) -> str:
    """Return the last line, from where its brackets open on: headers may stand on several lines."""
    line = ""
    for one in reversed(head.split("\n")[-_MOST_LINES:]):
        line = f"{one.rstrip()} {line.lstrip()}" if line else one
        if sum(map(line.count, ")]")) <= sum(map(line.count, "([")):
            return line
    return head[head.rfind("\n") + 1 :]


def _outer_colon(statement: str) -> int:
    """Return where the colon stands that ends a header, outside of brackets and strings; -1 if there is none."""
    depth, quote = 0, ""
    for place, sign in enumerate(statement):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == ":" and depth <= 0:
            return place
    return -1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _nothing_deeper(behind: str, indent: int) -> bool:
    """Say whether no line of a body follows."""
    following = next((line for line in behind.split("\n") if line.strip()), "")
    return not following or _indent(following) <= indent


def _closes_at_once(behind: str, token: str, indent: int) -> bool:
    """Say whether the block is closed by the next line that says something, or the text goes on outside of it."""
    following = next((line for line in behind.split("\n") if line.strip()), "")
    return not following or following.strip().startswith(token) or _indent(following) <= indent


def body_of_block(text: str, before: str, language: str) -> str:
    """Return a completion up to the end of the block that it fills; all of it if the block does not end in it."""
    language = SAME.get(language, language)
    line = _header(before.rstrip())
    if language in ("python", "ruby"):
        place = 0
        for number, one in enumerate(text.split("\n")):
            if number and one.strip() and _indent(one) <= _indent(line):
                ends = language == "ruby" and one.strip().startswith("end")
                return text[: place + len(one)] if ends else text[: place - 1]
            place += len(one) + 1
        return text
    depth = 1 if line.endswith("{") else 0
    opened = depth > 0
    for place, sign in enumerate(text):
        if sign == "{":
            depth, opened = depth + 1, True
        elif sign == "}":
            depth -= 1
            if opened and depth <= 0:
                return text[: place + 1]
    return text


def cut_close(text: str, after: str, language: str, middle: bool) -> str:
    """Return a completion without the closing bracket at its end that stands behind the cursor already."""
    token = "end" if language == "ruby" else "}"
    end = len(text)
    while end > 1:
        start = text.rfind("\n", 0, max(1, end - 1)) + 1
        line = text[start:end]
        if line.strip() == token:
            for following in after.split("\n"):
                if following.startswith(line.rstrip()):
                    return text[: max(0, start if middle else start - 1)]
                if following.strip():
                    break
            break
        if start == end:
            break
        end = start
    return text


def is_next_line(text: str, after: str) -> bool:
    """Say whether a completion is what stands in the next line that says something."""
    for line in after.split("\n")[1:]:
        if line.strip() == text.strip():
            return True
        if line.strip():
            break
    return False
