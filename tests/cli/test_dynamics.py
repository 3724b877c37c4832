"""`studio dynamics`: verdicts of runs, of traces in the exchange format, and of automata, and their pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

RULE = {"id": "rule 110", "kind": "eca", "rule": 110}


def trace(tmp_path: Path, *runs: dict[str, object]) -> Path:
    path = tmp_path / "runs.jsonl"
    path.write_text("".join(json.dumps(run) + "\n" for run in runs), "utf-8")
    return path


def circling(id: str = "a") -> dict[str, object]:
    said = (
        "Open the gate of the north field and count the sheep.",
        "The gate of the north field is shut, no sheep seen.",
    )
    events = [{"t": t, "m": ("planner", "worker")[t % 2], "out": said[t % 2]} for t in range(24)]
    modules = [{"id": "planner", "kind": "llm", "in": ["worker"]}, {"id": "worker", "kind": "tool", "in": ["planner"]}]
    return {"id": id, "root_goal": "Bring the sheep home.", "modules": modules, "events": events, "t_end": 24}


def test_the_recorded_run_of_an_example_is_judged_with_its_evidence_and_measures(cli: Cli) -> None:
    told = cli("dynamics", "babyagi")

    assert told.code == 0
    assert "class IV" in told.out.splitlines()[0]
    first = {line.split()[0] for line in told.out.splitlines() if line.strip()}
    assert {"executor/version_a", "prioritiser/version_a"} <= first
    found = cli("dynamics", "babyagi", "--json").json
    assert (found["verdict"], found["class"]) == ("productive", "IV")
    assert "executor/version_a" in [one["id"] for one in found["measures"]["modules"]]
    assert all(one["token_bits"] > 0 for one in found["measures"]["modules"]), "the embedded model tells it"
    every = cli("dynamics", "babyagi", "--all", "--json").json
    assert len(every["measures"]["modules"]) > len(found["measures"]["modules"])


def test_every_run_of_a_trace_gets_a_line_and_the_same_line_each_time(cli: Cli, tmp_path: Path) -> None:
    path = trace(tmp_path, circling("a"), circling("b"))
    told = cli("dynamics", "--trace", path)
    lines = [json.loads(line) for line in told.out.splitlines()]

    assert [(one["id"], one["verdict"], one["class"]) for one in lines] == [
        ("a", "circle", "II"),
        ("b", "circle", "II"),
    ]
    assert lines[0]["period"] == 2
    assert any(alarm["level"] == "stop" for alarm in lines[0]["alarms"])
    assert cli("dynamics", "--trace", path).out == told.out


def test_signs_that_drive_a_terminal_are_escapes_in_what_is_printed(cli: Cli, tmp_path: Path) -> None:
    tricky = "m\u202e\x9b31m\x1b[2J\x7f"
    events = [{"t": t, "m": tricky, "out": f"open the gate of field {tricky}"} for t in range(12)]
    told = cli("dynamics", "--trace", trace(tmp_path, {"id": tricky, "events": events}))

    assert json.loads(told.out)["id"] == tricky
    assert tricky in json.loads(told.out)["evidence"][0]
    assert not {"\u202e", "\x9b", "\x1b", "\x7f"} & set(told.out)


def test_a_trace_of_no_modules_has_a_picture_of_their_flow_all_the_same(cli: Cli, tmp_path: Path) -> None:
    told = cli("dynamics", "--trace", trace(tmp_path, {"id": "a", "events": []}), "--flow", tmp_path / "flow.svg")

    assert (told.code, json.loads(told.out)["verdict"]) == (0, "undetermined")
    assert (tmp_path / "flow.svg").exists()


def test_a_verdict_is_told_also_where_its_picture_would_be_too_large(cli: Cli, tmp_path: Path) -> None:
    events = [{"t": 0, "m": f"m{number}", "out": "open the gate"} for number in range(3000)]
    told = cli("dynamics", "--trace", trace(tmp_path, {"id": "a", "events": events}), "--png", tmp_path / "a.png")

    assert told.code == 2
    assert json.loads(told.out)["id"] == "a"


def test_a_run_that_is_written_out_is_judged_alike_when_it_is_read_again(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    here = cli("dynamics", "babyagi", "--save-trace", path, "--json").json
    there = json.loads(cli("dynamics", "--trace", path).out)

    assert {key: there[key] for key in ("id", "verdict", "class", "alarms")} == {
        key: here[key] for key in ("id", "verdict", "class", "alarms")
    }


def test_automata_are_judged_a_line_each(cli: Cli, tmp_path: Path) -> None:
    spec = tmp_path / "rules.json"
    spec.write_text(json.dumps([RULE, {"id": "still", "kind": "eca", "rule": 0}]), "utf-8")
    lines = [json.loads(line) for line in cli("dynamics", "--ca", spec).out.splitlines()]

    assert [(one["id"], one["class"]) for one in lines] == [("rule 110", "IV"), ("still", "I")]
    assert lines[0]["lambda"] == 0.625


def test_a_run_and_an_automaton_are_drawn_side_by_side(cli: Cli, tmp_path: Path) -> None:
    spec = tmp_path / "rule.json"
    spec.write_text(json.dumps(RULE), "utf-8")
    names = [tmp_path / name for name in ("side.png", "r.svg", "f.png")]
    told = cli("dynamics", "critic_loop", "--ca", spec, "--png", names[0], "--recurrence", names[1], "--flow", names[2])

    assert told.code == 0, told.err
    assert names[0].read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in names[1].read_bytes()[:1000]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nobody",), 2, "There are no runs yet"),
        (("critic_loop", "babyagi", "--flow", "x.png"), 2, "Name one run"),
        (("critic_loop", "--png", "x.gif"), 2, ".png or .svg"),
        (("--trace", "no-such.jsonl"), 2, "no-such.jsonl"),
        (("--ca", "no-such.json"), 2, "cannot be read"),
        (("critic_loop", "--png", "no-such-folder/x.png"), 5, "cannot be saved"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    told = cli("dynamics", *words)

    assert (told.code, says in told.err) == (code, True), told.err


@pytest.mark.parametrize("line", ["nonsense", '{"id": "a", "events": [{"t": -1, "m": "x"}]}', "[1]"])
def test_a_line_that_is_no_run_is_named(cli: Cli, tmp_path: Path, line: str) -> None:
    path = trace(tmp_path, circling())
    path.write_text(path.read_text() + line + "\n", "utf-8")
    told = cli("dynamics", "--trace", path)

    assert told.code == 2
    assert "2" in told.err
    assert len(told.out.splitlines()) == 1, "what came before it is told"


def test_the_page_says_what_cannot_be_seen() -> None:
    from studio.dynamics.analysis import LIMITS
    from studio.help import page_text

    assert LIMITS.strip() in page_text("dynamics")
