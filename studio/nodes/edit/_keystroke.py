"""What `edit.keystroke` does, in the studio and in a script: the files, the cursor, and what a person does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from studio.documents.code.comments import language_of
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, preview

KEYS: Final = {
    "at": "number", "file": "text", "line": "integer", "column": "integer", "offset": "integer", "text": "text",
    "insert": "text", "delete": "integer", "decide": "text", "cycling": "boolean", "asks": "boolean",
}  # fmt: skip
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "number": (int, float), "integer": (int,), "text": (str,), "boolean": (bool,),
}  # fmt: skip


PAUSE: Final = 10.0
"""Seconds between an event and the next one that does not say when it is."""


def keystroke(event: Json, files: Sequence[Json] = (), state: Json = None, shown: Json = None) -> dict[str, Any]:
    """Return the editor after an event, and what is before and behind the cursor."""
    given = _checked(event)
    texts = dict(state["files"]) if state else {one["source"]: one["text"] for one in files}
    recent = list(state["recent"]) if state else [one["source"] for one in files]
    at = float(given.get("at", state["at"] + PAUSE if state else 0.0))
    if state and at < state["at"]:
        raise NodeError(
            f"An event is at {at:g} seconds, but the one before it was at {state['at']:g}.",
            hint="Give the events in the order of their times.",
            code="input",
        )
    file = given.get("file", state["file"] if state else next(iter(texts), ""))
    if file not in texts and "text" not in given:
        raise NodeError(
            f"There is no file `{file}` among the {len(texts)} of the folder.",
            hint="Name it relative to the folder, or give its `text`.",
            code="input",
        )
    moved = "line" in given or "column" in given
    offset = state["offset"] if state and file == state["file"] else 0
    change = None
    if "text" in given:
        change = {"file": file, "offset": 0, "removed": len(texts.get(file, "")), "inserted": given["text"]}
        texts[file] = given["text"]
        offset = len(given["text"])
    if "offset" in given:
        offset = _in_file(given["offset"], texts[file], moved)
    elif moved:
        offset = _offset(texts[file], given.get("line", 0), given.get("column"))
    removed, typed = given.get("delete", 0), given.get("insert", "")
    decision: Any = Absent("nothing was decided")
    if "decide" in given and shown:
        accepted = given["decide"] == "accept"
        if accepted:
            file, offset, typed = shown["file"], shown["offset"], shown["text"]
        decision = {
            "accepted": accepted, "text": shown["text"], "file": shown["file"], "offset": shown["offset"], "at": at,
        }  # fmt: skip
    if removed or typed:
        start = max(0, offset - removed)
        change = {"file": file, "offset": start, "removed": offset - start, "inserted": typed}
        texts[file] = texts[file][:start] + typed + texts[file][offset:]
        offset = start + len(typed)
    recent = [file, *(name for name in recent if name != file)]
    text = texts[file]
    before, after = text[:offset], text[offset:]
    return {
        "state": {"files": texts, "recent": recent, "file": file, "offset": offset, "at": at},
        "file": file,
        "language": language_of(file),
        "text": text,
        "before": before,
        "after": after,
        "rest": after.split("\n", 1)[0],
        "offset": offset,
        "at": at,
        "tabs": [{"source": name, "text": texts[name], "language": language_of(name)} for name in recent],
        "asks": given.get("asks", "decide" not in given),
        "cycling": given.get("cycling", False),
        "decision": decision,
        "change": change,
    }


def _offset(text: str, line: int, column: int | None) -> int:
    lines = text.split("\n")
    if line < 0 or line >= len(lines):
        raise NodeError(f"There is no line {line}: the file has {len(lines)}, counted from 0.", code="input")
    start = sum(len(one) + 1 for one in lines[:line])
    return start + (len(lines[line]) if column is None else min(max(0, column), len(lines[line])))


def _in_file(offset: int, text: str, has_line: bool) -> int:
    if has_line:
        raise NodeError("An event has both `offset` and a line or column.", hint="Give one of them.", code="input")
    if not 0 <= offset <= len(text):
        raise NodeError(f"There is no place {offset}: the file has {len(text)} characters.", code="input")
    return offset


def _checked(event: Json) -> Mapping[str, Any]:
    if not isinstance(event, Mapping):
        raise NodeError(
            f"An event is an object, not {preview(event)}.",
            hint='Give one as in {"file": "a.py", "line": 3, "insert": "x"}.',
            code="input",
        )
    for key, value in event.items():
        kind = KEYS.get(key)
        if kind is None:
            raise NodeError(f"An event has no `{key}`.", hint=f"It may have {', '.join(KEYS)}.", code="input")
        if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            raise NodeError(f"`{key}` of an event is {kind}, not {preview(value)}.", hint="Correct it.", code="input")
    if event.get("decide", "accept") not in ("accept", "reject"):
        raise NodeError(
            f"`decide` is `accept` or `reject`, not {preview(event['decide'])}.", hint="Correct it.", code="input"
        )
    return event
