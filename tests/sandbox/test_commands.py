"""Commands in a box: arguments as they are, a folder as allowed, limits, ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from studio.sandbox import boundaries, views
from studio.sandbox.boundaries import Boundary
from studio.sandbox.boxes import RunSandbox
from studio.sandbox.pools import Pool
from studio.support.errors import NodeError
from tests.sandbox.conftest import LINUX, appear, gone, marked
from tests.support.thorough import thorough_but

pytestmark = pytest.mark.skipif(not LINUX, reason="limits and boundaries are those of Linux")

ALIKE = pytest.mark.parametrize("boundary", thorough_but({"none"}.__contains__, boundaries.ALL), indirect=True)
"""What hangs on no boundary is tried each day where there is none, which every machine has."""


@ALIKE
async def test_arguments_arrive_as_they_are(sandbox: RunSandbox, tmp_path: Path) -> None:
    odd = ["a b", "$HOME", "`id`", "; rm -rf x", "*", "ä\n", "", "'\""]

    done = await sandbox.command(["printf", "<%s>", *odd], folder=tmp_path)

    assert done.stdout == "".join(f"<{one}>" for one in odd)
    assert (done.exit_code, done.stderr, done.is_cut) == (0, "", False)


async def test_it_runs_in_its_folder_and_reads_it(sandbox: RunSandbox, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("inside")

    assert (await sandbox.command(["cat", "a.txt"], folder=tmp_path)).stdout == "inside"
    assert (await sandbox.command(["pwd"], folder=tmp_path)).stdout.strip() == os.path.realpath(tmp_path)  # noqa: ASYNC240


@pytest.mark.parametrize("writable", [True, False])
async def test_the_folder_can_be_changed_only_where_that_was_asked(
    sandbox: RunSandbox, tmp_path: Path, writable: bool
) -> None:
    (tmp_path / "a.txt").write_text("old")

    done = await sandbox.command(["sh", "-c", "echo new > a.txt; touch b"], folder=tmp_path, writable=writable)

    changed = writable or sandbox.boundary == "none"  # the control: without a boundary nothing holds it back
    assert (tmp_path / "a.txt").read_text() == ("new\n" if changed else "old")
    assert (tmp_path / "b").exists() == changed
    assert (done.exit_code == 0) == changed


async def test_beside_the_folder_nothing_is_changed_or_read(sandbox: RunSandbox, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "secret").write_text("mine")
    (folder / "link").symlink_to(tmp_path / "secret")

    read = await sandbox.command(["cat", "../secret"], folder=folder, writable=True)
    followed = await sandbox.command(["cat", "link"], folder=folder, writable=True)
    await sandbox.command(["sh", "-c", "echo x > link; echo x > ../new"], folder=folder, writable=True)

    kept = sandbox.boundary != "none"
    assert (read.stdout == "mine") == (not kept)
    assert (followed.stdout == "mine") == (not kept)
    assert ((tmp_path / "secret").read_text() == "mine") == kept
    assert (tmp_path / "new").exists() == (not kept)


@pytest.mark.parametrize("network", [True, False])
async def test_there_is_a_network_only_where_that_was_asked(sandbox: RunSandbox, tmp_path: Path, network: bool) -> None:
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"

    done = await sandbox.command([sys.executable, "-I", "-c", code], folder=tmp_path, network=network)
    server.close()

    assert (done.exit_code == 0) == (network or sandbox.boundary == "none")


async def test_its_environment_holds_what_is_given_and_no_key(
    sandbox: RunSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "canary-5ecre7")

    done = await sandbox.command(["env"], folder=tmp_path, variables={"MORE": "a b"})

    names = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert "canary" not in done.stdout
    assert "MORE=a b" in done.stdout.splitlines()
    assert names <= {"PATH", "LANG", "PYTHONUTF8", "HOME", "TMPDIR", "MORE", "PWD", "_", "SHLVL", "OLDPWD"}


@ALIKE
async def test_standard_input_goes_in_and_long_outputs_are_cut(sandbox: RunSandbox, tmp_path: Path) -> None:
    text = "x" * 3_000_000

    done = await sandbox.command(["cat"], folder=tmp_path, stdin=text, most_bytes=1000)

    assert done.stdout == "x" * 1000
    assert done.is_cut
    assert (await sandbox.command(["cat"], folder=tmp_path)).stdout == ""
    assert (await sandbox.command(["true"], folder=tmp_path, stdin=text)).exit_code == 0


@ALIKE
async def test_exit_codes_and_signals_are_told_apart(sandbox: RunSandbox, tmp_path: Path) -> None:
    async def end(script: str) -> int:
        return (await sandbox.command(["sh", "-c", script], folder=tmp_path)).exit_code

    assert await end("exit 3") == 3
    assert await end("exit 137") == 137
    assert await end("kill -9 $$") == -9
    assert await end("yes | head -1 > /dev/null") == 0


@ALIKE
async def test_a_program_that_is_not_there_is_named(sandbox: RunSandbox, tmp_path: Path) -> None:
    with pytest.raises(NodeError, match="`no-such-program` does not start: No such file"):
        await sandbox.command(["no-such-program"], folder=tmp_path)
    with pytest.raises(NodeError, match="there is no folder `nowhere`"):
        await sandbox.command(["true"], folder=tmp_path / "nowhere")
    with pytest.raises(NodeError, match="NUL"):
        await sandbox.command(["echo", "a\0b"], folder=tmp_path)


async def test_too_long_a_command_is_ended_with_all_it_started(sandbox: RunSandbox, tmp_path: Path, mark: str) -> None:
    script = "setsid sleep 1000 & trap '' TERM INT; sleep 1000"

    with pytest.raises(NodeError, match=r"did not end within 0\.5 s"):
        await sandbox.command(["sh", "-c", script], folder=tmp_path, timeout_s=0.5)

    assert gone(mark), marked(mark)


async def test_what_a_command_leaves_running_ends_with_it(sandbox: RunSandbox, tmp_path: Path, mark: str) -> None:
    done = await sandbox.command(["sh", "-c", "setsid sleep 1000 & echo started"], folder=tmp_path, timeout_s=20)

    assert done.stdout == "started\n"
    assert gone(mark), marked(mark)


async def test_an_aborted_command_is_ended(sandbox: RunSandbox, tmp_path: Path, mark: str) -> None:
    task = asyncio.create_task(sandbox.command(["sleep", "1000"], folder=tmp_path, timeout_s=2000))
    assert await appear(mark, "sleep")

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert gone(mark), marked(mark)


async def test_memory_of_a_command_is_bounded(sandbox: RunSandbox, tmp_path: Path) -> None:
    code = "x = bytearray(300_000_000); print(len(x))"
    argv = [sys.executable, "-I", "-c", code]

    assert (await sandbox.command(argv, folder=tmp_path, memory_mb=100)).exit_code != 0
    assert (await sandbox.command(argv, folder=tmp_path, memory_mb=1000)).stdout == "300000000\n"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
async def test_git_works_in_a_box(sandbox: RunSandbox, tmp_path: Path) -> None:
    who = {f"GIT_{role}_{part}": "somebody" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    script = "git init -q . && echo a > a && git add a && git commit -q -m first && git log --format=%s"

    done = await sandbox.command(["sh", "-c", script], folder=tmp_path, writable=True, variables=who)

    assert (done.stdout, done.exit_code) == ("first\n", 0), done.stderr


@pytest.mark.parametrize("boundary", thorough_but({"bubblewrap"}.__contains__, boundaries.ALL), indirect=True)
async def test_tests_of_a_project_run_in_a_box(sandbox: RunSandbox, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert 1 + 1 == 2\n")
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]

    done = await sandbox.command(argv, folder=tmp_path, variables={"PYTHONDONTWRITEBYTECODE": "1"})

    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert not os.access(tmp_path / "__pycache__", os.F_OK)


async def test_a_folder_of_the_settings_can_be_read_besides(boundary: Boundary, pool: Pool, tmp_path: Path) -> None:
    folder, other = tmp_path / "project", tmp_path / "tools"
    folder.mkdir()
    other.mkdir()
    (other / "a").write_text("found")

    async def read(folders: str) -> str:
        sandbox = RunSandbox("graph", wish=boundary, folders=folders, pool=pool)
        place = str(other / "a")
        code = f"def main():\n    try:\n        return open({place!r}).read()\n    except OSError:\n        return ''"
        by_command = (await sandbox.command(["cat", str(other / "a")], folder=folder)).stdout
        assert by_command == (await sandbox.python(code, {})).value
        return by_command

    assert await read(f"/nowhere{os.pathsep}{other}") == "found"
    assert await read("") == ("found" if boundary == "none" else "")


def test_of_path_whole_installations_are_seen_and_never_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("node/bin", "node/lib", ".pyenv/shims", ".local/bin", ".local/lib", "bin", "lib", "alone/bin"):
        (tmp_path / name).mkdir(parents=True)
    names = ("node/bin", ".pyenv/shims", ".local/bin", "bin", "alone/bin", ".")
    path = os.pathsep.join([*(str(tmp_path / name) for name in names), "", "relative"])

    seen = set(views._programs(path))

    assert seen == {str(tmp_path / name) for name in ("node", ".pyenv", ".local/bin", "bin", "alone/bin")}
