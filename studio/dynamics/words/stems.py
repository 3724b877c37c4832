"""Light stemming of English words: endings go, so that "verifies", "verified" and "verifying" are one word.

Lighter than Porter's stemmer (Program 14 (1980) 130) on purpose: a stem that joins unlike words ("general",
"generate") would hide work, and this one costs a microsecond.
"""

from __future__ import annotations

_ENDINGS: tuple[tuple[str, str, int], ...] = (
    # ending, what replaces it, letters that must remain before it
    ("izations", "is", 3),
    ("isations", "is", 3),
    ("ization", "is", 3),
    ("isation", "is", 3),
    ("ications", "i", 3),
    ("ication", "i", 3),
    ("ations", "", 4),
    ("ation", "", 4),
    ("izing", "is", 3),
    ("ments", "", 4),
    ("ingly", "", 4),
    ("ized", "is", 3),
    ("izes", "is", 3),
    ("ment", "", 4),
    ("ness", "", 4),
    ("edly", "", 4),
    ("ions", "", 4),
    ("ing", "", 3),
    ("ion", "", 4),
    ("ies", "i", 2),
    ("ied", "i", 2),
    ("ize", "is", 3),
    ("ily", "i", 3),
    ("ed", "", 3),
    ("es", "", 3),
    ("ly", "", 4),
    ("s", "", 3),
    ("e", "", 3),
    ("y", "i", 2),
)
_BY_LAST = {
    last: tuple(entry for entry in _ENDINGS if entry[0].endswith(last)) for last in {e[0][-1] for e in _ENDINGS}
}
_KEPT_S = ("ss", "us", "is")


def stem(word: str) -> str:
    """Return the stem of a word in lower case; a word of up to three letters is its own stem."""
    if len(word) <= 3:
        return word
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    if word.endswith(_KEPT_S):
        return word
    for ending, instead, remain in _BY_LAST.get(word[-1], ()):
        if word.endswith(ending) and len(word) - len(ending) >= remain:
            return _tidied(word[: -len(ending)] + instead, ending)
    return word


def _tidied(stem_: str, ending: str) -> str:
    """Undo what an ending did to the word: "planned" doubles a letter, "uses" and "use" differ by one."""
    if ending in ("ing", "ed") and len(stem_) > 3 and stem_[-1] == stem_[-2] and stem_[-1] not in "lsz":
        return stem_[:-1]
    if stem_[-1] == "y" and len(stem_) > 3:
        return stem_[:-1] + "i"
    if ending in ("s", "es") and len(stem_) > 3 and stem_[-1] == "e":
        return stem_[:-1]
    return stem_
