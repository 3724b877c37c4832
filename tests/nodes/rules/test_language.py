"""Reading rules: what is understood, and a sentence for what is not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.nodes.rules._language import RuleError, read_one, read_rule, split
from studio.nodes.rules._numbers import meaning, number_of
from studio.nodes.rules._terms import Call, Comparison, Term, constant, is_identifier, shown
from tests.support.thorough import draws

RICH = """sp {rich
    "What it is for."
    :o-support
    (state <s> ^a.b { <x> > 3 <> 5 } ^operator <o> + -^gone -^there.too <x> ^kind << red |dark blue| 3 >>)
    -{ (<s> ^q <y>) (<y> ^r <x>) }
    (<o> ^n -3 ^m 2.5 ^k (^l m))
    -->
    (<s> ^sum (+ <x> (* 2 <x>)) ^operator <o> > ^operator <o> = 3.5 ^old <x> -)
    (<s> ^list <new>) (<new> ^first 1)
    (write |x is | <x> (crlf))
    (halt)
}"""


def test_conditions_actions_and_flags_are_read() -> None:
    rule = read_rule(RICH)

    assert (rule.name, rule.note, rule.support) == ("rich", "What it is for.", "o")
    assert len(rule.positives) == 8
    assert [len(one.group) for one in rule.conditions if one.negated] == [0, 2, 2]
    assert rule.positives[1].value == (
        Comparison("=", Term("x", True)), Comparison(">", Term(3)), Comparison("<>", Term(5)),
    )  # fmt: skip
    assert rule.positives[2].acceptable
    assert rule.positives[3].value == (Comparison("in", None, ("red", "dark blue", 3)),)
    assert [(one.sign, one.other) for one in rule.makes] == [
        ("+", None), (">", None), ("=", Term(3.5)), ("-", None), ("+", None), ("+", None),
    ]  # fmt: skip
    assert rule.makes[0].value == Call("+", (Term("x", True), Call("*", (Term(2), Term("x", True)))))
    assert [one.name for one in rule.calls] == ["write", "halt"]


def test_several_rules_stand_in_one_text_with_comments_between() -> None:
    text = "# one\nsp {a (state <s>) --> (<s> ^b |}|)}\n; two\nsp {c (state <s>) --> (halt)} # end\n"

    assert [read_one(one).name for one in split(text)] == ["a", "c"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sp {a (state <s> ^b c) --> (<s> ^d e)", "closing brace"),
        ("hello", "`hello` is no rule"),
        ("gp {a}", "`gp` is not known"),
        ("sp {a (<s> ^b c) --> (<s> ^d e)}", "no condition is about a state"),
        ("sp {a (state <s> ^b c)}", "`\\(` is expected and `the end` stands there"),
        ("sp {a (state <s> ^b c) --> }", "it has no action"),
        ("sp {a (state <s> ^b c) --> (<x> ^d e)}", "<x> is linked to nothing"),
        ("sp {a (state <s> ^b > <x>) --> (<s> ^d e)}", "<x> is compared but never bound"),
        ("sp {a (state <s> ^b S1) --> (<s> ^d e)}", "name of one thing in memory"),
        ("sp {a (state <s> ^b c) --> (<s> ^d (log 3))}", "the function `log` is not known"),
        ("sp {a (state <s> ^b c) --> (exec ls)}", "the function `exec` is not known"),
        ("sp {a :template (state <s> ^b c) --> (<s> ^d e)}", "the flag `:template` is not known"),
        ("sp {a (state <s> ^b 99999999999999999999) --> (<s> ^d e)}", "too large"),
        ("sp {a (state <s> b) --> (<s> ^d e)}", "`\\^` is expected"),
        ("sp {a (state <s> ^b \x00) --> (<s> ^d e)}", "not understood"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(RuleError, match=why):
        [read_one(one) for one in split(text)]


@settings(max_examples=draws(50, 300), deadline=None)
@given(st.text(alphabet='sp{}()<>^-+=!~.|"# ab12\n', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(RuleError):
        assert all(read_one(one).name == "a" or text for one in split("sp {a (state <s> ^b c) " + text))


def test_nesting_without_end_is_refused() -> None:
    deep = "(+ " * 500 + "1" + ")" * 500

    with pytest.raises(RuleError, match="nested too deeply"):
        read_rule("sp {a (state <s> ^b c) --> (<s> ^d " + deep + ")}")


def test_a_text_that_looks_like_an_identifier_stands_between_bars() -> None:
    assert [is_identifier(one) for one in ("S1", "O12", "S01", "s1", "|S1|", 3)] == [True, True] + [False] * 4
    assert (constant("S1"), constant("so")) == ("|S1|", "so")
    assert [shown(one) for one in ("a*b", "two words", 2.0, 3)] == ["a*b", "|two words|", "2.0", "3"]


def test_rules_that_say_the_same_are_known_whatever_their_names_and_numbers() -> None:
    first = read_rule("sp {a (state <s> ^operator <o> +) (<o> ^n x) --> (<s> ^operator <o> = 1.0)}")
    twin = read_rule("sp {b (state <t> ^operator <p> +) (<p> ^n x) --> (<t> ^operator <p> = 2.0)}")
    other = read_rule("sp {b (state <t> ^operator <p> +) (<p> ^n y) --> (<t> ^operator <p> = 2.0)}")

    assert meaning(first) == meaning(twin) != meaning(other)
    assert number_of(first) == 1.0
    assert number_of(read_rule("sp {c (state <s> ^operator <o> +) --> (<s> ^operator <o> = <o>)}")) is None
