"""gpt_engineer reads files out of replies, runs what it wrote, has it reviewed and archives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace
from studio.replay.sql import ask
from studio.support.resources import resource_root
from tests.examples.seeds.gpt_engineer.engineer import (
    AFTER_CODE,
    CODE,
    GRAPH,
    ORDER,
    SCRIPT,
    engineer,
    files,
    said,
)
from tests.support.seeds import Played, play

# -- reading files ---------------------------------------------------------------------------------


def test_names_and_blocks_go_wrong_as_they_did(tmp_path: Path) -> None:
    reply = (
        "Intro.\n\n**bold.py**\n```python\na = 1\n```\n`b.py`:\n```\nb = 1\n```\n`c.py`\n```\nc = 1\n```\n"
        'File: <d>|".py\n```\nd = 1\n```\n'
    )

    played = engineer(tmp_path, [reply, SCRIPT], ["no"], steps="simple")

    assert files(played) == {
        "all_output.txt": reply.strip(), "bold.py": "a = 1\n", "`b.py`:": "b = 1\n", "c.py": "c = 1\n",
        "d.py": "d = 1\n", "README.md": "Intro.\n\n**bold.py**\n", "run.sh": "echo ready\n\npython3 main.py\n",
    }  # fmt: skip


def test_a_block_without_a_name_is_lost_but_for_the_raw_reply(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["```python\nlost = 1\n```", "No commands."], ["no"], steps="simple")

    assert files(played) == {"all_output.txt": "```python\nlost = 1\n```", "README.md": "", "run.sh": ""}


def test_in_0_3_1_colons_go_too_contents_are_trimmed_and_nothing_else_is_kept(tmp_path: Path) -> None:
    played = engineer(
        tmp_path, ["Intro.\n`b.py`:\n```\n\nb = 1\n\n```", SCRIPT], ["no"], steps="simple", version="0.3.1"
    )

    assert files(played) == {"b.py": "b = 1", "run.sh": "echo ready\n\npython3 main.py\n"}
    assert "File: b.py\n1 b = 1" in said(played, "start_script_writer")


# -- running ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "version", "runs"),
    [
        ("", "2023", True), ("Y", "2023", False), ("Yes", "0.3.1", True),
        *(pytest.param(*row, marks=pytest.mark.thorough) for row in [
            ("y", "2023", True), ("yes", "2023", True), ("no", "2023", False), ("sure", "2023", False),
            (" ", "2023", False), ("n", "0.3.1", False),
        ]),
    ],
)  # fmt: skip
def test_only_enter_y_and_yes_run_it(tmp_path: Path, answer: str, version: str, runs: bool) -> None:
    played = engineer(tmp_path, [CODE, SCRIPT], [answer], steps="simple", version=version)

    assert played.fired("run_gate", "runner") == ["run_gate", *(["runner"] if runs else [])]


def test_the_gate_shows_what_would_run(tmp_path: Path) -> None:
    played = engineer(tmp_path, [CODE, SCRIPT], ["no"], steps="simple")

    with Trace(played.db) as trace:
        (request,) = ask(
            trace, "SELECT request FROM effect WHERE run = ? AND kind = 'human'", (played.result.run_id,)
        ).rows[0]
    assert "python3 main.py" in str(request)


def test_without_an_answer_nothing_runs(tmp_path: Path) -> None:
    played = play(GRAPH, {"steps": "simple"}, replies=[CODE, SCRIPT], tmp_path=tmp_path, status="failed")

    assert played.fired("runner") == []


def test_a_program_that_fails_is_for_the_person_to_find(tmp_path: Path) -> None:
    failing = "```\nexit 7\n```"

    played = engineer(tmp_path, ["no", CODE, failing], ["", "n", "it stops"])

    assert played.result.outputs["exit_code"] == 7
    assert played.result.calls == 3
    assert played.fired("runner", "improver") == ["runner"]


def test_what_the_program_writes_is_in_the_workspace_and_nowhere_else(tmp_path: Path) -> None:
    graphs = resource_root("graphs")
    before = sorted(path.name for path in graphs.iterdir())

    played = engineer(tmp_path, [CODE, "```\necho made > made.txt\n```"], [""], steps="simple")

    assert files(played)["made.txt"] == "made\n"
    assert sorted(path.name for path in graphs.iterdir()) == before


# -- the review ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "asked", "review"),
    [
        pytest.param(["y", "y"], ["ran", "perfect"], (True, True, None, "", "y, y, "), marks=pytest.mark.thorough),
        (["y", "n", "y", "ugly"], ["ran", "perfect", "useful", "comments"], (True, False, True, "ugly", "y, n, y")),
        pytest.param(
            ["y", "u", "n", ""],
            ["ran", "perfect", "useful", "comments"],
            (True, None, False, "", "y, u, n"),
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            ["n", "crash"], ["ran", "comments"], (False, None, None, "crash", "n, , "), marks=pytest.mark.thorough
        ),
        pytest.param(["u", ""], ["ran", "comments"], (None, None, None, "", "u, , "), marks=pytest.mark.thorough),
        (["maybe", "Y", "y", "y"], ["ran", "perfect"], (True, True, None, "", "y, y, ")),
    ],
)
def test_later_questions_come_only_if_they_are_needed(
    tmp_path: Path, answers: list[str], asked: list[str], review: tuple[Any, ...]
) -> None:
    played = engineer(tmp_path, [], ["no", *answers], steps="evaluate", workspace_before={"run.sh": "true\n"})

    assert played.fired("ran", "perfect", "useful", "comments") == asked
    names = ("ran", "perfect", "works", "comments", "raw")
    assert played.held("memory")["review"] == dict(zip(names, review, strict=True))
    assert played.fired("review") == ["review"]


# -- the archive -----------------------------------------------------------------------------------


def test_a_later_run_moves_old_memory_and_workspace_to_a_dated_folder(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["no", CODE, SCRIPT], ["no", "n", ""], workspace_before={"old.py": "x"},
                      memory_before={"specification": "old"})  # fmt: skip

    assert played.held("archive") == {
        "20230701_123456": {"memory": {"specification": "old"}, "workspace": {"old.py": "x"}}
    }
    assert "old.py" not in files(played)


@pytest.mark.parametrize(
    "steps",
    [
        "evaluate",
        pytest.param("execute_only", marks=pytest.mark.thorough),
        pytest.param("use_feedback", marks=pytest.mark.thorough),
    ],
)
def test_steps_that_go_on_with_what_is_there_archive_nothing(tmp_path: Path, steps: str) -> None:
    before = {"run.sh": "true\n", "all_output.txt": "old"}
    replies = [CODE, SCRIPT] if steps == "use_feedback" else []

    played = engineer(tmp_path, replies, ["no", "n", ""], steps=steps, workspace_before=before,
                      memory_before={"specification": "old"}, feedback="It is rude.")  # fmt: skip

    assert played.held("archive") == {}
    assert played.held("memory")["specification"] == "old"
    assert set(before) <= set(files(played))


# -- a real folder ---------------------------------------------------------------------------------


def test_a_folder_of_the_project_is_written_and_archived_by_the_next_run(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    bundled = resource_root("graphs") / "gpt_engineer.yaml"
    (project / "gpt_engineer.yaml").write_text(bundled.read_text(encoding="utf-8"), encoding="utf-8")

    def made(replies: list[str], **inputs: Any) -> Played:
        return play(Graph.load(project / "gpt_engineer.yaml"), {"folder": "out/app", "steps": "benchmark", **inputs},
                    replies=replies, tmp_path=tmp_path, clock="2023-07-01T12:34:56Z")  # fmt: skip

    first = made([CODE, SCRIPT])
    assert {name: (project / "out/app/workspace" / name).read_text() for name in files(first)} == files(first)

    second = made(["new.py\n```\nx\n```", SCRIPT])
    kept = project / "out/app/archive/20230701_123456/workspace"
    assert {str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()} == set(files(first))
    now = project / "out/app/workspace"
    assert {str(path.relative_to(now)) for path in now.rglob("*") if path.is_file()} == set(files(second))
    assert second.held("archive")["20230701_123456"]["workspace"] == files(first)


@pytest.mark.parametrize("version", ["2023", pytest.param("0.3.1", marks=pytest.mark.thorough)])
def test_an_empty_reply_is_a_reply_and_the_list_goes_on(tmp_path: Path, version: str) -> None:
    replies = ["Language?", "", "no", " \n", ""]
    played = engineer(tmp_path, replies, ["python", "ada", "", "y", "y"], version=version)

    assert played.fired("clarifier", "clear_enough_test", "human_answer", *ORDER[6:]) == [
        "clarifier", "clear_enough_test", "human_answer", "clarifier", "clear_enough_test", "human_answer",
        "clarifier", "clear_enough_test", "code_writer", "file_reader", *AFTER_CODE,
    ]  # fmt: skip
    nothing = {"all_output.txt": "", "README.md": ""} if version == "2023" else {}
    assert files(played) == {**nothing, "run.sh": ""}
    spec = engineer(tmp_path, ["", "", "", "", "", "", ""], ["no", "n", ""], steps="respec", version=version)
    assert spec.held("memory")["specification"] == spec.held("memory")["unit_tests"] == ""
    assert spec.result.calls == 7
