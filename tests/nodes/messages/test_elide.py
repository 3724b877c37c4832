"""`messages.elide` keeps the task and the last observations in full."""

from __future__ import annotations

from studio.nodes.messages.elide import Elide
from tests.support.fake_context import run_node

TALK = [
    message
    for n in range(8)
    for message in ({"role": "user", "content": f"seen {n}\nmore"}, {"role": "assistant", "content": f"done {n}"})
]


async def test_the_first_and_the_last_five_stay_and_the_others_are_noted() -> None:
    out = await run_node(Elide, {}, {"messages": TALK})

    said = [message["content"] for message in out.messages if message["role"] == "user"]
    assert said[0] == "seen 0\nmore"
    assert said[1:3] == ["(old output left out: 2 lines)"] * 2
    assert said[3:] == [f"seen {n}\nmore" for n in range(3, 8)]
    assert [m for m in out.messages if m["role"] == "assistant"] == [m for m in TALK if m["role"] == "assistant"]
    assert out.elided == 2


async def test_a_short_conversation_stays_as_it_is() -> None:
    assert (await run_node(Elide, {}, {"messages": TALK[:12]})).messages == TALK[:12]
    assert (await run_node(Elide, {"last": 0, "first": 0}, {"messages": TALK})).elided == 8
