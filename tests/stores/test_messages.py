"""Messages: what goes into a window."""

from __future__ import annotations

from typing import Any

import pytest

from studio.documents.tokens import count_tokens
from studio.stores import Store, make_store, store_problems
from studio.support.errors import NodeError


def said(*messages: str, **more: Any) -> Store:
    """Messages written as `role: text`; `call:` asks for a tool by the id that is its text, `result: id` answers."""
    made = []
    for one in messages:
        role, _, text = one.partition(": ")
        if role == "call":
            made.append({"role": "assistant", "content": "", "tool_calls": [{"id": id} for id in text.split()]})
        elif role == "result":
            made.append({"role": "tool", "content": "r", "tool_call_id": text})
        else:
            made.append({"role": role, "content": text})
    return make_store("messages", {"items": made}, "chat")


def window(store: Store, budget: int, **more: Any) -> str:
    found = store.do("window", {"budget": budget, "count": "words", "per_message": 0, **more})
    return " / ".join(one["content"] or " ".join(call["id"] for call in one["tool_calls"]) for one in found["messages"])


def test_the_chatbot_of_the_sheet_forgets_a_name_in_a_small_window_and_knows_it_in_a_large_one() -> None:
    """Sheet 7: window 12 words, of which the answer takes 4."""
    chat = said("system: be brief please", "user: my name is Ann", "assistant: hello Ann", "user: what is my name")

    assert window(chat, 12 - 4) == "be brief please / what is my name"
    assert window(chat, 20 - 4) == "be brief please / my name is Ann / hello Ann / what is my name"


def test_the_first_messages_can_be_kept() -> None:
    chat = said("user: one", "assistant: two", "user: three", "assistant: four")

    assert window(chat, 2) == "three / four"
    assert window(chat, 2, first=1) == "one / four"
    assert window(chat, 4, first=9) == "one / two / three / four"


def test_nothing_older_is_put_before_what_did_not_fit() -> None:
    assert window(said("user: a", "user: b b b", "user: c"), 2) == "c"


def test_a_call_and_its_results_go_together() -> None:
    chat = said("user: go", "call: x y", "result: x", "result: y", "assistant: done")

    assert window(chat, 100).split(" / ") == ["go", "x y", "r", "r", "done"]
    cost = count_words(chat, 1, 2, 3, 4)
    assert window(chat, cost).split(" / ") == ["x y", "r", "r", "done"]
    assert window(chat, cost - 1) == "done"


def test_a_result_without_its_call_is_left_out() -> None:
    found = said("result: x", "user: go").do("window", {"budget": 100})

    assert [one["content"] for one in found["messages"]] == ["go"]
    assert found["left_out"] == 1


def test_whole_turns_are_never_cut() -> None:
    chat = said("user: a", "assistant: b", "user: c", "assistant: d")

    assert window(chat, 3) == "b / c / d"
    assert window(chat, 3, whole_turns=True) == "c / d"


def test_what_does_not_fit_at_all_is_an_error_that_says_how_much_it_is() -> None:
    chat = said("system: be brief please", "user: my name is Ann")

    with pytest.raises(NodeError, match="the newest part and what is always kept of the messages `chat` takes 7 words"):
        window(chat, 6)
    with pytest.raises(NodeError, match="what is always kept of the messages `chat` takes 3 words, more than the"):
        window(chat, 2, first=0)
    assert window(said("system: be brief"), 2) == "be brief"
    assert window(said(), 0) == ""


def test_tokens_are_those_of_the_tokenizer_and_four_for_each_message() -> None:
    chat = said("user: what is my name")

    assert chat.do("window", {"budget": 100})["size"] == count_tokens("what is my name") + 4
    assert said("call: x").do("window", {"budget": 100})["size"] == count_tokens('[{"id":"x"}]') + 4


def test_parts_of_a_message_count_by_their_texts() -> None:
    parts = [{"type": "text", "text": "what is this"}, {"type": "image"}]
    chat = make_store("messages", {"items": [{"role": "user", "content": parts}]}, "chat")

    assert chat.do("window", {"budget": 9, "count": "words", "per_message": 0})["size"] == 3 + 1


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("hello", "a message has a `role` and a `content`"),
        ({"role": "user"}, "a message has a `role` and a `content`"),
        ({"role": "bot", "content": "x"}, "has the role bot, but there are system, user, assistant, tool"),
        ({"role": "assistant", "content": "", "tool_calls": ["x"]}, "`tool_calls` that are no list of objects"),
    ],
)
def test_what_is_no_message_is_refused(message: Any, why: str) -> None:
    store = said("user: a")

    with pytest.raises(NodeError, match=why):
        store.do("extend", {"messages": [{"role": "user", "content": "b"}, message]})
    assert store.size == 1
    assert why in store_problems("messages", {"items": [message]})[0]


def count_words(store: Store, *places: int) -> int:
    found = store.do("items", {})
    kept = make_store("messages", {"items": [found[place] for place in places]}, "kept")
    size: int = kept.do("window", {"budget": 1000, "count": "words", "per_message": 0})["size"]
    return size


def test_standing_messages_come_first_and_take_their_part_of_the_budget() -> None:
    chat = said("user: one two", "assistant: three", "user: four")
    brief = [{"role": "system", "content": "be brief"}]

    assert window(chat, 6, standing=brief) == "be brief / one two / three / four"
    assert window(chat, 5, standing=brief) == "be brief / three / four"
    assert window(chat, 5, standing=brief, whole_turns=True) == "be brief / four"
    assert chat.do("window", {"budget": 5, "count": "words", "per_message": 0, "standing": brief})["left_out"] == 1
    with pytest.raises(NodeError, match="no system message"):
        window(chat, 9, standing=[{"role": "user", "content": "hi"}])
