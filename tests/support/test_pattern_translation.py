"""A pattern for Python's `re` finds what RE2 finds, or is refused before anything is exported."""

from __future__ import annotations

import re
import warnings
from typing import Any
from unicodedata import category

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from studio.export.standalone.runtime.patterns import Pattern
from studio.support.errors import UsageError
from studio.support.pattern_translation import pattern_problem, python_pattern, translated
from studio.support.patterns import compile_pattern
from tests.support.thorough import draws, thorough_but

ATOMS = st.sampled_from(
    [
        "a", "b", "k", "s", "é", "É", ".", "^", "$", r"\b", r"\A", r"\z", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S",
        "[a-c]", "[^a]", r"[\d_]", r"[^\s]", "[]a]", "[a-]", "[[:alpha:]]", "[^[:^space:]b]", r"\x41", r"\x{e9}",
        r"\101", r"\.", " ", "-", "{", "}", "{,3}", r"\Qa.b\E", r"\n", "[&&~~||--]", r"[\W]", "#", "/", "\t", r"\v",
    ]
)  # fmt: skip
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{1,2}?"])
OPENINGS = st.sampled_from(["(", "(?:", "(?i:", "(?s:", "(?m:", "(?-m:", "(?U:", "(?m-s:"])
PATTERNS = st.recursive(
    st.tuples(ATOMS, REPEATS).map("".join),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map("|".join)
        | st.tuples(OPENINGS, inner, st.just(")"), REPEATS).map("".join)
    ),
    max_leaves=8,
)
LEADING = st.sampled_from(["", "", "", "(?i)", "(?m)", "(?s)", "(?ms)", "(?im)", "(?U)"])
TEXTS = st.text("aAbBckKsS\u212a\u017fÉé1_ \n\t\v.-{}A,3&~|#", max_size=14)


def found(pattern: Any, text: str) -> Any:
    whole = pattern.fullmatch(text)
    return (
        [(match[0], match.groups(), match.start(), match.end()) for match in pattern.finditer(text)],
        None if whole is None else whole.groups(),
    )


@settings(max_examples=draws(60, 400))
@given(st.tuples(LEADING, PATTERNS).map("".join), st.lists(TEXTS, min_size=1, max_size=6), st.booleans())
@example("(?i)[^k]", ["kK\u212a", "x"], False)
@example("x|", ["axa"], False)
@example("$", ["a\n", "\n"], False)
def test_python_finds_what_re2_finds(pattern: str, texts: list[str], ignore_case: bool) -> None:
    try:
        original = compile_pattern(pattern, ignore_case=ignore_case)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            twin = Pattern(python_pattern(pattern, ignore_case=ignore_case))
    except UsageError:
        assume(False)
        return
    assert (twin.groups, dict(twin.groupindex)) == (original.groups, dict(original.groupindex))
    for text in texts:
        assert found(twin, text) == found(original, text), (pattern, python_pattern(pattern, ignore_case=ignore_case))


@pytest.mark.parametrize("pattern", [r"a\s", "a$", r"(?i)k", "a{,2}"])
def test_the_pattern_as_it_stands_would_find_something_else(pattern: str) -> None:
    """Control: without the translation some text is matched by one and not by the other."""
    texts = ["a\v", "a\n", "\u212a", "", "a{,2}"]
    untranslated = re.compile(pattern, re.ASCII)
    assert [bool(untranslated.search(text)) for text in texts] != [
        bool(compile_pattern(pattern).search(text)) for text in texts
    ]


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        (r"\b(?:[A-Z]-\d{3,6}|\d{5,6})\b", r"\b(?:[A-Z]-\d{3,6}|\d{5,6})\b"),
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b\d{3}-\d{4}\b", r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+|\b\d{3}-\d{4}\b"),
        ("(?m)^Subject: *(?P<subject>.*)$", "(?m)^Subject: *(?P<subject>.*)$"),
        (r"(?m)^#.*\n+|\s+$", r"(?m)^#.*\n+|[\t\n\f\r ]+$"),
        ("end$", r"end\Z"),
        ("[0-9]+", "[0-9]+"),
        ("(?<year>[0-9]{4})", "(?P<year>[0-9]{4})"),
    ],
)
def test_a_pattern_stays_readable(pattern: str, written: str) -> None:
    assert python_pattern(pattern) == written


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\p{Greek}+", "no category"),
        (r"(?i)\p{Lu}", "capitals"),
        (r"(a*)+", "may be empty"),
        (r"^*a", "repetition of a place"),
        (r"(?i)ж", "capitals"),
        (r"(?i)[\W]", "opposite of a class"),
        (r"\C", "single byte"),
        (r"a\B", "between the bytes"),
        (r"(?P<1st>a)", "group name"),
    ],
)
def test_what_python_cannot_say_is_refused_with_a_reason(pattern: str, why: str) -> None:
    assert why in pattern_problem(pattern)


@pytest.mark.parametrize(
    "name", thorough_but({"L", "Lu", "P"}.__contains__, ["L", "Lu", "Ll", "N", "P", "Zs", "S", "Mn", "Nd"])
)
def test_a_category_holds_the_same_characters(name: str) -> None:
    """Of those that both know: which characters there are grows from one edition of Unicode to the next."""
    text = "".join(chr(code) for code in range(0x3000) if category(chr(code)) != "Cn")
    for pattern in (rf"\p{{{name}}}", rf"[\p{{{name}}}x]+", rf"\P{{{name}}}"):
        twin = Pattern(python_pattern(pattern))
        assert [one[0] for one in twin.finditer(text)] == [one[0] for one in compile_pattern(pattern).finditer(text)]


@pytest.mark.parametrize("pattern", [r"(?=a)", r"a)", r"(a", r"(a)\1", "[a", "a{2}{3}{", "\\", r"[[:odd:]]", r"(?P=x)"])
def test_a_script_refuses_what_re2_refuses(pattern: str) -> None:
    with pytest.raises(UsageError):
        compile_pattern(pattern)
    with pytest.raises(UsageError):
        translated(pattern)


def test_a_pattern_that_re2_refuses_is_refused_in_its_words() -> None:
    with pytest.raises(UsageError) as refused:
        compile_pattern("(?=a)")
    assert pattern_problem("(?=a)") == str(refused.value)
