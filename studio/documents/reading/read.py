"""`read_document`: bytes of any kind to a `Document`; `worker` is how it runs apart from this process."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from studio.documents.document import Document
from studio.documents.limits import MAX_BYTES, MAX_CHARACTERS, MAX_PAGES
from studio.documents.reading.decoding import decode_text
from studio.documents.reading.html import read_html
from studio.documents.reading.json_text import read_json, read_json_lines
from studio.documents.reading.kinds import KINDS
from studio.documents.reading.markdown import read_markdown
from studio.documents.reading.pdf import read_pdf
from studio.documents.reading.tables import read_table
from studio.support.errors import NodeError
from studio.support.values import Json

WORKER_CODE: Final = """
from studio.documents.reading.read import read_in_worker as main
"""
"""What the worker runs: our own function, which gets the bytes as base64 and gives the document or the sentence."""


def read_document(
    data: bytes, name: str, kind: str, *, main: bool = True, url: str = "", encoding: str = "",
    max_pages: int = MAX_PAGES, max_characters: int = MAX_CHARACTERS,
) -> Document:  # fmt: skip
    """Return the document that the bytes of a file are. Raises `NodeError` in one sentence for what cannot be read."""
    if len(data) > MAX_BYTES:
        raise NodeError(
            f"`{name}` holds {len(data)} bytes, more than {MAX_BYTES}.", hint="Cut it into parts.", code="documents"
        )
    match kind:
        case "pdf":
            made = read_pdf(data, name, max_pages=max_pages)
        case "html":
            made = read_html(data, name, main=main, url=url, encoding=encoding)
        case _:
            made = _of_text(decode_text(data, name, encoding=encoding).text, name, kind)
    if len(made.text) > max_characters:
        raise NodeError(
            f"`{name}` holds {len(made.text)} characters, more than {max_characters}.",
            hint="Raise `max_characters`, or cut it into parts.", code="documents",
        )  # fmt: skip
    return made


def _of_text(text: str, name: str, kind: str) -> Document:
    match kind:
        case "markdown":
            return read_markdown(text, name)
        case "csv":
            table = read_table(text, name)
            facts = {"columns": list(table.columns), "rows": len(table.rows), "delimiter": table.delimiter}
            return Document(name, kind, text, metadata=facts)
        case "json":
            return Document(name, kind, text, metadata={"value": _shape(read_json(text, name))})
        case "jsonl":
            return Document(name, kind, text, metadata={"values": len(read_json_lines(text, name))})
        case "text":
            first = next((line.strip() for line in text.split("\n") if line.strip()), "")
            return Document(name, kind, text, title=first[:200])
    raise NodeError(f"`{kind}` is no kind of document.", hint=f"Use one of {', '.join(KINDS)}.", code="documents")


def _shape(value: Json) -> str:
    if isinstance(value, Mapping):
        return f"object with {len(value)} names"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"list of {len(value)}"
    return "single value"


def read_in_worker(data: str, name: str, kind: str, options: dict[str, Any]) -> dict[str, Json]:
    """Return `{"document": …}` or `{"problem": …, "hint": …}`: a sentence for people crosses the border as data."""
    try:
        return {"document": read_document(base64.b64decode(data), name, kind, **options).as_json()}
    except NodeError as error:
        return {"problem": error.message, "hint": error.hint}


def from_worker(answer: Json) -> Document:
    """Return the document that `read_in_worker` gave, checked: a worker that met a hostile file is not believed.

    Raises `NodeError` with the sentence it gave, or if the answer has not the shape of a document.
    """
    match answer:
        case {"problem": str() as problem, "hint": str() as hint}:
            raise NodeError(problem[:500], hint=hint[:500], code="documents")
        case {
            "document": {
                "source": str() as source, "kind": str() as kind, "title": str() as title, "text": str() as text,
                "parts": list() as parts, "metadata": dict() as metadata,
            }
        } if all(isinstance(part, dict) for part in parts):  # fmt: skip
            return Document(source, kind, text, title, parts, metadata)
    raise NodeError("The worker that read the document gave no document.", hint="Try again.", code="documents")
