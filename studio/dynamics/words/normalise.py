"""The text of an output without what varies by itself: case, spaces, key order, times, durations, ids, retry numbers.

All other numbers stay: they are the work (dynamics notes, section 5, step 1).
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

import orjson

from studio.support.values import Json

READ_CHARACTERS = 16_384
"""Of a longer text the beginning is read."""
MOST_PARSED = 256 * 1024
"""Characters of a JSON text beyond which it is taken as it stands, its keys in their own order."""

_COUNTED = "attempts?|tr(?:y|ies)|retr(?:y|ies)|turns?|rounds?|iterations?|iter|cycles?|loops?|ticks?"
# Each pattern begins with the one sign that it can begin with, and looks back from there: then the search passes over
# a text as fast as it goes.  A first digit or letter that is not within a word has been read when the rest begins.
_DIGITS = re.compile(
    r"\d(?<!\w\d)(?:"
    + "|".join(
        (
            # "2026-03-01T12:30:05.25Z", "12:30:05", "12:30 pm", "[12:30]", "12:30" at the start
            r"\d{3}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:z|utc|gmt)\b|[+-]\d\d:?\d\d)?",
            r"\d?:\d\d:\d\d(?:[.,]\d+)?\b",
            r"\d?:\d\d ?(?:[ap]\.?m\b|utc|gmt|z\b)",
            r"(?:(?<=[\[(]\d)|(?<=\bat \d)|(?<![\s\S]\d))\d:\d\d\b",
            # "3.2 s", "120ms", "5 minutes"
            r"\d*(?:[.,]\d+)? ?(?:[mµμun]?s|secs?|seconds?|mins?|minutes?|milliseconds?|hours?|hrs?)\b",
            # uuids, hexadecimal and decimal ids of ten digits or more, seconds since 1970 among them
            r"(?<=[0-9])[0-9a-f]{7}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            r"(?<=[0-9])[0-9a-f]{9,}(?:\.\d+)?\b",
            r"(?<=0)x[0-9a-f]+\b",
        )
    )
    + ")"
)
_HEX = re.compile(
    r"[a-f](?<!\w[a-f])(?=[0-9a-f]{7})"
    r"(?:[0-9a-f]{7}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[a-f]*\d)[0-9a-f]{9,})\b"
)
_ID = re.compile(r"id\b(?: ?=|:? \d|(?<=[ _\-tenlg]id))")
"""What each pattern of `_IDS` has in it, found faster than they are."""
# "id=17", "pid 4411", "request_id: 9f-2"; looked for only where there is an `_ID`
_IDS = re.compile(
    r"\b[pt]?id ?= ?[\"']?[\w-]+|\bpid:? \d+"
    r"|\b(?:request|trace|span|session|call|message|msg|correlation|transaction)[ _-]?id\b[\"']? ?[:=#]?"
    r" ?[\"']?[\w-]{0,60}\d[\w-]*"
)
_COUNTS = ("attempt", "try", "tries", "turn", "round", "iter", "cycle", "loop", "tick")
"""One of these is in every text in which something is counted."""
# "attempt 3 of 5", "retry #4", "3rd try"
_COUNTING = re.compile(
    rf"\b({_COUNTED})\"?(?: ?(?:no\.?|number|nr\.?|count|[#:=-]))? ?[(#\[\"]?\d+(?: ?(?:/|of|out of) ?\d+)?"
    rf"|\b\d+(?:st|nd|rd|th) ({_COUNTED})\b"
)
_STAMPED = re.compile(
    r"(\"(?:[a-z]+_)*(?:timestamp|time|ts|datetime|created(?:_at)?|updated(?:_at)?|elapsed|duration|latency|took|uptime)"
    r"(?:_(?:ms|s|sec|seconds))?\":)(?:\"[^\"]*\"|-?[\d.]+(?:e[+-]?\d+)?)"
)
_CONTROL = re.compile(r"\\(?:u[0-9a-f]{4}|[a-z])")
_PIECE = re.compile(r".{1,1000}(?:\s|\Z)|.{1,1000}", re.DOTALL)
"""A part of a text, cut at a space if there is one: to sort the marks on one letter takes their number squared."""
_LISTED = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t]+", re.MULTILINE)
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}\b)")
NUMBERS = re.compile(r"[-\d](?:(?<!-)\d*|\d+)(?:\.\d+)?")


def text_of(out: Json) -> str:
    """Return the text of an output: itself, or canonical JSON (keys sorted) for any other value and for JSON texts.

    Values that are no JSON (a set, a number too large) are shown as Python shows them, and those that it cannot show
    (too deep, too long) by their kind, so that reading never fails.
    """
    if isinstance(out, str):
        if out[:1] in "{[ \n\t" and len(out) <= MOST_PARSED and (start := out.strip()[:1]) and start in "{[":
            try:
                return _json_text(orjson.loads(out))
            except (orjson.JSONDecodeError, orjson.JSONEncodeError):
                pass  # a text that only begins like JSON
        # A line break in a string that the text quotes is one, and no part of the word after it.
        return out.replace("\\n", "\n") if "\\n" in out and '"' in out else out
    if out is None:
        return ""
    try:
        return _json_text(out)
    except orjson.JSONEncodeError:
        pass
    try:
        return repr(out)
    except (RecursionError, ValueError):
        return f"({type(out).__name__} too large to show)"


def _json_text(value: Json) -> str:
    """Return canonical JSON whose strings read as they are meant: line breaks are such, and no part of a word."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    if "\\" not in text:
        return text
    text = text.replace("\\\\", "\0").replace('\\"', "'")  # a zero is escaped itself, so that none is in there
    return _CONTROL.sub("\n", text.replace("\\n", "\n").replace("\\t", "\n")).replace("\0", "\\")


def normalise(text: str) -> str:
    """Return the text in one form: NFKC, case folded, spaces collapsed, list marks and volatile parts blanked."""
    text = text[:READ_CHARACTERS]
    if not text.isascii():
        parts = [text] if len(text) <= 1000 else _PIECE.findall(text)
        # One sign may stand for a phrase of eighteen.
        text = "".join(unicodedata.normalize("NFKC", part) for part in parts)[: 2 * READ_CHARACTERS]
    text = text.casefold()
    if "\n" in text or text[:1] in "-*•0123456789 ":
        text = _LISTED.sub("", text)
    text = " ".join(text.split())
    if not any(map(text.__contains__, "0123456789")):
        return text
    if '":' in text:
        text = _STAMPED.sub(r"\1-", text)
    if _ID.search(text):
        text = _IDS.sub(" ", text)
    if any(map(text.__contains__, _COUNTS)):
        text = _COUNTING.sub(lambda found: found[1] or found[2], text)
    text = _HEX.sub(" ", _DIGITS.sub(" ", text))
    return " ".join(_THOUSANDS.sub("", text).split())


def digest(text: str) -> str:
    """Return 16 hexadecimal digits that stand for a text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
