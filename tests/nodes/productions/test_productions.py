"""Production rules: read, matched, fired; and what hands and eyes do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.chunks._buffers import BUFFERS
from studio.nodes.productions._matching import bindings_of
from studio.nodes.productions._rules import read_rules
from studio.nodes.productions.act import Act
from studio.nodes.productions.add import Add
from studio.nodes.productions.fire import Fire
from studio.nodes.productions.match import Match
from studio.nodes.productions.read import Read
from studio.stores import make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node

COUNT = """
rule increment utility 2 reward 10   # of the tutorial
  =goal>      isa count-from  count =x  - end =x
  =retrieval> first =x  second =y
  ==>
  =goal>      count =y
  +retrieval> isa count-order  first =y
"""


def buffers(**chunks: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {name: {"chunk": None, "busy": False, "error": False} for name in BUFFERS}
    for name, slots in chunks.items():
        made[name.replace("_", "-")]["chunk"] = {"name": f"the-{name}", "slots": slots}
    return made


def rule(text: str) -> dict[str, Any]:
    return read_rules(text)[0]


def bound(text: str, state: dict[str, Any]) -> dict[str, Any] | None:
    return bindings_of(rule(f"rule r {text} ==> -goal>"), state)


async def test_a_rule_is_read_part_by_part() -> None:
    out = await run_node(Read, {}, {"source": COUNT})

    assert out.rules == [
        {
            "name": "increment", "utility": 2.0, "reward": 10.0,
            "if": [
                {
                    "kind": "test", "buffer": "goal",
                    "slots": [["=", "isa", "count-from"], ["=", "count", "=x"], ["-", "end", "=x"]],
                },
                {"kind": "test", "buffer": "retrieval", "slots": [["=", "first", "=x"], ["=", "second", "=y"]]},
            ],
            "then": [
                {"kind": "modify", "buffer": "goal", "slots": [["=", "count", "=y"]]},
                {
                    "kind": "request", "buffer": "retrieval",
                    "slots": [["=", "isa", "count-order"], ["=", "first", "=y"]],
                },
            ],
        }
    ]  # fmt: skip
    assert (await run_node(Read, {}, {"source": out.rules})).rules == out.rules


async def test_the_forms_of_lisp_and_of_pyactr_are_the_same_rule() -> None:
    ours = rule("rule stop =goal> isa count count =x - end =x n nil ==> -goal>")
    lisp = rule("(p stop\n =goal>\n isa count\n count =x\n - end =x\n n nil\n==>\n -goal>)")
    pyactr = rule("rule stop\n=g>\nisa count\ncount =x\nend ~=x\nn None\n==>\n~g>")

    assert ours == lisp == pyactr


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("=goal> a b ==>", "begin with `=goal>`"),
        ("rule r =goal> a b", "0 arrows"),
        ("rule r =goal> a b ==> -goal> ==>", "2 arrows"),
        ("rule r speed 3 =goal> a b ==> -goal>", "`speed 3` after its name"),
        ("rule r +goal> a b ==> -goal>", "before its arrow"),
        ("rule r =goal> a b ==> ?goal> state free", "after its arrow"),
        ("rule r =gaol> a b ==> -goal>", "Did you mean `goal`"),
        ("rule r =goal> a ==> -goal>", "has no value"),
        ("rule r =goal> a b ==> -goal> rule r =goal> a b ==> -goal>", "two rules are called `r`"),
        ([{"if": []}], "no `name`"),
        ([{"name": "r", "if": [{"kind": "request", "buffer": "goal", "slots": [[1]]}]}], "under `if`"),
        (7, "holds no rules"),
    ],
)
async def test_a_rule_that_cannot_be_read_is_told(source: Any, told: str) -> None:
    with pytest.raises(NodeError) as caught:
        await run_node(Read, {}, {"source": source})

    assert told in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ("=goal> isa task n 2", True),
        ("=goal> isa other", False),
        ("=goal> n =x m =x", True),
        ("=goal> n =x word =x", False),
        ("=goal> gone nil", True),
        ("=goal> n nil", False),
        ("=goal> gone =x", False),
        ("=goal> - n 3", True),
        ("=goal> - n 2", False),
        ("=goal> - gone nil", False),
        ("=goal> - word =unbound", True),
        ("=goal> > n 1 < n 3 >= n 2 <= n 2", True),
        ("=goal> > n 2", False),
        ("=goal> < word 3", False),
        ("=imaginal> isa image", False),
        ("=goal> - n =y =retrieval> first =y", True),
        ("=goal> n =y =retrieval> first =y", False),
        ("=goal> link =retrieval =retrieval> first 3", True),
        ("?imaginal> state busy", True),
        ("?imaginal> state free", False),
        ("?retrieval> buffer full state free", True),
        ("?retrieval> buffer empty", False),
        ("?aural> state error buffer failure", True),
        ("?retrieval> - state error", True),
        ("?aural> - state error", False),
    ],
)
def test_conditions(conditions: str, holds: bool) -> None:
    state = buffers(
        goal={"isa": "task", "n": 2, "m": 2, "word": "tea", "link": "the-retrieval"}, retrieval={"first": 3}
    )
    state["imaginal"]["busy"] = True
    state["aural"]["error"] = True

    assert (bound(conditions, state) is not None) is holds


def test_a_question_that_is_none_is_told() -> None:
    with pytest.raises(NodeError, match="asks a buffer `mood good`"):
        bound("?goal> mood good", buffers())


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=1))
def test_a_rule_that_names_what_is_there_matches_and_binds_it(slots: dict[str, int]) -> None:
    state = buffers(goal=slots)
    variables = bound("=goal> " + " ".join(f"{slot} =v-{slot}" for slot in slots), state)

    assert variables == {"=goal": "the-goal"} | {f"=v-{slot}": value for slot, value in slots.items()}
    assert bound("=goal> " + " ".join(f"{slot} {value}" for slot, value in slots.items()), state) is not None
    assert bound("=goal> " + " ".join(f"{slot} {value + 9}" for slot, value in slots.items()), state) is None


async def test_all_rules_that_match_are_candidates_in_their_order() -> None:
    rules = read_rules(
        "rule a =goal> n 1 ==> -goal> rule b utility 3 =goal> n =x ==> -goal> rule c =goal> n 2 ==> -goal>"
    )

    out = await run_node(Match, {}, {"rules": {one["name"]: one for one in rules}, "buffers": buffers(goal={"n": 1})})
    none = await run_node(Match, {}, {"rules": rules, "buffers": buffers()})

    assert [(one["name"], one["utility"]) for one in out.candidates] == [("a", 0.0), ("b", 3.0)]
    assert out.candidates[1]["bindings"] == {"=goal": "the-goal", "=x": 1}
    assert present(none) == {"names": [], "none": True}


async def fire(text: str, state: dict[str, Any], **params: Any) -> Any:
    return await run_node(
        Fire, params, {"instance": {"rule": rule(text), "chosen": 0.1}, "buffers": state, "time": 0.15}
    )


async def test_a_rule_modifies_asks_and_clears_in_that_order() -> None:
    state = buffers(goal={"isa": "t", "n": 2}, imaginal={"k": 1}, visual={"v": 1})

    out = await fire(
        "rule r =goal> n =x =visual> v =v ==> -imaginal> +retrieval> isa fact n =x - m 3 =goal> n nil "
        "+vocal> cmd speak string =v",
        state,
    )

    assert out.changes == [
        {"do": "modify", "buffer": "goal", "slots": {"n": None}},
        {"do": "request", "buffer": "retrieval", "keep": False},
        {"do": "request", "buffer": "vocal", "keep": False},
        {"do": "clear", "buffer": "imaginal"},
        {"do": "clear", "buffer": "visual"},
    ]
    assert out.retrieval == [["=", "isa", "fact"], ["=", "n", 2], ["-", "m", 3]]
    assert out.actions == [{"buffer": "vocal", "slots": [["=", "cmd", "speak"], ["=", "string", 1]]}]
    assert out.imaginal.reason == "`r` asks nothing of it"
    assert out.fired == {
        "rule": "r", "time": 0.15, "chosen": 0.1,
        "bindings": {"=goal": "the-goal", "=visual": "the-visual", "=x": 2, "=v": 1},
        "tested": {"goal": {"isa": "t", "n": 2}, "visual": {"v": 1}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("params", "cleared"),
    [({}, ["imaginal", "retrieval"]), ({"strict": False}, []), ({"keep": ["goal", "imaginal"]}, ["retrieval"])],
)
async def test_strict_harvesting_clears_what_was_tested_and_left_alone(
    params: dict[str, Any], cleared: list[str]
) -> None:
    state = buffers(goal={"n": 1}, imaginal={"n": 1}, retrieval={"n": 1}, visual={"n": 1})

    out = await fire("rule r =goal> n 1 =imaginal> n 1 =retrieval> n 1 =visual> n 1 ==> =visual> n 2", state, **params)

    assert [one["buffer"] for one in out.changes if one["do"] == "clear"] == cleared


async def test_a_new_goal_stands_there_at_once_and_a_request_may_keep_its_buffer() -> None:
    out = await fire(
        "rule r =goal> n =x ==> +goal> isa next n =x +retrieval> n =x", buffers(goal={"n": 4}), clear_on_request=False
    )

    assert out.changes == [
        {"do": "put", "buffer": "goal", "chunk": {"name": "goal", "slots": {"isa": "next", "n": 4}}},
        {"do": "request", "buffer": "retrieval", "keep": True},
    ]


async def test_a_rule_whose_conditions_hold_no_more_does_nothing() -> None:
    out = await fire("rule r reward 3 =goal> n 1 ==> -goal>", buffers(goal={"n": 2}))

    assert present(out) == {"stale": True}


async def test_a_variable_that_nothing_binds_is_told() -> None:
    with pytest.raises(NodeError, match="uses `=y`, which none"):
        await fire("rule r =goal> n =x ==> =goal> n =y", buffers(goal={"n": 2}))


async def test_a_reward_comes_out_also_if_it_is_nought() -> None:
    assert (await fire("rule r reward 0 =goal> n 1 ==> -goal>", buffers(goal={"n": 1}))).reward == 0
    assert "reward" not in present(await fire("rule r =goal> n 1 ==> -goal>", buffers(goal={"n": 1})))


async def test_rules_are_kept_under_their_names() -> None:
    ctx = FakeContext(stores={"rules": make_store("kv", {"values": {"increment": 1}}, "rules")})

    await run_node(Add, {"store": "rules"}, {"rules": read_rules(COUNT)}, ctx)

    assert ctx.stores["rules"].dump() == {"increment": read_rules(COUNT)[0]}


SCENE = [
    {"name": "sign", "slots": {"kind": "letter", "value": "v", "x": 3}},
    {"name": "lamp", "slots": {"kind": "light"}},
]


async def act(buffer: str, *slots: list[Any], **params: Any) -> Any:
    return await run_node(
        Act, params, {"actions": [{"buffer": buffer, "slots": list(slots)}], "time": 1.0, "scene": SCENE}
    )


async def test_a_place_pops_out_and_what_stands_there_takes_85_ms() -> None:
    place = await act("visual-location", ["=", "kind", "letter"], [">", "x", 2])
    thing = await act("visual", ["=", "cmd", "move-attention"], ["=", "screen-pos", "sign"])

    assert [(one.events[0]["priority"], one.events[0]["value"]["changes"][0]["chunk"]) for one in (place, thing)] == [
        (1.0, SCENE[0]), (1.085, SCENE[0]),
    ]  # fmt: skip
    assert place.deeds.reason == "nothing was done to the world"


async def test_what_is_not_there_is_not_found() -> None:
    for out in (await act("visual-location", ["=", "kind", "door"]), await act("aural", ["=", "event", "bell"])):
        assert out.events[0]["value"]["changes"][0]["failed"] is True


async def test_a_deed_takes_its_time_and_is_told() -> None:
    out = await act("manual", ["=", "cmd", "press-key"], ["=", "key", "v"], manual_delay=0.4)

    assert out.deeds == [{"buffer": "manual", "time": 1.4, "cmd": "press-key", "key": "v"}]
    assert out.events[0]["value"]["changes"] == [{"do": "deliver", "buffer": "manual", "chunk": None, "failed": False}]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"name": "a", "if": 3, "then": []}, "has 3 under `if`, which is no list"),
        ({"name": "a", "utility": "x"}, "the utility x, which is no number"),
        ({"name": "a", "if": [{"kind": "test", "buffer": "goal", "slots": [["=", "n", []]]}]}, "under `if`"),
        ({"name": "a", "if": [{"kind": "output", "buffer": "", "slots": []}]}, "under `if`"),
    ],
)
def test_a_rule_as_data_that_is_malformed_is_refused(rule: dict[str, Any], told: str) -> None:
    with pytest.raises(NodeError) as caught:
        read_rules([rule])

    assert told in str(caught.value)
