"""Full-text search over prompts: messages and replies are indexed off the hot path, by the writer when it is idle."""

from __future__ import annotations

from studio.support.errors import UsageError
from studio.trace.sqlite import sqlite3

SLICE = 200
"""Messages indexed per transaction, so that a record never waits long."""

_INDEXED = "(SELECT coalesce(max(id), 0) FROM prompt_search_docsize)"


def index_some(connection: sqlite3.Connection) -> bool:
    """Index the next slice of messages; True if more may wait."""
    newest = connection.execute(f"SELECT coalesce(max(id), 0) > {_INDEXED} FROM _message").fetchone()
    if not newest[0]:
        return False
    connection.execute("BEGIN IMMEDIATE")
    done = connection.execute(
        "INSERT INTO prompt_search (rowid, text) SELECT id, text FROM _message "
        f"WHERE id > {_INDEXED} ORDER BY id LIMIT {SLICE}"
    ).rowcount
    connection.execute("COMMIT")
    return done == SLICE


def quoted(text: str) -> str:
    """Return a query that finds texts holding all words of `text`, whatever signs they contain."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in text.replace("\0", " ").split())


_FOUND = """
SELECT r.run, e.firing, e.n, p.path, coalesce(f.tick, o.tick), {excerpt} AS excerpt
FROM {source} CROSS JOIN _message_use u ON u.message = {message} CROSS JOIN _effect e ON e.id = u.effect
  JOIN _run r ON r.id = e.id >> 32
  LEFT JOIN _firing f ON f.id = e.firing LEFT JOIN _open o ON o.id = e.firing
  JOIN _path p ON p.id = coalesce(f.path, o.path)
WHERE {condition} AND (?2 IS NULL OR e.id BETWEEN ?2 AND ?2 + 4294967295)
"""


def find(
    connection: sqlite3.Connection, text: str, base: int | None, limit: int
) -> list[tuple[str, int, int, str, str, str]]:
    """Return `(run, firing, n, node, tick, excerpt)` of messages with all words of `text`, newest first.

    Messages the writer has not indexed yet are looked through one by one. Raises `UsageError` without a word.
    """
    query = quoted(text)
    if not any(letter.isalnum() for letter in query):
        raise UsageError("There is no word to search for.", hint="Give at least one word.")
    indexed = _FOUND.format(
        excerpt="snippet(prompt_search, 0, '[', ']', '…', 12)",
        source="prompt_search",
        message="prompt_search.rowid",
        condition="prompt_search MATCH ?1",
    )
    newest = _FOUND.format(
        excerpt="substr(m.text, max(1, instr(lower(m.text), lower(?4)) - 40), 100)",
        source="_message m",
        message="m.id",
        condition=f"m.id > {_INDEXED} AND "
        + " AND ".join(["instr(lower(m.text), lower(?)) > 0".replace("?", f"?{at}") for at in _places(text)]),
    )
    words = text.split()
    rows = connection.execute(f"SELECT * FROM ({indexed} ORDER BY e.id DESC LIMIT ?3)", (query, base, limit)).fetchall()
    tail = connection.execute(f"SELECT * FROM ({newest} ORDER BY e.id DESC LIMIT ?3)", (None, base, limit, *words))
    return [*tail.fetchall(), *rows][:limit]


def _places(text: str) -> range:
    return range(4, 4 + len(text.split()))
