"""`documents.read` and `documents.parse` give what is in a document; PDF and HTML are taken apart in a worker."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio import Trace, run
from studio.documents.reading.pdf import read_pdf
from studio.nodes.documents import _reading
from studio.nodes.documents.parse import Parse
from studio.nodes.documents.read import Read
from studio.replay.verify import verify
from studio.spec import ANY, Permission
from studio.spec.params import parse_params
from studio.support.errors import NodeError, StudioError
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of
from tests.support.fake_context import FakeContext, run_node
from tests.support.small_pdf import pdf

Here = Callable[[], FakeContext]
PAGE = "<title>T</title><script>x()</script><p>Some text.</p><a href='/next'>on</a>"


async def test_a_pdf_of_the_project_is_read_page_by_page(project: Path, here: Here) -> None:
    (project / "a.pdf").write_bytes(pdf(["One.", "Two."], title="My title"))

    out = await run_node(Read, {"file": "a.pdf"}, {}, here())

    assert (out.heading, out.text) == ("My title", "One.\n\nTwo.")
    assert [part["page"] for part in out.parts] == [1, 2]
    assert out.metadata["pages"] == 2
    assert out.document["source"] == "a.pdf"


async def test_a_page_is_read_with_its_main_content_or_all_of_it(project: Path, here: Here) -> None:
    (project / "a.html").write_text(PAGE)

    out = await run_node(Read, {"main": False}, {"file": "a.html"}, here())

    assert (out.heading, out.text) == ("T", "Some text.\non")


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [("a.md", b"# H\n\nx", "# H\n\nx"), ("a.txt", "Größe".encode("cp1252"), "Größe"), ("b.csv", b"a,b\n", "a,b\n")],
)
async def test_texts_are_read_without_a_worker(project: Path, name: str, data: bytes, text: str) -> None:
    (project / name).write_bytes(data)
    ctx = FakeContext(folder=project, outside=_OnlyProject(project))

    assert (await run_node(Read, {}, {"file": name}, ctx)).text == text


class _OnlyProject:
    def __init__(self, project: Path) -> None:
        self.project = project


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../outside.txt", "outside"), ("/etc/passwd", "absolute"), ("link.txt", "outside"), ("missing.md", "no"),
        ("", "no file is named"), ("binary.txt", "is no text"), (".git/config", "git"), ("a\0b", "name"),
    ],
)  # fmt: skip
async def test_what_cannot_or_must_not_be_read_is_refused(project: Path, here: Here, name: str, said: str) -> None:
    (project.parent / "outside.txt").write_text("secret")
    (project / "link.txt").symlink_to(project.parent / "outside.txt")
    (project / "binary.txt").write_bytes(b"a\0b")
    (project / ".git").mkdir()
    (project / ".git" / "config").write_text("x")

    with pytest.raises(NodeError, match=f"(?i){said}"):
        await run_node(Read, {}, {"file": name}, here())


BROKEN: dict[str, bytes] = {
    "junk.pdf": b"%PDF-1.4 junk",
    "deep.html": b"<div>" * 3_000 + b"text",
    "locked.pdf": pdf(["x"]).replace(b"/Root", b"/Encrypt << /Filter /Standard /V 1 /R 2 >> /Root"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_documents_give_one_sentence_that_names_them(project: Path, here: Here, name: str) -> None:
    (project / name).write_bytes(BROKEN[name])

    with pytest.raises(NodeError) as caught:
        await run_node(Read, {}, {"file": name}, here())

    assert str(caught.value).startswith(f"`{name}` ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def slow_pdf(pages: int, commands: int) -> bytes:
    """Return a small PDF whose reading takes long: all of its pages show the same many commands."""
    return pdf([b"BT /F1 12 Tf " + b"(a) Tj " * commands + b"ET"] * pages, compress=True, shared=True)


async def test_a_document_that_takes_too_long_ends_with_its_worker(
    project: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_reading, "TIMEOUT_S", 1.5)
    (project / "slow.pdf").write_bytes(slow_pdf(400, 60_000))
    assert (project / "slow.pdf").stat().st_size < 150_000
    (project / "good.pdf").write_bytes(pdf(["Good."]))
    begun = time.monotonic()

    with pytest.raises(NodeError, match=r"`slow\.pdf` could not be read as PDF"):
        await run_node(Read, {}, {"file": "slow.pdf"}, here())
    assert time.monotonic() - begun < 20
    monkeypatch.setattr(_reading, "TIMEOUT_S", 60.0)
    assert (await run_node(Read, {}, {"file": "good.pdf"}, here())).text == "Good."


def test_in_this_process_it_would_take_far_longer_than_that() -> None:
    begun = time.process_time()
    read_pdf(slow_pdf(1, 6_000), "slow.pdf")

    assert (time.process_time() - begun) * 10 * 400 > 20


async def test_a_document_that_needs_too_much_memory_ends_with_its_worker(
    project: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_reading, "MEMORY_MB", 260)
    (project / "big.html").write_bytes(b"<p>" + b"<i>x</i>" * 1_200_000)
    begun = time.monotonic()

    with pytest.raises(NodeError, match=r"`big\.html`"):
        await run_node(Read, {}, {"file": "big.html"}, here())
    assert time.monotonic() - begun < 40


async def test_too_many_pages_and_too_much_text_are_refused(project: Path, here: Here) -> None:
    (project / "a.pdf").write_bytes(pdf(["x"] * 5))
    (project / "a.txt").write_text("x" * 101)

    with pytest.raises(NodeError, match="5 pages, more than 4"):
        await run_node(Read, {"max_pages": 4}, {"file": "a.pdf"}, here())
    with pytest.raises(NodeError, match="101 characters, more than 100"):
        await run_node(Read, {"max_characters": 100}, {"file": "a.txt"}, here())


@pytest.mark.parametrize(("from_strangers", "labels"), [(True, {"private", "untrusted"}), (False, {"private"})])
def test_what_strangers_may_have_written_is_untrusted(from_strangers: bool, labels: set[str]) -> None:
    params, _ = parse_params(Read.Params, {"from_strangers": from_strangers})

    assert all(one.labels == labels for one in Read.outputs(params).fields().values())


@pytest.mark.parametrize(("wired", "what"), [((), "docs/a.pdf"), (("file",), ANY)])
def test_it_may_read_its_file_or_whatever_the_wires_say(wired: tuple[str, ...], what: str) -> None:
    params, _ = parse_params(Read.Params, {"file": "docs/a.pdf"})

    assert list(Read.permissions(params, wired)) == [Permission("read", what)]


async def test_a_page_that_is_there_already_is_parsed_with_its_address(here: Here) -> None:
    out = await run_node(
        Parse, {"kind": "html", "main": False}, {"content": PAGE, "name": "https://example.org/a/"}, here()
    )

    assert (out.heading, out.text) == ("T", "Some text.\non")
    assert out.metadata["links"] == [{"url": "https://example.org/next", "text": "on"}]
    assert out.document["source"] == "https://example.org/a/"


async def test_a_file_given_as_input_is_parsed(here: Here) -> None:
    ctx = here()
    blob = ctx.put_blob(pdf(["Given."]), "application/pdf")

    assert (await run_node(Parse, {}, {"content": blob}, ctx)).text == "Given."


async def test_a_text_is_parsed_by_its_kind_without_any_effect() -> None:
    ctx = FakeContext()
    out = await run_node(Parse, {"kind": "markdown"}, {"content": "# A\n\n## B\n"}, ctx)

    assert [part["title"] for part in out.parts] == ["A", "B"]
    assert ctx.effects == []


@pytest.mark.parametrize("content", [3, None, [], {"text": "x"}])
async def test_anything_else_is_refused(content: Any) -> None:
    with pytest.raises(NodeError, match="Only a text or a file"):
        await run_node(Parse, {}, {"content": content}, FakeContext())


GRAPH = """
studio: 1
name: reading
nodes:
  doc: {type: documents.read, file: a.pdf}
  cut: {type: chunk.structure, size: 8}
  question: {type: text.constant, text: Who has the cart?}
  find: {type: retrieve.bm25}
  result: {type: flow.output}
edges:
  - doc.document -> cut.documents
  - cut.chunks -> find.chunks
  - question.text -> find.query
  - find.best -> result.value
"""


def test_a_graph_reads_cuts_and_finds_and_its_replay_touches_nothing(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.pdf").write_bytes(pdf(["Nothing here.", "Ann has the cart."]))
    (project / "reading.yaml").write_text(GRAPH)
    db = tmp_path / "trace.db"

    result = run(project / "reading.yaml", db=db, approve=hashes_of(project / "reading.yaml"))
    close_writer(db)

    assert result.error is None, result.error
    best = result.outputs["result"]
    assert (best["source"], best["rank"], best["text"]) == ("a.pdf", 1, "Ann has the cart.")
    shutil.rmtree(project)
    with Trace(db) as trace:
        made = verify(trace)
    assert (made.difference, made.effects) == (None, 1)


def test_a_foreign_graph_asks_before_it_reads(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(["x"]))
    (tmp_path / "reading.yaml").write_text(GRAPH)

    with pytest.raises(StudioError, match="approv"):
        run(tmp_path / "reading.yaml", db=tmp_path / "trace.db")
