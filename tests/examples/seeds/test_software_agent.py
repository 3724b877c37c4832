"""The software development agent: from a repository and a description to a ready branch, or to no valid patch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from studio.sandbox.boxes import RunSandbox
from studio.support.resources import bundled_graphs
from studio.tools.git.local import temporary_place
from tests.support.git_repos import git, make_repo
from tests.support.seeds import Played, play
from tests.support.untouched import make_untidy, state_of_all_files
from tests.support.workspaces import BareCommands

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

TEST = "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"
REPRODUCTION = "```python\nfrom calc import add\n\n\ndef test_sum():\n    assert add(1, 4) == 5\n```"
REQUIREMENTS = "add returns the sum of its arguments.\nCheck: add(2, 3) is 5."
UNDERSTOOD = [REQUIREMENTS, "calc.py", "add", "2"]
TITLE = "Let add return the sum\n\nIt returned the difference."
ORDER = (
    "restater", "repository_map", "file_picker", "element_picker", "line_picker", "patch_writer", "edit_applier",
    "syntax_gate", "regression_picker", "reproduction_writer", "test_runner", "repair_call", "voter",
    "branch_and_commit", "description_writer",
)  # fmt: skip


def swap(before: str, after: str, name: str = "calc.py") -> str:
    """An edit in the form that the agent asks for."""
    return f"{name}\n<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n"


MISSES = swap("    return a + c", "    return a + b")
RIGHT = swap("    return a - b", "    return a + b")
TIMES = swap("    return a - b", "    return a * b")
POWER = swap("    return a - b", "    return a ** b")


class Case:
    """A repository of a person, with work in progress in it, and what becomes of it."""

    def __init__(self, folder: Path, files: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.repo = make_repo(folder / "theirs")
        for name, text in (files or {"test_calc.py": TEST}).items():
            (self.repo / name).parent.mkdir(parents=True, exist_ok=True)
            (self.repo / name).write_text(text)
        git(self.repo, "add", "-A")
        git(self.repo, "commit", "-qm", "Tests")
        make_untidy(self.repo)
        self.before = state_of_all_files(self.repo)

    def play(self, replies: list[Any], description: str = "add must add", **inputs: Any) -> Played:
        """Let the agent work, and see that nothing of the person's was touched."""
        given = {"repository": str(self.repo), "description": description, **inputs}
        played = play("software_agent", given, replies=replies, tmp_path=self.folder)
        assert state_of_all_files(self.repo) == self.before
        assert len(played.prompts) == len(replies), "no model call more or fewer"
        return played

    def branches(self) -> list[str]:
        return git(self.repo, "branch", "--format=%(refname:short)").split()


@pytest.fixture(autouse=True)
def without_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of most runs start without a boundary, which takes a fraction of the time. The worked example and the
    session, which are made once, before this, run in the real sandbox."""
    commands = BareCommands()
    monkeypatch.setattr(RunSandbox, "command", lambda _, *args, **options: commands.command(*args, **options))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Played]:
    """The worked example of the sheet."""
    case = Case(tmp_path_factory.mktemp("example"))
    return case, case.play([*UNDERSTOOD, MISSES, RIGHT, REPRODUCTION, TITLE])


def test_the_modules_fire_in_the_order_of_the_sheet(worked: tuple[Case, Played]) -> None:
    played = worked[1]

    assert played.fired(*ORDER) == [
        "restater", "repository_map", "file_picker", "element_picker", "line_picker",
        "patch_writer", "edit_applier", "patch_writer", "edit_applier", "syntax_gate",
        "regression_picker", "reproduction_writer", "test_runner", "voter", "branch_and_commit", "description_writer",
    ]  # fmt: skip
    assert [one.node for one in played.prompts] == [
        "restater", "ask", "ask", "ask", "greedy_one", "greedy_one", "ask", "ask",
    ]  # fmt: skip


def test_the_first_edit_is_reported_and_the_second_try_is_told(worked: tuple[Case, Played]) -> None:
    played = worked[1]
    first, second = played.prompts[4], played.prompts[5]

    assert [one["applied"] for one in played.outputs("edit_applier")] == [False, True]
    assert "return a + c" in played.output("edit_applier", "problems")
    assert "return a + c" not in first.text
    assert "The nearest place is line 2" in second.text
    assert "Do not write the same edit again" in second.text.rpartition("What is wanted:")[2]
    assert [one["ok"] for one in played.outputs("syntax_gate")] == [True]


def test_each_step_of_localisation_narrows_what_the_next_one_sees(worked: tuple[Case, Played]) -> None:
    played = worked[1]

    assert played.output("file_picker", "picked") == ["calc.py"]
    assert [one["name"] for one in played.output("element_picker", "elements")] == ["add"]
    assert played.output("line_picker", "places") == [[{"source": "calc.py", "first": 2, "last": 2}]]
    assert "test_calc.py" in played.prompts[1].text
    assert all("test_calc.py" not in prompt.text for prompt in played.prompts[2:6])
    assert "2:     return a - b" in played.prompts[3].text
    assert all(REQUIREMENTS in prompt.text for prompt in played.prompts[1:6])


def test_what_failed_before_is_no_regression_test_and_the_reproduction_turns(worked: tuple[Case, Played]) -> None:
    played = worked[1]

    assert played.output("regression_picker", "baseline")["picked"] == []
    assert played.output("regression_picker", "baseline")["failed"] == ["test_calc.py::test_add"]
    assert [one["failed"] for one in played.outputs("before") if "failed" in one] == [
        ["test_reproduction.py::test_sum"]
    ]
    assert played.output("reproduction_after", "passed") == ["test_reproduction.py::test_sum"]
    assert played.output("tests_after", "passed") == ["test_calc.py::test_add"]
    assert (played.output("voter", "votes"), played.output("voter", "validated")) == (1, True)


def test_it_ends_in_a_ready_branch_of_one_commit_and_one_changed_line(worked: tuple[Case, Played]) -> None:
    case, played = worked
    outputs = played.result.outputs
    branch = outputs["branch"]

    assert outputs["outcome"] == "ready"
    assert case.branches() == [branch, "main"]
    assert git(case.repo, "rev-list", "--count", f"main..{branch}").strip() == "1"
    assert git(case.repo, "rev-parse", branch).strip() == outputs["commit"]
    assert git(case.repo, "diff", "--numstat", f"main..{branch}").split() == ["1", "1", "calc.py"]
    assert outputs["diff"] == git(case.repo, "diff", f"main..{branch}")
    assert outputs["title"] == "Let add return the sum"
    assert outputs["body"].startswith("It returned the difference.")


def test_the_evidence_tells_of_the_test_runs_before_and_after(worked: tuple[Case, Played]) -> None:
    outputs = worked[1].result.outputs

    for told in (
        "Tests before the change:\nFAILED test_calc.py::test_add",
        "Reproduction test before the change:\nFAILED test_reproduction.py::test_sum",
        "an edit was refused",
        "Tests after the change:\npassed test_calc.py::test_add",
        "Reproduction test after the change:\npassed test_reproduction.py::test_sum",
        "Votes: patch 1 1. The choice is validated.",
    ):
        assert told in outputs["evidence"]
    assert outputs["evidence"].strip() in outputs["body"]


def test_it_replays_without_a_divergence_and_without_the_repository(worked: tuple[Case, Played]) -> None:
    case, played = worked
    away = case.repo.rename(case.folder / "away")

    played.verify()

    away.rename(case.repo)


@pytest.mark.thorough
def test_a_second_run_gets_a_branch_of_its_own_and_a_name_can_be_given(case: Case) -> None:
    git(case.repo, "branch", "agent/add-must-add")
    first = case.play([*UNDERSTOOD, RIGHT, REPRODUCTION, TITLE])
    second = case.play([*UNDERSTOOD, RIGHT, REPRODUCTION, TITLE], branch_name="fix/Sums", base="main~1")

    assert (first.result.outputs["branch"], second.result.outputs["branch"]) == ("agent/add-must-add-2", "fix/sums")
    assert git(case.repo, "rev-parse", "fix/sums~1") == git(case.repo, "rev-parse", "main~1")


def test_the_same_edit_that_never_fits_ends_in_no_valid_patch(case: Case) -> None:
    played = case.play([*UNDERSTOOD, MISSES, MISSES, MISSES])
    outputs = played.result.outputs

    assert outputs["outcome"] == "no valid patch"
    assert "branch" not in outputs
    assert case.branches() == ["main"]
    assert outputs["evidence"].count("return a + c") == 3
    assert "The same action failed 3 times." in outputs["evidence"]
    assert played.fired(*ORDER)[5:] == ["patch_writer", "edit_applier"] * 3 + ["test_runner", "voter"]
    assert played.output("voter", "is_empty") is True


def test_different_edits_that_do_not_fit_are_bounded_by_the_repairs(case: Case) -> None:
    edits = [swap(f"    return {n}", "    return a + b") for n in range(3)]

    played = case.play([*UNDERSTOOD, *edits], max_repairs=2)

    assert played.result.outputs["outcome"] == "no valid patch"
    assert "failed 3 times" not in played.result.outputs["evidence"]


@pytest.mark.thorough
def test_edits_whose_tests_fail_are_repaired_at_most_three_times_and_then_given_up(case: Case) -> None:
    repairs = [swap("    return a * b", "    return a // b"), swap("    return a // b", "    return a % b"),
               swap("    return a % b", "    return a")]  # fmt: skip

    played = case.play([*UNDERSTOOD, TIMES, REPRODUCTION, *repairs], max_repairs=3)
    outputs = played.result.outputs

    assert outputs["outcome"] == "no valid patch"
    assert case.branches() == ["main"]
    assert played.fired(*ORDER)[5:] == [
        "patch_writer", "edit_applier", "syntax_gate", "regression_picker", "reproduction_writer", "test_runner",
        *["repair_call", "edit_applier", "syntax_gate", "test_runner"] * 3, "voter",
    ]  # fmt: skip
    assert outputs["evidence"].count("does not pass") == 4
    assert "assert add(1, 4) == 5" in outputs["evidence"]
    assert (outputs["validated"], "+    return a * b" in outputs["patch"]) == (False, True)
    assert "FAILED test_reproduction.py::test_sum" in played.prompts[6].text
    assert "return a * b" in played.prompts[6].text


@pytest.mark.parametrize(
    "repair",
    [swap("    return a * b", "    return a + b"), pytest.param(RIGHT, marks=pytest.mark.thorough)],
    ids=["on the patch", "afresh"],
)
def test_a_repair_may_go_on_from_the_patch_or_begin_afresh(case: Case, repair: str) -> None:
    played = case.play([*UNDERSTOOD, TIMES, REPRODUCTION, repair, TITLE])

    assert played.result.outputs["outcome"] == "ready"
    assert git(case.repo, "diff", "--numstat", "main..agent/add-must-add").split() == ["1", "1", "calc.py"]
    assert played.output("voter", "index") == 1


def test_the_gate_refuses_new_faults_and_forbids_the_same_edit(case: Case) -> None:
    undefined = swap("    return a - b", "    return a + c")

    played = case.play([*UNDERSTOOD, undefined, RIGHT, REPRODUCTION, TITLE])

    assert [one["ok"] for one in played.outputs("syntax_gate")] == [False, True]
    assert "F821 undefined name `c`" in played.prompts[5].text
    assert "Do not write the same edit again" in played.prompts[5].text
    assert played.result.outputs["outcome"] == "ready"


@pytest.mark.thorough
def test_rewriting_the_test_in_place_of_the_code_is_no_success(tmp_path: Path) -> None:
    case = Case(tmp_path)
    cheat = swap("    assert add(2, 3) == 5", "    assert add(2, 3) == -1", "test_calc.py")

    played = case.play(["r", "test_calc.py", "test_add", "5", cheat, REPRODUCTION], max_repairs=0)

    assert played.result.outputs["outcome"] == "no valid patch"
    assert played.output("tests_after", "kept") == ["test_calc.py"]
    assert played.output("tests_after", "failed") == ["test_calc.py::test_add"]


def test_a_patch_of_tests_alone_is_no_success_though_all_regression_tests_pass(tmp_path: Path) -> None:
    case = Case(tmp_path, {"test_calc.py": TEST + "\n\ndef test_zero():\n    assert add(0, 0) == 0\n"})
    cheat = swap("    assert add(2, 3) == 5", "    assert True", "test_calc.py")

    alone = case.play(["r", "calc.py", "add", "2", cheat, "none", "no test"], max_repairs=0)
    both = case.play([*UNDERSTOOD, cheat + RIGHT, "none", "no test", TITLE], max_repairs=0)

    assert alone.result.outputs["outcome"] == "no valid patch"
    assert "run as they were: test_calc.py. Nothing else changes" in alone.result.outputs["evidence"]
    assert "changes files outside of the places that were found: test_calc.py." in alone.result.outputs["evidence"]
    assert both.result.outputs["outcome"] == "ready", "the control"
    assert "run as they were: test_calc.py.\n" in both.result.outputs["evidence"]


def new(name: str) -> str:
    return f"{name}\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n"


def test_edits_that_lead_out_of_the_repository_go_back_to_the_writer(tmp_path: Path) -> None:
    case = Case(tmp_path, {"test_calc.py": TEST, "big.py": "x = 1\n" * 50_000})
    ways = ["../x.py", "/tmp/x.py", ".git/hooks/pre-commit", "big.py", "calc.py/x.py"]

    played = case.play([*UNDERSTOOD, *map(new, ways), RIGHT, REPRODUCTION, TITLE], max_repairs=9)

    assert [one["applied"] for one in played.outputs("edit_applier")] == [False] * 5 + [True]
    assert git(case.repo, "diff", "--name-only", "main..agent/add-must-add").split() == ["calc.py"]
    for told in ("leads upwards", "is absolute", "belongs to git", "cannot be edited", "which is a file"):
        assert told in played.result.outputs["evidence"]
    assert not (tmp_path / "x.py").exists()


@pytest.mark.thorough
def test_a_linked_worktree_a_branch_in_the_way_and_names_with_blanks_are_no_hindrance(tmp_path: Path) -> None:
    case = Case(tmp_path, {"test_calc.py": TEST, "src/ünï çode/mod.py": "X = 1\n"})
    linked = tmp_path / "a linked ü"
    git(case.repo, "branch", "agent")
    git(case.repo, "worktree", "add", "-q", str(linked), "-b", "theirs")
    case.before = state_of_all_files(case.repo)

    played = case.play([*UNDERSTOOD, RIGHT, REPRODUCTION, TITLE], repository=str(linked))

    assert played.result.outputs["branch"] == "agent-add-must-add"
    assert git(case.repo, "diff", "--numstat", "theirs..agent-add-must-add").split() == ["1", "1", "calc.py"]
    assert git(linked, "status", "--porcelain") == ""


FILES = {
    "test_calc.py": TEST.replace("== 5", "== -1") + "\n\ndef test_zero():\n    assert add(0, 0) == 0\n",
    "test_more.py": "from calc import add\n\n\ndef test_same():\n    assert add(7, 0) == 7\n",
}


@pytest.mark.thorough
def test_tests_that_should_change_are_no_regression_tests_and_the_others_must_pass(tmp_path: Path) -> None:
    case = Case(tmp_path, FILES)
    breaks = swap("    return a - b", "    return b + 5 if b else 0")

    played = case.play(
        [*UNDERSTOOD, RIGHT, "test_calc.py::test_add", REPRODUCTION, TITLE], branch_name="good"
    )  # fmt: skip
    broken = case.play([*UNDERSTOOD, breaks, "none", REPRODUCTION], max_repairs=0)

    assert played.result.outputs["outcome"] == "ready"
    assert played.output("regression_picker", "baseline")["picked"] == [
        "test_calc.py::test_zero",
        "test_more.py::test_same",
    ]
    assert "test_more.py::test_same" in played.prompts[5].text
    assert broken.result.outputs["outcome"] == "no valid patch"
    assert len(broken.output("regression_picker", "baseline")["picked"]) == 3
    assert "FAILED test_more.py::test_same" in broken.result.outputs["evidence"]


@pytest.mark.thorough
def test_a_reproduction_test_that_passes_before_or_cannot_be_read_is_dropped_and_the_majority_is_kept(
    case: Case,
) -> None:
    passes_before = "def test_nothing():\n    pass\n"
    unreadable = "def test_(:"
    other = REPRODUCTION.replace("add(1, 4)", "add(2, 2) + 1")

    played = case.play(
        [*UNDERSTOOD, RIGHT, passes_before, other, REPRODUCTION, unreadable, REPRODUCTION + "\n", TITLE],
        reproduction_samples=5,
    )  # fmt: skip

    assert [one is not None for one in played.output("reproduction_writer", "tests")] == [
        False,
        True,
        True,
        False,
        True,
    ]
    assert "add(1, 4)" in played.output("reproduction_writer", "reproduction")["files"]["test_reproduction.py"]
    assert played.output("majority", "votes") == 2


@pytest.mark.thorough
def test_of_several_patches_the_most_frequent_that_passes_is_chosen(case: Case) -> None:
    """P1 fails, P2 passes twice (once written otherwise), P3 passes once."""
    p2_otherwise = swap("    return a - b", "    return (a + b)  # the sum")
    p3 = swap("    return a - b", "    return sum((a, b))")

    played = case.play(
        [*UNDERSTOOD, TIMES, p3, TIMES, RIGHT, p2_otherwise, TIMES, REPRODUCTION, TITLE], samples=6
    )  # fmt: skip

    assert "+    return a + b" in played.result.outputs["diff"]
    assert [(one["index"], one["votes"], one["passed"]) for one in played.output("voter", "tally")] == [
        (0, 3, False), (3, 2, True), (1, 1, True),
    ]  # fmt: skip
    assert [one.node for one in played.prompts[4:10]] == ["greedy_one"] + ["sampled_one"] * 5
    assert len(played.firings("tests_after")) == 3, "each different patch once"
    assert "repair_call" not in played.fired("repair_call")


@pytest.mark.thorough
def test_each_answer_of_the_line_picker_has_patches_of_its_own(tmp_path: Path) -> None:
    case = Case(tmp_path, {"test_calc.py": TEST, "long.py": "".join(f"x{n} = {n}\n" for n in range(60))})

    played = case.play(
        [REQUIREMENTS, "calc.py\nlong.py", "add", "calc.py\n2", "long.py\n40", RIGHT, RIGHT, REPRODUCTION, TITLE],
        location_samples=2,
    )  # fmt: skip

    assert [one.node for one in played.prompts[5:7]] == ["greedy_one", "greedy_one"]
    assert "def add" in played.prompts[5].text.rpartition("Change this code:")[2]
    assert "x29 = 29" in played.prompts[6].text
    assert "x28 = 28" not in played.prompts[6].text
    assert played.output("voter", "votes") == 2


@pytest.mark.thorough
def test_the_second_look_leaves_out_folders_and_searches_the_rest(tmp_path: Path) -> None:
    files = {
        "test_calc.py": TEST,
        "docs/add.py": "ADD = 'add sums'\n",
        "lib/sums.py": "def sums(add):\n    return add\n",
    }
    case = Case(tmp_path, files)

    played = case.play(
        [REQUIREMENTS, "calc.py", "docs", "add", "calc.py\n2", RIGHT, REPRODUCTION, TITLE], second_look="yes"
    )  # fmt: skip

    picked = played.output("file_picker", "picked")
    assert picked[0] == "calc.py"
    assert len(picked) == 3
    assert not any(name.startswith("docs/") for name in picked)
    assert played.output("irrelevant", "items") == ["docs"]


def test_the_budget_ends_it(case: Case) -> None:
    played = case.play([*UNDERSTOOD, MISSES], max_calls=1)

    assert played.result.outputs["outcome"] == "no valid patch"
    assert "The budget of 1 calls is used up." in played.result.outputs["evidence"]


@pytest.mark.thorough
def test_a_command_of_the_person_runs_the_tests(case: Case) -> None:
    command = "python3 -c 'from calc import add; assert add(2, 3) == 5'"

    played = case.play([*UNDERSTOOD, RIGHT, TITLE], test_command=command, reproduction_samples=0)

    assert played.result.outputs["outcome"] == "ready"
    assert played.output("regression_picker", "baseline")["failed"] == [command]


@pytest.mark.parametrize(
    ("dialogue", "outcome"),
    [pytest.param("replies", "ready", marks=pytest.mark.thorough), ("circles", "no valid patch")],
)
def test_without_a_repository_one_is_made_and_the_written_dialogues_play_on_it(
    tmp_path: Path, dialogue: str, outcome: str
) -> None:
    file = next(path for path in bundled_graphs() if path.stem == "software_agent").parent
    lines = (file / "data" / "software_agent" / f"{dialogue}.jsonl").read_text().splitlines()
    replies = [json.loads(line) for line in lines]

    played = play("software_agent", {}, replies=replies, tmp_path=tmp_path)

    made = temporary_place(played.result.run_id, "practice_repository-0")
    try:
        assert played.result.outputs["repository_used"] == "temporary:practice_repository-0"
        assert played.result.outputs["outcome"] == outcome
        assert len(played.prompts) == len(replies)
        assert git(made, "status", "--porcelain") == ""
        if outcome == "ready":
            assert git(made, "diff", "--numstat", "main..agent/add-must-add").split() == ["1", "1", "calc.py"]
    finally:
        shutil.rmtree(made.parent)


def test_a_folder_that_is_no_repository_is_told_before_any_model_is_asked(tmp_path: Path) -> None:
    played = play("software_agent", {"repository": str(tmp_path)}, tmp_path=tmp_path, status="failed")

    assert "belongs to no git repository" in str(played.result.error)
    assert played.prompts == []


# -- the interactive form ------------------------------------------------------------------------


def turn(command: str, thought: str = "I go on.") -> str:
    return f"{thought}\n```\n{command}\n```"


def edit_lines(first: int, last: int, *lines: str) -> str:
    return turn("\n".join([f"edit {first}:{last}", *lines, "end_of_edit"]))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Played]:
    case = Case(tmp_path_factory.mktemp("session"))
    replies = [
        turn("search_dir add"), turn("find_file calc.py"), turn("open calc.py"), turn("search_file return"),
        edit_lines(2, 2, "    return a + c"), edit_lines(2, 2, "    return a + b"), "I think.",
        turn("python3 -c 'import calc; print(calc.add(2, 3))'; echo note > made.txt"), turn("create help.py"),
        edit_lines(1, 1, "HELP = 'add adds'"), turn("open calc.py"), turn("rm made.txt help.py"), turn("submit"), TITLE,
    ]  # fmt: skip
    return case, case.play(replies, form="interactive")


def test_one_thought_and_one_command_a_turn_lead_to_a_branch(session: tuple[Case, Played]) -> None:
    case, played = session

    assert played.result.outputs["outcome"] == "ready"
    assert git(case.repo, "diff", "--numstat", "main..agent/add-must-add").split() == ["1", "1", "calc.py"]
    assert len(played.firings("one_command")) == 13
    assert not {"restater", "patch_writer", "reproduction_writer", "repair_call"} & set(played.fired())
    assert played.fired("voter", "branch_and_commit", "description_writer") == [
        "voter", "branch_and_commit", "description_writer",
    ]  # fmt: skip
    played.verify()


def test_what_each_command_shows(session: tuple[Case, Played]) -> None:
    seen = [one["value"] for one in session[1].outputs("observation")]

    assert seen[0] == 'Found 2 files for "add" in the repository:\ncalc.py (1 matches)\ntest_calc.py (3 matches)'
    assert seen[1].endswith("\ncalc.py")
    assert seen[2] == "[File: calc.py (2 lines)]\n1:def add(a, b):\n2:    return a - b"
    assert seen[3].endswith("Line 2:    return a - b")
    assert "F821 undefined name `c`" in seen[4]
    assert "Do not run the same edit again" in seen[4]
    assert seen[5] == "[File: calc.py (2 lines)]\n1:def add(a, b):\n2:    return a + b"
    assert "exactly one command" in seen[6]
    assert seen[7] == "5\n"
    assert seen[8] == "[File: help.py (1 lines)]\n1:"
    assert seen[9] == "[File: help.py (1 lines)]\n1:HELP = 'add adds'"
    assert seen[11] == "(no output)"


def test_a_refused_edit_leaves_the_file_and_commands_see_what_was_done(session: tuple[Case, Played]) -> None:
    changes = [one["changes"] for one in session[1].outputs("shell")]

    assert changes[0] == {"calc.py": "def add(a, b):\n    return a + b\n", "made.txt": "note\n"}
    assert changes[1] == {"calc.py": "def add(a, b):\n    return a + b\n"}


def test_only_the_task_and_the_last_five_observations_stand_in_full(session: tuple[Case, Played]) -> None:
    prompts = [one.text for one in session[1].prompts if one.node == "one_command"]

    assert "Found 2 files" in prompts[5]
    assert "Found 2 files" not in prompts[6]
    assert prompts[6].count("old output left out") == 1
    assert prompts[-1].count("old output left out") == 7
    assert all("The change that is wanted:\nadd must add" in prompt for prompt in prompts)


def test_a_session_makes_no_file_outside(case: Case) -> None:
    ways = ["../x.py", ".git/hooks/pre-commit", ".env"]

    played = case.play([*[turn(f"create {way}") for way in ways], turn("submit")], form="interactive")

    assert played.result.outputs["outcome"] == "no valid patch"
    assert played.result.outputs["evidence"].count("A turn went wrong") == 3


def test_circles_end_a_session_and_what_is_there_is_judged(case: Case) -> None:
    played = case.play([turn("open none.py")] * 4, form="interactive")

    assert played.result.outputs["outcome"] == "no valid patch"
    assert "The same action had the same result 4 times." in played.result.outputs["evidence"]
    assert case.branches() == ["main"]


def test_a_session_that_only_talks_ends_after_three_messages(case: Case) -> None:
    played = case.play(["I wonder."] * 3, form="interactive")

    assert "The same message came 3 times" in played.result.outputs["evidence"]


def test_two_commands_in_turn_end_a_session_after_six_steps(case: Case) -> None:
    played = case.play([turn("find_file a"), turn("find_file b")] * 3, form="interactive")

    assert "Two actions came in turn for 6 steps." in played.result.outputs["evidence"]


def test_the_turns_of_a_session_are_bounded_and_its_work_is_judged_all_the_same(case: Case) -> None:
    replies = [turn("open calc.py"), edit_lines(2, 2, "    return a + b"), TITLE]

    played = case.play(replies, form="interactive", max_calls=2)

    assert played.result.outputs["outcome"] == "ready"
    assert "The budget of 2 calls is used up." in played.result.outputs["evidence"]
