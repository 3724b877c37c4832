"""A key goes through whole runs that succeed, are refused with an echo, and time out; afterwards it is nowhere."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import pytest

from studio import Graph, run
from studio.models.catalog import Catalog
from studio.settings import Settings
from tests.support.fake_llm_server import Step, chat, echo_key, fake_llm_server

CANARY = "canary-key-4711-abcdef-0815"
GRAPH = """
studio: 1
name: canary
nodes:
  ask: {type: llm.function, instructions: Say hello., output: text, timeout_s: 5, repairs: 0}
  result: {type: flow.output}
edges:
  - ask.text -> result.value
"""


@pytest.mark.parametrize("case", ["success", "refused", "failed", "timeout"])
def test_no_file_and_no_text_of_a_run_holds_the_key(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    held = threading.Event()
    steps = {
        "success": [chat(f"your key is {CANARY}")],
        "refused": [echo_key(401)],
        "failed": [echo_key(400)],
        "timeout": [Step(wait=held)] * 9,
    }[case]
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    graph = GRAPH.replace("timeout_s: 5", "timeout_s: 0.3") if case == "timeout" else GRAPH
    (tmp_path / "canary.yaml").write_text(graph)

    with fake_llm_server(*steps) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base)
        monkeypatch.setenv("OPENAI_API_BASE", server.base)
        catalog = Catalog(Settings({"keys": {"keyring": False}}), model="openai/gpt-4o-mini")
        result = run(Graph.load(tmp_path / "canary.yaml"), catalog=catalog, db=tmp_path / "trace.db")
        held.set()

    assert server.headers[0]["authorization"] == f"Bearer {CANARY}"  # it did go out, to the one place it may
    assert result.status == ("ok" if case == "success" else "failed")
    out, err = capfd.readouterr()
    seen = [json.dumps(result.to_json()).encode(), out.encode(), err.encode()]
    seen += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(seen) >= 5
    for form in (CANARY.encode(), base64.b64encode(CANARY.encode()), CANARY.encode().hex().encode()):
        assert not any(form in text for text in seen)
