"""Kinds of documents: which one a file is by its name, and which are read in a worker."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

KINDS: Final = ("text", "markdown", "html", "pdf", "csv", "json", "jsonl")
IN_WORKER: Final = frozenset({"pdf", "html"})
"""Kinds whose parsers are large and meet what strangers wrote: they run apart, with limits of memory and time."""

_BY_ENDING: Final = {
    ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf",
    ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip


def kind_of(name: str, data: bytes = b"", media_type: str = "") -> str:
    """Return the kind of a document: by its media type, its beginning, the ending of its name; else `text`."""
    if data[:1024].lstrip().startswith(b"%PDF-") or media_type == "application/pdf":
        return "pdf"
    plain = media_type.split(";")[0].strip().lower()
    by_type = {
        "text/html": "html", "application/xhtml+xml": "html", "text/markdown": "markdown", "text/csv": "csv",
        "text/tab-separated-values": "csv", "application/json": "json", "application/jsonl": "jsonl",
    }.get(plain)  # fmt: skip
    return by_type or _BY_ENDING.get(PurePosixPath(name.lower()).suffix, "text")
