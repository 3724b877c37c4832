"""gpt_engineer does what the program of July 2023 did, step by step, and what release 0.3.1 changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace
from studio.replay.sql import ask
from studio.support.values import decode
from tests.support.seeds import Played, graph_of, play

GRAPH = graph_of("gpt_engineer")
"""Loaded once: what a graph means is worked out once per graph."""
PROMPT = "Make a greeting program"
CODE = """The core class is Greeter.

main.py
```python
from util.helper import word
print(word)
```

[util/helper.py]
```python
word = "hello"
```

requirements.txt
```
none
```
"""
SCRIPT = "First:\n```bash\necho ready\n```\nthen:\n```\npython3 main.py\n```\n"
ORDER = (
    "clarifier", "clear_enough_test", "human_answer", "spec_writer", "spec_reviewer", "test_writer", "code_writer",
    "file_reader", "start_script_writer", "run_gate", "runner", "review",
)  # fmt: skip
AFTER_CODE = ["start_script_writer", "run_gate", "runner", "review"]


def engineer(tmp_path: Path, replies: Sequence[str], answers: Sequence[str] = (), **inputs: Any) -> Played:
    return play(GRAPH, {"prompt": PROMPT, **inputs}, replies=replies, answers=answers,
                clock="2023-07-01T12:34:56Z", tmp_path=tmp_path)  # fmt: skip


def held(played: Played, store: str) -> Any:
    """Return what a store held when the run ended."""
    with Trace(played.db) as trace:
        ((found,),) = ask(trace, "SELECT store_at(?, ?, NULL)", (played.result.run_id, store)).rows
    return decode(str(found).encode())


def files(played: Played) -> dict[str, str]:
    found: dict[str, str] = played.result.outputs["files"]
    return found


def said(played: Played, node: str, nth: int = 0) -> str:
    """Return the whole prompt of the nth call of a node."""
    return [one.text for one in played.prompts if one.node == node][nth]


def talk(played: Played, node: str, nth: int = 0) -> list[tuple[str, str]]:
    return [(one["role"], one["content"]) for one in played.outputs(node)[nth]["messages"]]


# -- the worked example ----------------------------------------------------------------------------


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
    assert held(worked, "workspace") == files(worked)
    assert worked.output("runner", "stdout") == "ready\nhello\n"
    assert worked.result.outputs["exit_code"] == 0


def test_the_review_of_the_worked_example_needs_two_answers(worked: Played) -> None:
    assert worked.result.outputs["answers"] == {
        "ran": True, "perfect": True, "works": None, "comments": "", "raw": "y, y, ",
    }  # fmt: skip
    assert held(worked, "memory") == {"review": worked.result.outputs["answers"]}
    assert len(worked.firings("ask")) == 2


def test_every_step_leaves_its_messages_under_its_name(worked: Played) -> None:
    logs = held(worked, "step_logs")

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


# -- step lists ------------------------------------------------------------------------------------

TDD = ["spec_writer", "test_writer", "file_reader", "code_writer", "file_reader"]


@pytest.mark.parametrize(
    ("steps", "replies", "answers", "order"),
    [
        ("clarify", ["no", CODE, SCRIPT], ["", "y", "y"],
         ["clarifier", "clear_enough_test", "code_writer", "file_reader", *AFTER_CODE]),
        ("simple", [CODE, SCRIPT], [""], ["code_writer", "file_reader", *AFTER_CODE[:3]]),
        ("benchmark", [CODE, SCRIPT], [], ["code_writer", "file_reader", "start_script_writer"]),
        ("tdd", ["spec", "tests", CODE, SCRIPT], ["", "y", "y"], [*TDD, *AFTER_CODE]),
        ("tdd+", ["spec", "tests", CODE, CODE, SCRIPT], ["", "y", "y"],
         [*TDD, "code_writer", "file_reader", *AFTER_CODE]),
        ("tdd_plus", ["spec", "tests", CODE, CODE, SCRIPT], ["", "y", "y"],
         [*TDD, "code_writer", "file_reader", *AFTER_CODE]),
        ("respec", ["spec", "review", "better spec", "tests", CODE, CODE, SCRIPT], ["", "y", "y"],
         ["spec_writer", "spec_reviewer", "spec_reviewer", *TDD[1:], "code_writer", "file_reader", *AFTER_CODE]),
    ],
)  # fmt: skip
def test_each_step_list_fires_each_step_once(
    tmp_path: Path, steps: str, replies: list[str], answers: list[str], order: list[str]
) -> None:
    played = engineer(tmp_path, replies, answers, steps=steps)

    assert played.fired(*ORDER) == order
    assert played.result.calls == len(replies)
    played.verify()


def test_the_specification_reaches_tests_and_code_through_the_memory(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["SPEC ONE", "TESTS ONE", CODE, SCRIPT], ["n", "n", ""], steps="tdd")

    assert "Specification:\n\nSPEC ONE" in said(played, "test_writer")
    assert "Specification:\n\nSPEC ONE" in said(played, "code_writer")
    assert "Unit tests:\n\nTESTS ONE" in said(played, "code_writer")
    assert {name: held(played, "memory")[name] for name in ("specification", "unit_tests")} == {
        "specification": "SPEC ONE", "unit_tests": "TESTS ONE",
    }  # fmt: skip


def test_the_reviewer_goes_on_from_the_writers_log_and_its_second_reply_counts(tmp_path: Path) -> None:
    replies = ["SPEC ONE", "TOO VAGUE", "SPEC TWO", "tests", CODE, CODE, SCRIPT]

    played = engineer(tmp_path, replies, ["n", "n", ""], steps="respec")

    assert "SPEC ONE" in said(played, "spec_reviewer", 0)
    assert "TOO VAGUE" in said(played, "spec_reviewer", 1)
    assert "Specification:\n\nSPEC TWO" in said(played, "test_writer")
    assert "SPEC ONE" not in said(played, "test_writer")
    assert held(played, "memory")["specification"] == "SPEC TWO"
    assert len(played.fired("memory")) == 4  # specification twice, tests, review


def test_the_tests_are_files_too_and_the_code_comes_after_them(tmp_path: Path) -> None:
    tests = "tests/test_main.py\n```python\nassert True\n```\n"

    played = engineer(tmp_path, ["spec", tests, CODE, SCRIPT], ["n", "n", ""], steps="tdd")

    assert files(played)["tests/test_main.py"] == "assert True\n"
    assert files(played)["all_output.txt"] == CODE.strip()


def test_the_fix_call_gets_the_code_of_the_step_before_and_nothing_of_the_specification(tmp_path: Path) -> None:
    fixed = "main.py\n```python\nprint('fixed')\n```\n"

    played = engineer(tmp_path, ["SPEC ONE", "tests", CODE, fixed, SCRIPT], ["n", "n", ""], steps="tdd_plus")

    assert CODE.strip() in said(played, "code_writer", 1)
    assert "SPEC ONE" not in said(played, "code_writer", 1)
    assert [role for role, _ in talk(played, "code_writer", 1)] == [
        "system",
        "user",
        "user",
        "system",
        "user",
        "assistant",
    ]
    assert files(played)["main.py"] == "print('fixed')\n"
    assert files(played)["util/helper.py"] == 'word = "hello"\n'


def test_feedback_is_one_call_with_the_old_output(tmp_path: Path) -> None:
    before = {"all_output.txt": "OLD OUTPUT", "main.py": "print('old')\n"}

    played = engineer(tmp_path, [CODE, SCRIPT], ["", "y", "y"], steps="use_feedback", feedback="It is rude.",
                      workspace_before=before)  # fmt: skip

    assert played.fired(*ORDER) == ["code_writer", "file_reader", *AFTER_CODE]
    assert ("assistant", "OLD OUTPUT") in talk(played, "code_writer")
    assert talk(played, "code_writer")[-2] == ("user", "It is rude.")
    assert not played.fired("archive")


def test_without_feedback_the_list_ends_before_anything_is_asked(tmp_path: Path) -> None:
    before = {"all_output.txt": "OLD OUTPUT"}

    played = engineer(tmp_path, [], steps="use_feedback", feedback=" \n", workspace_before=before)

    assert played.result.ended == "stop"
    assert played.fired("no_feedback", *ORDER) == ["no_feedback"]
    assert held(played, "workspace") == before
    played.verify()


def test_code_that_is_there_can_be_run_and_judged_without_a_model(tmp_path: Path) -> None:
    before = {"run.sh": "echo here\n"}

    played = engineer(tmp_path, [], ["yes", "y", "u", "y", "slow"], steps="evaluate", workspace_before=before)

    assert played.fired(*ORDER) == ["run_gate", "runner", "review"]
    assert played.output("runner", "stdout") == "here\n"
    alone = engineer(tmp_path, [], ["yes"], steps="execute_only", workspace_before=before)
    assert alone.fired(*ORDER) == ["run_gate", "runner"]


# -- clarifying ------------------------------------------------------------------------------------

CLOSED = "All is clear."


@pytest.mark.parametrize(
    ("reply", "clear"),
    [
        (CLOSED, True),
        (f"  {CLOSED}\n", True),
        ("no", True),
        ("NO.", True),
        ("Nothing more to clarify.", True),
        ("Not sure: which language?", True),  # the accident of the sheet
        ("Normally I would ask for the language.", True),
        ("all is clear.", False),
        (f"{CLOSED} Shall I begin?", False),
        ("There is nothing to clarify.", False),
        ("I know enough.", False),
    ],
)
def test_clear_is_the_closing_line_or_what_begins_with_no(tmp_path: Path, reply: str, clear: bool) -> None:
    replies = [reply, CODE, SCRIPT] if clear else [reply, "no", CODE, SCRIPT]

    played = engineer(tmp_path, replies, [*([] if clear else ["python"]), "n", "n", ""])

    assert played.output("clear_enough_test", "value") is clear
    assert len(played.fired("human_answer")) == (0 if clear else 1)


def test_release_0_3_1_finds_the_closing_words_anywhere(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["There is nothing to clarify.", CODE, SCRIPT], ["n", "n", ""], version="0.3.1")

    assert played.fired("clarifier", "human_answer") == ["clarifier"]


def test_each_answer_is_followed_by_the_question_whether_anything_else_is_unclear(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["Language?", "Greeting?", "no", CODE, SCRIPT], ["python", "hello", "n", "n", ""])

    assert played.fired("clarifier", "human_answer") == [
        "clarifier", "human_answer", "clarifier", "human_answer", "clarifier",
    ]  # fmt: skip
    words = [text for role, text in talk(played, "clarifier", 2) if role == "user"]
    assert words[0] == PROMPT
    assert words[1].startswith("python\n\nIs anything still unclear?")
    assert words[2].startswith("hello\n\n")


@pytest.mark.parametrize("answer", ["", "c"])
def test_no_answer_makes_one_more_call_for_assumptions_and_the_step_is_over(tmp_path: Path, answer: str) -> None:
    played = engineer(tmp_path, ["Language?", "I assume Python.", CODE, SCRIPT], [answer, "n", "n", ""])

    assert played.fired(*ORDER)[:5] == ["clarifier", "clear_enough_test", "human_answer", "clarifier", "code_writer"]
    assert talk(played, "clarifier", 1)[-1] == ("assistant", "I assume Python.")
    assert "I assume Python." in said(played, "code_writer")
    played.verify()


def test_after_assumptions_no_reply_is_tested_not_even_one_that_asks(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["Language?", "But which language?", CODE, SCRIPT], ["c", "n", "n", ""])

    assert len(played.fired("clear_enough_test")) == 1


@pytest.mark.parametrize("answer", ["C", " ", "ok"])
def test_anything_else_is_an_answer(tmp_path: Path, answer: str) -> None:
    played = engineer(tmp_path, ["Language?", "no", CODE, SCRIPT], [answer, "n", "n", ""])

    assert len(played.fired("clear_enough_test")) == 2


def test_in_0_3_1_assumptions_lead_back_into_the_loop(tmp_path: Path) -> None:
    replies = ["Language?", "I assume Python.", "Colour?", "no", CODE, SCRIPT]

    played = engineer(tmp_path, replies, ["c", "blue", "n", "n", ""], version="0.3.1")

    assert played.fired("clarifier", "clear_enough_test", "human_answer", "code_writer") == [
        "clarifier", "clear_enough_test", "human_answer",
        "clarifier",
        "clarifier", "clear_enough_test", "human_answer",
        "clarifier", "clear_enough_test",
        "code_writer",
    ]  # fmt: skip
    assert [text for role, text in talk(played, "clarifier", 2) if role == "user"][-1].startswith("c\n\nIs anything")
    played.verify()


def test_clarifying_ends_at_the_bound_of_the_graph_if_it_never_gets_clear(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["And what else?"] * 60, ["more"] * 60)

    assert played.result.ended == "max_ticks"
    assert set(played.fired("clarifier", "code_writer")) == {"clarifier"}


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
    [("", "2023", True), ("y", "2023", True), ("yes", "2023", True), ("Y", "2023", False), ("no", "2023", False),
     ("sure", "2023", False), (" ", "2023", False), ("Yes", "0.3.1", True), ("n", "0.3.1", False)],
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
    graphs = Path(__file__).parents[3] / "graphs"
    before = sorted(path.name for path in graphs.iterdir())

    played = engineer(tmp_path, [CODE, "```\necho made > made.txt\n```"], [""], steps="simple")

    assert files(played)["made.txt"] == "made\n"
    assert sorted(path.name for path in graphs.iterdir()) == before


# -- the review ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "asked", "review"),
    [
        (["y", "y"], ["ran", "perfect"], (True, True, None, "", "y, y, ")),
        (["y", "n", "y", "ugly"], ["ran", "perfect", "useful", "comments"], (True, False, True, "ugly", "y, n, y")),
        (["y", "u", "n", ""], ["ran", "perfect", "useful", "comments"], (True, None, False, "", "y, u, n")),
        (["n", "crash"], ["ran", "comments"], (False, None, None, "crash", "n, , ")),
        (["u", ""], ["ran", "comments"], (None, None, None, "", "u, , ")),
        (["maybe", "Y", "y", "y"], ["ran", "perfect"], (True, True, None, "", "y, y, ")),
    ],
)
def test_later_questions_come_only_if_they_are_needed(
    tmp_path: Path, answers: list[str], asked: list[str], review: tuple[Any, ...]
) -> None:
    played = engineer(tmp_path, [], ["no", *answers], steps="evaluate", workspace_before={"run.sh": "true\n"})

    assert played.fired("ran", "perfect", "useful", "comments") == asked
    names = ("ran", "perfect", "works", "comments", "raw")
    assert held(played, "memory")["review"] == dict(zip(names, review, strict=True))
    assert played.fired("review") == ["review"]


# -- the archive -----------------------------------------------------------------------------------


def test_a_later_run_moves_old_memory_and_workspace_to_a_dated_folder(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["no", CODE, SCRIPT], ["no", "n", ""], workspace_before={"old.py": "x"},
                      memory_before={"specification": "old"})  # fmt: skip

    assert held(played, "archive") == {
        "20230701_123456": {"memory": {"specification": "old"}, "workspace": {"old.py": "x"}}
    }
    assert "old.py" not in files(played)


@pytest.mark.parametrize("steps", ["evaluate", "execute_only", "use_feedback"])
def test_steps_that_go_on_with_what_is_there_archive_nothing(tmp_path: Path, steps: str) -> None:
    before = {"run.sh": "true\n", "all_output.txt": "old"}
    replies = [CODE, SCRIPT] if steps == "use_feedback" else []

    played = engineer(tmp_path, replies, ["no", "n", ""], steps=steps, workspace_before=before,
                      memory_before={"specification": "old"}, feedback="It is rude.")  # fmt: skip

    assert held(played, "archive") == {}
    assert held(played, "memory")["specification"] == "old"
    assert set(before) <= set(files(played))


# -- improve and self-heal -------------------------------------------------------------------------

OLD = {"main.py": "def greet():\n    return 'hello'\n\nprint(greet())", "notes.txt": "one\ntwo"}
DIFF = """```diff
--- main.py
+++ main.py
@@ -1,2 +1,2 @@
 def greet():
-    return 'hello'
+    return 'good day'
```"""
BAD = "```diff\n--- main.py\n+++ main.py\n@@ -1,1 +1,1 @@\n-completely different\n+nothing\n```"


def improve(tmp_path: Path, replies: list[str], **inputs: Any) -> Played:
    return engineer(tmp_path, replies, mode="improve", prompt="Be formal.", workspace_before=OLD, **inputs)


def test_improving_shows_numbered_files_and_the_request_and_applies_the_diff(tmp_path: Path) -> None:
    played = improve(tmp_path, [f"Here:\n\n{DIFF}"])

    told = said(played, "improver")
    assert "File: main.py\n1 def greet():\n2     return 'hello'\n3 \n4 print(greet())\n" in told
    assert told.endswith("Request: Be formal.")
    assert [role for role, _ in talk(played, "improver")] == ["system", "user", "user", "assistant"]
    assert files(played) == {**OLD, "main.py": OLD["main.py"].replace("hello", "good day")}
    assert played.fired("archive", *ORDER) == []
    played.verify()


def test_bad_hunks_are_reported_and_asked_for_again(tmp_path: Path) -> None:
    played = improve(tmp_path, [BAD, DIFF])

    assert len(played.fired("improver")) == 2
    assert "completely different" in talk(played, "improver", 1)[-2][1]
    assert files(played)["main.py"] == OLD["main.py"].replace("hello", "good day")


def test_good_hunks_are_kept_while_bad_ones_are_mended(tmp_path: Path) -> None:
    both = DIFF[:-3] + "@@ -9,1 +9,1 @@\n-completely different\n+nothing\n```"

    played = improve(tmp_path, [both, "I give up."])

    assert len(played.fired("improver")) == 2
    assert files(played)["main.py"] == OLD["main.py"].replace("hello", "good day")


@pytest.mark.parametrize(("rounds", "calls"), [(2, 3), (0, 1), (1, 2)])
def test_there_are_at_most_two_refinements_or_as_many_as_are_set(tmp_path: Path, rounds: int, calls: int) -> None:
    played = improve(tmp_path, [BAD] * 9, refinement_rounds=rounds)

    assert len(played.fired("improver")) == calls
    assert files(played) == OLD


def test_a_reply_without_a_diff_changes_nothing_and_is_not_asked_about(tmp_path: Path) -> None:
    played = improve(tmp_path, ["It is formal enough."])

    assert files(played) == OLD


FAILS = "```\npython3 main.py\n```"
BROKEN = "main.py\n```python\nraise SystemExit('it is broken')\n```\n"
MENDED = "```diff\n--- main.py\n+++ main.py\n@@ -1,1 +1,1 @@\n-raise SystemExit('it is broken')\n+print('mended')\n```"


def heal(tmp_path: Path, replies: list[str], answers: Sequence[str] = (), **inputs: Any) -> Played:
    return engineer(tmp_path, replies, answers, mode="self_heal", steps="simple", **inputs)


def test_what_fails_is_mended_and_run_again_without_asking(tmp_path: Path) -> None:
    played = heal(tmp_path, [BROKEN, FAILS, MENDED])

    assert played.fired("run_gate", "runner", "improver") == ["runner", "improver", "runner"]
    assert "it is broken" in said(played, "improver")
    assert PROMPT in said(played, "improver")
    assert played.output("runner", "stdout", 1) == "mended\n"
    assert played.result.outputs["exit_code"] == 0
    played.verify()


@pytest.mark.parametrize(("code", "calls"), [(0, 2), (2, 2), (1, 3), (3, 3)])
def test_exit_codes_0_and_2_are_left_alone(tmp_path: Path, code: int, calls: int) -> None:
    played = heal(tmp_path, [BROKEN, f"```\nexit {code}\n```", "nothing"], heal_attempts=1)

    assert played.result.calls == calls


def test_it_is_run_at_most_ten_times_and_improved_after_each(tmp_path: Path) -> None:
    played = heal(tmp_path, [BROKEN, "```\nexit 1\n```", *["No idea."] * 20])

    assert len(played.fired("runner")) == len(played.fired("improver")) == 10
    assert played.result.ended == "quiet"


def test_healing_takes_the_place_of_the_run_in_any_step_list(tmp_path: Path) -> None:
    played = engineer(tmp_path, ["no", BROKEN, FAILS, MENDED], ["y", "y"], mode="self_heal")

    assert played.fired(*ORDER) == [
        "clarifier", "clear_enough_test", "code_writer", "file_reader", "start_script_writer", "runner", "runner",
        "review",
    ]  # fmt: skip


# -- a real folder ---------------------------------------------------------------------------------


def test_a_folder_of_the_project_is_written_and_archived_by_the_next_run(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    bundled = Path(__file__).parents[3] / "graphs" / "gpt_engineer.yaml"
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
    assert held(second, "archive")["20230701_123456"]["workspace"] == files(first)


@pytest.mark.parametrize("version", ["2023", "0.3.1"])
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
    assert held(spec, "memory")["specification"] == held(spec, "memory")["unit_tests"] == ""
    assert spec.result.calls == 7
