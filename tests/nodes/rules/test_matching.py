"""Matching: the join finds what trying all combinations of facts finds."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.nodes.rules import _matching
from studio.nodes.rules._language import read_rule
from studio.nodes.rules._matching import Fact, Facts, instances
from studio.nodes.rules._terms import Rule
from studio.support.errors import NodeError
from tests.support.thorough import draws

RULES = [
    "(state <s> ^a <x>)",
    "(state <s> ^a <x> ^b <x>)",
    "(state <s> ^a { <x> <> <y> } ^a <y>)",
    "(state <s> ^a <t>) (<t> ^a { <v> > <w> } ^b <w>)",
    "(state <s> ^a <x>) -(<s> ^b <x>)",
    "(state <s> ^a <t>) -{ (<t> ^a <x>) -(<t> ^b <x>) }",
    "(state <s> ^<any> { <x> <=> 1 } ^b << 1 2 >>)",
    "(state <s> ^a <x> +)",
    "(state <s> ^superstate <t>) (<t> ^a <x>)",
]
IDS = st.sampled_from(["S1", "S2", "T1", "T2"])
VALUES = st.sampled_from([1, 2, 1.0, "x", "T1", "T2"])
FACTS = st.lists(
    st.tuples(IDS, st.sampled_from(["a", "b", "superstate"]), VALUES | st.just("S1"), st.booleans()),
    max_size=8, unique_by=lambda one: (one[0], one[1], repr(one[2]), one[3]),
)  # fmt: skip


def known(triples: list[Any]) -> Facts:
    return Facts([Fact(tag, *one) for tag, one in enumerate(triples, 1)], [{"id": "S1"}, {"id": "S2"}])


def found(rule: Rule, facts: Facts) -> set[tuple[int, ...]]:
    return {one.tags for one in instances(rule, facts)}


def tried(rule: Rule, facts: Facts) -> set[tuple[int, ...]]:
    """Every combination of facts, tested condition by condition until nothing more can be bound."""

    def test(one: Any, value: Any, bound: dict[str, Any]) -> bool:
        if one.relation == "in":
            return any(type(value) is type(choice) and value == choice for choice in one.choices)
        other = bound[one.term.value] if one.term.variable else one.term.value
        same = type(value) is type(other) and value == other
        if one.relation in ("=", "<>"):
            return same is (one.relation == "=")
        if one.relation == "<=>":
            return type(value) is type(other)
        if isinstance(value, str) is not isinstance(other, str):
            return False
        return bool({"<": value < other, ">": value > other}[one.relation])

    def satisfied(conditions: Any, facts_of: Any, bound: dict[str, Any]) -> dict[str, Any] | None:
        bound = dict(bound)
        fields = [
            (tests, value)
            for condition, fact in zip(conditions, facts_of, strict=True)
            for tests, value in zip(condition.fields(), (fact.id, fact.attribute, fact.value), strict=True)
        ]
        for tests, value in fields:
            for one in tests:
                if one.relation == "=" and one.term.variable:
                    bound.setdefault(one.term.value, value)
        right = all(
            fact.proposal is condition.acceptable and (not condition.state or fact.id in ("S1", "S2"))
            for condition, fact in zip(conditions, facts_of, strict=True)
        )
        return bound if right and all(test(one, value, bound) for tests, value in fields for one in tests) else None

    def there(condition: Any, bound: dict[str, Any]) -> bool:
        group = condition.group or (condition,)
        inner = [one for one in group if one.negated and condition.group]
        plain = [one for one in group if one not in inner]
        return any(
            now is not None and not any(there(one, now) for one in inner)
            for combination in itertools.product(facts.all, repeat=len(plain))
            for now in [satisfied(plain, combination, bound)]
        )

    made = set()
    for combination in itertools.product(facts.all, repeat=len(rule.positives)):
        bound = satisfied(rule.positives, combination, {})
        if bound is not None and not any(there(one, bound) for one in rule.conditions if one.negated):
            made.add(tuple(fact.tag for fact in combination))
    return made


@settings(max_examples=draws(40, 250), deadline=None)
@given(st.sampled_from(RULES), FACTS)
def test_the_join_finds_what_trying_everything_finds(conditions: str, triples: list[Any]) -> None:
    rule = read_rule(f"sp {{r {conditions} --> (halt)}}")
    facts = known(triples)

    assert found(rule, facts) == tried(rule, facts)


def test_each_of_the_rules_matches_something_somewhere() -> None:
    facts = known([
        ("S1", "a", 1, False), ("S1", "b", 1, False), ("S1", "a", 2, False), ("S1", "a", "T1", False),
        ("T1", "a", 2, False), ("T1", "b", 1, False), ("T1", "b", 2, False), ("S1", "a", 1, True),
        ("S2", "superstate", "S1", False),
    ])  # fmt: skip

    for conditions in RULES:
        rule = read_rule(f"sp {{r {conditions} --> (halt)}}")
        assert found(rule, facts) == tried(rule, facts) != set(), conditions


def test_an_instantiation_belongs_to_the_lowest_state_it_tests() -> None:
    facts = known([("S2", "superstate", "S1", False), ("S1", "a", 1, False)])

    (one,) = instances(read_rule("sp {r (state <s> ^superstate <t>) (<t> ^a <x>) --> (halt)}"), facts)

    assert one.depth == 1
    assert one.bindings == {"s": "S2", "t": "S1", "x": 1}


def test_a_rule_that_holds_in_far_too_many_ways_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_matching, "MAX_INSTANTIATIONS", 50)
    facts = known([("S1", "a", number, False) for number in range(9)])

    with pytest.raises(NodeError, match="holds in more than 50 ways"):
        list(instances(read_rule("sp {r (state <s> ^a <x> ^a <y>) --> (halt)}"), facts))
