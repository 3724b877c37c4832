"""PDF gives the text of its pages; broken, locked and hostile ones give one sentence."""

from __future__ import annotations

import io
import zlib

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.documents.reading.pdf import read_pdf
from studio.support.errors import NodeError
from tests.support.outcomes import outcome
from tests.support.small_pdf import assembled, pdf


def test_pages_are_parts_with_their_places_in_the_text() -> None:
    found = read_pdf(pdf(["First page.", "Second (page)."], title="My title"), "a.pdf")

    assert found.text == "First page.\n\nSecond (page)."
    assert [(part["page"], part["text"]) for part in found.parts] == [(1, "First page."), (2, "Second (page).")]
    assert all(found.text[part["start"] : part["end"]] == part["text"] for part in found.parts)
    assert found.title == "My title"
    assert found.metadata == {"title": "My title", "author": "Ann", "pages": 2}


def test_compressed_pages_are_read() -> None:
    assert read_pdf(pdf(["Packed."], compress=True), "a.pdf").text == "Packed."


def locked(password: str, owner: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(["Secret."])))
    writer.encrypt(password, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_that_needs_a_password_is_told() -> None:
    with pytest.raises(NodeError, match=r"`a\.pdf` is encrypted and needs a password"):
        read_pdf(locked("open sesame", "owner"), "a.pdf")


def test_a_pdf_that_is_only_locked_against_changes_is_read() -> None:
    assert read_pdf(locked("", "owner"), "a.pdf").text == "Secret."
    assert read_pdf(locked("open sesame", "owner"), "a.pdf", password="open sesame").text == "Secret."


def test_more_pages_than_allowed_are_told() -> None:
    with pytest.raises(NodeError, match="has 5 pages, more than 4"):
        read_pdf(pdf(["x"] * 5), "a.pdf", max_pages=4)


BROKEN = {
    "empty": b"",
    "no pdf": b"hello",
    "only the head": b"%PDF-1.4\n",
    "cut off": pdf(["Some text that is long enough."])[:-60],
    "no pages": assembled([b"<< /Type /Catalog >>"]),
    "pages of numbers": assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [1 2 3] /Count 3 >>"]),
    "a tree that is its own parent": assembled(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"]
    ),
    "deep lists": assembled([b"<< /Type /Catalog /Pages " + b"[" * 50_000 + b"]" * 50_000 + b" >>"]),
    "a reference to itself": assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"2 0 R"]),
    "a stream that is no deflate": pdf([b"\x78\x9c broken"]).replace(b"/Length", b"/Filter /FlateDecode /Length"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_pdf_gives_what_can_be_read_or_one_sentence(name: str) -> None:
    found, said = outcome(lambda: read_pdf(BROKEN[name], "a.pdf"))

    assert len(found.text) < 100 if found else said.startswith("`a.pdf` ")
    assert "\n" not in said


def test_at_least_what_is_no_pdf_at_all_is_refused() -> None:
    for name in ("empty", "no pdf", "only the head", "no pages"):
        with pytest.raises(NodeError, match="cannot be read as PDF"):
            read_pdf(BROKEN[name], "a.pdf")


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A small file whose one page unpacks to 80 MB."""
    return pdf([b"\n" * 80_000_000], compress=True)


def test_a_page_that_unpacks_to_far_more_than_the_file_is_refused(bomb: bytes) -> None:
    assert len(bomb) < 100_000

    with pytest.raises(NodeError, match="cannot be read as PDF"):
        read_pdf(bomb, "a.pdf")


def test_without_a_limit_it_would_unpack(bomb: bytes) -> None:
    packed = bomb[bomb.index(b"stream\n") + 7 : bomb.index(b"\nendstream")]

    assert len(zlib.decompress(packed)) == 80_000_000


def test_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = pdf(["some words"] * 20, shared=True)
    assert read_pdf(many, "a.pdf").text

    monkeypatch.setattr("studio.documents.reading.pdf.MAX_CHARACTERS", 200)
    with pytest.raises(NodeError, match="more than 200 characters"):
        read_pdf(many, "a.pdf")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_pdf_with_any_bytes_changed_is_read_or_refused_in_one_sentence(data: st.DataObject) -> None:
    good = bytearray(pdf(["First page.", "Second."], title="T", compress=True))
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    found, said = outcome(lambda: read_pdf(bytes(good), "a.pdf").text.encode("utf-8"))

    assert found is not None or said.startswith("`a.pdf` ")
