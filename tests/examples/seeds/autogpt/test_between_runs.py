"""What AutoGPT v0.2.2 keeps of a run for the next: a profile, but no memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.examples.seeds.autogpt.agent import DONE, END, THOUGHTS, agent, memories, read, results, write


@pytest.mark.thorough
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
