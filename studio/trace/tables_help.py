"""The public views and tables as `tables.md` documents them: for showing beside a query."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_ROW = re.compile(r"\| (\w+) \| (.*) \|")


class TableHelp(NamedTuple):
    """A view or table: its name, what it holds, and its columns with their meanings."""

    name: str
    about: str
    columns: tuple[tuple[str, str], ...]


@cache
def tables_help() -> tuple[TableHelp, ...]:
    """Return all of them in the order of the document."""
    text = (Path(__file__).parent / "tables.md").read_text(encoding="utf-8")
    found = []
    for part in text.split("\n## ")[1:]:
        name, _, rest = part.partition("\n")
        about = rest.strip().split("\n\n")[0].replace("\n", " ").replace("`", "")
        columns = [match.groups() for line in rest.splitlines() if (match := _ROW.fullmatch(line))]
        found.append(
            TableHelp(name.strip(), about, tuple((c, m.replace("`", "")) for c, m in columns if c != "column"))
        )
    return tuple(found)
