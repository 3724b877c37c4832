"""Texts to words, in the ways that retrieval in the sources counts them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_CODE: Final = re.compile(r"\w+|[^\w\s]")
_PLAIN: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PARTS: Final = re.compile(r"[^a-zA-Z0-9]")

_ENGLISH: Final = """
    we our you it its they them their this that these those is are was were be been being have has had having do does
    did doing can don t s will would should what which who when where why how a an the and or not no but because as
    until again further then once here there all any both each few more most other some such above below to during
    before after of at by about between into through from up down in out on off over under only own same so than too
    very just now
"""
_CODE_WORDS: Final = """
    if then else for while with def function return TODO import try catch raise finally repeat switch case match assert
    continue break const class enum struct static new super this var
"""
COPILOT_STOPS: Final = frozenset((_ENGLISH + _CODE_WORDS).split())
"""Words that Copilot leaves out (copilot-explorer, extension 1.57, the stop lists beside `splitIntoWords`)."""


def code_tokens(text: str) -> list[str]:
    """Return runs of word characters and single other signs: `a.b()` is five tokens."""
    return _CODE.findall(text)


def copilot_words(text: str) -> list[str]:
    """Return what lies between anything but ASCII letters and digits, case kept, without Copilot's stop words."""
    return [word for word in _PARTS.split(text) if word and word not in COPILOT_STOPS]


def plain_words(text: str) -> list[str]:
    """Return words in lower case: letters and digits of any script, an apostrophe within (`don't`)."""
    return [word.lower() for word in _PLAIN.findall(text)]


WAYS: Final[dict[str, Callable[[str], list[str]]]] = {
    "code": code_tokens, "copilot": copilot_words, "words": plain_words,
}  # fmt: skip
"""The ways by the names that node types offer."""
