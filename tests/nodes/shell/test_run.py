"""`shell.run`: placeholders are arguments and never words of a shell; folders, exit codes, permissions."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from studio.nodes.shell.run import RunCommand
from studio.sandbox import boundaries
from studio.sandbox.boxes import RunSandbox
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.sandbox.conftest import LINUX
from tests.support.fake_context import FakeContext, run_node

pytestmark = pytest.mark.skipif(not LINUX, reason="it needs the programs of a Unix, and its boundaries")

HOSTILE = ["; touch hacked", "$(touch hacked)", "`touch hacked`", "a\ntouch hacked", "' ; touch hacked '", "*", "|", ""]


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(folder=tmp_path, outside=SimpleNamespace(sandbox=RunSandbox("tests.nodes.shell")))


def params_of(**given: Any) -> Any:
    params, problems = parse_params(RunCommand.Params, given)
    assert not problems
    return params


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_placeholder_is_one_argument_whatever_it_holds(ctx: FakeContext, tmp_path: Path, text: str) -> None:
    out = await run_node(
        RunCommand, {"argv": ["printf", "<%s>", "x{word}y", "end"], "writable": True}, {"word": text}, ctx
    )

    assert out.stdout == f"<x{text}y><end>"
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize("text", HOSTILE)
async def test_inputs_of_a_script_are_variables_and_not_part_of_it(ctx: FakeContext, tmp_path: Path, text: str) -> None:
    params = {"script": 'printf "<%s>" "$word"', "variables": ["word"], "writable": True}

    out = await run_node(RunCommand, params, {"word": text}, ctx)

    assert out.stdout == f"<{text}>"
    assert not (tmp_path / "hacked").exists()


async def test_control_put_into_the_text_of_a_script_it_would_run(ctx: FakeContext, tmp_path: Path) -> None:
    word = HOSTILE[1]

    await run_node(RunCommand, {"script": f'printf "<%s>" "{word}"', "writable": True}, {}, ctx)

    assert (tmp_path / "hacked").exists()


async def test_a_value_is_not_taken_for_an_option(ctx: FakeContext, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("--version\n")

    with pytest.raises(NodeError, match="would take for an option"):
        await run_node(RunCommand, {"argv": ["grep", "{word}", "a.txt"]}, {"word": "--version"}, ctx)

    out = await run_node(RunCommand, {"argv": ["grep", "-c", "--", "{word}", "a.txt"]}, {"word": "--version"}, ctx)
    assert out.stdout == "1\n"


async def test_anything_but_text_goes_in_as_json_and_standard_input_as_it_is(ctx: FakeContext) -> None:
    out = await run_node(
        RunCommand, {"argv": ["sh", "-c", 'cat; echo "$1"', "sh", "{x}"]}, {"x": {"a": [1]}, "stdin": "in "}, ctx
    )

    assert out.stdout == 'in {"a":[1]}\n'


async def test_another_exit_code_fails_or_is_told(ctx: FakeContext) -> None:
    script = {"script": "echo bad luck >&2; exit 3"}

    with pytest.raises(NodeError, match=r"`sh` ended with exit code 3: bad luck\. Add"):
        await run_node(RunCommand, script, {}, ctx)
    told = await run_node(RunCommand, {**script, "must_succeed": False}, {}, ctx)
    expected = await run_node(RunCommand, {**script, "exit_codes": [0, 3]}, {}, ctx)

    assert (told.ok, told.exit_code, told.stderr) == (False, 3, "bad luck\n")
    assert (expected.ok, expected.exit_code) == (True, 3)


async def test_a_folder_outside_of_the_project_is_refused(ctx: FakeContext) -> None:
    with pytest.raises(NodeError, match="lies outside the project"):
        await run_node(RunCommand, {"argv": ["ls"], "folder": "../.."}, {}, ctx)


async def test_the_folder_is_changed_only_if_it_is_writable(ctx: FakeContext, tmp_path: Path) -> None:
    script = {"script": "echo x > made", "must_succeed": False}

    await run_node(RunCommand, script, {}, ctx)
    assert (tmp_path / "made").exists() == (boundaries.best() == "none")
    await run_node(RunCommand, {**script, "writable": True}, {}, ctx)
    assert (tmp_path / "made").exists()


async def test_what_changes_the_world_is_recorded_as_such(ctx: FakeContext) -> None:
    for more in ({}, {"writable": True}, {"network": True}):
        await run_node(RunCommand, {"argv": ["true"], **more}, {}, ctx)

    assert [(one.irreversible, one.outbound) for one in ctx.effects] == [(False, True), (True, True), (True, True)]
    assert all((one.kind, one.name) == ("command", "true") for one in ctx.effects)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Give either `argv`"),
        ({"argv": ["ls"], "script": "ls"}, "Give either `argv`"),
        ({"argv": ["{program}"]}, "has no placeholder"),
        ({"argv": [""]}, "has no placeholder"),
        ({"argv": ["ls", 3]}, "`argv` is a list of texts"),
        ({"argv": ["ls"], "variables": ["a"]}, "`variables` are for a `script`"),
        ({"script": "ls", "variables": ["PATH"]}, "must have small letters"),
        ({"script": "ls", "variables": ["a b"]}, "must have small letters"),
        ({"argv": ["ls", "{stdin}"]}, "`stdin` is the input of that name"),
        ({"argv": ["ls"], "exit_codes": ["0"]}, "are whole numbers"),
    ],
)
def test_what_is_wrong_with_a_command_is_said(given: dict[str, Any], said: str) -> None:
    assert said in " ".join(RunCommand.problems(params_of(**given)))


def test_permissions_are_the_whole_command_its_folder_and_what_it_may() -> None:
    argv = ["git", "log", "--", "{path}"]

    found = list(RunCommand.permissions(params_of(argv=argv, folder="src"), ("path",)))
    more = list(RunCommand.permissions(params_of(script="ls", writable=True, network=True), ()))

    assert [(one.kind, one.what) for one in found] == [
        ("command", json.dumps(argv, separators=(",", ":"))),
        ("read", "src"),
    ]
    assert "`path` from wires" in found[0].note
    assert [(one.kind, one.what) for one in more] == [
        ("command", '["sh","-c","ls","sh"] as a script, its inputs as variables'), ("read", "."), ("write", "."),
        ("host", "*"),
    ]  # fmt: skip


def test_a_script_and_the_same_words_as_a_command_are_approved_apart() -> None:
    """Approved as a script, its variables are safe; as `argv`, the gaps would become words of the shell."""
    text = 'echo "$name" {name}'
    script = parse_params(RunCommand.Params, {"script": text, "variables": ["name"]})[0]
    argv = parse_params(RunCommand.Params, {"argv": ["sh", "-c", text, "sh"]})[0]

    asked = [{(one.kind, one.what) for one in RunCommand.permissions(made, ("name",))} for made in (script, argv)]

    assert asked[0] != asked[1]
