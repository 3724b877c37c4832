"""What a server sent, as values: text, JSON or a file, by its `Content-Type`."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from studio.spec import RunContext
from studio.spec.outside import WebResponse
from studio.support.values import ABSENT, Json, NotJson, decode, encode

HIDDEN = frozenset(("set-cookie", "set-cookie2"))
"""Headers that are kept from nodes and traces: they are keys of a session that we do not keep."""

_TEXTUAL = re.compile(
    r"text/.*|application/(?:.*\+)?(?:json|xml|yaml|javascript|ecmascript|x-ndjson|x-www-form-urlencoded|toml|sql|graphql)"
    r"|application/x-yaml|image/svg\+xml"
)
_SAMPLE = 50_000


def media_type(headers: Mapping[str, str]) -> str:
    """Return the media type of an answer in lower case and without parameters, "" if it names none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def as_json(ctx: RunContext, response: WebResponse) -> dict[str, Json]:
    """Return an answer as it is recorded: its text as `text`, or anything else as a blob in `file`."""
    made: dict[str, Json] = {
        "status": response.status,
        "url": response.url,
        "headers": {name: value for name, value in response.headers.items() if name not in HIDDEN},
    }
    kind = media_type(response.headers)
    text = decoded(response.body, response.headers) if not kind or _TEXTUAL.fullmatch(kind) else None
    if text is None:
        made["file"] = ctx.put_blob(response.body, kind or "application/octet-stream")
    else:
        made["text"] = text
    return made


def json_of(answer: Mapping[str, Json]) -> Json:
    """Return the JSON value of a recorded answer, `ABSENT` if it is none."""
    kind = media_type(answer["headers"])
    if kind != "application/json" and not kind.endswith("+json"):
        return ABSENT
    try:
        value = decode(answer.get("text", ""))
        encode(value)
    except (ValueError, NotJson):
        return ABSENT
    return value


def decoded(body: bytes, headers: Mapping[str, str]) -> str | None:
    """Return bytes as text, by the charset the headers name, else UTF-8, else what it looks like; None if no text.

    Half characters become U+FFFD where the headers name a charset: it is theirs to be right about it.
    """
    if named := charset(headers):
        return body.decode(named, "replace").removeprefix("\ufeff")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(body[:_SAMPLE]).best()
        return None if best is None else body.decode(best.encoding, "replace")


def charset(headers: Mapping[str, str]) -> str:
    """Return the charset that the headers name, "" if they name none that we know."""
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", headers.get("content-type", ""), re.IGNORECASE)
    return found[1] if found and _is_text_codec(found[1]) else ""


def _is_text_codec(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # `bytes.decode` itself asks this: `zip` is a codec, too
    except LookupError:
        return False
