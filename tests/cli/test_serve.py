"""`studio serve` as a process: it says where it is, answers, and ends in order when it is told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

GRAPH = """
studio: 1
name: echo
nodes:
  message: {type: flow.input, kind: text}
  shout: {type: text.template, template: "{text}!"}
  reply: {type: flow.output, kind: text}
edges:
  - message.value -> shout.text
  - shout.text -> reply.value
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    graph = tmp_path / "echo.yaml"
    graph.write_text(GRAPH, "utf-8")
    command = [
        sys.executable,
        "-m",
        "studio",
        "serve",
        str(graph),
        "--port",
        "0",
        "--json",
        "--db",
        str(tmp_path / "t.db"),
    ]
    environment = {**os.environ, "STUDIO_HOME": str(tmp_path / "home")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as server:
        try:
            assert server.stdout is not None
            said = json.loads(server.stdout.readline())
            body = json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode()
            request = urllib.request.Request(
                f"{said['base_url']}/chat/completions", body, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=30) as response:
                answer = json.load(response)
            server.send_signal(signal.SIGINT)
            code = server.wait(30)
        finally:
            server.kill()

    assert (said["input"], said["output"]) == ("message", "reply")
    assert answer["choices"][0]["message"]["content"] == "hi!"
    assert code == 0
