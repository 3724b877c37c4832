"""Tool servers: one process per run, ended with it; hostile ones cost a sentence and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from studio.spec.outside import ServerSpec
from studio.support import keys
from studio.support.errors import NodeError
from studio.tools.secrets import bind, command_place, secret_for
from studio.tools.server_tools import tool_hash
from studio.tools.servers import McpServers
from tests.support.thorough import thorough_but

HERE = Path(__file__).parent
WEATHER = HERE / "weather_server.py"
QUICK = HERE / "quick_server.py"
HOSTILE = HERE / "hostile_server.py"

posix = pytest.mark.skipif(os.name != "posix", reason="asks the system of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux gives orphans to whoever asks for them")


def secret(name: str, origin: str) -> str:
    return secret_for(name, origin, keyring=False)


def weather(*arguments: str, **more: Any) -> ServerSpec:
    return ServerSpec((sys.executable, str(WEATHER), *arguments), **more)


def quick(*arguments: str, **more: Any) -> ServerSpec:
    return ServerSpec((sys.executable, str(QUICK), *arguments), **more)


def hostile(mode: str) -> ServerSpec:
    return ServerSpec((sys.executable, "-u", str(HOSTILE), mode))


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[McpServers]:
    made = McpServers(tmp_path, secret)
    yield made
    await made.close()


def running(word: str) -> list[int]:
    """Processes whose command line holds a word."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in entry.read_bytes() and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.02)


# -- one process per run --------------------------------------------------------------------------


async def test_a_server_of_the_reference_package_is_asked(servers: McpServers) -> None:
    tools = {tool.name: tool for tool in await servers.tools(weather())}
    result = await servers.call(weather(), "forecast", {"city": "Rome", "days": 2})

    assert tools["forecast"].schema["properties"]["city"]["type"] == "string"
    assert set((tools["forecast"].output_schema or {})["properties"]) == {"summary", "degrees"}
    assert result["structured"] == {"summary": "Rome: sun for 2 days", "degrees": 20.5}
    assert not result["is_error"]
    assert (await servers.call(weather(), "fail", {"title": "x"}))["is_error"]


async def test_nothing_starts_before_it_is_asked_and_all_firings_share_one_process(
    servers: McpServers, tmp_path: Path
) -> None:
    log = tmp_path / "starts"
    spec = quick("--log", str(log))
    assert not log.exists()

    said = await asyncio.gather(*(servers.call(spec, "echo", {"text": str(number)}) for number in range(10)))

    assert [one["content"][0]["text"] for one in said] == [str(number) for number in range(10)]
    assert len(log.read_text().split()) == 1


@posix
async def test_a_server_ends_with_the_run(servers: McpServers, tmp_path: Path) -> None:
    log = tmp_path / "starts"
    await servers.tools(quick("--log", str(log)))
    pid = int(log.read_text())
    os.kill(pid, 0)

    await servers.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(NodeError, match="run is over"):
        await servers.tools(quick())


async def test_the_environment_holds_what_is_named_and_no_keys(
    servers: McpServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_remembered", {})
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-servers-123")
    monkeypatch.setenv("WEATHER_PASS", "pass-for-this-server")
    spec = quick(variables=("WEATHER_PASS",))
    with pytest.raises(NodeError, match="not bound to command: "):
        await servers.call(spec, "environment", {})
    bind("WEATHER_PASS", command_place(spec.command, tmp_path))

    text = (await servers.call(spec, "environment", {}))["content"][0]["text"]

    names = {line.partition("=")[0] for line in text.splitlines()}
    assert "WEATHER_PASS" in names
    assert "OPENAI_API_KEY" not in names
    assert not names - {"WEATHER_PASS", "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "USER", "LOGNAME"}
    assert "pass-for-this-server" not in text  # the server told it, and the scrubber took it out
    assert "[secret:WEATHER_PASS]" in text


# -- servers that die -----------------------------------------------------------------------------


async def test_a_server_that_dies_is_started_once_more_and_then_told(servers: McpServers) -> None:
    with pytest.raises(
        NodeError, match=r"ended before it could answer the call of `die` \(exit code 3; .*sky is falling"
    ):
        await servers.call(quick(), "die", {})
    assert (await servers.call(quick(), "echo", {"text": "again"}))["content"][0]["text"] == "again"
    with pytest.raises(NodeError, match="sky is falling"):
        await servers.call(quick(), "die", {})
    with pytest.raises(NodeError, match="ended twice in this run"):
        await servers.call(quick(), "echo", {"text": "?"})


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("no_such_program_at_all",), "no program"),
        (("./missing",), "no program"),
        ((sys.executable, "-c", "raise SystemExit('my licence ran out')"), "my licence ran out"),
        ((sys.executable, "-c", ""), "ended before it could start"),
    ],
)
async def test_a_command_that_does_not_start_is_told(servers: McpServers, command: tuple[str, ...], told: str) -> None:
    with pytest.raises(NodeError, match=told):
        await servers.tools(ServerSpec(command))


async def test_a_server_is_a_command_or_a_url_and_starts_in_the_project(servers: McpServers) -> None:
    for spec in (ServerSpec(), ServerSpec(("x",), "http://x/")):
        with pytest.raises(NodeError, match="either a command or a URL"):
            await servers.tools(spec)
    for folder in ("..", "/", "missing"):
        with pytest.raises(NodeError, match="no folder"):
            await servers.tools(quick(folder=folder))


# -- servers that mean harm -----------------------------------------------------------------------


TOLD = {
    "silent": r"was not ready within 1 s",
    "version": r"did not start",
    "flood": r"more than 5000 messages that nobody asked for",
    "pings": r"more than 5000 messages that nobody asked for",
    "bulk": r"more than 32 MB that nobody asked for",
    "line": r"a message of more than 8 MB",
    "noise": r"no message of the protocol",
    "many": r"more than 1000 tools",
    "pages": r"more than 1000 tools",
    "wrong": r"did not say which tools it has",
    "deeper": r"a message that cannot be read",
}
EVERYDAY = {"silent", "flood", "line", "many", "wrong", "deeper"}
"""One of each kind of bound: of time, of messages, of bytes, of tools, of what is said, and of what can be read."""


@pytest.mark.parametrize("mode", thorough_but(EVERYDAY.__contains__, TOLD))
async def test_what_a_hostile_server_says_of_itself_is_bounded(servers: McpServers, mode: str) -> None:
    patience = 1 if mode == "silent" else 60

    with pytest.raises(NodeError, match=TOLD[mode]) as raised:
        await servers.tools(hostile(mode), timeout_s=patience)

    assert len(str(raised.value)) < 1_500
    # Who is next is served.
    assert (await servers.call(hostile("fine"), "good", {}))["content"][0]["text"] == "fine"


@pytest.mark.parametrize(
    ("mode", "names"),
    [("names", ["good", "../etc", "ok name", "🙂"]), ("deep", ["good"]), ("large", ["good"]), ("brackets", ["good"])],
)
async def test_tools_beyond_all_bounds_are_not_offered(servers: McpServers, mode: str, names: list[str]) -> None:
    assert [tool.name for tool in await servers.tools(hostile(mode))] == names


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("huge", "more than 5000 KB"),
        ("depth", "a message that cannot be read"),
        ("nonsense", "did not answer the call of `good`"),
        ("mute", r"did not answer the call of `good` within 0\.5 s"),
    ],
)
async def test_what_a_hostile_tool_gives_is_bounded(servers: McpServers, mode: str, told: str) -> None:
    await servers.tools(hostile(mode))

    with pytest.raises(NodeError, match=told):
        await servers.call(hostile(mode), "good", {}, timeout_s=0.5 if mode == "mute" else 60)


async def test_a_server_that_asks_for_models_files_or_passwords_gets_none(servers: McpServers) -> None:
    assert (await servers.call(hostile("asks"), "good", {}))["content"] == [{"type": "text", "text": "asked"}]


@linux
@pytest.mark.parametrize("mode", ["orphan", "stubborn"])
async def test_nothing_of_a_server_is_left_after_the_run(servers: McpServers, mode: str, tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    spec = ServerSpec((*hostile(mode).command, mark))
    await servers.tools(spec)
    assert len(running(mark)) >= 2

    await servers.close()

    assert running(mark) == []


HOST = """
import asyncio, json, sys
from pathlib import Path
from studio.spec.outside import ServerSpec
from studio.tools.servers import McpServers

async def main():
    servers = McpServers(Path("."), lambda name, origin: "")
    for command in json.loads(sys.argv[1]):
        await servers.tools(ServerSpec(tuple(command)))
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""

UNKEPT = """
import json, subprocess, sys, time
for command in json.loads(sys.argv[1]):
    subprocess.Popen(command, stdin=subprocess.PIPE)
print("ready", flush=True)
time.sleep(600)
"""


def killed_host(code: str, mark: str, modes: tuple[str, ...]) -> int:
    """Let a process start servers, kill it, and return how many processes it had started."""
    commands = json.dumps([[*hostile(mode).command, mark] for mode in modes])
    with subprocess.Popen([sys.executable, "-c", code, commands], stdout=subprocess.PIPE, text=True) as host:
        try:
            assert host.stdout is not None
            assert host.stdout.readline().strip() == "ready"
            deadline = time.monotonic() + 20
            while len(running(mark)) <= len(modes) and time.monotonic() < deadline:
                time.sleep(0.02)
            return len(running(mark)) - 1
        finally:
            host.send_signal(signal.SIGKILL)


@linux
async def test_nothing_of_a_server_is_left_after_the_studio_is_killed(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")

    started = await asyncio.to_thread(killed_host, HOST, mark, ("stubborn", "orphan"))

    assert started >= 5  # two keepers, two servers, and the child of one
    await until(lambda: running(mark) == [])


@linux
async def test_without_a_keeper_a_server_outlives_the_studio(tmp_path: Path) -> None:
    """The control: the same servers started as one usually starts a process."""
    mark = str(tmp_path / "mark")

    await asyncio.to_thread(killed_host, UNKEPT, mark, ("stubborn", "orphan"))

    try:
        await asyncio.sleep(1)
        assert len(running(mark)) >= 2
    finally:
        for pid in running(mark):
            os.kill(pid, signal.SIGKILL)


def test_the_hash_of_a_tool_is_over_all_that_is_relied_on() -> None:
    hashes = {
        tool_hash("name", "about", {"type": "object"}, None),
        tool_hash("other", "about", {"type": "object"}, None),
        tool_hash("name", "other", {"type": "object"}, None),
        tool_hash("name", "about", {}, None),
        tool_hash("name", "about", {"type": "object"}, {}),
    }

    assert len(hashes) == 5
    assert tool_hash("name", "about", {"a": 1, "b": 2}, None) == tool_hash("name", "about", {"b": 2, "a": 1}, None)
