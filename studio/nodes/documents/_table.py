"""What `documents.table` does, in the studio and in a script."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

from studio.documents.reading.decoding import decode_text
from studio.documents.reading.tables import read_table
from studio.nodes.files._workspace import project_of
from studio.spec import RunContext
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.workspace import Workspace

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")


async def read_csv(
    firing: RunContext,
    file: str | None = None,
    text: str | None = None,
    *,
    name: str = "",
    header: bool = True,
    delimiter: str = "",
    numbers: bool = False,
    encoding: str = "",
    max_rows: int = 10_000,
) -> dict[str, Any]:
    """Return the rows of a CSV text, or of a file; `name` is the file if none is given."""
    shown = "the table" if text is not None else name if file is None else file
    if not shown:
        raise NodeError("no file is named.", hint="Set `file`, or wire its name.", code="input")

    def rows(data: bytes, encoding: str) -> Json:
        read = decode_text(data, shown, encoding=encoding).text
        table = read_table(read, shown, delimiter=delimiter, header=header, max_rows=max_rows)
        return {"columns": list(table.columns), "rows": table.objects()}

    async def perform() -> Json:
        project = project_of(firing)
        content = await asyncio.to_thread(lambda: Workspace(project).read(shown, most_bytes=20_000_000))
        return await asyncio.to_thread(rows, content.data, encoding)

    if text is not None:
        found = await asyncio.to_thread(rows, text.encode("utf-8"), "utf-8")
    else:
        request = {
            "file": shown, "header": header, "delimiter": delimiter, "numbers": numbers, "encoding": encoding,
            "max_rows": max_rows,
        }  # fmt: skip
        found = await firing.effect("documents", "table", request, perform)
    made = found["rows"]
    if numbers:
        made = [{key: _number(cell) for key, cell in row.items()} for row in made]
    return {"rows": made, "columns": found["columns"], "length": len(made)}


def _number(cell: str) -> Json:
    """Return the number a cell is written as, else the cell: `007` and phone numbers stay text."""
    if not _NUMBER.fullmatch(cell):
        return cell
    return float(cell) if "." in cell else int(cell)
