"""babyagi does what the program of 2023 did, module by module, in its three versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import Trace
from studio.documents.tokens import count_tokens
from tests.support.seeds import Played, play
from tests.support.thorough import thorough_but

HUNGER = {"objective": "Solve world hunger.", "first_task": "Develop a task list."}
ORDER = ("embed", "recall", "executor", "result_store", "task_creator", "prioritiser")
ROUND = ["embed", "recall", "executor", "embed", "result_store", "task_creator", "prioritiser"]

A = [
    "I listed three steps.",
    "[\nSurvey crops\nCall farmers\n]",
    "2. Survey crops\n3. Call farmers",
    "Crops surveyed: maize and rice.",
    "Visit maize fields",
    "3. Visit maize fields\n4. Call farmers",
    "Fields visited.",
]
NOTHING_NEW = "There are no tasks to add."
B = [
    "I listed two steps.",
    "1. Survey crops\n2. Call farmers",
    "1. Survey crops\n2. Call farmers",
    "Crops surveyed.",
    NOTHING_NEW,
    "1. Call farmers",
    "Farmers called.",
    NOTHING_NEW,
    "",
]


def baby(version: str, replies: list[Any], tmp_path: Path, *, status: str = "ok", **inputs: Any) -> Played:
    return play("babyagi", {**HUNGER, "version": version, **inputs}, replies=replies, status=status, tmp_path=tmp_path)


def tasks_done(played: Played) -> list[str]:
    return [one["value"] for one in played.outputs("task_name")]


def names(entries: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in entries]


def asked(played: Played, module: str) -> list[str]:
    """Return the prompts that a module sent, in order: its leaves are its versions."""
    with Trace(played.db) as trace:
        return [str(one.messages[-1]["content"]) for one in trace.prompts(played.result.run_id) if module in one.node]


def keys(played: Played) -> list[str]:
    return [entry["key"] for entry in played.held("result_store")]


# -- the worked examples of the sheet -------------------------------------------------------------


def test_worked_example_a_fires_recalls_and_leaves_what_the_first_commit_did(tmp_path: Path) -> None:
    played = play("babyagi", HUNGER, replies=A, status="failed", tmp_path=tmp_path)

    # The script ends with the third result: the task creator finds no reply.
    assert played.fired(*ORDER) == [*ROUND, *ROUND, *ROUND[:6]]
    assert [one.status for one in played.firings("task_creator")] == ["ok", "ok", "error"]
    hits = [[(hit["key"], hit["score"]) for hit in one["hits"]] for one in played.outputs("recall")]
    assert hits[0] == []
    assert hits[1] == [("result_1", pytest.approx(0.6708204, abs=5e-7))]
    assert hits[2] == [("result_1", pytest.approx(0.6708204, abs=5e-7)), ("result_2", 0.0)]
    assert [one["stored"] for one in played.outputs("result_store")] == ["result_1", "result_2", "result_3"]
    assert tasks_done(played) == ["Develop a task list.", "Survey crops", "Visit maize fields"]
    assert played.held("task_queue") == [{"id": "4", "name": "Call farmers"}]
    assert [(one["text"], one["meta"]["task"]) for one in played.held("result_store")] == [
        ("I listed three steps.", "Develop a task list."),
        ("Crops surveyed: maize and rice.", "Survey crops"),
        ("Fields visited.", "Visit maize fields"),
    ]
    played.verify()


def test_worked_example_b_ends_by_itself_and_holds_one_result(tmp_path: Path) -> None:
    played = baby("c", B, tmp_path)

    assert played.result.ended == "stop"
    assert played.fired("nothing_waits", "end") == ["nothing_waits"]
    assert tasks_done(played) == ["Develop a task list.", "Survey crops", "Call farmers"]
    assert played.held("task_queue") == []
    assert played.held("result_store") == [
        {"key": "result_1", "text": "Farmers called.", "meta": {"task": "Call farmers"}}
    ]
    assert played.model.left() == 0
    assert played.result.outputs["executed"] == [
        {"id": 1, "task": "Develop a task list.", "result": "I listed two steps."},
        {"id": "1", "task": "Survey crops", "result": "Crops surveyed."},
        {"id": "1", "task": "Call farmers", "result": "Farmers called."},
    ]
    played.verify()


# -- what all versions share ----------------------------------------------------------------------


def test_ids_of_new_tasks_run_on_whatever_the_prioritiser_numbers(tmp_path: Path) -> None:
    played = baby("a", A[:6], tmp_path, rounds=2)

    assert played.output("line_splitter", "tasks", 0) == [
        {"id": 2, "name": "["}, {"id": 3, "name": "Survey crops"}, {"id": 4, "name": "Call farmers"},
        {"id": 5, "name": "]"},
    ]  # fmt: skip
    assert played.output("line_splitter", "tasks", 1) == [{"id": 6, "name": "Visit maize fields"}]
    assert names(played.output("waiting", "items", 1)) == ["Call farmers", "Visit maize fields"]


def test_the_prioritiser_is_told_to_begin_one_above_the_task_that_was_done(tmp_path: Path) -> None:
    played = baby("a", A[:6], tmp_path, rounds=2)

    assert [one["value"] for one in played.outputs("first_number")] == [2, 3]
    first, second = asked(played, "prioritiser")
    assert 'begins with "2."' in first
    assert 'begins with "3."' in second


def test_the_creator_sees_the_tasks_left_after_the_one_that_was_taken(tmp_path: Path) -> None:
    played = baby("a", A[:6], tmp_path, rounds=2)

    first, second = asked(played, "task_creator")
    assert "I listed three steps." in first
    assert "Develop a task list." in first
    assert "Tasks that wait: \n" in first
    assert "Tasks that wait: Call farmers\n" in second


def test_newlines_become_blanks_before_a_text_is_embedded(tmp_path: Path) -> None:
    played = baby("a", ["One.\nTwo.", "x", "2. x"], tmp_path, rounds=1, objective="Feed\nall")

    with Trace(played.db) as trace:
        embedded = [one.request for one in trace.effects(played.result.run_id, kind="embed")]
    assert [one["texts"] for one in embedded] == [["Feed all"], ["One. Two."]]
    assert played.held("result_store")[0]["text"] == "One.\nTwo."


def test_recall_gives_the_five_nearest_of_more_results(tmp_path: Path) -> None:
    replies: list[Any] = []
    for n in range(2, 9):
        replies += [f"{'world ' * n}done", "again", f"{n}. again"]
    played = baby("b", replies, tmp_path, rounds=7)

    assert [len(one["hits"]) for one in played.outputs("recall")] == [0, 1, 2, 3, 4, 5, 5]
    last = [hit["score"] for hit in played.output("recall", "hits", 6)]
    assert last == sorted(last, reverse=True)
    assert "result_1" not in [hit["key"] for hit in played.output("recall", "hits", 6)]


def test_recall_is_by_objective_whatever_the_task_is(tmp_path: Path) -> None:
    played = baby("a", A[:6], tmp_path, rounds=2)

    with Trace(played.db) as trace:
        texts = [one.request["texts"] for one in trace.effects(played.result.run_id, kind="embed")]
    assert texts[0] == texts[2] == [HUNGER["objective"]]


def test_an_empty_result_is_stored_and_work_goes_on(tmp_path: Path) -> None:
    played = baby("a", ["", "x", "2. x"], tmp_path, rounds=1)

    assert played.held("result_store") == [{"key": "result_1", "text": "", "meta": {"task": "Develop a task list."}}]
    assert played.fired(*ORDER) == ROUND


# -- the first two versions -----------------------------------------------------------------------


def test_only_b_shows_the_executor_what_was_recalled_and_no_version_shows_results(tmp_path: Path) -> None:
    first, second = (baby(version, A[:6], tmp_path, rounds=2) for version in "ab")

    assert names_in(first) == [False, False]
    assert names_in(second) == [False, True]
    assert not any("I listed three steps." in text for text in asked(second, "executor"))


def names_in(played: Played) -> list[bool]:
    return ["Develop a task list." in text.partition("Task: ")[0] for text in asked(played, "executor")]


@pytest.mark.parametrize(
    ("version", "executor", "creator", "prioritiser"),
    [
        ("a", (0.7, 2000), (0.5, 100), (0.5, 1000)),
        ("b", (0.7, 2000), (0.5, 100), (0.5, 100)),
        ("c", (0.0, 2000), (0.0, 2000), (0.0, 2000)),
    ],
)
def test_each_version_has_its_temperatures_and_its_bounds(
    version: str, executor: Any, creator: Any, prioritiser: Any, tmp_path: Path
) -> None:
    played = baby(version, ["Done.", "1. x", "1. x"], tmp_path, rounds=1)

    asked_for = [(one.temperature, one.max_tokens) for one in played.model.requests]
    assert asked_for == [executor, creator, prioritiser]


@pytest.mark.parametrize("version", ["a", "b"])
def test_a_list_that_was_cut_off_at_the_bound_loses_its_tasks(version: str, tmp_path: Path) -> None:
    cut = {"reply": "2. Dig\n3. Sow\n4", "finish_reason": "length"}
    played = baby(version, ["Done.", "Dig\nSow\nReap\nEat", cut], tmp_path, rounds=1)

    assert names(played.output("waiting", "items")) == ["Dig", "Sow", "Reap", "Eat"]
    assert names(played.held("task_queue")) == ["Dig", "Sow"]


def test_blank_lines_and_an_empty_reply_are_tasks_without_a_name(tmp_path: Path) -> None:
    played = baby("a", ["Done.", "Dig\n\n Sow", "2. x", "Done.", "", "3. x"], tmp_path, rounds=2)

    assert [names(one["tasks"]) for one in played.outputs("line_splitter")] == [["Dig", "", " Sow"], [""]]


@pytest.mark.parametrize("version", ["a", "b"])
def test_an_unnumbered_list_empties_the_queue_and_the_stale_result_breeds_on(version: str, tmp_path: Path) -> None:
    replies = ["Result one.", "Dig", "Dig, then sow", "Sow", "Sow", "Reap", "2. Reap", "Reaped.", "x", "3. x"]
    played = baby(version, replies, tmp_path, rounds=4)

    assert played.fired("executor", "task_creator", "prioritiser") == [
        "executor", "task_creator", "prioritiser",
        "task_creator", "prioritiser",
        "task_creator", "prioritiser",
        "executor", "task_creator", "prioritiser",
    ]  # fmt: skip
    creators = asked(played, "task_creator")
    assert all("Result one." in text and "Develop a task list." in text for text in creators[:3])
    assert "Reaped." in creators[3]
    assert [one["value"] for one in played.outputs("first_number")] == [2, 2, 2, 3]
    assert [one["tasks"][0]["id"] for one in played.outputs("line_splitter")] == [2, 3, 4, 5]
    assert played.firings("recall")[1].status == "skipped"
    assert played.result.ended == "stop"
    assert played.fired("end", "nothing_waits") == ["end"]
    played.verify()


@pytest.mark.parametrize("version", ["a", "b"])
@pytest.mark.parametrize(
    "line",
    thorough_but(
        {"Ask Dr. Lee", "2.5. Ask Lee"}.__contains__,
        ["Ask Dr. Lee", "2) Ask Lee. Today", ". Ask Lee", "2.5. Ask Lee"],
    ),
)
def test_an_id_that_is_no_number_crashes_after_the_task_was_executed(version: str, line: str, tmp_path: Path) -> None:
    replies = ["Done.", "Ask Lee", line, "Lee was asked."]
    if line.startswith("2.5"):
        # The first full stop ends the number: `2` and the name `5. Ask Lee`.
        played = baby(version, [*replies, "x", "3. x"], tmp_path, rounds=2)
        assert tasks_done(played)[1] == "5. Ask Lee"
        return
    played = baby(version, replies, tmp_path, status="failed")

    assert played.fired("executor") == ["executor", "executor"]
    assert [one.status for one in played.firings("done_id")] == ["ok", "error"]
    assert keys(played) == ["result_1"]
    assert "whole number" in str(played.result.error)


def test_a_list_may_end_in_an_entry_without_a_name(tmp_path: Path) -> None:
    played = baby("a", ["Done.", "Dig", "2. Dig\n3."], tmp_path, rounds=1)

    assert played.held("task_queue") == [{"id": "2", "name": "Dig"}, {"id": "3", "name": ""}]


def test_the_first_versions_do_not_ask_again_when_the_provider_fails(tmp_path: Path) -> None:
    played = baby("a", [{"error": "rate_limit"}, "Done."], tmp_path, status="failed")

    assert len(played.model.requests) == 1


# -- the last version -----------------------------------------------------------------------------


def test_c_takes_only_numbered_lines_and_no_punctuation(tmp_path: Path) -> None:
    created = "Here they are:\n1. Write a to-do list!\n- 2) Dig (deep).\nNo number. Nothing\n3. ...\n* 4. Sow"
    played = baby("c", ["Done.", created, "1. Sow; reap\nTask 2. Eat"], tmp_path, rounds=1)

    assert played.output("line_splitter", "tasks") == [
        {"id": 2, "name": "Write a todo list"}, {"id": 3, "name": "Sow"},
    ]  # fmt: skip
    assert played.held("task_queue") == [{"id": "1", "name": "Sow reap"}, {"id": "2", "name": "Eat"}]


@pytest.mark.parametrize("reply", ["", "Dig first, then sow"])
def test_c_keeps_the_queue_when_no_task_can_be_read(reply: str, tmp_path: Path) -> None:
    played = baby("c", ["Done.", "1. Dig\n2. Sow", reply], tmp_path, rounds=1)

    assert played.held("task_queue") == [{"id": 2, "name": "Dig"}, {"id": 3, "name": "Sow"}]
    assert played.fired("list_reader", "replace") == ["list_reader"]


def test_c_numbers_from_1_so_that_each_result_overwrites_the_one_before(tmp_path: Path) -> None:
    again = ["Done.", "1. Dig\n2. Sow", "1. Dig\n2. Sow"]
    renumbered = baby("c", [*again, "Dug.", NOTHING_NEW, "1. Sow", "Sown.", NOTHING_NEW, ""], tmp_path)
    unread = baby("c", [*again[:2], "", "Dug.", NOTHING_NEW, "", "Sown.", NOTHING_NEW, ""], tmp_path)

    assert [one["length"] for one in renumbered.outputs("result_store")] == [1, 1, 1]
    assert [one["value"] for one in renumbered.outputs("first_number")] == [1, 1, 1]
    assert keys(renumbered) == ["result_1"]
    # The control: without a list that can be read the ids of the counter stay, and nothing is overwritten.
    assert keys(unread) == ["result_1", "result_2", "result_3"]


def test_c_embeds_no_objective_while_nothing_is_stored(tmp_path: Path) -> None:
    played = baby("c", B, tmp_path)

    assert played.fired(*ORDER)[:8] == [
        "recall", "executor", "embed", "result_store", "task_creator", "prioritiser", "embed", "recall",
    ]  # fmt: skip
    assert played.output("recall", "names") == []
    assert played.output("recall", "names", 1) == ["Develop a task list."]


def test_c_shows_recalled_names_once_there_are_any_and_still_prioritises_an_empty_queue(tmp_path: Path) -> None:
    played = baby("c", B, tmp_path)

    first, second, third = asked(played, "executor")
    assert "Tasks done before" not in first
    assert "Tasks done before: Develop a task list.\n" in second
    assert "Tasks done before: Survey crops\n" in third
    assert "Tasks that wait" not in asked(played, "task_creator")[0]
    assert "Call farmers" in asked(played, "task_creator")[1]
    assert len(asked(played, "prioritiser")) == 3


def test_c_cuts_prompts_to_4000_tokens_less_the_answer(tmp_path: Path) -> None:
    played = baby("c", ["word " * 5000, "1. x", "1. x"], tmp_path, rounds=1)
    uncut = baby("a", ["word " * 5000, "x", "2. x"], tmp_path, rounds=1)

    assert count_tokens(asked(played, "task_creator")[0]) == pytest.approx(2000, abs=1)
    assert count_tokens(asked(uncut, "task_creator")[0]) > 5000


def test_c_asks_again_when_the_provider_fails(tmp_path: Path) -> None:
    replies = [{"error": "rate_limit"}, {"error": "server"}, "Done.", NOTHING_NEW, ""]
    played = baby("c", replies, tmp_path)

    assert tasks_done(played) == ["Develop a task list."]
    played.verify()


def test_c_waits_5_seconds_after_a_round_if_it_shall(tmp_path: Path) -> None:
    played = play(
        "babyagi", {"version": "c", "pause": True}, replies=B, clock="2023-08-19T12:00:00+00:00", tmp_path=tmp_path
    )

    with Trace(played.db) as trace:
        waits = [one.request for one in trace.effects(played.result.run_id) if one.name == "sleep"]
    assert waits == [{"seconds": 5.0}] * 3


# -- bounds ---------------------------------------------------------------------------------------


def test_rounds_bound_the_loop_and_0_leaves_it_open(tmp_path: Path) -> None:
    replies = ["Done.", "Dig", "2. Dig"] * 12
    assert len(baby("a", replies, tmp_path, rounds=2).fired("executor")) == 2
    open_end = baby("a", replies, tmp_path, status="failed", rounds=0)

    assert len(open_end.fired("prioritiser")) == 12


@pytest.mark.thorough
def test_an_objective_has_no_bound_and_the_example_in_its_place_has(tmp_path: Path) -> None:
    replies = ["Done.", "Dig", "2. Dig"] * 40
    own = play("babyagi", HUNGER, replies=replies, status="failed", tmp_path=tmp_path)
    first_look = play("babyagi", replies=replies, tmp_path=tmp_path)

    assert len(own.fired("list_reader")) == 40
    assert own.model.left() == 0
    assert len(first_look.fired("executor")) == 4
    assert first_look.result.ended == "stop"
