"""`documents.parse`: a document that is there already, as a page from the web or a file that was given."""

from __future__ import annotations

from typing import Any, Literal

from studio.documents.reading.kinds import IN_WORKER, KINDS, kind_of
from studio.nodes.documents import _reading as reading
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json, is_blob, preview


@node(
    "documents.parse",
    title="Parse a document",
    category="Documents",
    icon="document-parse",
    effects="reads",
    needs_approval=False,
    library="charset-normalizer, markdown-it-py, pypdf, trafilatura, lxml",
    limits=f"20 MB, 5 million characters, 2,000 pages; {reading.WORKER_LIMITS}",
)
class Parse(Node):
    """Take a document apart that is there already: HTML of a web page, or a file given as input.

    `content` is a text or a file (a PDF, an image of a page has no text). It reads nothing from disk and fetches
    nothing; labels such as untrusted come along its wires.
    """

    class Params(Fields):
        kind: Literal["auto", "text", "markdown", "html", "pdf", "csv", "json", "jsonl"] = param(
            "auto",
            choices=("auto", *KINDS),
            help="What it is; *auto* goes by the file's type, its beginning and its name.",
        )
        main: bool = param(True, help="HTML: only the main content, without menus and footers.")
        encoding: str = param("", help="Encoding of a file's text, as in `cp1252`; empty finds it out.")
        max_pages: int = param(500, ge=1, le=2_000, help="PDF: a document with more pages fails the node.")
        max_characters: int = param(1_000_000, ge=1, le=5_000_000, help="A document with a longer text fails the node.")

    class In(Fields):
        content: Any = port(type="any", help="A text, or a file.")
        name: str = port("", help="What to call it: a file name, or the address of a page.")

    class Out(Fields):
        document: dict[str, Any] = port(help="All of it: `source`, `kind`, `title`, `text`, `parts`, `metadata`.")
        text: str = port(help="Its text.")
        heading: str = port(help="Its title, or the first line of a text.")
        parts: list[Any] = port(help="Pages (`page`) or sections (`title`, `level`), each with `text`.")
        metadata: dict[str, Any] = port(help="What it says of itself: author, columns, links.")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        data, media_type, encoding = _bytes(ctx, inputs.content, params.encoding)
        kind = kind_of(inputs.name, data, media_type) if params.kind == "auto" else params.kind
        name = inputs.name or "the document"
        options: dict[str, Any] = {
            "main": params.main, "encoding": encoding, "max_pages": params.max_pages,
            "max_characters": params.max_characters,
        }  # fmt: skip
        if kind == "html" and inputs.name.startswith(("http://", "https://")):
            options["url"] = inputs.name

        async def perform() -> Json:
            return (await reading.parsed(ctx, data, name, kind, options)).as_json()

        if kind in IN_WORKER:
            request = {"content": inputs.content, "name": inputs.name, "kind": kind, **options}
            document = await ctx.effect("documents", "parse", request, perform)
        else:
            document = await perform()
        document = {**document, "source": inputs.name}
        return self.Out(document=document, **reading.ports_of(document))


def _bytes(ctx: RunContext, content: Json, encoding: str) -> tuple[bytes, str, str]:
    """Return the bytes, the media type, and the encoding to read them by."""
    if isinstance(content, str):
        return content.encode("utf-8"), "", "utf-8"
    if is_blob(content):
        return ctx.get_blob(content), content["type"], encoding
    raise NodeError(
        f"Only a text or a file can be taken apart, not {preview(content)}.", hint="Wire a text or a file.",
        code="input",
    )  # fmt: skip
