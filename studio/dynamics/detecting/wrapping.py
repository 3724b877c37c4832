"""Goals that hold the text of another in a new wrapping: a call, a key, a tag, quotes, a name that is addressed.

Who is called, and how the text is handed on, is no matter of the goal.  Elsewhere the same names may be what a goal is
about ("useStore: the cache is stale"), so they are left out only where an ancestor's text stands within the goal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.dynamics.words.reader import Reader
from studio.dynamics.words.reading import Reading

MOST_CHARACTERS = 10_000
"""Characters of a goal that are looked at."""
LEAST_WORDS = 3
"""Words that a text must have, so that a goal which contains them says what it says."""

_NAME = r"[^\W\d][\w.:-]{0,80}"
_PLAIN = r"[^\W\d][a-z_-]{0,40}"
_FRAMES = re.compile(
    rf"</?{_NAME}(?:\s[^<>]{{0,200}})?>"  # a tag
    rf"|(?<!\w)@{_NAME}|^\s{{0,3}}/{_PLAIN}(?=\s)"  # somebody or a command that is addressed
    rf"|(?<![\w./-]){_NAME}(?=\s{{0,3}}(?:[({{\[]|<<|->))"  # what is called
    rf"|(?<![\w./-])[^\W\d]{{1,40}}[_.]{_NAME}(?=\s{{1,3}}[\"'`])"  # the same before quotes
    rf"|(?<![\w./-]){_PLAIN}(?=[\"'`]?\s{{0,3}}(?:=|:(?!\w)))"  # a key
    rf"|(?<=[:=])\s{{0,3}}[\"'`]{_PLAIN}[\"'`](?=\s{{0,3}}[,}})\]])"  # the value of a key, if it is one plain word
)
_LABELS = re.compile(
    r"^\s{0,3}\[[^\[\]\n]{1,20}\]|\[[^\[\]\n]{1,20}\]\s{0,3}$"  # "[redo]" before a goal or after it
    r"|\(?\b(?:[vV]\.?|(?:step|phase|stage|round|pass|take|try|attempt)\s)\d{1,3}\b\)?\s{0,3}$",  # a version, a count
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?<=[^\W\d])_+(?=[^\W\d])|(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+")


def spoken(text: str, reader: Reader) -> Reading:
    """Return the reading of a goal; a name that is made of words of no matter is read as these: `execute_next_step`."""
    reading = reader.read(text)
    parted = _JOINED.sub(" ", text[:MOST_CHARACTERS])
    if parted == text[:MOST_CHARACTERS]:
        return reading
    told = reader.read(parted)
    return reading if len(told.content) > 1 or told.distinctive else told


def bare(text: str) -> str:
    """Return a goal without the names of what is called and of fields, and without tags and labels."""
    return _FRAMES.sub(" ", _LABELS.sub("", text[:MOST_CHARACTERS]))


def words_of(text: str) -> str:
    """Return the words of a text with one space around each, so that one text can be sought in another."""
    return f" {' '.join(_WORD.findall(text[:MOST_CHARACTERS].casefold()))} "


def holds(words: str, within: str) -> bool:
    """Whether a text of enough words stands in another; both as `words_of` gives them."""
    return words.count(" ") > LEAST_WORDS and words in within


@dataclass(frozen=True, slots=True)
class Core:
    """What is left of a goal without its wrapping: its reading, and its words as `words_of` gives them."""

    reading: Reading
    words: str

    def without_wrapping(self, whole: Reading, held: Reading) -> Reading:
        """Return the reading of the whole goal without what stands in the wrapping only.

        `held` is the reading of the text above that it holds.
        """
        left = self.reading.content | self.reading.salient | held.content | held.salient
        return whole.narrowed(left)


def core_of(text: str, reading: Reading, reader: Reader) -> Core:
    """Return the core of a goal with this reading."""
    left = bare(text)
    return Core(reading if left == text else reader.read(left), words_of(left))
