"""Tells whether an output is about waiting for something outside.

Words for what is waited for, and for how it keeps people, have no end; but what a wait says is mostly said by the
small words of the language, of which there are few: that something has *not* come *yet*, is *still* on its way, is
*being* looked at, and that nobody can go on *until* it does.  So the marks looked for are words of waiting proper and
these turns.  One mark makes a short text one about waiting; a longer one needs more marks, or a word proper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cache
from typing import Final

from studio.dynamics.words.lists import WAITING
from studio.dynamics.words.stems import stem

WORDS_A_TURN = 4
"""Content words over which one turn of phrase says that the text is about waiting."""
WORDS_A_WORD = 8
"""Content words over which one word of waiting does."""
MOST_WORDS = 24
"""Content words of the longest text that can be about waiting."""

_NOT: Final = r"no|nothing|not|never|none|nobody|neither|\w+n['’]t"
_AS_YET: Final = r"yet|so far|until now|up to now|thus far|as of now|to date"
_SIGN: Final = (
    "word|news|sign|trace|reply|replies|response|reaction|answer|verdict|movement|update|feedback|signal|sound|echo"
    "|confirmation|decision|change|indication|progress|acknowledge?ment"
)
_THERE: Final = (
    "ready|done|finished|complete|completed|available|come|arrived|answered|replied|returned|responded|started|here"
    "|there yet|in yet|back|through|settled|resolved|decided|delivered|over"
)
_WHAT_HAS_NOT_COME: Final = (
    # "the surveyor has not called back"; who says so of himself tells of his work
    r"(?<!\bi )(?<!\bwe )\b(?:has|have|had)(?: not\b|n['’]t\b)(?! to\b)",
    rf"\b(?:no|not an?|without|never an?|nor an?|hardly an?)\b(?: [\w-]+)? (?:{_SIGN})s?\b",
    rf"\b(?:{_NOT})\b(?: [\w'’-]+){{0,6}}? (?:{_AS_YET})\b",
    r"\b(?:yet|still) to \w+",
    r"\bas (?:yet|of now)\b",
    rf"\b(?:not|never|nor|isn['’]t|aren['’]t|nothing)(?: yet| quite| fully| entirely| all)? (?:{_THERE})\b",
    r"\"(?:done|ready|finished|complete|completed|available)\":(?:false|null)",
)
_GOING: Final = (
    "running|building|processing|provisioning|compiling|executing|rendering|loading|uploading|downloading|syncing"
    "|deploying|initiali[sz]ing|booting|warming|computing|crunching|training|indexing|queued|scheduled|enqueued"
    "|submitted|outstanding|inflight|ongoing|underway|overdue|undecided|unanswered|unresolved|undelivered|unconfirmed"
    "|unprocessed"
)
_WHERE_IT_IS: Final = "queue|line|works|pipeline|post|mail|hands|process|for"
_WHAT_GOES_ON: Final = (
    r"(?<!\bi )(?<!\bam )(?<!\bi['’]m )\bstill (?:in|on|at|under|with|out|up|open|not|no|nothing|none|being|busy|active"
    r"|alive|there|going|un\w+(?:ed|en)|\w{3,}ing)\b",
    r"\b(?:is|are|it['’]s|been) being \w+|\bbeing \w{2,}(?:ed|en|lt|pt|ght)\b",
    r"\bon (?:its|their|his|her|the) way\b|\bon (?:hold|ice)\b|\ben route\b|\bunder ?way\b|\bup in the air\b",
    r"\b(?:work|mak|mov|pass|inch)(?:es|ing|s|e)? (?:its|their|his|her) way\b",
    r"\bin (?:progress|limbo|transit|flight|suspense|abeyance|(?:his|her|its|their) (?:hands|court|inbox))\b",
    r"\b(?:is|are|['’]s|still|sits|sitting|stuck|remains?) in (?:(?:the|a|line|\w+['’]s) )?"
    rf"(?:{_WHERE_IT_IS})\b",
    r"\bunder (?:review|consideration|examination)\b|\b(?:sits?|stuck|parked|rests) (?:with|at)\b",
    r"\btak(?:es?|ing) (?:its|their|his|her|some|a lot of|longer|a while|ages|forever)\b",
    # "still_running", "status=RUNNING", "the job is running."; not "running the tests"
    rf"\b(?:{_GOING})(?:$|[^\w ]|\.{{2}}| (?:at|on|since|for|with|in)\b)|[=:] ?\"?(?:{_GOING})\b",
)
_COMES: Final = (
    r"arriv|com(?:es?|ing)\b|came\b|answer|repl(?:y|ie)|respon|return|lands?\b|finish|complet|ends?\b|ready|done\b"
    r"|hear\b|appear|(?:turn|show|wake|come)s?\b up|(?:get|call|write|come|report|is|are)s? (?:here|back|in|through)\b"
    r"|further notice|sign(?:s|ed)?\b|approv|clear|decid|deliver|picks? up|has\b|have\b|then\b"
)
_WHEN_IT_WILL: Final = (
    rf"\b(?:until|till|once|as soon as)\b(?: [\w'’-]+){{0,6}}? (?:{_COMES})",
    r"\bany (?:second|minute|moment|hour|day|time|week) now\b|\bin due (?:course|time)\b|\bbefore (?:too )?long\b",
    r"\b(?:hang|hold|sit|stay) (?:on|tight|off|still|put)\b|\b(?:holding|hanging) (?:on|off|out)\b|\bheld up\b",
    r"\bbear(?:ing)? with\b|\b(?:keep|keeps|kept|keeping|left|leaves) (?:\w+ )?(?:hanging|guessing|idle)\b",
    r"\bg(?:ive|iving) (?:it|them|him|her|us|me|the \w+) (?:a|some|another|more|one more|time)\b",
    r"\b(?:need|needs|wants?) (?:\w+ )?(?:more time|longer|a (?:moment|minute|little longer|while))\b",
    r"\bexpect(?:ing|s|ed)? (?:[\w-]+ ){1,4}(?:from|back|soon|any)\b",
    r"\b(?:back|again) (?:later|soon|shortly|tomorrow|in (?:an?|\d+))\b",
    r"\b(?:check|look|try|come|ask|call)(?:ing)? later\b",
)
_GROUPS: Final = tuple(
    (frozenset(words.replace("|", " ").split()), re.compile("|".join(turns)))
    for words, turns in (
        (
            "no not nothing never none nobody neither nor without hardly yet as has have had hasn't haven't hadn't"
            " isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't false null",
            _WHAT_HAS_NOT_COME,
        ),
        (
            "still being way hold ice route up progress limbo transit flight suspense abeyance hands court inbox for"
            f" {_WHERE_IT_IS} review consideration examination sit sits stuck parked rests take takes taking"
            f" initialising initializing {_GOING}",
            _WHAT_GOES_ON,
        ),
        (
            "until till once soon any due long hang hold sit stay holding hanging held bear bearing keep keeps kept"
            " keeping left leaves give giving need needs want wants expect expecting expects expected back again later",
            _WHEN_IT_WILL,
        ),
    )
)
"""Each with words of which a text has one if one of the turns is in it: finding these is quick."""
_FOR_NOW: Final = re.compile(
    r"\b(?:at (?:this|the) (?:point|moment|time|stage)|at present|for (?:now|the (?:moment|time being))|right now)\b"
)
"""Turns that say no wait by themselves, but lengthen one."""
_WORD: Final = re.compile(r"[^\W\d_]+")


@cache
def words_of_waiting() -> frozenset[str]:
    """Return the stems of words of waiting proper."""
    return frozenset(map(stem, WAITING))


def is_about_waiting(normal: str, words: Sequence[str], content: Set[str]) -> bool:
    """Whether a normalised text is about waiting, given its words and the stems of those that carry meaning."""
    size = len(content)
    if size > MOST_WORDS:
        return False
    proper = words_of_waiting()
    spans = WORDS_A_WORD * len(content & proper)
    if spans >= size and spans:
        return True
    if "_" in normal:  # "awaiting_approval"
        normal = normal.replace("_", " ")
        words = _WORD.findall(normal)
        if not spans and not proper.isdisjoint(map(stem, words)):
            spans = WORDS_A_WORD
    turns = [turns for hints, turns in _GROUPS if not hints.isdisjoint(words)]
    if spans + WORDS_A_TURN * (len(turns) + 1) < size:
        return False
    spans += WORDS_A_TURN * sum(each.search(normal) is not None for each in turns)
    return spans > 0 and (spans >= size or spans + WORDS_A_TURN * (_FOR_NOW.search(normal) is not None) >= size)
