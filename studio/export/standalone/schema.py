"""The statements that make an empty file a trace, for scripts that record their runs.

They are read from a database that our own migrations made, so that they cannot drift from them.
"""

from __future__ import annotations

import contextlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from studio.trace.migrations import migrate
from studio.trace.schema import APPLICATION_ID, VERSION
from studio.trace.sqlite import connect_scratch

COLUMNS: Final = 114
"""Longest line, where no word is longer: so many fit into a literal of a script."""

_WORD: Final = re.compile(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""")
"""What stands between spaces, but for those within quotes."""

_NOW = "strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')"
"""When a migration was applied, in the form in which they note it themselves."""


@lru_cache(maxsize=1)
def trace_schema() -> str:
    """Return SQL statements, one after another, that make an empty file what an empty trace of today is.

    Each ends with a semicolon at the end of a line, but for the last; no semicolon ends a line within one.
    """
    with contextlib.closing(connect_scratch()) as made:
        migrate(made, Path("a new trace"))
        objects = made.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        applied = made.execute("SELECT migration_set, name FROM _sqlite_migrations ORDER BY id").fetchall()
    shadows = tuple(f"{name}_" for kind, name, sql in objects if kind == "table" and sql.startswith("CREATE VIRTUAL"))
    statements = [_tidy(sql) for _, name, sql in objects if not name.startswith(shadows)]
    rows = ",\n".join(f"  ('{group}', '{name}', {_NOW})" for group, name in applied)
    statements += [
        f"INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES\n{rows}",
        f"PRAGMA application_id = {APPLICATION_ID}",
        f"PRAGMA user_version = {VERSION}",
    ]
    return ";\n".join(statements)


def _tidy(sql: str) -> str:
    """The statement in as few lines as it takes; texts within it stay as they are."""
    lines = [""]
    for word in _WORD.findall(sql):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > COLUMNS:
            lines.append(" ")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)
