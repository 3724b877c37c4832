"""How single values stand in a graph file: YAML 1.2 when reading, text that stays text when writing.

Reading follows the YAML 1.2 core schema (`yes`, `on` and dates are text).  Writing leaves a text
unquoted only if readers of YAML 1.1 take it for text as well, so that other tools agree with us.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

from studio.support.errors import GraphError
from studio.support.values import Json

_WORDS: Final[dict[str, Json]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_STARTS = frozenset("0123456789+-.")

MAX_INTEGER: Final = 2**64 - 1
MIN_INTEGER: Final = -(2**63)


def resolve_plain(text: str) -> Json:
    """Return the value of an unquoted scalar by the YAML 1.2 core schema.

    Raises GraphError (without a place) for `.nan`, `.inf` and numbers too large to keep.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise GraphError(f"The number {text} is too large.", hint="Write it in quotes to keep it as text.")
        return number
    if _NOT_FINITE.fullmatch(text):
        raise GraphError(f"{text} is not a finite number.", hint="Use null, or quotes to keep it as text.")
    return text


def _integer(text: str) -> int:
    # More digits than 64 bits can hold are refused before Python spends time on them.
    number = int(text, 0) if text[:2] in ("0o", "0x") and len(text) < 40 else int(text) if len(text) < 40 else None
    if number is None or not MIN_INTEGER <= number <= MAX_INTEGER:
        shown = text if len(text) < 40 else text[:20] + "…"
        raise GraphError(f"The integer {shown} is larger than 64 bits.", hint="Write it in quotes to keep it as text.")
    return number


# -- writing ------------------------------------------------------------------------------------

_NEEDS_ESCAPE = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u200b\u200e\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Characters nobody sees (controls, direction marks, half characters): always written as escapes."""

_NO_LITERAL = re.compile(_NEEDS_ESCAPE.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
_FIRST = re.compile(r"[\w/.$(+^;<]")
_LOOKS_LIKE_NUMBER = re.compile(r"[-+.0-9][0-9a-fA-FxXoO_.:,+\-tTzZ ]*")
_TEXT_IN_1_2_ONLY = frozenset(
    word
    for base in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    for word in (base, base.capitalize(), base.upper())
) | {"<<", "="} | {
    sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN")
}  # fmt: skip
_FLOW_MARKS = frozenset(",[]{}:?")
_ESCAPES = {
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\a": "\\a", "\b": "\\b",
    "\x1b": "\\e", "\f": "\\f", "\v": "\\v",
}  # fmt: skip
_ESCAPED = re.compile(_NEEDS_ESCAPE.pattern[:-1] + '"\\\\]')


@lru_cache(maxsize=4096)
def is_plain(text: str, *, flow: bool) -> bool:
    """True if the text may stand unquoted; inside `{}` and `[]` (`flow`) the rules are narrower."""
    if not text or text in _TEXT_IN_1_2_ONLY or not _FIRST.match(text):
        return False
    if text[-1] in " :" or ": " in text or " #" in text or _NEEDS_ESCAPE.search(text):
        return False
    if flow and not _FLOW_MARKS.isdisjoint(text):
        return False
    return _LOOKS_LIKE_NUMBER.fullmatch(text) is None


def quoted(text: str) -> str:
    """Return the text in quotes on one line: single ones if that saves escapes, unseen characters escaped."""
    if text.count('"') + text.count("\\") > text.count("'") and not _NEEDS_ESCAPE.search(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise GraphError("A text holds half a character (a lone surrogate) and cannot be written to a file.")
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def scalar(value: Json, *, flow: bool) -> str:
    """Return a single value as it stands in a file. Raises GraphError for what is no finite JSON scalar."""
    if isinstance(value, str):
        return value if is_plain(value, flow=flow) else quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if not MIN_INTEGER <= value <= MAX_INTEGER:
            raise GraphError(f"The integer {value} is larger than 64 bits.", hint="Keep it as text.")
        return str(int(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise GraphError(f"{value} is not a finite number and cannot be written to a file.")
        text = repr(float(value))
        # YAML 1.1 readers want a dot in every float: 1e-05 becomes 1.0e-05.
        return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text
    raise GraphError(f"A value of type {type(value).__name__} cannot be written to a file.", hint="Use JSON values.")


def literal_header(text: str) -> str | None:
    """Return the header (`|`, `|-`, `|2+`…) under which a text stands as a literal block, or None if it cannot.

    Only texts of several lines qualify; lines of blanks at either end or unseen characters rule it out.
    """
    if "\n" not in text or _NO_LITERAL.search(text):
        return None
    lines = text.split("\n")
    body = text.rstrip("\n")
    if not body or (body.rsplit("\n", 1)[-1]).isspace() or (lines[0] and lines[0].isspace()):
        return None
    # An indicator is needed where a reader could not tell the block's own indentation from the text's.
    indent = "2" if not lines[0] or lines[0][0] in " \t" else ""
    end = len(text) - len(body)
    return "|" + indent + ("-" if end == 0 else "" if end == 1 else "+")


def folded_lines(text: str, width: int) -> list[str] | None:
    """Return the lines of a long text of one line as a folded block (`>-`), or None if it must stay in one.

    Lines are broken at single spaces only, so that a reader puts back exactly what was there.
    """
    if len(text) <= width or "\n" in text or text != text.strip() or _NO_LITERAL.search(text):
        return None
    lines: list[str] = []
    start = 0
    while len(text) - start > width:
        at = text.rfind(" ", start, start + width + 1)
        while at > start and not _is_break(text, at):
            at = text.rfind(" ", start, at)
        if at <= start:  # no place to break within the width: take the next one after it
            at = text.find(" ", start + width)
            while at > 0 and not _is_break(text, at):
                at = text.find(" ", at + 1)
            if at < 0:
                break
        lines.append(text[start:at])
        start = at + 1
    lines.append(text[start:])
    return lines if len(lines) > 1 else None


def _is_break(text: str, at: int) -> bool:
    return text[at - 1] not in " \t" and text[at + 1] not in " \t"
