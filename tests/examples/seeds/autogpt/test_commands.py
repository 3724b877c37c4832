"""AutoGPT v0.2.2 runs commands as the program did: in its workspace, on pages, by helpers, as code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.seeds.autogpt.agent import DONE, END, agent, memories, read, reply, results, write

# -- step 7: running ------------------------------------------------------------------------------------------------


def test_names_that_begin_with_error_skip_the_dispatcher(tmp_path: Path) -> None:
    played = agent([reply("ERROR_now", a=1), END], tmp_path)

    assert played.fired("dispatcher") == ["dispatcher"]
    assert played.held("history")[2]["content"] == 'Command ERROR_now failed: {"a":1}'
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
        assert len(played.held("history")) == 5


def test_do_nothing_leaves_neither_memory_nor_result_so_that_the_next_cycle_looks_the_same(tmp_path: Path) -> None:
    played = agent([reply("do_nothing"), reply("do_nothing"), END], tmp_path)

    assert played.fired("recorder") == []
    assert memories(played) == []
    assert [one["role"] for one in played.held("history")] == ["user", "assistant"] * 3
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

    assert played.held("workspace") == {
        "a.txt": "three",
        "file_logger.txt": "File Operation Logger delete: file_logger.txt\nwrite: a.txt\n",
    }


def test_files_are_appended_to_and_listed(tmp_path: Path) -> None:
    more = reply("append_to_file", filename="a.txt", text="+")
    listing = reply("search_files", directory="/")
    played = agent([write(), more, more, listing, reply("search_files", directory="d"), END], tmp_path,
                   workspace_files={"d/e.txt": "e", "d/.hidden": ""})  # fmt: skip

    assert played.held("workspace")["a.txt"] == "hi++"
    assert [one.partition("returned: ")[2] for one in results(played)[3:]] == [
        '["d/e.txt","a.txt","file_logger.txt"]', '["d/e.txt"]',
    ]  # fmt: skip


def test_nothing_leads_out_of_the_workspace(tmp_path: Path) -> None:
    names = ["../a.txt", "/etc/passwd", "d/../../a"]
    played = agent([text for name in names for text in (write("x", name), read(name))] + [END], tmp_path)

    assert len(results(played)) == 6
    assert all("outside of the workspace" in one for one in results(played))
    assert played.held("workspace") == {}


def test_the_workspace_is_as_a_folder_where_files_and_folders_differ(tmp_path: Path) -> None:
    more = reply("append_to_file", filename="new/a.txt", text="+")
    played = agent([write("x", "d"), write("x", "d/e.txt/f"), more, write("x", ""), END], tmp_path,
                   workspace_files={"d/e.txt": "e"})  # fmt: skip

    assert [one.partition("Error: ")[2] for one in results(played)] == [
        "d cannot be a file here.", "d/e.txt/f cannot be a file here.", "new/a.txt cannot be a file here.",
        " cannot be a file here.",
    ]  # fmt: skip
    assert played.held("workspace") == {"d/e.txt": "e"}


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
