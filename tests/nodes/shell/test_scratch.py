"""`shell.scratch`: a program on files in a folder that goes away, with nothing of the project in reach."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from studio.nodes.shell.scratch import RunInScratch
from studio.sandbox.boxes import RunSandbox
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.sandbox.conftest import LINUX
from tests.support.fake_context import FakeContext, run_node

pytestmark = pytest.mark.skipif(not LINUX, reason="it needs the programs of a Unix, and its boundaries")


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(folder=tmp_path, outside=SimpleNamespace(sandbox=RunSandbox("tests.nodes.shell")))


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_it_runs_the_files_and_gives_what_they_said_and_made(ctx: FakeContext, tmp_path: Path) -> None:
    files = {"run.sh": "cat data/a.txt\necho new > made.txt\necho more >> data/a.txt\nrm gone.txt\n",
             "data/a.txt": "hello\n", "gone.txt": ""}  # fmt: skip

    out = await run_node(RunInScratch, {}, {"files": files}, ctx)

    assert (out.stdout, out.exit_code, out.ok, out.timed_out) == ("hello\n", 0, True, False)
    assert out.files == {"made.txt": "new\n", "data/a.txt": "hello\nmore\n"}
    assert out.deleted == ["gone.txt"]
    assert held(tmp_path) == []


async def test_each_run_begins_with_the_given_files_only(ctx: FakeContext) -> None:
    params = {"argv": ["sh", "-c", "ls; touch left"]}

    assert (await run_node(RunInScratch, params, {"files": {"a": ""}}, ctx)).stdout == "a\n"
    assert (await run_node(RunInScratch, params, {"files": {"b": ""}}, ctx)).stdout == "b\n"


async def test_failing_is_an_answer(ctx: FakeContext) -> None:
    out = await run_node(RunInScratch, {}, {"files": {"run.sh": "echo no >&2\nexit 3\n"}}, ctx)

    assert (out.exit_code, out.ok, out.stderr) == (3, False, "no\n")


async def test_what_does_not_end_is_ended_and_told(ctx: FakeContext) -> None:
    out = await run_node(RunInScratch, {"limit_s": 0.3}, {"files": {"run.sh": "sleep 60\n"}}, ctx)

    assert (out.exit_code, out.timed_out, out.ok) == (124, True, False)
    assert "did not end within 0.3 s" in out.stderr


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", ".git/hooks/pre-commit", "a\x00b", ".env"])
async def test_names_that_lead_elsewhere_are_left_out(ctx: FakeContext, tmp_path: Path, name: str) -> None:
    out = await run_node(RunInScratch, {"argv": ["ls", "-A"]}, {"files": {name: "x", "fine.txt": "y"}}, ctx)

    assert out.stdout == "fine.txt\n"
    assert [one["name"] for one in out.left_out] == [name]
    assert "out.txt" not in held(tmp_path.parent)


async def test_what_is_no_text_is_not_read_back(ctx: FakeContext) -> None:
    out = await run_node(RunInScratch, {}, {"files": {"run.sh": "printf '\\377' > b.bin\n"}}, ctx)

    assert out.files == {}
    assert out.left_out[0]["name"] == "b.bin"


async def test_standard_input_comes_from_a_wire(ctx: FakeContext) -> None:
    out = await run_node(RunInScratch, {"argv": ["cat"]}, {"files": {}, "stdin": "in"}, ctx)

    assert out.stdout == "in"


async def test_files_that_are_no_texts_are_refused(ctx: FakeContext) -> None:
    with pytest.raises(NodeError, match="no object of texts"):
        await run_node(RunInScratch, {}, {"files": {"a": 1}}, ctx)


async def test_too_many_files_are_refused(ctx: FakeContext) -> None:
    with pytest.raises(NodeError, match="more than 2000 files"):
        await run_node(RunInScratch, {}, {"files": {str(number): "" for number in range(2_001)}}, ctx)


def params_of(**given: Any) -> Any:
    params, problems = parse_params(RunInScratch.Params, given)
    assert not problems
    return params


def test_it_asks_for_the_command_and_says_that_files_come_by_wire() -> None:
    asked = list(RunInScratch.permissions(params_of(network=True), {"files"}))

    assert [one.kind for one in asked] == ["command", "host"]
    assert "files from wires" in asked[0].note
    assert [one.kind for one in RunInScratch.permissions(params_of(), ())] == ["command"]


def test_placeholders_in_the_command_are_refused() -> None:
    assert any("no placeholders" in told for told in RunInScratch.problems(params_of(argv=["sh", "{x}"])))
    assert list(RunInScratch.problems(params_of())) == []
