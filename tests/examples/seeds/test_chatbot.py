"""The chatbot packs, answers, remembers and forgets as its sheet says, and ends only when the human leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import Trace
from tests.support.seeds import Played, play

ORDER = ("input", "history", "packer", "model", "remember", "view")
TURN = ["input", "history", "packer", "model", "remember", "view"]
BRIEF = {"system_text": "be brief please", "unit": "words", "reserve": 4}
ANN = ["my name is Ann", "what is my name"]


def chat(answers: list[Any], replies: list[Any], tmp_path: Path, **inputs: Any) -> Played:
    return play("chatbot", {**BRIEF, **inputs}, answers=answers, replies=replies, tmp_path=tmp_path)


def sent(played: Played, nth: int) -> list[str]:
    """Return what the model was sent in its nth call of a conversation."""
    return [str(one["content"]) for one in played.outputs("prompt")[nth]["value"]]


def shown(played: Played) -> list[str]:
    return [one["value"] for one in played.outputs("view")]


# -- the worked example of the sheet --------------------------------------------------------------


def test_in_a_window_of_12_words_only_the_new_message_is_sent(tmp_path: Path) -> None:
    played = chat([*ANN, "/quit"], ["hello Ann", "I do not know"], tmp_path, window=12)

    assert played.fired(*ORDER) == [*TURN, *TURN, "input"]
    assert sent(played, 0) == ["be brief please", "my name is Ann"]
    assert sent(played, 1) == ["be brief please", "what is my name"]
    assert played.output("packer", "left_out", 1) == 2
    assert shown(played) == ["hello Ann", "I do not know"]
    assert played.result.ended == "stop"
    played.verify()


def test_in_a_window_of_20_words_all_is_sent(tmp_path: Path) -> None:
    played = chat([*ANN, "/quit"], ["hello Ann", "Ann"], tmp_path, window=20)

    assert sent(played, 1) == ["be brief please", "my name is Ann", "hello Ann", "what is my name"]
    assert played.output("packer", "left_out", 1) == 0
    assert [one.text for one in played.prompts] == ["\n".join(sent(played, 0)), "\n".join(sent(played, 1))]
    assert played.result.outputs["conversation"] == [
        {"role": "user", "content": "my name is Ann"},
        {"role": "assistant", "content": "hello Ann"},
        {"role": "user", "content": "what is my name"},
        {"role": "assistant", "content": "Ann"},
    ]


# -- packing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("window", "count"), [(13, 2), (16, 2), (17, 4)])
def test_half_a_pair_is_never_sent(window: int, count: int, tmp_path: Path) -> None:
    """System text 3, reserve 4, new message 4: the answer before (2) would fit from 13 on, the pair (6) from 17 on."""
    played = chat([*ANN, "/quit"], ["hello Ann", "x"], tmp_path, window=window)

    assert len(sent(played, 1)) == count


def test_the_oldest_pairs_are_dropped_first(tmp_path: Path) -> None:
    played = chat(["one", "two", "three", "four", "/quit"], ["1", "2", "3", "4"], tmp_path, window=12)

    assert sent(played, 3) == ["be brief please", "two", "2", "three", "3", "four"]


def test_the_answer_has_its_reserve_in_tokens_too(tmp_path: Path) -> None:
    played = chat(["word " * 60, "and now", "/quit"], ["ok", "ok"], tmp_path, unit="tokens", window=120, reserve=30)

    assert len(sent(played, 0)) == 2
    assert sent(played, 1)[-1] == "and now"
    more = chat(["word " * 60, "and now", "/quit"], ["ok", "ok"], tmp_path, unit="tokens", window=60, reserve=30)
    assert "fewer words" in shown(more)[0]


def test_a_message_that_alone_is_too_long_is_told_so_and_no_model_is_asked(tmp_path: Path) -> None:
    played = chat(["a b c d e f g h i j", "hello", "/quit"], ["hi"], tmp_path, window=12)

    assert played.fired(*ORDER) == ["input", "history", "packer", "view", *TURN, "input"]
    assert [one.status for one in played.firings("packer")][:2] == ["error", "ok"]
    assert shown(played) == ["That is more than I can take in at once. Please say it in fewer words.", "hi"]
    assert sent(played, 0) == ["be brief please", "hello"]


# -- the loop -------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", ["", "  ", "/quit", " /QUIT "])
def test_it_ends_only_when_the_human_leaves(last: str, tmp_path: Path) -> None:
    played = chat(["hi", "bye", last], ["hello", "see you"], tmp_path, window=99)

    assert played.result.ended == "stop"
    assert played.fired("leaves") == ["leaves"]
    assert len(played.firings("input")) == 3


def test_whoever_has_no_more_to_say_has_left(tmp_path: Path) -> None:
    played = chat(["hi", "bye"], ["hello", "see you"], tmp_path, window=99)

    assert played.result.ended == "stop"
    assert shown(played) == ["hello", "see you"]
    assert played.fired("leaves") == ["leaves"]
    played.verify()


def test_each_question_shows_the_answer_before(tmp_path: Path) -> None:
    played = chat(["hi", "bye", ""], ["hello", "see you"], tmp_path, window=99)

    with Trace(played.db) as trace:
        questions = [one.request for one in trace.effects(played.result.run_id, kind="human")]
    told = [str(one) for one in questions]
    assert "/quit ends it" in told[0]
    assert "hello" in told[1]
    assert "see you" in told[2]


def test_nothing_runs_between_turns_and_each_turn_asks_one_model(tmp_path: Path) -> None:
    played = chat(["do it later please", "done?", ""], ["I will work on it.", "Not yet."], tmp_path, window=99)

    assert [one.node for one in played.prompts] == ["model", "model"]


def test_what_the_human_says_is_kept_as_it_was(tmp_path: Path) -> None:
    played = chat(["  Quit smoking /quit?\n{name}", ""], ["ok"], tmp_path, window=99)

    assert played.result.outputs["conversation"][0]["content"] == "  Quit smoking /quit?\n{name}"


# -- the optional modules -------------------------------------------------------------------------


def test_all_optional_modules_are_off_at_first(tmp_path: Path) -> None:
    played = chat([*ANN, ""], ["hello Ann", "x"], tmp_path, window=12)

    assert played.fired("input_moderation", "output_moderation", "title_maker", "rolling_summary") == []


def test_moderation_by_a_model_is_asked_before_and_after_and_refuses(tmp_path: Path) -> None:
    replies = ["allow", "hello", "allow", "refuse", "allow", "something bad", "refuse"]
    played = chat(["hi", "poison?", "story?", ""], replies, tmp_path, window=99, moderation="model")

    assert played.fired("input_moderation", "history", "model", "output_moderation", "remember", "view") == [
        "input_moderation", "history", "model", "output_moderation", "remember", "view",
        "input_moderation", "view",
        "input_moderation", "history", "model", "output_moderation", "remember", "view",
    ]  # fmt: skip
    assert shown(played) == [
        "hello", "I would rather not talk about that.", "I had an answer, but would rather not say it.",
    ]  # fmt: skip
    contents = [one["content"] for one in played.result.outputs["conversation"]]
    assert contents == ["hi", "hello", "story?", "I had an answer, but would rather not say it."]


def test_moderation_by_words_asks_no_model(tmp_path: Path) -> None:
    played = chat(["hi", "A BOMB please", ""], ["hello"], tmp_path, window=99, moderation="words", forbidden=["bomb"])

    assert shown(played) == ["hello", "I would rather not talk about that."]
    assert len(played.prompts) == 1


def test_a_title_is_made_in_the_first_turn_only(tmp_path: Path) -> None:
    played = chat([*ANN, ""], ["hello Ann", "Meeting Ann", "Ann"], tmp_path, window=99, title=True)

    assert [one.node for one in played.prompts] == ["model", "title_maker", "model"]
    assert "my name is Ann" in played.prompts[1].text
    assert "hello Ann" in played.prompts[1].text
    assert played.result.outputs["title_of_it"] == "Meeting Ann"


def test_a_rolling_summary_is_made_when_messages_are_dropped_and_is_shown_to_the_model(tmp_path: Path) -> None:
    replies = ["hello Ann", "The human is Ann.", "Ann", "Ann asked for her name.", "fine"]
    played = chat([*ANN, "and how are you", ""], replies, tmp_path, window=12, summary=True, summary_room=0)
    roomy = chat([*ANN, "and how are you", ""], replies, tmp_path, window=18, summary=True, summary_room=6)

    assert [one.node for one in roomy.prompts] == ["model", "rolling_summary", "model", "rolling_summary", "model"]
    assert "user: my name is Ann\nassistant: hello Ann" in roomy.prompts[1].text
    assert "The human is Ann." in roomy.prompts[3].text
    assert "my name is Ann" not in roomy.prompts[3].text
    assert sent(roomy, 0)[0] == "be brief please"
    assert sent(roomy, 1)[0] == "be brief please\n\nEarlier in this conversation: The human is Ann."
    assert "Ann asked for her" in sent(roomy, 2)[0]
    # The control: where the summary has no room it is made, cut to nothing, and never shown.
    assert sent(played, 1)[0] == "be brief please"


def test_the_same_conversation_without_a_summary_has_forgotten(tmp_path: Path) -> None:
    played = chat([*ANN, "and how are you", ""], ["hello Ann", "no idea", "fine"], tmp_path, window=12)

    assert "Ann" not in "".join(sent(played, 1)[1:])
