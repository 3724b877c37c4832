"""A script leaves out what pathspec leaves out."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from studio.export.standalone.runtime.ignoring import ignore_rules, said_of
from tests.support.thorough import draws

PARTS = st.sampled_from(["a", "b", "*", "*.md", "?", "a*", "**", "[ab]", "[!a]", "a.md", "build"])
LINES = st.builds(
    lambda sign, start, parts, end: sign + start + "/".join(parts) + end,
    st.sampled_from(["", "", "", "!", "#"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " "]),
)
NAMES = st.builds(
    lambda parts, end: "/".join(parts) + end,
    st.lists(st.sampled_from(["a", "b", "a.md", "build", "ab", "c"]), min_size=1, max_size=3),
    st.sampled_from(["", "/"]),
)


def folders_of(name: str) -> list[str]:
    """Return the folders that lead to a file or a folder, each with the slash at its end."""
    parts = name.removesuffix("/").split("/")
    return ["/".join(parts[:count]) + "/" for count in range(1, len(parts))]


@settings(max_examples=draws(50, 150))
@given(st.lists(LINES, max_size=4), st.lists(NAMES, min_size=1, max_size=5))
@example(["**/**"], ["a", "a/b"])
@example(["a/**/**", "**/**/b"], ["a/c", "a", "b", "x/y/b"])
@example(["a", "!a/a"], ["a/a/a", "a/", "b/a/"])
@example(["b/*", "!b/a"], ["b/", "b/a", "b/c", "b/c/"])
@example(["*.md", "!a.md"], ["a.md", "b/a.md"])
@example(["build/", "/a", "b/**"], ["build", "build/", "c/build/", "a", "c/a", "b/", "b/c"])
def test_the_last_rule_that_speaks_of_a_name_counts(lines: list[str], names: list[str]) -> None:
    library = GitIgnoreSpec.from_lines(lines, backend="re2")
    rules = ignore_rules("\n".join(lines))
    for name in names:
        if any(library.match_file(folder) for folder in folders_of(name)):
            continue  # nobody looks into a folder that is left out
        if {True} & {rule.ignores for rule in rules if rule.within.fullmatch(name)} and (
            any(rule.named.fullmatch(name) for rule in rules)
        ):
            continue  # what pathspec says then depends on the order in which RE2 happens to find the rules
        assert said_of(name, rules) == library.check_file(name).include, (lines, name)


@pytest.mark.parametrize("line", ["", "   ", "# note", "/", "!"])
def test_lines_that_say_nothing_are_left_out(line: str) -> None:
    assert ignore_rules(line) == []
