"""Any bytes become a document of their kind, and what a worker gives back is checked."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from studio.documents.limits import MAX_BYTES
from studio.documents.reading.kinds import kind_of
from studio.documents.reading.read import from_worker, read_document, read_in_worker
from studio.support.errors import NodeError
from tests.support.small_pdf import pdf


@pytest.mark.parametrize(
    ("name", "data", "media_type", "kind"),
    [
        ("a.md", b"", "", "markdown"), ("A.HTM", b"", "", "html"),
        ("a.tsv", b"", "", "csv"), ("a.ndjson", b"", "", "jsonl"),
        ("a.txt", b"%PDF-1.7", "", "pdf"), ("", b"x", "text/html; charset=utf-8", "html"), ("a.py", b"", "", "text"),
        ("a.json", b"", "text/csv", "csv"), ("noext", b"", "", "text"),
    ],
)  # fmt: skip
def test_the_kind_goes_by_the_beginning_the_type_and_the_name(
    name: str, data: bytes, media_type: str, kind: str
) -> None:
    assert kind_of(name, data, media_type) == kind


@pytest.mark.parametrize(
    ("kind", "data", "title", "metadata"),
    [
        ("text", b"\n First line\nmore", "First line", {}),
        ("markdown", b"# T\n", "T", {}),
        ("csv", b"a;b\n1;2\n", "", {"columns": ["a", "b"], "rows": 1, "delimiter": ";"}),
        ("json", b'{"a": [1]}', "", {"value": "object with 1 names"}),
        ("jsonl", b"1\n2\n", "", {"values": 2}),
        ("pdf", pdf(["x"], title="P"), "P", {"title": "P", "author": "Ann", "pages": 1}),
    ],
)
def test_each_kind_tells_its_title_and_what_it_holds(
    kind: str, data: bytes, title: str, metadata: dict[str, Any]
) -> None:
    found = read_document(data, "a", kind)

    assert (found.source, found.kind, found.title, dict(found.metadata)) == ("a", kind, title, metadata)


def test_files_and_texts_that_are_too_large_are_refused() -> None:
    with pytest.raises(NodeError, match="20000001 bytes, more than 20000000"):
        read_document(b"x" * (MAX_BYTES + 1), "a", "text")
    with pytest.raises(NodeError, match="holds 11 characters, more than 10"):
        read_document(b"x" * 11, "a", "text", max_characters=10)


def test_what_the_worker_read_comes_back_as_it_was() -> None:
    answer = read_in_worker(base64.b64encode(pdf(["Hi."])).decode(), "a.pdf", "pdf", {})

    assert from_worker(answer) == read_document(pdf(["Hi."]), "a.pdf", "pdf")


def test_the_sentence_of_the_worker_is_raised_here() -> None:
    with pytest.raises(NodeError, match=r"`a\.pdf` cannot be read as PDF"):
        from_worker(read_in_worker(base64.b64encode(b"junk").decode(), "a.pdf", "pdf", {}))


GOOD = {"source": "a", "kind": "pdf", "title": "", "text": "", "parts": [], "metadata": {}}


@pytest.mark.parametrize(
    "answer",
    [None, {}, [], "x", {"document": {}}, {"document": {**GOOD, "text": 3}}, {"document": {**GOOD, "parts": [1]}}],
)
def test_an_answer_that_is_no_document_is_not_believed(answer: Any) -> None:
    assert from_worker({"document": GOOD}).source == "a"
    with pytest.raises(NodeError, match="gave no document"):
        from_worker(answer)
