"""AutoGPT v0.2.2 does what the program of April 2023 did: the worked example, the loop guard, recall and packing."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from tests.examples.seeds.autogpt.agent import (
    ACT,
    END,
    FIRST,
    MODULES,
    START,
    THINK,
    agent,
    commands,
    memories,
    read,
    results,
    write,
)
from tests.support.seeds import play

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
    assert [one["role"] for one in played.held("history")] == ["user", "assistant", "system"] * 3 + [
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
    assert [one["id"] for one in found] == [played.held("long_term_memory")[place]["id"] for place in best]
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


@pytest.mark.thorough
def test_goals_of_your_own_have_no_limit_and_those_of_the_graph_have(tmp_path: Path) -> None:
    replies = [text for n in range(20) for text in (write(str(n)), read())]
    own = play("autogpt", {"goals": ["Write."]}, replies=[*replies, END], tmp_path=tmp_path)
    first_look = play("autogpt", replies=replies, tmp_path=tmp_path)

    assert len(own.fired("thinker")) == 41
    assert own.fired("finished") == ["finished"]
    assert len(first_look.fired("thinker")) == 3
    assert first_look.fired("limit_reached") == ["limit_reached"]


@pytest.mark.thorough
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
