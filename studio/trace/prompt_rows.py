"""Prompts as rows of a list, and one of them in full: messages, parameters, reply, and where it was asked, too.

Texts are cut by the database, so that one of ten megabytes is never read for a line of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from studio.support.errors import UsageError
from studio.support.plain import plain_line
from studio.support.ticks import tick_path
from studio.support.values import Json
from studio.trace.log import ORIGIN_NAMES
from studio.trace.prompt_hits import Hits, Piece
from studio.trace.reader import Reader
from studio.trace.views import ID_MASK, RUN_BITS

LINE: Final = 300
"""Signs of a text that are looked at for a line of it."""

SHOWN: Final = 40_000
"""Signs of a message that are shown; copying takes all."""

OTHERS: Final = 200
"""Other places of the same prompt that are listed."""

MODEL: Final = """coalesce(CASE WHEN typeof(e.request) = 'text' AND json_valid(e.request)
 THEN json_extract(e.request, '$.model') END, e.name)"""

REFUSED: Final = """EXISTS (SELECT 1 FROM _effect v
 WHERE v.firing = e.firing AND v.n > e.n AND v.kind = 'log' AND v.name = 'violated')"""
"""A check was broken after this call: the firing asked again, took another model, or failed."""

_ROW = f"""SELECT e.id, r.run, r.graph_name, e.firing, e.n, p.path, coalesce(f.tick, o.tick), f.seq, e.kind, {MODEL},
 e.messages, e.attempt, e.asked_at, a.status, a.reply, a.error, a.duration, a.tokens_in, a.tokens_out, a.cost_usd,
 a.finish_reason, a.origin, {REFUSED}
 FROM _effect e JOIN _run r ON r.id = e.id >> {RUN_BITS} LEFT JOIN _answer a ON a.id = e.id
 LEFT JOIN _firing f ON f.id = e.firing LEFT JOIN _open o ON o.id = e.firing
 LEFT JOIN _path p ON p.id = coalesce(f.path, o.path)"""


class PromptRow(NamedTuple):
    """One model call in a list. `id` knows it within the file; `seq` is None while its firing is undecided.

    `status`: ok, error or unanswered; `refused` says that a check was broken by it. `excerpt` are the words around what
    was looked for, or the beginning of the last message. `times`: how often the same messages were asked (of those
    looked at), with how many different `replies`. Times are seconds since 1970, `duration_ms` milliseconds.
    """

    id: int
    run: str
    graph: str
    firing: int
    n: int
    node: str
    tick: str
    seq: int | None
    kind: str
    model: str
    attempt: int
    asked_at: float
    status: str
    error: str
    duration_ms: float | None
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    finish_reason: str
    origin: str
    refused: bool
    reply: str
    excerpt: tuple[Piece, ...]
    times: int = 1
    replies: int = 1

    @property
    def tokens(self) -> int | None:
        """Tokens sent and received, None if unknown."""
        return None if self.tokens_in is None or self.tokens_out is None else self.tokens_in + self.tokens_out

    @property
    def outcome(self) -> str:
        """What came of it, in a word or two."""
        if self.status != "ok":
            return "no answer" if self.status == "unanswered" else self.status
        if self.refused:
            return "refused"
        if self.finish_reason == "length" and self.kind == "chat":
            return "cut off"
        return "cached" if self.origin == "cached" else "ok"


class Text(NamedTuple):
    """A message or reply: who speaks, what (cut), and how many signs it has."""

    role: str
    text: str
    size: int


class Place(NamedTuple):
    """Where the same messages were asked: by which call, and what came back first."""

    id: int
    run: str
    node: str
    tick: str
    asked_at: float
    reply: str
    is_same_reply: bool


class PromptDetail(NamedTuple):
    """One call in full. `texts` are its messages and, last, its reply; `parameters` all else that was asked.

    `times` counts all calls with the same messages in the file, `replies` their different replies; `others` are the
    newest of these calls without this one.
    """

    row: PromptRow
    texts: tuple[Text, ...]
    parameters: Json
    entropy: float | None
    times: int
    replies: int
    others: tuple[Place, ...]


def refs_of(messages: str, reply: int | None = None) -> list[tuple[str, int]]:
    """Return the messages of a call by role and number, and its reply; what has no text of its own is left out."""
    refs: list[tuple[str, int]] = []
    for role, ref, _ in _parts(messages):
        if ref is not None:
            refs.append((role, ref))
    if reply is not None:
        refs.append(("reply", reply))
    return refs


def rows_of(reader: Reader, ids: Sequence[int], hits: Hits | None = None, role: str = "") -> list[PromptRow]:
    """Return the calls of these numbers as rows, in this order; those that are gone are left out."""
    found: dict[int, tuple[Any, ...]] = {}
    for at in range(0, len(ids), 200):
        some = ids[at : at + 200]
        for row in reader.rows(f"{_ROW} WHERE e.id IN ({','.join('?' * len(some))})", tuple(some)):
            found[row[0]] = row
    rows = [found[id] for id in ids if id in found]
    if hits is None:
        return [_row(reader, row) for row in rows]
    best = [_best(refs_of(row[10] or "[]", row[14]), hits, role) for row in rows]
    excerpts = hits.excerpts(ref for ref in best if ref is not None)
    return [
        _row(reader, row, excerpts.get(ref) if ref is not None else None) for row, ref in zip(rows, best, strict=True)
    ]


def detail_of(reader: Reader, id: int) -> PromptDetail:
    """Return a call in full. Raises UsageError if there is none of this number."""
    rows = reader.rows(f"{_ROW} WHERE e.id = ?", (id,))
    if not rows:
        raise UsageError("This prompt is no longer in the file.")
    more = reader.rows(
        "SELECT e.messages, e.request, a.reply, a.entropy FROM _effect e LEFT JOIN _answer a ON a.id = e.id "
        "WHERE e.id = ?",
        (id,),
    )
    messages, request, reply, entropy = more[0]
    texts = [_text(reader, role, ref, whole) for role, ref, whole in _parts(messages or "[]")]
    if reply is not None:
        texts.append(_text(reader, "reply", reply, None))
    asked = reader.column(request)
    parameters = {key: value for key, value in asked.items() if value is not None} if isinstance(asked, dict) else asked
    times, replies, others = _same(reader, id, messages, reply)
    return PromptDetail(_row(reader, rows[0]), tuple(texts), parameters, entropy, times, replies, others)


def whole_texts(reader: Reader, id: int) -> list[tuple[str, str]]:
    """Return the messages of a call and its reply, uncut: role and text. Raises UsageError if there is none."""
    rows = reader.rows(
        "SELECT e.messages, a.reply FROM _effect e LEFT JOIN _answer a ON a.id = e.id WHERE e.id = ?", (id,)
    )
    if not rows:
        raise UsageError("This prompt is no longer in the file.")
    messages, reply = rows[0]
    texts = [
        (role, reader.text(ref) if ref is not None else _json(whole)) for role, ref, whole in _parts(messages or "[]")
    ]
    return texts if reply is None else [*texts, ("reply", reader.text(reply))]


# -- within -----------------------------------------------------------------------------------------


def _parts(messages: str) -> list[tuple[str, int | None, Json]]:
    """The messages as they are stored: role, number of the text, or the whole message where it has none."""
    try:
        listed = orjson.loads(messages)
    except ValueError:
        return []
    parts: list[tuple[str, int | None, Json]] = []
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            parts.append((_role(one.get("role")), None, one))
        elif isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and type(one[1]) is int:
            parts.append((_role(one[0]), one[1], None))
        elif isinstance(one, list) and len(one) == 2 and type(one[0]) is int and isinstance(one[1], dict):
            parts.append((_role(one[1].get("role")), one[0], None))
    return parts


def _role(role: Json) -> str:
    return "user" if role == "prompt" else str(role)[:40]


def _row(reader: Reader, row: tuple[Any, ...], excerpt: list[Piece] | None = None) -> PromptRow:
    (
        id, run, graph, firing, n, path, tick, seq, kind, model, messages, attempt, asked, status, reply, error, took,
        tokens_in, tokens_out, cost, finish, origin, refused,
    ) = row  # fmt: skip
    return PromptRow(
        id=id,
        run=str(run),
        graph=str(graph or ""),
        firing=firing & ID_MASK,
        n=n,
        node=str(path or ""),
        tick=_word(tick_path(tick)) if tick else "",
        seq=seq,
        kind=_word(kind),
        model=str(model or ""),
        attempt=attempt or 1,
        asked_at=(asked or 0) / 1e9,
        status=_word(status or "unanswered"),
        error=plain_line(str(error or "")[: 2 * LINE])[:LINE],
        duration_ms=None if took is None else took / 1e6,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost_usd=cost,
        finish_reason=_word(finish or ""),
        origin=_origin(origin),
        refused=bool(refused) and status == "ok",
        reply=_line(reader, reply),
        excerpt=tuple((_on_line(text), is_found) for text, is_found in excerpt)
        if excerpt
        else _beginning(reader, refs_of(messages or "[]")),
    )


def _word(text: Any) -> str:
    """What ought to be a word; files from elsewhere hold anything."""
    return plain_line(str(text)[:60])


def _origin(origin: Any) -> str:
    return ORIGIN_NAMES[origin] if isinstance(origin, int) and 0 <= origin < len(ORIGIN_NAMES) else ORIGIN_NAMES[0]


def _best(refs: list[tuple[str, int]], hits: Hits, role: str) -> int | None:
    """The message of a call that holds the most of the words."""
    among = [ref for of, ref in refs if not role or of == role]
    hits.prepare(among)
    return max(among, key=lambda ref: (hits.of(ref) & hits.wanted).bit_count(), default=None)


def _beginning(reader: Reader, refs: list[tuple[str, int]]) -> tuple[Piece, ...]:
    """The first line or so of the last message."""
    line = _line(reader, refs[-1][1] if refs else None)
    return ((line, False),) if line else ()


def _on_line(text: str) -> str:
    """White space at the ends tells words apart, so that much of it stays."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() else ""
    return before + plain_line(text[: 2 * LINE])[:LINE] + after


def _line(reader: Reader, message: int | None) -> str:
    """The beginning of a text, on one line."""
    if message is None:
        return ""
    row = reader.one(f"SELECT substr(text, 1, {LINE}) FROM _message WHERE id = ?", message)
    return "" if row is None else plain_line(str(row[0]))


def _text(reader: Reader, role: str, ref: int | None, whole: Json) -> Text:
    if ref is None:
        text = _json(whole)
        return Text(role, text[:SHOWN], len(text))
    row = reader.one(f"SELECT substr(text, 1, {SHOWN}), length(text) FROM _message WHERE id = ?", ref)
    return Text(role, "(this text is missing)", 0) if row is None else Text(role, str(row[0]), row[1])


def _json(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _same(reader: Reader, id: int, messages: str | None, reply: int | None) -> tuple[int, int, tuple[Place, ...]]:
    """Find other calls with the same messages: they stand in runs that use the same texts, under the same numbers."""
    refs = refs_of(messages or "[]")
    if not refs:
        return 1, 1, ()
    query = "SELECT DISTINCT effect >> 32 FROM _message_use WHERE message = ? ORDER BY 1 DESC"
    ids: list[tuple[int, int | None]] = []
    for (run,) in reader.rows(query, (refs[-1][1],)):
        base = run << RUN_BITS
        ids += reader.rows(
            "SELECT e.id, a.reply FROM _effect e LEFT JOIN _answer a ON a.id = e.id "
            "WHERE e.id BETWEEN ? AND ? AND e.messages = ? ORDER BY e.id DESC",
            (base + 1, base + ID_MASK, messages),
        )
    same = dict(ids)
    same.setdefault(id, reply)
    listed = [one for one in same if one != id][:OTHERS]
    others = tuple(
        Place(row.id, row.run, row.node, row.tick, row.asked_at, row.reply, same[row.id] == reply)
        for row in rows_of(reader, listed)
    )
    return len(same), len(set(same.values())), others
