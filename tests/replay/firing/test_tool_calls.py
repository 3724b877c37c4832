"""How calls of tools are told where prompts and replies are shown."""

from __future__ import annotations

from studio.replay.firing.prompts import with_calls


def test_a_call_is_told_with_its_arguments_in_either_form() -> None:
    sent = {"id": "c0", "type": "function", "function": {"name": "look_up", "arguments": '{"word":"tide"}'}}
    recorded = {"id": "c0", "name": "look_up", "arguments": {"word": "tide"}}

    assert with_calls("Let me see.", [sent]) == 'Let me see.\n→ look_up {"word":"tide"}'
    assert with_calls("", [recorded]) == '→ look_up {"word":"tide"}'


def test_what_a_stranger_s_record_holds_in_their_place_is_no_reason_to_fail() -> None:
    assert with_calls("text", None) == "text"
    assert with_calls("text", "calls") == "text"
    assert with_calls("", [7, {"function": 3}]) == "→ ? {}\n→ ? {}"
