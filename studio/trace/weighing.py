"""How much a firing's effects weigh, asked before they are read: a prompt may have megabytes."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from studio.support.values import Json
from studio.trace.steps import Steps


def weight_of(steps: Steps, firing: int) -> int:
    """Return about how many bytes the requests and answers of a firing's effects have, and those of its store
    operations."""
    reader, physical = steps.reader, steps.base + firing
    rows = reader.rows(
        "SELECT e.request, e.messages, a.response, a.reply FROM _effect e LEFT JOIN _answer a ON a.id = e.id"
        " WHERE e.firing = ?",
        (physical,),
    )
    rows += [
        (args, None, result, None)
        for args, result in reader.rows("SELECT args, result FROM _store_op WHERE firing = ?", (physical,))
    ]
    total = 0
    blobs: list[int] = []
    texts: list[int] = []
    for request, messages, response, reply in rows:
        for column in (request, response):
            if isinstance(column, int):
                blobs.append(column)
            elif column is not None:
                total += len(column)
        if reply is not None:
            texts.append(reply)
        if messages is not None:
            texts += _ids(orjson.loads(messages))
    return total + _sum(steps, "size", "_blob", blobs) + _sum(steps, "length(text)", "_message", texts)


def _ids(stored: list[Json]) -> Iterator[int]:
    """The messages of a request that stand apart (see `Reader.messages`)."""
    for one in stored:
        if isinstance(one, list):
            yield one[1] if isinstance(one[0], str) else one[0]


def _sum(steps: Steps, what: str, table: str, ids: list[int]) -> int:
    total = 0
    for at in range(0, len(ids), 500):
        page = ids[at : at + 500]
        marks = ",".join("?" * len(page))
        row = steps.reader.one(f"SELECT coalesce(sum({what}), 0) FROM {table} WHERE id IN ({marks})", *page)
        total += 0 if row is None else int(row[0])
    return total
