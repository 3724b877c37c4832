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
"""Of a longer text the beginning is read; the rest counts through its hash only."""

_COUNTED = "attempts?|tr(?:y|ies)|retr(?:y|ies)|turns?|rounds?|iterations?|iter|cycles?|loops?|ticks?"
_NUMBER = r"\d+(?:[.,]\d+)?"
_VOLATILE = re.compile(
    "|".join(
        (
            # "2026-03-01T12:30:05.25Z", "12:30:05", "12:30 pm", "[12:30]", "12:30" at the start
            r"\b\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:z|utc|gmt)\b|[+-]\d\d:?\d\d)?",
            r"\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b",
            r"\b\d{1,2}:\d\d ?(?:[ap]\.?m\b|utc|gmt|z\b)",
            r"(?:(?<=[\[(])|(?<=\bat )|^)\d\d:\d\d\b",
            # "3.2 s", "120ms", "5 minutes"
            rf"\b{_NUMBER} ?(?:[mµun]?s|secs?|seconds?|mins?|minutes?|milliseconds?|hours?|hrs?)\b",
            # uuids, hexadecimal and decimal ids of ten digits or more, seconds since 1970 among them
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            r"\b(?:0x)?(?=[a-f]*\d)[0-9a-f]{10,}(?:\.\d+)?\b",
            r"\b0x[0-9a-f]+\b",
            # "id=17", "pid 4411", "request_id: 9f-2"
            r"\b[pt]?id ?= ?[\"']?[\w-]+",
            r"\bpid:? \d+",
            r"\b(?:request|trace|span|session|call|message|msg|correlation|transaction)[ _-]?id\b[\"']? ?[:=#]?"
            r" ?[\"']?[\w-]*\d[\w-]*",
        )
    )
)
# "attempt 3 of 5", "retry #4", "3rd try"
_COUNTING = re.compile(
    rf"\b({_COUNTED})\"?(?: ?(?:no\.?|number|nr\.?|count|[#:=-]))? ?[(#\[\"]?\d+(?: ?(?:/|of|out of) ?\d+)?"
    rf"|\b\d+(?:st|nd|rd|th) ({_COUNTED})\b"
)
_STAMPED = re.compile(
    r"(\"(?:[a-z]+_)*(?:timestamp|time|ts|datetime|created(?:_at)?|updated(?:_at)?|elapsed|duration|latency|took|uptime)"
    r"(?:_(?:ms|s|sec|seconds))?\":)(?:\"[^\"]*\"|-?[\d.]+(?:e[+-]?\d+)?)"
)
_ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|.)")
_MEANT = {'"': "'", "\\": "\\", "/": "/"}
"""What an escape in a JSON string stands for; all others are line breaks and other control characters."""
_LISTED = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t]+", re.MULTILINE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_SPACES = re.compile(r"\s+")
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def text_of(out: Json) -> str:
    """Return the text of an output: itself, or canonical JSON (keys sorted) for any other value and for JSON texts.

    Values that are no JSON (a set, a number too large) are shown as Python shows them, so that reading never fails.
    """
    if isinstance(out, str):
        if out[:1] in "{[ \n\t" and (start := out.strip()[:1]) and start in "{[":
            try:
                return _json_text(orjson.loads(out))
            except (orjson.JSONDecodeError, orjson.JSONEncodeError):
                return out  # a text that only begins like JSON
        return out
    if out is None:
        return ""
    try:
        return _json_text(out)
    except orjson.JSONEncodeError:
        return repr(out)


def _json_text(value: Json) -> str:
    """Return canonical JSON whose strings read as they are meant: line breaks are such, and no part of a word."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return _ESCAPE.sub(lambda found: _MEANT.get(found[1], "\n"), text) if "\\" in text else text


def normalise(text: str) -> str:
    """Return the text in one form: NFKC, case folded, spaces collapsed, list marks and volatile parts blanked."""
    if len(text) > READ_CHARACTERS:
        rest = blake2b(text[READ_CHARACTERS:].encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
        text = f"{text[:READ_CHARACTERS]} …{rest}"
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.casefold()
    if "\n" in text or text[:1] in "-*•0123456789 ":
        text = _LISTED.sub("", text)
    text = _SPACES.sub(" ", text).strip()
    if not any(map(text.__contains__, "0123456789")):
        return text
    if '":' in text:
        text = _STAMPED.sub(r"\1-", text)
    text = _COUNTING.sub(lambda found: found[1] or found[2], text)
    text = _THOUSANDS.sub("", _VOLATILE.sub(" ", text))
    return _SPACES.sub(" ", text).strip()


def digest(text: str) -> str:
    """Return 16 hexadecimal digits that stand for a text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
