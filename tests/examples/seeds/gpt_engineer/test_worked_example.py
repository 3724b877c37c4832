"""gpt_engineer does what the program of July 2023 did in the worked example of its sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.seeds.gpt_engineer.engineer import CODE, ORDER, PROMPT, SCRIPT, engineer, files, said, talk
from tests.support.seeds import Played


def the_worked_example(tmp_path: Path) -> Played:
    return engineer(tmp_path, ["Which language?", "Nothing more to clarify.", CODE, SCRIPT], ["python", "", "y", "y"])


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return the_worked_example(tmp_path_factory.mktemp("worked"))


def test_the_worked_example_fires_its_modules_in_order(worked: Played) -> None:
    assert worked.fired(*ORDER) == [
        "clarifier", "clear_enough_test", "human_answer", "clarifier", "clear_enough_test", "code_writer",
        "file_reader", "start_script_writer", "run_gate", "runner", "review",
    ]  # fmt: skip
    assert worked.result.calls == 4
    assert worked.result.ended == "quiet"
    worked.verify()


def test_the_worked_example_makes_these_files_and_runs_the_start_script(worked: Played) -> None:
    assert files(worked) == {
        "all_output.txt": CODE.strip(),
        "main.py": "from util.helper import word\nprint(word)\n",
        "util/helper.py": 'word = "hello"\n',
        "requirements.txt": "none\n",
        "README.md": "The core class is Greeter.\n\nmain.py\n",
        "run.sh": "echo ready\n\npython3 main.py\n",
    }
    assert worked.held("workspace") == files(worked)
    assert worked.output("runner", "stdout") == "ready\nhello\n"
    assert worked.result.outputs["exit_code"] == 0


def test_the_review_of_the_worked_example_needs_two_answers(worked: Played) -> None:
    assert worked.result.outputs["answers"] == {
        "ran": True, "perfect": True, "works": None, "comments": "", "raw": "y, y, ",
    }  # fmt: skip
    assert worked.held("memory") == {"review": worked.result.outputs["answers"]}
    assert len(worked.firings("ask")) == 2


def test_every_step_leaves_its_messages_under_its_name(worked: Played) -> None:
    logs = worked.held("step_logs")

    assert list(logs) == ["clarify", "gen_clarified_code", "gen_entrypoint", "execute_entrypoint", "human_review"]
    assert [one["role"] for one in logs["clarify"]] == ["system", "user", "assistant", "user", "assistant"]
    assert logs["gen_clarified_code"][-1]["content"] == CODE.strip()
    assert logs["execute_entrypoint"] == logs["human_review"] == []


def test_the_code_writer_gets_the_clarifying_without_its_system_message(worked: Played) -> None:
    clarifying = talk(worked, "clarifier", 1)
    writing = talk(worked, "code_writer")

    assert writing[0][0] == "system"
    assert writing[0] != clarifying[0]
    assert writing[1:5] == clarifying[1:]
    assert [role for role, _ in writing] == ["system", "user", "assistant", "user", "assistant", "user", "assistant"]


def test_the_start_script_writer_sees_the_whole_reply_and_nothing_else(worked: Played) -> None:
    assert CODE.strip() in said(worked, "start_script_writer")
    assert [role for role, _ in talk(worked, "start_script_writer")] == ["system", "user", "assistant"]
    assert PROMPT not in said(worked, "start_script_writer")


def test_the_same_replies_give_the_same_run(worked: Played, tmp_path: Path) -> None:
    assert the_worked_example(tmp_path).fired() == worked.fired()
