"""`documents.read`: a document of the project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Literal

from studio.documents.reading.kinds import KINDS, kind_of
from studio.nodes.documents import _reading as reading
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json


@node(
    "documents.read",
    title="Read a document",
    category="Documents",
    icon="document",
    effects="reads",
    library="charset-normalizer, markdown-it-py, pypdf, trafilatura, lxml",
    limits=f"20 MB, 5 million characters, 2,000 pages; {reading.WORKER_LIMITS}",
    standalone="it reads PDF and HTML by libraries, in the sandbox",
)
class Read(Node):
    """Read a document of the project: text, Markdown, PDF, HTML, CSV or JSON.

    `parts` are the pages of a PDF and the sections of Markdown, with their places in `text`. Wire `document` to a
    *chunk* node, so that each chunk says where it is from. Nothing that the document links to is fetched.

    What is in the project is private. A document that others wrote may try to instruct the model that reads it, so it
    counts as untrusted unless *from_strangers* is off.
    """

    class Params(Fields):
        file: str = reading.file_param()
        kind: Literal["auto", "text", "markdown", "html", "pdf", "csv", "json", "jsonl"] = param(
            "auto", choices=("auto", *KINDS), help="What it is; *auto* goes by its beginning and the end of its name."
        )
        main: bool = param(True, help="HTML: only the main content, without menus and footers.")
        encoding: str = param("", help="Encoding of the text, as in `cp1252`; empty finds it out.")
        max_pages: int = param(500, ge=1, le=2_000, help="PDF: a document with more pages fails the node.")
        max_characters: int = param(1_000_000, ge=1, le=5_000_000, help="A document with a longer text fails the node.")
        from_strangers: bool = param(True, help=reading.FROM_STRANGERS_HELP)

    class In(Fields):
        file: str = reading.file_port()

    class Out(Fields):
        document: dict[str, Any] = port(
            private=True, help="All of it: `source`, `kind`, `title`, `text`, `parts`, `metadata`."
        )
        text: str = port(private=True, help="Its text.")
        heading: str = port(private=True, help="Its title, or the first line of a text.")
        parts: list[Any] = port(private=True, help="Pages (`page`) or sections (`title`, `level`), each with `text`.")
        metadata: dict[str, Any] = port(private=True, help="What it says of itself: author, columns, links.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return reading.labelled(cls.Out, params.from_strangers)

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading.reading(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Fields:
        name = reading.file_of(params, inputs)
        options = {
            "main": params.main, "encoding": params.encoding, "max_pages": params.max_pages,
            "max_characters": params.max_characters,
        }  # fmt: skip

        async def perform() -> Json:
            data = await reading.bytes_of(ctx, name, 20_000_000)
            kind = kind_of(name, data) if params.kind == "auto" else params.kind
            return (await reading.parsed(ctx, data, name, kind, options)).as_json()

        request = {"file": name, "kind": params.kind, **options}
        document = await ctx.effect("documents", "read", request, perform)
        made = self.outputs(params)
        return made(document=document, **reading.ports_of(document))
