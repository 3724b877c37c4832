"""`documents.table`: the rows of a CSV file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.documents import _reading as reading
from studio.nodes.documents._table import read_csv
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node(
    "documents.table",
    title="Read a table",
    category="Documents",
    icon="document-table",
    effects="reads",
    library="charset-normalizer",
    limits="20 MB, 1,000 columns, 10,000 rows unless set, 100,000 at most",
)
class Table(Node):
    """Read the rows of a CSV file of the project, or of a CSV text.

    Each row is an object by the names in the first row (`1`, `2` … without *header*). Comma, semicolon, tab or bar
    is found out. A row with more cells than the first fails the node, naming its line. Cells are only ever data:
    formulas in them are not evaluated.
    """

    class Params(Fields):
        file: str = reading.file_param()
        header: bool = param(True, help="The first row holds the names of the columns.")
        delimiter: str = param("", help="What divides cells, one character; empty finds it out.")
        numbers: bool = param(False, help="Turn cells that are plain numbers (`12`, `-0.5`) into numbers.")
        encoding: str = param("", help="Encoding of the text, as in `cp1252`; empty finds it out.")
        max_rows: int = param(10_000, ge=1, le=100_000, help="A table with more rows fails the node.")
        from_strangers: bool = param(True, help=reading.FROM_STRANGERS_HELP)

    class In(Fields):
        file: str = reading.file_port()
        text: str = port(None, help="The CSV text itself; then no file is read.")

    class Out(Fields):
        rows: list[Any] = port(private=True, help="One object per row.")
        columns: list[Any] = port(private=True, help="The names of the columns, in order.")
        length: int = port(help="How many rows there are.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return reading.labelled(cls.Out, params.from_strangers)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if len(params.delimiter) > 1 or params.delimiter in ('"', "\n", "\r", "\0", " "):
            yield "`delimiter` is one character, and neither a quote, a blank nor a line end."

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        if "text" not in wired or "file" in wired or params.file:
            yield reading.reading(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Fields:
        settings = params.as_dict()
        del settings["from_strangers"]
        found = await read_csv(ctx, inputs.file, inputs.text, name=settings.pop("file"), **settings)
        return self.outputs(params)(**found)

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(read_csv, changed(params, "from_strangers", file="name"))
