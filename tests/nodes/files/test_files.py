"""The node types of files read, list, search and change files of the project, and a replay touches none of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from studio import Trace, run
from studio.nodes.files.delete import Delete
from studio.nodes.files.list import List
from studio.nodes.files.move import Move
from studio.nodes.files.read import Read
from studio.nodes.files.search import Search
from studio.nodes.files.write import Write
from studio.replay.verify import verify
from studio.spec import ANY, Node, Permission
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of
from tests.support.fake_context import present, run_node
from tests.support.workspaces import in_project

ALL: tuple[type[Node], ...] = (Read, Write, List, Search, Delete, Move)
CHANGING = (Write, Delete, Move)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_bytes(b"\xef\xbb\xbfone\r\ntwo\nthree")
    (folder / "b.md").write_text("two b\n")
    return folder


async def test_a_file_is_read_as_text_with_its_lines_counted(project: Path) -> None:
    out = await run_node(Read, {}, {"name": "src/a.py"}, in_project(project))

    assert (out.text, out.lines) == ("one\ntwo\nthree", 3)
    assert "file" not in present(out)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ({"first": 2}, "2\ttwo\n3\tthree"),
        ({"last": 1}, "1\tone\n"),
        ({"first": 2, "last": 2}, "2\ttwo\n"),
        ({"first": 3, "last": 99}, "3\tthree"),
    ],
)
async def test_some_lines_are_given_with_their_numbers(project: Path, lines: dict[str, int], text: str) -> None:
    out = await run_node(Read, {"numbered": True}, {"name": "src/a.py", **lines}, in_project(project))

    assert (out.text, out.lines) == (text, 3)


@pytest.mark.parametrize("lines", [{"first": 0}, {"first": 5}, {"first": 3, "last": 1}])
async def test_lines_that_are_not_there_are_told(project: Path, lines: dict[str, int]) -> None:
    with pytest.raises(NodeError, match="has 3 lines"):
        await run_node(Read, {}, {"name": "src/a.py", **lines}, in_project(project))


async def test_any_file_is_read_as_a_blob(project: Path) -> None:
    (project / "x.bin").write_bytes(b"\x00\xff")
    ctx = in_project(project)

    out = await run_node(Read, {"give": "file"}, {"name": "x.bin"}, ctx)

    assert ctx.get_blob(out.file) == b"\x00\xff"
    with pytest.raises(NodeError, match="no UTF-8 text"):
        await run_node(Read, {}, {"name": "x.bin"}, ctx)


async def test_text_and_files_are_written(project: Path) -> None:
    ctx = in_project(project)
    blob = ctx.put_blob(b"\x00\xff", "application/octet-stream")

    out = await run_node(Write, {}, {"name": "new/c.txt", "content": "é\n"}, ctx)
    await run_node(Write, {}, {"name": "new/d.bin", "content": blob}, ctx)

    assert (out.is_new, out.size) == (True, 3)
    assert (project / "new" / "c.txt").read_bytes() == "é\n".encode()
    assert (project / "new" / "d.bin").read_bytes() == b"\x00\xff"


async def test_a_write_on_what_somebody_changed_is_refused(project: Path) -> None:
    ctx = in_project(project)
    read = await run_node(Read, {}, {"name": "b.md"}, ctx)
    (project / "b.md").write_text("theirs")

    with pytest.raises(NodeError, match="changed since it was read"):
        await run_node(Write, {}, {"name": "b.md", "content": "x", "if_unchanged": read.hash}, ctx)
    with pytest.raises(NodeError, match="already a"):
        await run_node(Write, {"if_exists": "fail"}, {"name": "b.md", "content": "x"}, ctx)

    assert (project / "b.md").read_text() == "theirs"


async def test_files_are_listed_with_their_sizes(project: Path) -> None:
    out = await run_node(List, {}, {"pattern": "*.md"}, in_project(project))

    assert out.files == [{"name": "b.md", "size": 6}]
    assert (await run_node(List, {}, {}, in_project(project))).text == "b.md\nsrc/a.py"


async def test_lines_are_searched_for(project: Path) -> None:
    out = await run_node(Search, {}, {"pattern": "^two"}, in_project(project))

    assert out.text == "b.md:1: two b\nsrc/a.py:2: two"
    assert (out.length, out.is_cut) == (2, False)
    with pytest.raises(NodeError, match="Look-around"):
        await run_node(Search, {}, {"pattern": "(?=x)"}, in_project(project))


async def test_files_are_moved_and_deleted(project: Path) -> None:
    ctx = in_project(project)

    await run_node(Move, {}, {"name": "b.md", "to": "docs/b.md"}, ctx)
    assert (project / "docs" / "b.md").exists()
    await run_node(Delete, {}, {"name": "docs/b.md"}, ctx)
    assert not (project / "docs" / "b.md").exists()


async def test_the_folder_may_come_by_wire_and_stays_in_the_project(project: Path) -> None:
    assert (await run_node(List, {}, {"folder": "src"}, in_project(project))).names == ["a.py"]
    with pytest.raises(NodeError, match="leads upwards"):
        await run_node(List, {}, {"folder": "../"}, in_project(project))


REQUESTS: dict[type[Node], dict[str, Any]] = {
    Read: {"name": "b.md"},
    Write: {"name": "c.md", "content": "c"},
    List: {},
    Search: {"pattern": "two"},
    Delete: {"name": "b.md"},
    Move: {"name": "b.md", "to": "c.md"},
}


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.spec.type)
async def test_all_is_asked_as_one_effect_that_names_no_path_of_the_machine(cls: type[Node], project: Path) -> None:
    ctx = in_project(project)

    await run_node(cls, {}, REQUESTS[cls], ctx)

    (effect,) = ctx.effects
    assert (effect.kind, effect.irreversible, effect.outbound) == ("files", cls in CHANGING, False)
    assert str(project) not in str(effect.request)
    assert effect.request["folder"] == "."


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.spec.type)
def test_the_permission_names_the_folder_or_any_if_a_wire_decides(cls: type[Node]) -> None:
    params = parse_params(cls.Params, {"folder": "src"})[0]
    kind: Any = "write" if cls in CHANGING else "read"

    assert list(cls.permissions(params, ["name"])) == [Permission(kind, "src")]
    assert list(cls.permissions(params, ["folder"])) == [Permission(kind, ANY)]


GRAPH = """
studio: 1
name: filing
nodes:
  read: {type: files.read}
  name: {type: text.constant, text: a.txt}
  new: {type: text.constant, text: b.txt}
  write: {type: files.write}
  list: {type: files.list}
  result: {type: flow.output}
edges:
  - name.text -> read.name
  - read.text -> write.content
  - new.text -> write.name
  - write.done -> list.when
  - list.names -> result.value
"""


def test_a_replay_touches_no_file(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.txt").write_text("content")
    (project / "filing.yaml").write_text(GRAPH)
    db = tmp_path / "trace.db"

    result = run(project / "filing.yaml", db=db, approve=hashes_of(project / "filing.yaml"))
    close_writer(db)

    assert result.error is None, result.error
    assert result.outputs == {"result": ["a.txt", "b.txt", "filing.yaml"]}
    shutil.rmtree(project)
    with Trace(db) as trace:
        made = verify(trace)
    assert (made.difference, made.effects) == (None, 3)
    assert not project.exists()


def test_a_file_goes_through_a_run_as_a_blob(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.bin").write_bytes(b"\x00\xff" * 1000)
    graph = project / "copying.yaml"
    graph.write_text(
        GRAPH.replace("{type: files.read}", "{type: files.read, give: file}")
        .replace("a.txt", "a.bin")
        .replace("read.text", "read.file")
    )
    db = tmp_path / "trace.db"

    result = run(graph, db=db, approve=hashes_of(graph))
    close_writer(db)

    assert result.error is None, result.error
    assert (project / "b.txt").read_bytes() == b"\x00\xff" * 1000
    shutil.rmtree(project)
    with Trace(db) as trace:
        assert verify(trace).difference is None
