"""Two rules that fired one after the other become one that does the same in one step."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.chunks._buffers import BUFFERS, changed_buffers
from studio.nodes.productions._compiling import Unlike, compile_rules
from studio.nodes.productions._firing import fired
from studio.nodes.productions._rules import read_rules
from studio.nodes.productions.compile import Compile
from studio.stores import make_store
from tests.support.fake_context import FakeContext, run_node

PAIR = """
rule ask utility 5
  =goal> isa task word =w answer nil
  ?retrieval> state free buffer empty
  ==>
  +retrieval> isa pair word =w
rule use utility 5 reward 7
  =goal> isa task word =w answer nil
  =retrieval> word =w digit =d
  ==>
  =goal> answer =d
"""


def joined(text: str, retrieved: dict[str, Any] | None = None, strict: bool = True) -> dict[str, Any]:
    one, other = read_rules(text)
    conditions, actions = compile_rules(one, other, retrieved or {}, strict=strict, keep=["goal"])
    return {"name": "both", "if": conditions, "then": actions, "utility": 0.0, "reward": None}


def test_what_was_retrieved_is_written_into_the_rule() -> None:
    made = joined(PAIR, {"isa": "pair", "word": "dog", "digit": 3})

    expected = read_rules(
        "rule both =goal> isa task word dog answer nil ?retrieval> state free buffer empty ==> =goal> answer 3"
    )
    assert made == expected[0]


def test_what_the_first_sets_is_known_to_the_second() -> None:
    made = joined(
        "rule a =goal> n =x step 1 ==> =goal> step 2 m =x rule b =goal> step 2 m =y k =z ==> =goal> step 3 l =y"
    )

    expected = read_rules("rule both =goal> n =x step 1 k =z.2 ==> =goal> step 3 m =x l =x")
    assert made == expected[0]


def test_a_comparison_with_what_the_first_computed_is_asked_where_it_came_from() -> None:
    made = joined("rule a =goal> n =x ==> =goal> m =x rule b =goal> m =y - m 5 ==> =goal> done yes")

    assert made["if"][0]["slots"] == [["=", "n", "=x"], ["-", "n", 5]]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rule a =goal> n 1 ==> +manual> cmd press rule b =goal> n 1 ==> +manual> cmd press", "both ask manual"),
        (
            "rule a =goal> n 1 ==> +imaginal> k 1 rule b =goal> n 1 =imaginal> k 1 ==> =goal> n 2",
            "the second tests imaginal",
        ),
        ("rule a =goal> n 1 ==> +visual> k 1 rule b =goal> n 1 ?visual> state free ==> =goal> n 2", "the second waits"),
        ("rule a =goal> n 1 ==> +goal> n 2 rule b =goal> n 2 ==> =goal> n 3", "a new goal"),
        ("rule a =goal> n 1 ==> =goal> n 2 rule b =goal> n 1 ==> =goal> n 3", "values differ"),
        ("rule a =goal> n 1 ==> =goal> n 2 rule b =goal> - n 2 ==> =goal> n 3", "does not hold"),
        (
            "rule a =goal> n 1 =imaginal> k 1 ==> =goal> n 2 rule b =goal> n 2 =imaginal> k 1 ==> -goal>",
            "the first changes",
        ),
    ],
)
def test_pairs_that_cannot_be_one_say_why(text: str, why: str) -> None:
    with pytest.raises(Unlike, match=why):
        joined(text)


def test_what_the_second_harvests_is_cleared_though_the_first_changed_it() -> None:
    made = joined("rule a =goal> n 1 =imaginal> k 1 ==> =imaginal> k 2 rule b =goal> n 1 =imaginal> k 2 ==> =goal> n 2")

    assert {"kind": "clear", "buffer": "imaginal", "slots": []} in made["then"]


VALUES = st.sampled_from(["red", "blue", 1, 2])


@given(
    st.lists(VALUES, min_size=4, max_size=4),
    st.sampled_from(["=x", "=y", "red", 2]),
    st.sampled_from(["=y", "blue", 1]),
)
def test_the_one_does_what_the_two_did(values: list[Any], given_by_first: Any, given_by_second: Any) -> None:
    a, b, c, digit = values
    text = (
        f"rule one =goal> a =x b =y ==> =goal> c {given_by_first} +retrieval> key =x "
        f"rule two =goal> c =p b =y =retrieval> key =q digit =d ==> =goal> a =d d {given_by_second} e =p"
    )
    one, two = read_rules(text)
    start: dict[str, Any] = {name: {"chunk": None, "busy": False, "error": False} for name in BUFFERS}
    start["goal"]["chunk"] = {"name": "g", "slots": {"a": a, "b": b, "c": c}}
    recalled = {"key": a, "digit": digit}

    def after(rule: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
        done = fired(rule, state, True, ["goal"], ["goal"])
        assert done is not None
        return changed_buffers(state, done.changes)[0]

    middle = after(one, start)
    middle["retrieval"] = {"chunk": {"name": "r", "slots": recalled}, "busy": False, "error": False}
    conditions, actions = compile_rules(one, two, recalled, strict=True, keep=["goal"])
    both = {"name": "both", "if": conditions, "then": actions, "utility": 0.0, "reward": None}

    assert after(both, start)["goal"] == after(two, middle)["goal"]


async def made_again(times: int) -> tuple[FakeContext, list[Any]]:
    rules = {one["name"]: one for one in read_rules(PAIR)}
    ctx = FakeContext(stores={"rules": make_store("kv", {"values": rules}, "rules")})
    first = {"rule": "ask", "time": 0.05, "tested": {}}
    second = {"rule": "use", "time": 0.15, "tested": {"retrieval": {"isa": "pair", "word": "dog", "digit": 3}}}
    return ctx, [
        await run_node(Compile, {"rules": "rules"}, {"first": first, "second": second}, ctx) for _ in range(times)
    ]


async def test_a_rule_begins_at_nought_and_gains_each_time_it_is_made_again() -> None:
    ctx, made = await made_again(3)

    # By hand: 0; 0 + 0.2·(5 − 0) = 1; 1 + 0.2·(5 − 1) = 1.8.
    assert [(one.new, one.rule["utility"]) for one in made] == [(True, 0.0), (False, 1.0), (False, pytest.approx(1.8))]
    assert ctx.stores["rules"].dump()["ask+use"]["utility"] == pytest.approx(1.8)
    assert made[0].rule["reward"] == 7
    assert len(ctx.stores["rules"].dump()) == 3


async def test_rules_far_apart_in_time_or_gone_are_not_made_one() -> None:
    rules = {one["name"]: one for one in read_rules(PAIR)}
    ctx = FakeContext(stores={"rules": make_store("kv", {"values": rules}, "rules")})
    first = {"rule": "ask", "time": 0.0, "tested": {}}
    late = {"rule": "use", "time": 2.5, "tested": {"retrieval": {"isa": "pair", "word": "dog", "digit": 3}}}

    out = await run_node(Compile, {"rules": "rules"}, {"first": first, "second": late}, ctx)
    gone = await run_node(Compile, {"rules": "rules"}, {"first": first | {"rule": "x"}, "second": late}, ctx)

    assert "too much time" in out.rule.reason
    assert "is no more" in gone.rule.reason
    assert ctx.stores["rules"].dump() == rules


def test_what_both_rules_say_is_said_by_the_rule_made_of_them() -> None:
    made = joined(
        "rule a =goal> n 1 m =x ==> =goal> n 2 !output! (=x) rule b =goal> n 2 m =y ==> =goal> n 3 !output! (done =y)"
    )
    state = {"chunk": {"name": "g", "slots": {"n": 1, "m": 7}}, "busy": False, "error": False}

    done = fired(made, {"goal": state}, True, ["goal"], ["goal"])
    assert done is not None
    assert done.said == [[7], ["done", 7]]
