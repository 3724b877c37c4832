"""`files.read_folder` reads the texts of a folder of the project and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from studio.nodes.files.read_folder import ReadFolder
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "mails" / "old").mkdir(parents=True)
    (folder / "mails" / "b.txt").write_bytes("\ufeffzwei\r\nZeilen é".encode())
    (folder / "mails" / "a.txt").write_text("one", encoding="utf-8")
    (folder / "mails" / "c.md").write_text("no", encoding="utf-8")
    (folder / "mails" / ".hidden.txt").write_text("no", encoding="utf-8")
    (folder / "mails" / "old" / "d.txt").write_text("old", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return folder


async def read(project: Path, **params: Any) -> Any:
    return await run_node(ReadFolder, {"folder": "mails", **params}, {}, FakeContext(folder=project))


async def test_texts_come_in_order_of_their_names(project: Path) -> None:
    out = await read(project)

    assert out.files == [{"name": "a.txt", "text": "one"}, {"name": "b.txt", "text": "zwei\nZeilen é"}]
    assert out.texts == ["one", "zwei\nZeilen é"]
    assert out.length == 2


async def test_a_wired_folder_is_read_instead_of_the_one_named(project: Path) -> None:
    ctx = FakeContext(folder=project)

    out = await run_node(ReadFolder, {"folder": "mails"}, {"folder": "mails/old"}, ctx)

    assert out.texts == ["old"]
    assert ctx.effects[0].request["folder"] == "mails/old"


async def test_a_wired_folder_outside_the_project_is_refused(project: Path) -> None:
    with pytest.raises(NodeError, match="project"):
        await run_node(ReadFolder, {}, {"folder": ".."}, FakeContext(folder=project))


async def test_inner_folders_are_read_if_asked_for(project: Path) -> None:
    assert [file["name"] for file in (await read(project, recursive=True)).files] == ["a.txt", "b.txt", "old/d.txt"]


async def test_a_pattern_chooses_files(project: Path) -> None:
    assert (await read(project, pattern="*.md")).texts == ["no"]
    assert (await read(project, pattern="z*")).files == []


async def test_reading_is_an_effect_with_a_request_that_can_be_replayed(project: Path) -> None:
    ctx = FakeContext(folder=project)

    await run_node(ReadFolder, {"folder": "mails"}, {}, ctx)

    assert [(effect.kind, effect.name, effect.request["folder"]) for effect in ctx.effects] == [
        ("files", "read_folder", "mails")
    ]
    assert str(project) not in str(ctx.effects)


async def test_links_are_not_followed(project: Path, tmp_path: Path) -> None:
    (project / "mails" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (project / "mails" / "linked").symlink_to(tmp_path, target_is_directory=True)

    assert "secret" not in (await read(project, recursive=True)).texts


async def test_a_folder_outside_of_the_project_is_refused(project: Path) -> None:
    with pytest.raises(NodeError, match="outside the project"):
        await read(project, folder="..")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"folder": "none"}, "there is no folder `none`"),
        ({"folder": "mails/a.txt"}, "there is no folder"),
        ({"max_files": 1}, r"holds 2 files named `\*\.txt`, more than 1"),
        ({"max_bytes": 5}, r"more than 5 bytes \(reached at `b\.txt`\)"),
    ],
)
async def test_what_is_too_much_or_missing_is_told(project: Path, params: Any, message: str) -> None:
    with pytest.raises(NodeError, match=message):
        await read(project, **params)


async def test_a_file_that_is_no_text_is_named(project: Path) -> None:
    (project / "mails" / "z.txt").write_bytes(b"ok \xff\xfe")

    with pytest.raises(NodeError, match=r"`z\.txt` is no UTF-8 text \(byte 3\)"):
        await read(project)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
async def test_a_pipe_is_refused_and_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "mails" / "pipe.txt")

    with pytest.raises(NodeError, match=r"`pipe\.txt` is no ordinary file"):
        await read(project)


def test_a_pattern_with_a_slash_is_told() -> None:
    assert list(ReadFolder.problems(parse_params(ReadFolder.Params, {"pattern": "../*"})[0]))
