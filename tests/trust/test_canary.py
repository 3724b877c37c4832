"""A key that slips into what a run is told is nowhere afterwards: files, outputs, errors, reports, exports."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from studio.cli.main import main
from studio.support import keys
from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli

CANARY = 'sk-canary/4711+ab="cd"\\ü'
"""Other in every form that a text may take on its way: in a URL, in JSON, in base64."""

GRAPH = """
studio: 1
name: canary
nodes:
  leak: {type: flow.input}
  ask: {type: llm.function, instructions: "Use {key}", output: text, on_error: route}
  note: {type: debug.log}
  out: {type: flow.output}
edges:
  - leak.value -> ask.key
  - leak.value -> note.value
  - ask.text -> out.value
"""


def forms(key: str) -> Iterator[bytes]:
    """The key as it may stand in a file, encoded in ways that people and programs undo without thinking."""
    data = key.encode()
    yield from (data, data.hex().encode(), quote(key, safe="").encode(), base64.b64encode(data))
    yield from (json.dumps(key)[1:-1].encode(), json.dumps(key, ensure_ascii=False)[1:-1].encode())
    yield base64.urlsafe_b64encode(data)


def found_in(*texts: bytes) -> list[bytes]:
    return [form for form in forms(CANARY) for text in texts if form in text]


def files_under(*folders: Path) -> list[bytes]:
    return [path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_API_KEY", CANARY)


def leak(cli: Cli, folder: Path) -> list[bytes]:
    """Run a graph whose prompt holds the key and whose model says it back, look at the run in every way there is, and
    return all that was said."""
    (folder / "canary.yaml").write_text(GRAPH)
    (folder / "replies.jsonl").write_text(json.dumps({"reply": "I shall use it."}) + "\n")
    (folder / "key.txt").write_text(CANARY)
    said = [
        cli("run", folder / "canary.yaml", "-i", f"leak=@{folder / 'key.txt'}", "--model",
            f"scripted:{folder / 'replies.jsonl'}"),
        cli("show", "last"), cli("show", "last", "--json"), cli("prompts", "last"), cli("prompts", "last", "--json"),
        cli("sql", "SELECT * FROM effect"), cli("sql", "SELECT * FROM prompt", "--json"), cli("search", "Use"),
        cli("runs", "--json"), cli("replay", "last", "--verify"),
        cli("graph", folder / "canary.yaml", "--svg", folder / "canary.svg"),
    ]  # fmt: skip
    assert said[0].code == 0, said[0].err
    assert "secret:CANARY_API_KEY" in said[4].out or "canary" in said[4].out
    (folder / "key.txt").unlink()
    return [(told.out + told.err).encode() for told in said]


def test_a_key_in_a_prompt_is_in_nothing_that_the_run_leaves_behind(
    cli: Cli, tmp_path: Path, own_home: Path, known: None
) -> None:
    said = leak(cli, tmp_path)

    assert found_in(*files_under(tmp_path, own_home)) == []
    assert [text for text in said if found_in(text)] == []
    assert found_in(*files_under(tmp_path, own_home)) == []


def test_control_a_text_that_is_no_known_key_is_found_there(cli: Cli, tmp_path: Path, own_home: Path) -> None:
    said = leak(cli, tmp_path)

    assert CANARY.encode() in b"".join(files_under(own_home))
    assert found_in(*said)


class Crash(Exception):
    pass


def crash(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = CANARY

    def broken(*_: object) -> object:
        raise Crash(f"the header was Bearer {secret}")

    monkeypatch.setattr("studio.cli.commands.examples.run", broken)


@pytest.mark.parametrize("json_too", [False, True])
def test_a_crash_of_ours_writes_no_key_into_its_report(
    json_too: bool, own_home: Path, known: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    crash(monkeypatch)

    assert main(["examples", *(["--json"] if json_too else [])]) == 1

    out, err = capfd.readouterr()
    reports = list(own_home.rglob("studio-fault-*"))
    assert len(reports) == 1
    assert "Crash" in reports[0].read_text()
    assert found_in(out.encode(), err.encode(), *files_under(own_home)) == []


def test_control_without_the_scrubber_the_report_would_hold_it(
    own_home: Path, known: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(monkeypatch)
    monkeypatch.setattr("studio.cli.faults.scrub_error", lambda text: text)

    main(["examples"])

    assert found_in(*files_under(own_home))


def test_an_error_that_quotes_a_key_is_told_without_it(cli: Cli, known: None) -> None:
    for told in (cli("show", CANARY), cli("show", CANARY, "--json"), cli("run", f"/nowhere/{CANARY}.yaml")):
        assert told.code == 2
        assert found_in(told.out.encode(), told.err.encode()) == []


def test_every_form_is_scrubbed(known: None) -> None:
    for form in forms(CANARY):
        assert form not in keys.scrub(f"before {form.decode()} after").encode()
