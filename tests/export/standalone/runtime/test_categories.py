"""Categories of characters in patterns of a script: found by name when it runs, the same as those written out."""

from __future__ import annotations

import re
import sys

import pytest

from studio.export.standalone.runtime.patterns import of_category
from studio.support.pattern_classes import LAST, category_ranges, complement
from studio.support.pattern_translation import Category, python_parts, python_pattern
from studio.support.patterns import compile_pattern

PATTERNS = [
    r"^\p{Lu}\p{Ll}*$",
    r"[^\p{L}\d]+",
    r"\PL",
    r"[\p{^Nd}x]{2}",
    r"(?:a|\p{Zs})b",
    r"(?s)\pN.",
]
TEXT = "Ärger über 12 ⅷ Ω\u00a0b ab9 \n日本 x٣"


@pytest.mark.parametrize("name", ["L", "Lu", "Nd", "Zs", "Sk"])
@pytest.mark.parametrize("is_other", [False, True])
def test_a_category_has_the_same_characters_by_name(name: str, is_other: bool) -> None:
    wanted = complement(category_ranges(name)) if is_other else category_ranges(name)
    found = re.findall(r"\\U(\w{8})-\\U(\w{8})", of_category(name, is_other=is_other))

    assert tuple((int(first, 16), int(last, 16)) for first, last in found) == wanted
    assert sys.maxunicode == LAST


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_in_parts_finds_what_the_studio_finds(pattern: str) -> None:
    parts = [
        of_category(part.name, is_other=part.is_other) if isinstance(part, Category) else part
        for part in python_parts(pattern)
    ]

    found = [match[0] for match in re.compile("".join(parts), re.ASCII).finditer(TEXT)]
    assert found == [match[0] for match in re.compile(python_pattern(pattern), re.ASCII).finditer(TEXT)]
    assert found == [match[0] for match in compile_pattern(pattern).finditer(TEXT)]


def test_parts_without_their_categories_find_something_else() -> None:
    pattern = PATTERNS[1]
    bare = "".join(part for part in python_parts(pattern) if isinstance(part, str))

    assert re.findall(bare, TEXT) != [match[0] for match in compile_pattern(pattern).finditer(TEXT)]
