"""AutoGPT v0.2.2 does what the program of April 2023 did, module by module."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from studio import Trace
from studio.replay.sql import ask
from studio.support.values import decode
from tests.support.seeds import Played, play

MODULES = (
    "profile", "system_text_builder", "clock", "history", "long_term_memory", "recall", "context_packer", "thinker",
    "reply_reader", "json_repairer", "human_gate", "dispatcher", "tools", "sub_agents", "page_summariser", "recorder",
    "loop_guard",
)  # fmt: skip
START = ["profile", "system_text_builder"]
FIRST = ["loop_guard", "clock", "history", "context_packer", "thinker", "reply_reader"]
THINK = ["loop_guard", "clock", "history", "recall", "context_packer", "thinker", "reply_reader"]
ACT = ["dispatcher", "tools", "recorder", "long_term_memory"]
THOUGHTS = {"text": "t", "reasoning": "r", "plan": "- p", "criticism": "c", "speak": "s"}
DONE = "done"


def reply(name: Any, /, *, thoughts: Any = THOUGHTS, **args: Any) -> str:
    return json.dumps({"thoughts": thoughts, "command": {"name": name, "args": args}})


END = reply("task_complete", reason=DONE)


def write(text: str = "hi", name: str = "a.txt") -> str:
    return reply("write_to_file", filename=name, text=text)


def read(name: str = "a.txt") -> str:
    return reply("read_file", filename=name)


def agent(replies: list[Any], tmp_path: Path, *, answers: Any = (), status: str = "ok", **inputs: Any) -> Played:
    """Play it in words; continuous and without a limit, unless a person answers."""
    given = {"continuous": not answers, "continuous_limit": 0, "count": "words", **inputs}
    return play("autogpt", given, replies=replies, answers=answers, status=status, tmp_path=tmp_path)


def held(played: Played, store: str) -> Any:
    """Return what a store held when the run ended."""
    with Trace(played.db) as trace:
        ((found,),) = ask(trace, "SELECT store_at(?, ?, NULL)", (played.result.run_id, store)).rows
    return decode(str(found).encode())


def memories(played: Played) -> list[str]:
    return [one["text"] for one in held(played, "long_term_memory")]


def results(played: Played) -> list[str]:
    return [one["text"] for one in played.outputs("result_line")]


def commands(played: Played) -> list[Any]:
    return [one["value"] for one in played.outputs("command_name")]


# -- the worked example of the sheet --------------------------------------------------------------------------------


def test_the_worked_example(tmp_path: Path) -> None:
    played = agent([write(), "I will now append.", "sorry, no JSON", read(), END], tmp_path)

    assert played.result.ended == "stop"
    assert played.fired(*MODULES) == [
        *START, *FIRST, *ACT, *THINK, "json_repairer", *ACT, *THINK, *ACT, *THINK, "dispatcher",
    ]  # fmt: skip
    assert [one["history"] for one in played.outputs("context_packer")] == [0, 3, 6, 9]
    assert [one["length"] for one in played.outputs("recall")] == [1, 2, 3]
    assert commands(played) == ["write_to_file", "write_to_file", "read_file", "task_complete"]
    assert results(played) == [
        "Command write_to_file returned: The file was written.",
        "Command write_to_file returned: Error: The file was already updated.",
        "Command read_file returned: hi",
    ]
    assert len(memories(played)) == 3
    assert [(one.tick, one.status) for one in played.firings("finished")][-1] == ("3", "ok")
    assert [one["role"] for one in held(played, "history")] == ["user", "assistant", "system"] * 3 + [
        "user", "assistant",
    ]  # fmt: skip
    played.verify()


def toy(text: str) -> list[float]:
    """The toy embedding of the sheet, of length 1."""
    found = [0.0] * 16
    for word in re.findall(r"[a-z0-9]+", text.lower()):
        found[sum(map(ord, word)) % 16] += 1
    length = math.sqrt(sum(one * one for one in found))
    return [one / length for one in found]


def test_recall_is_ranked_by_the_cosine_with_the_last_messages_and_equal_ones_stand_newest_first(
    tmp_path: Path,
) -> None:
    played = agent([write(), read(), read(), END], tmp_path)

    asked = toy(played.output("last_messages", "value", 2))
    expected = [sum(a * b for a, b in zip(asked, toy(text), strict=True)) for text in memories(played)]
    assert expected[1] == expected[2] != expected[0]
    best = sorted((2, 1, 0), key=lambda place: -expected[place])
    found = played.output("recall", "items", 2)
    assert [one["id"] for one in found] == [held(played, "long_term_memory")[place]["id"] for place in best]
    assert [one["score"] for one in found] == pytest.approx([expected[place] for place in best], abs=1e-6)


# -- step 1: the loop guard -----------------------------------------------------------------------------------------


def test_the_loop_guard_ends_the_run_before_the_cycle_that_exceeds_the_limit(tmp_path: Path) -> None:
    played = agent([write(), read(), read()], tmp_path, continuous_limit=3)

    assert played.result.ended == "stop"
    assert played.fired("loop_guard", "thinker") == ["loop_guard", "thinker"] * 3 + ["loop_guard"]
    assert played.result.outputs["cycles"] == 3


def test_the_limit_counts_only_in_continuous_mode(tmp_path: Path) -> None:
    played = agent([write(), read(), END], tmp_path, answers=["y", "y", "y"], continuous_limit=1)

    assert played.fired("thinker") == ["thinker"] * 3


def test_goals_of_your_own_have_no_limit_and_those_of_the_graph_have(tmp_path: Path) -> None:
    replies = [text for n in range(20) for text in (write(str(n)), read())]
    own = play("autogpt", {"goals": ["Write."]}, replies=[*replies, END], tmp_path=tmp_path)
    first_look = play("autogpt", replies=replies, tmp_path=tmp_path)

    assert len(own.fired("thinker")) == 41
    assert own.fired("finished") == ["finished"]
    assert len(first_look.fired("thinker")) == 3
    assert first_look.fired("limit_reached") == ["limit_reached"]


def test_after_forty_cycles_the_prompt_still_ends_in_the_newest_messages(tmp_path: Path) -> None:
    """Each thirtieth reply is long; what is older than it no longer fits, and nothing younger is lost."""
    texts = [write("word " * 2900 if n == 29 else str(n), f"{n}.txt") for n in range(40)]
    played = agent([*texts, END], tmp_path)

    told = [one["history"] for one in played.outputs("context_packer")]
    assert told[:30] == [3 * n for n in range(30)]
    # The long reply itself never fits: its result and all that came later do.
    assert told[30:] == [1 + 3 * n for n in range(11)]
    assert [one["length"] for one in played.outputs("recall")] == [min(n, 10) for n in range(1, 41)]
    assert len(memories(played)) == 40


# -- step 2: recall and packing -------------------------------------------------------------------------------------


def test_the_prompt_is_system_text_date_memories_history_and_the_constant_message(tmp_path: Path) -> None:
    played = play(
        "autogpt",
        {"continuous_limit": 0, "count": "words", "name": "Ada", "role": "a tester", "goals": ["Find pools."]},
        replies=[write(), END], clock="2023-04-29T09:00:00+00:00", tmp_path=tmp_path,
    )  # fmt: skip

    first, second = (one["messages"] for one in played.outputs("context_packer"))
    assert first[0]["content"].startswith("You are Ada, a tester.")
    assert "1. Find pools." in first[0]["content"]
    assert '"write_to_file", args: "filename", "text"' in first[0]["content"]
    assert "2023-04-29" in first[1]["content"]
    assert [one["role"] for one in first] == ["system", "system", "system", "user"]
    assert [one["role"] for one in second] == ["system"] * 3 + ["user", "assistant", "system", "user"]
    assert memories(played)[0].strip() in second[2]["content"]
    assert second[-1] == first[-1] == second[3]


def test_a_disabled_command_is_not_offered(tmp_path: Path) -> None:
    played = agent([END], tmp_path)

    offered = played.output("command_lines", "value")
    assert "send_tweet" not in offered
    assert offered.splitlines()[-2:] == [
        '20. Do nothing: "do_nothing", args: ', '21. End when all is done: "task_complete", args: "reason"',
    ]  # fmt: skip


def test_the_preamble_drops_the_least_relevant_memory_first_and_in_the_first_version_the_most(tmp_path: Path) -> None:
    replies = [write(), read(), END]
    whole = agent(replies, tmp_path)
    recalled = whole.output("recall", "texts", 1)
    preamble = sum(len(one["content"].split()) for one in whole.outputs("context_packer")[2]["messages"][:3])
    assert len(recalled) == 2

    for variant, kept in (("v0.2.2", 0), ("v0.1", 1)):
        tight = agent(replies, tmp_path, variant=variant, preamble_budget=preamble - 1)

        assert tight.output("context_packer", "entries", 2) == [recalled[kept]]


@pytest.mark.parametrize(("variant", "count"), [("v0.2.2", 9), ("v0.1", 5)])
def test_recall_asks_with_the_last_messages(variant: str, count: int, tmp_path: Path) -> None:
    played = agent([write(), read(), read(), read(), END], tmp_path, variant=variant)

    asked = json.loads(played.output("last_messages", "value", 3))
    assert asked == played.output("history", "messages", 4)[-count:]


def test_history_goes_in_newest_first_until_the_next_message_would_pass_the_limit(tmp_path: Path) -> None:
    whole = agent([write(), read(), END], tmp_path)
    used = whole.output("context_packer", "used", 2)

    tight = agent([write(), read(), END], tmp_path, token_limit=1000 + used - 1)

    assert whole.output("context_packer", "history", 2) == 6
    assert tight.output("context_packer", "history", 2) == 5
    assert tight.output("context_packer", "messages", 2)[3:] == whole.output("context_packer", "messages", 2)[4:]


def test_the_reply_may_be_as_long_as_the_limit_leaves(tmp_path: Path) -> None:
    played = agent([END], tmp_path)

    used = played.output("context_packer", "used")
    assert played.output("room", "value") == 4000 - used


def test_a_preamble_that_never_fits_is_refused_where_the_program_would_have_gone_round_for_ever(tmp_path: Path) -> None:
    played = agent([], tmp_path, preamble_budget=20, status="failed")

    assert "the standing texts take" in str(played.result.error)


# -- step 4: reading the reply --------------------------------------------------------------------------------------


def test_common_slips_are_mended_without_a_model(tmp_path: Path) -> None:
    texts = [
        read(), "Sure!\n" + read() + "\nIs that right?", read()[:-1],
        '{thoughts: {"text": "t"}, command: {"name": "read_file", "args": {"filename": "a.txt"}}}',
        read().replace('"r"', r'"it\'s"'), read().replace('"r"', '"r\t"'),
    ]  # fmt: skip
    played = agent([*texts, END], tmp_path, workspace_files={"a.txt": "hi"})

    assert played.fired("json_repairer") == []
    assert results(played) == ["Command read_file returned: hi"] * len(texts)


def test_the_repairer_sees_the_broken_text_and_its_answer_counts(tmp_path: Path) -> None:
    played = agent(["read the file a.txt", read(), END], tmp_path, workspace_files={"a.txt": "hi"})

    assert [one.node for one in played.prompts] == ["thinker", "json_repairer", "thinker"]
    assert "read the file a.txt" in played.prompts[1].text
    assert results(played) == ["Command read_file returned: hi"]


def test_what_stands_in_braces_is_read_and_repaired_once_more(tmp_path: Path) -> None:
    played = agent(["x {a {b} c} y", "no", read(), END], tmp_path, workspace_files={"a.txt": "hi"})

    assert played.fired("thinker", "reply_reader", "json_repairer") == [
        "thinker", "reply_reader", "json_repairer", "reply_reader", "json_repairer", "thinker", "reply_reader",
    ]  # fmt: skip
    assert "{a {b} c}" in played.prompts[2].text
    assert "x {" not in played.prompts[2].text
    assert results(played) == ["Command read_file returned: hi"]


def test_not_a_number_is_read_as_the_program_read_it(tmp_path: Path) -> None:
    odd = read().replace('"c"', "NaN")
    assert "NaN" in odd
    played = agent([write(), odd, END], tmp_path)

    assert played.fired("json_repairer") == []
    assert commands(played) == ["write_to_file", "read_file", "task_complete"]


def test_a_reply_without_an_object_keeps_the_command_without_asking_the_repairer(tmp_path: Path) -> None:
    played = agent([write(), "{}", "[1]", '"no"', END], tmp_path)

    assert played.fired("json_repairer") == []
    assert commands(played) == ["write_to_file"] * 4 + ["task_complete"]


# -- step 5: the command --------------------------------------------------------------------------------------------


def test_thoughts_of_another_form_keep_the_previous_command(tmp_path: Path) -> None:
    odd: list[Any] = ["just a text", ["list"], None, {"text": "t", "plan": 3}, {"plan": ["a", 1]}]
    even: list[Any] = [{}, {"plan": ["a", "b"]}, {"plan": {"a": 1}}, {"plan": None}]
    replies = [reply("read_file", thoughts=one, filename="a.txt") for one in [*odd, *even]]

    played = agent([write(), *replies, END], tmp_path)

    assert commands(played) == ["write_to_file"] * (1 + len(odd)) + ["read_file"] * len(even) + ["task_complete"]


def test_an_unreadable_first_reply_leaves_no_command_at_all(tmp_path: Path) -> None:
    played = agent(["hello", "no", END], tmp_path)

    assert results(played) == ["Command null returned: Error: no command was named, but null."]
    assert len(memories(played)) == 1


def test_failures_without_end_repeat_the_last_command_in_circles(tmp_path: Path) -> None:
    played = agent([write(), *["hm", "no"] * 4], tmp_path, continuous_limit=5)

    assert commands(played) == ["write_to_file"] * 5
    assert len(set(results(played)[1:])) == 1


def test_a_reply_without_a_command_is_an_error_that_is_told_but_not_remembered(tmp_path: Path) -> None:
    texts = [
        json.dumps({"thoughts": THOUGHTS}), json.dumps({"thoughts": THOUGHTS, "command": "go"}),
        json.dumps({"thoughts": THOUGHTS, "command": {"args": {}}}),
    ]  # fmt: skip
    played = agent([*texts, "hm", "no", END], tmp_path)

    assert played.fired("dispatcher") == ["dispatcher"]  # of the last cycle: errors skip it, also when kept
    assert [one["content"] for one in held(played, "history") if one["role"] == "system"] == [
        "Command Error: failed: The reply has no command.", "Command Error: failed: The command is no object.",
        *["Command Error: failed: The command has no name."] * 2,
    ]  # fmt: skip
    assert memories(played) == []
    assert [one["length"] for one in played.outputs("recall")] == [0] * 4


# -- step 6: the gate -----------------------------------------------------------------------------------------------


def test_the_gate_asks_before_each_command(tmp_path: Path) -> None:
    played = agent([write(), read(), END], tmp_path, answers=["y", " Y ", "y"])

    assert played.fired("human_gate") == ["human_gate"] * 3
    assert played.fired("thinker", "human_gate", "dispatcher")[:3] == ["thinker", "human_gate", "dispatcher"]


def test_in_continuous_mode_nobody_is_asked(tmp_path: Path) -> None:
    assert agent([write(), END], tmp_path).fired("human_gate") == []


def test_granted_commands_run_without_a_question(tmp_path: Path) -> None:
    # The grant counts from the command that it allows: three run for one answer.
    played = agent([write(), read(), read(), END], tmp_path, answers=["y -3", "y"])

    assert played.fired("thinker", "human_gate") == [
        "thinker",
        "human_gate",
        "thinker",
        "thinker",
        "thinker",
        "human_gate",
    ]
    assert [one["value"] for one in played.outputs("granted_left")] == [2, 1, 0, 0]


def test_an_error_uses_up_no_grant(tmp_path: Path) -> None:
    played = agent([write(), reply("error_x"), read(), END], tmp_path, answers=["y -2", "y", "y"])

    assert [one["value"] for one in played.outputs("granted_left")] == [1, 1, 0, 0]


def test_no_leaves_before_acting(tmp_path: Path) -> None:
    played = agent([write(), read()], tmp_path, answers=["y", "n"])

    assert played.result.ended == "stop"
    assert played.fired("thinker", "human_gate", "dispatcher", "recorder") == [
        "thinker", "human_gate", "dispatcher", "recorder", "thinker", "human_gate",
    ]  # fmt: skip
    assert len(held(played, "history")) == 5


def test_feedback_replaces_the_command_and_is_remembered(tmp_path: Path) -> None:
    played = agent([write(), END], tmp_path, answers=["Read it first.", "y"])

    assert played.fired("dispatcher", "tools", "recorder") == ["recorder", "dispatcher"]
    assert held(played, "history")[2] == {"role": "system", "content": "Human feedback: Read it first."}
    assert memories(played)[0].endswith("Result: Human feedback: Read it first. \nHuman Feedback: Read it first. ")
    assert held(played, "workspace") == {}


def test_feedback_is_kept_as_the_command_when_the_next_reply_cannot_be_read(tmp_path: Path) -> None:
    played = agent([write(), "hm", "no", END], tmp_path, answers=["Wait.", "y", "y"])

    assert commands(played) == ["human_feedback", "human_feedback", "task_complete"]
    assert held(played, "history")[5]["content"] == "Human feedback: GO ON"


def test_an_answer_without_meaning_is_asked_again(tmp_path: Path) -> None:
    played = agent([END], tmp_path, answers=["", "  ", "y -x", "y - 3", "y"])

    assert played.fired("ask", "human_gate") == ["ask"] * 5 + ["human_gate"]


def test_what_the_person_said_last_is_noted_in_every_later_entry(tmp_path: Path) -> None:
    played = agent([write(), read(), END], tmp_path, answers=["y -2", "y"])

    assert [one.endswith("Human Feedback: GO ON ") for one in memories(played)] == [True, True]
    assert memories(agent([write(), END], tmp_path))[0].endswith("Human Feedback:  ")


# -- step 7: running ------------------------------------------------------------------------------------------------


def test_names_that_begin_with_error_skip_the_dispatcher(tmp_path: Path) -> None:
    played = agent([reply("ERROR_now", a=1), END], tmp_path)

    assert played.fired("dispatcher") == ["dispatcher"]
    assert held(played, "history")[2]["content"] == 'Command ERROR_now failed: {"a":1}'
    assert len(memories(played)) == 1


@pytest.mark.parametrize(("variant", "told"), [("v0.2.2", "Unknown command 'write_to_file'"), ("v0.1", "was written")])
def test_synonyms_never_reach_the_registry_but_in_the_first_version(variant: str, told: str, tmp_path: Path) -> None:
    played = agent([reply("write_file", filename="a", text="b"), END], tmp_path, variant=variant)

    assert told in results(played)[0]


def test_what_cannot_be_done_is_told_and_remembered(tmp_path: Path) -> None:
    told = {
        reply("fly"): "Unknown command 'fly'",
        reply("read_file", name="a"): "Error: read_file needs the argument filename and has no argument name.",
        reply("send_tweet", tweet_text="hi"): "Command 'send_tweet' is disabled",
        reply("generate_image", prompt="a pool"): "Command 'generate_image' is disabled",
        reply("execute_shell", command_line="ls"): "not allowed",
        reply("execute_python_file", filename="a.txt"): "only files that end in .py",
        reply("execute_python_file", filename="a.py"): "there is no file a.py",
        reply("browse_website", url="https://example.org", question="?"): "no web in this run",
        reply("memory_add"): "memory_add needs the argument string",
    }
    played = agent([*told, END], tmp_path)

    for result, part in zip(results(played), told.values(), strict=True):
        assert part in result
    assert len(memories(played)) == len(told)


def test_task_complete_ends_at_once_and_is_not_remembered(tmp_path: Path) -> None:
    for name in ("task_complete", "Task_Complete"):
        played = agent([write(), reply(name, reason=DONE)], tmp_path)

        assert played.fired("recorder", "finished") == ["recorder", "finished"]
        assert len(memories(played)) == 1
        assert len(held(played, "history")) == 5


def test_do_nothing_leaves_neither_memory_nor_result_so_that_the_next_cycle_looks_the_same(tmp_path: Path) -> None:
    played = agent([reply("do_nothing"), reply("do_nothing"), END], tmp_path)

    assert played.fired("recorder") == []
    assert memories(played) == []
    assert [one["role"] for one in held(played, "history")] == ["user", "assistant"] * 3
    assert [one["length"] for one in played.outputs("recall")] == [0, 0]


def test_do_nothing_in_capitals_is_remembered(tmp_path: Path) -> None:
    assert len(memories(agent([reply("Do_Nothing"), END], tmp_path))) == 1


def test_memory_add_makes_an_entry_of_its_own(tmp_path: Path) -> None:
    played = agent([reply("memory_add", string="limpets cling"), END], tmp_path)

    assert memories(played)[0] == "limpets cling"
    assert len(memories(played)) == 2


# -- the workspace --------------------------------------------------------------------------------------------------


def test_a_file_once_written_is_refused_for_ever_so_that_drafts_go_in_circles(tmp_path: Path) -> None:
    delete = reply("delete_file", filename="a.txt")
    played = agent([write(), write("better"), delete, delete, write("again"), read(), END], tmp_path)

    assert [one.partition("returned: ")[2] for one in results(played)] == [
        "The file was written.", "Error: The file was already updated.", "The file was deleted.",
        "Error: The file was already deleted.", "Error: The file was already updated.",
        "Error: there is no file a.txt.",
    ]  # fmt: skip


def test_the_log_of_files_is_a_file_and_goes_by_the_name_as_it_was_given(tmp_path: Path) -> None:
    forget = reply("delete_file", filename="file_logger.txt")
    played = agent([write(), write("two", "./a.txt"), forget, write("three"), END], tmp_path)

    assert held(played, "workspace") == {
        "a.txt": "three",
        "file_logger.txt": "File Operation Logger delete: file_logger.txt\nwrite: a.txt\n",
    }


def test_files_are_appended_to_and_listed(tmp_path: Path) -> None:
    more = reply("append_to_file", filename="a.txt", text="+")
    listing = reply("search_files", directory="/")
    played = agent([write(), more, more, listing, reply("search_files", directory="d"), END], tmp_path,
                   workspace_files={"d/e.txt": "e", "d/.hidden": ""})  # fmt: skip

    assert held(played, "workspace")["a.txt"] == "hi++"
    assert [one.partition("returned: ")[2] for one in results(played)[3:]] == [
        '["d/e.txt","a.txt","file_logger.txt"]', '["d/e.txt"]',
    ]  # fmt: skip


def test_nothing_leads_out_of_the_workspace(tmp_path: Path) -> None:
    names = ["../a.txt", "/etc/passwd", "d/../../a"]
    played = agent([text for name in names for text in (write("x", name), read(name))] + [END], tmp_path)

    assert len(results(played)) == 6
    assert all("outside of the workspace" in one for one in results(played))
    assert held(played, "workspace") == {}


def test_the_workspace_is_as_a_folder_where_files_and_folders_differ(tmp_path: Path) -> None:
    more = reply("append_to_file", filename="new/a.txt", text="+")
    played = agent([write("x", "d"), write("x", "d/e.txt/f"), more, write("x", ""), END], tmp_path,
                   workspace_files={"d/e.txt": "e"})  # fmt: skip

    assert [one.partition("Error: ")[2] for one in results(played)] == [
        "d cannot be a file here.", "d/e.txt/f cannot be a file here.", "new/a.txt cannot be a file here.",
        " cannot be a file here.",
    ]  # fmt: skip
    assert held(played, "workspace") == {"d/e.txt": "e"}


# -- pages, helpers, code -------------------------------------------------------------------------------------------

PAGE = {"text": "Tide pools are small. Limpets live there.", "links": [{"url": f"https://e.org/{n}"} for n in range(7)]}
PAGES = {"https://e.org": PAGE, "https://e.org/empty": ""}


def test_a_page_is_summed_up_and_each_chunk_and_summary_remembered(tmp_path: Path) -> None:
    look = reply("browse_website", url="https://e.org", question="What lives there?")
    played = agent([look, "Limpets.", "Limpets live there.", END], tmp_path, pages=PAGES)

    assert played.fired("dispatcher", "tools", "summarise", "sum_up", "page_summariser", "recorder") == [
        "dispatcher", "tools", "summarise", "sum_up", "page_summariser", "recorder", "dispatcher",
    ]  # fmt: skip
    assert memories(played)[:2] == [
        "Source: https://e.org\nRaw content part#1: Tide pools are small. Limpets live there.",
        "Source: https://e.org\nContent summary part#1: Limpets.",
    ]
    assert "Answer from the page: Limpets live there." in results(played)[0]
    assert results(played)[0].count("https://e.org/") == 5
    assert len(memories(played)) == 3


def test_a_long_page_is_cut_into_chunks_of_at_most_3000_and_summed_up_in_order(tmp_path: Path) -> None:
    text = " ".join(f"Sentence number {n} has exactly seven words." for n in range(900))
    look = reply("get_text_summary", url="u", question="What?")
    played = agent([look, "one", "two", "three", "all", END], tmp_path, pages={"u": text})

    chunks = played.output("chunks", "texts")
    assert [len(one.split()) + 42 <= 3000 for one in chunks] == [True] * 3
    assert " ".join(chunks) == text
    assert [one.split("\n")[1] for one in memories(played)[1:6:2]] == [
        "Content summary part#1: one", "Content summary part#2: two", "Content summary part#3: three",
    ]  # fmt: skip
    assert "one\ntwo\nthree" in played.prompts[4].text
    assert results(played)[0].endswith("Result: all")


def test_a_page_without_text_costs_no_call(tmp_path: Path) -> None:
    played = agent([reply("get_text_summary", url="https://e.org/empty", question="?"), END], tmp_path, pages=PAGES)

    assert "there is no text to sum up" in results(played)[0]
    assert len(memories(played)) == 1


def test_links_and_searches_are_answered_from_the_pages_given(tmp_path: Path) -> None:
    played = agent([reply("get_hyperlinks", url="https://e.org"), reply("google", query="limpets"),
                    reply("google", query="whales"), END], tmp_path, pages=PAGES)  # fmt: skip

    assert played.fired("page_summariser") == []
    assert results(played)[0].count("https://e.org/") == 7
    assert '"href":"https://e.org"' in results(played)[1]
    assert results(played)[2].endswith("returned: []")


def test_helpers_have_chats_of_their_own(tmp_path: Path) -> None:
    start = reply("start_agent", name="Bo", task="count", prompt="Count limpets.")
    tell = reply("message_agent", key="0", message="And crabs?")
    everyone, dismiss = reply("list_agents"), reply("delete_agent", key="0")
    played = agent([start, "Ready.", "Twelve.", tell, "Three.", everyone, dismiss, dismiss, tell, start, "Yes.", "No.",
                    everyone, END], tmp_path)  # fmt: skip

    assert [one.partition("returned: ")[2] for one in results(played)] == [
        "Agent Bo created with key 0. First response: Twelve.", "Three.", "List of agents:\n0: count",
        "Agent 0 deleted.", "Agent 0 does not exist.", "Error: 0",
        "Agent Bo created with key 1. First response: No.", "List of agents:\n1: count",
    ]  # fmt: skip
    # The program noted each answer to a task twice, but the greeting once.
    second = next(one for one in played.prompts if one.reply == "Three.")
    assert second.text.split("\n")[1:] == ["Ready.", "Count limpets.", "Twelve.", "Twelve.", "And crabs?"]
    assert [one.node for one in played.prompts[:3]] == ["thinker", "greet", "set_to_work"]


def test_a_key_that_is_no_number_is_refused_without_a_call(tmp_path: Path) -> None:
    played = agent([reply("message_agent", key="Bo", message="Hi."), END], tmp_path)

    assert "must be a whole number" in results(played)[0]


def test_narrow_calls_about_code_go_to_the_strong_model(tmp_path: Path) -> None:
    played = agent([reply("write_tests", code="x = 1", focus="x"), "assert x == 1", END], tmp_path)

    assert results(played) == ["Command write_tests returned: assert x == 1"]
    assert "x = 1" in played.prompts[1].text


def test_a_program_of_the_workspace_runs_in_the_sandbox(tmp_path: Path) -> None:
    played = agent([write("print(6 * 7)", "a.py"), reply("execute_python_file", filename="a.py"), END], tmp_path)

    assert results(played)[1] == "Command execute_python_file returned: 42\n"


@pytest.mark.parametrize(("variant", "told"), [("v0.2.2", "returned: None"), ("v0.1", "STDOUT:\nhi\n")])
def test_the_shell_runs_if_allowed_and_its_output_was_lost_in_v0_2_2(variant: str, told: str, tmp_path: Path) -> None:
    played = agent([reply("execute_shell", command_line="echo hi"), END], tmp_path, shell=True, variant=variant)

    assert told in results(played)[0]


# -- profile and memory between runs --------------------------------------------------------------------------------


def test_at_most_five_goals_up_to_the_first_empty_one(tmp_path: Path) -> None:
    many = agent([END], tmp_path, goals=[f"g{n}" for n in range(7)])
    few = agent([END], tmp_path, goals=["g0", "", "g2"])

    assert many.result.outputs["profile_to_save"]["goals"] == ["g0", "g1", "g2", "g3", "g4"]
    assert few.result.outputs["profile_to_save"]["goals"] == ["g0"]


@pytest.mark.parametrize("variant", ["v0.2.2", "classic"])
def test_goals_may_be_a_text_with_one_on_each_line(tmp_path: Path, variant: str) -> None:
    end = END if variant == "v0.2.2" else json.dumps(
        {"thoughts": THOUGHTS, "use_tool": {"name": "finish", "arguments": {"reason": DONE}}}
    )  # fmt: skip
    listed = agent([end], tmp_path, variant=variant, goals=["Find pools.", "End."])
    written = agent([end], tmp_path, variant=variant, goals="Find pools.\n End.\n")

    assert "Find pools." in listed.prompts[0].text
    assert written.prompts[0].text.partition("20")[0] == listed.prompts[0].text.partition("20")[0]


def test_a_saved_profile_is_offered_again(tmp_path: Path) -> None:
    saved = agent([END], tmp_path, name="Ada").result.outputs["profile_to_save"]

    for answer, name in (("", "Ada"), ("N", "Bo")):
        played = agent([END], tmp_path, answers=[answer, "y"], saved_profile=saved, name="Bo")

        assert played.result.outputs["profile_to_save"]["name"] == name
        assert f"You are {name}," in played.prompts[0].text
    taken = agent([END], tmp_path, saved_profile=saved, skip_reprompt=True, name="Bo")
    assert taken.result.outputs["profile_to_save"]["name"] == "Ada"


def test_long_term_memory_does_not_survive_a_restart(tmp_path: Path) -> None:
    first = agent([write(), read(), END], tmp_path)
    second = agent([read(), END], tmp_path)

    assert len(memories(first)) == 2
    assert second.output("recall", "length") == 1
    assert results(second) == ["Command read_file returned: Error: there is no file a.txt."]
