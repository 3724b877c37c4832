"""A pattern of RE2 as one of Python's `re`, compiled with `re.ASCII`, that finds exactly the same.

What `re` would find otherwise, or cannot say, is refused: a script must not differ in silence. Unlike RE2, `re` may
take very long over some patterns, such as those with a repetition inside of a repetition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from studio.support.errors import UsageError
from studio.support.pattern_classes import (
    DIGIT,
    POSIX,
    SPACE,
    WORD,
    NotFolded,
    Ranges,
    category_ranges,
    complement,
    folded,
    written,
    written_ranges,
)
from studio.support.patterns import compile_pattern

_REPEAT = re.compile(r"[*+?]|\{(\d+)(?:(,)(\d*))?\}")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_NAMED = re.compile(r"\(\?P?<([^>]*)>")
_CONTROL = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}

_OPENED, _CLOSED = "\ud800", "\udfff"
"""What stands around the name of a category until it is written: no text has such halves of characters."""

_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)(\w+)\}|(\w))")


def pattern_problem(pattern: str, *, ignore_case: bool = False) -> str:
    """Return why a pattern cannot be one of Python's `re`, or ""."""
    try:
        python_pattern(pattern, ignore_case=ignore_case)
    except UsageError as error:
        return str(error)
    return ""


@lru_cache(maxsize=128)
def python_pattern(pattern: str, *, ignore_case: bool = False) -> str:
    """Return the pattern for `re.compile(…, re.ASCII)`. Raises `UsageError` if there is none that finds the same."""
    compile_pattern(pattern, ignore_case=ignore_case)
    return translated(pattern, ignore_case=ignore_case)


def has_category(pattern: str) -> bool:
    """True for a pattern with classes such as `\\p{Lu}`, which are thousands of characters when written out."""
    return "\\p" in pattern or "\\P" in pattern


def translated(pattern: str, *, ignore_case: bool = False) -> str:
    """As `python_pattern`, for a script, which cannot ask RE2 whether the pattern is one."""
    try:
        made = _Reader(pattern, ignore_case).whole()
        re.compile(made, re.ASCII)
    except (_NotTheSame, RecursionError) as error:
        why = str(error) if isinstance(error, _NotTheSame) else "it is nested too deeply"
        raise UsageError(
            f"The pattern `{pattern}` has no exact equal in Python: {why}.", hint="Write it in another way."
        ) from None
    except (re.error, IndexError, KeyError, ValueError, OverflowError) as error:
        raise UsageError(f"The pattern `{pattern}` is not usable: {error}.") from None
    return made


@dataclass(frozen=True)
class Category:
    """The characters of a category of Unicode, such as `Lu`, inside of `[…]`; all others if `is_other`."""

    name: str
    is_other: bool = False


def python_parts(pattern: str, *, ignore_case: bool = False) -> list[str | Category]:
    """Return what `python_pattern` does, in parts: categories by name, which written out are thousands of characters.

    Raises `UsageError` as it does.
    """
    python_pattern(pattern, ignore_case=ignore_case)
    parts: list[str | Category] = []
    for text in re.split(f"({_OPENED}[^{_CLOSED}]*{_CLOSED})", _Reader(pattern, ignore_case, named=True).whole()):
        if text.startswith(_OPENED):
            name = text[1:-1]
            parts.append(Category(name.removeprefix("^"), name.startswith("^")))
        elif text:
            parts.append(text)
    return parts


class _NotTheSame(Exception):
    """Python would find something else; the message is a sentence fragment saying why."""


@dataclass(frozen=True)
class _Piece:
    """A translated part. `bare` parts are taken apart by a repetition behind them, unless in brackets."""

    text: str
    may_be_empty: bool = False
    is_place: bool = False
    """True for what matches at a place and takes no character: `^`, `\\b`."""


class _Reader:
    """Reads a pattern that RE2 has accepted. Categories of characters are `named`, or all their characters written."""

    def __init__(self, pattern: str, ignore_case: bool, *, named: bool = False) -> None:
        self.pattern = pattern
        self.named = named
        self.at = 0
        self.flags = frozenset("i" if ignore_case else "")
        self.outer = self.flags

    def whole(self) -> str:
        """Return the translation. Flags that stand before everything else stay there."""
        leading = _FLAGS.match(self.pattern)
        if leading is not None and leading[3] == ")":
            self._take_flags(leading)
            self.outer = self.flags - {"U"}
        made = self._alternatives().text
        if self.at < len(self.pattern):
            raise _NotTheSame("a closing bracket without an opening one")
        flags = "".join(sorted(self.outer))
        return f"(?{flags}){made}" if flags else made

    def _peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def _alternatives(self) -> _Piece:
        ways = [self._sequence()]
        while self._peek("|"):
            self.at += 1
            ways.append(self._sequence())
        return _Piece("|".join(way.text for way in ways), any(way.may_be_empty for way in ways))

    def _sequence(self) -> _Piece:
        pieces: list[_Piece] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            if self._peek("\\Q"):
                pieces += self._quoted()
                continue
            piece = self._atom()
            if piece is not None:
                pieces.append(self._repeated(piece))
        return _Piece("".join(piece.text for piece in pieces), all(piece.may_be_empty for piece in pieces))

    def _quoted(self) -> list[_Piece]:
        """Read `\\Q…\\E`; a repetition behind it is one of the last character."""
        start = self.at + 2
        end = self.pattern.find("\\E", start)
        inside = self.pattern[start:] if end < 0 else self.pattern[start:end]
        self.at = len(self.pattern) if end < 0 else end + 2
        pieces = [self._literal(char) for char in inside]
        return [*pieces[:-1], self._repeated(pieces[-1])] if pieces else []

    def _repeated(self, piece: _Piece) -> _Piece:
        if (found := _REPEAT.match(self.pattern, self.at)) is not None:
            self.at = found.end()
            lazy = self._peek("?")
            self.at += lazy
            sign, least, comma, most = found[0], found[1], found[2], found[3]
            once = sign == "?" or (most or (least if comma is None else None)) in ("0", "1")
            if piece.is_place:
                raise _NotTheSame("a repetition of a place, such as `^*`")
            if piece.may_be_empty and not once:
                raise _NotTheSame("a repetition of what may be empty")
            mark = "?" if lazy is not ("U" in self.flags) else ""
            piece = _Piece(f"{piece.text}{sign}{mark}", piece.may_be_empty or sign in "*?" or least in ("0", "00"))
            if _REPEAT.match(self.pattern, self.at):
                raise _NotTheSame("a repetition of a repetition")
        return piece

    def _atom(self) -> _Piece | None:
        """Read what a repetition may stand behind; None for flags, which stand for nothing."""
        char = self.pattern[self.at]
        if char == "(":
            return self._group()
        if char == "[":
            return self._set()
        if char == "\\":
            return self._escape()
        self.at += 1
        if char == ".":
            here, outside = "s" in self.flags, "s" in self.outer
            return _Piece("." if here is outside else "(?s:.)" if here else "[^\\n]")
        if char in "^$":
            return self._edge(char)
        return self._literal(char)

    def _edge(self, char: str) -> _Piece:
        if "m" not in self.flags:
            return _Piece("\\Z" if char == "$" else "\\A" if "m" in self.outer else "^", True, True)
        return _Piece(char if "m" in self.outer else f"(?m:{char})", True, True)

    def _group(self) -> _Piece | None:
        if (flags := _FLAGS.match(self.pattern, self.at)) is not None:
            before = self.flags
            self._take_flags(flags)
            if flags[3] == ")":
                return None
            return self._inside("(?:", before)
        if (named := _NAMED.match(self.pattern, self.at)) is not None:
            if not (named[1].isascii() and named[1].isidentifier()):
                raise _NotTheSame(f"the group name `{named[1]}`")
            self.at = named.end()
            return self._inside(f"(?P<{named[1]}>", self.flags)
        if self._peek("(?"):
            raise _NotTheSame(f"`{self.pattern[self.at : self.at + 4]}`")
        self.at += 1
        return self._inside("(", self.flags)

    def _inside(self, opening: str, flags_after: frozenset[str]) -> _Piece:
        inner = self._alternatives()
        if not self._peek(")"):
            raise _NotTheSame("an opening bracket without a closing one")
        self.at += 1
        self.flags = flags_after
        return _Piece(f"{opening}{inner.text})", inner.may_be_empty)

    def _take_flags(self, found: re.Match[str]) -> None:
        self.flags = (self.flags | set(found[1])) - set(found[2] or "")
        self.at = found.end()

    def _escape(self) -> _Piece:
        sign = self.pattern[self.at + 1]
        if sign == "B":
            raise _NotTheSame("`\\B`, which RE2 finds between the bytes of one character, too")
        if sign in "Azb":
            self.at += 2
            return _Piece({"A": "\\A", "z": "\\Z", "b": "\\b"}[sign], True, True)
        if sign in "dDwWsS":
            self.at += 2
            return self._named_set(sign)
        if sign in "pP":
            text, given = self._property()
            self._folded(given) if "i" in self.flags else None
            return _Piece(f"[{text}]")
        return self._literal(self._escaped_char())

    def _property(self) -> tuple[str, Ranges]:
        """Read `\\pL`, `\\p{Lu}`, `\\P{Lu}`, `\\p{^Lu}`; return what stands for it inside of `[…]`, and its members."""
        found = _PROPERTY.match(self.pattern, self.at)
        given = category_ranges(found[3] or found[4]) if found is not None else ()
        if found is None or not given:
            raise _NotTheSame(f"`{self.pattern[self.at : self.at + 12]}`, a class of characters that is no category")
        self.at = found.end()
        is_other = (found[1] == "P") is not bool(found[2])
        if self.named:
            return f"{_OPENED}{'^' if is_other else ''}{found[3] or found[4]}{_CLOSED}", given
        given = complement(given) if is_other else given
        return written_ranges(given), given

    def _named_set(self, sign: str) -> _Piece:
        given = {"d": DIGIT, "w": WORD, "s": SPACE}[sign.lower()]
        extra = folded(given) if "i" in self.flags else ()
        if sign in "dDwW" and not extra:
            return _Piece(f"\\{sign}")
        inside = "\\w" if sign in "wW" else written_ranges(given)
        return _Piece(f"[{'^' if sign.isupper() else ''}{inside}{written_ranges(extra)}]")

    def _escaped_char(self) -> str:
        """Read an escape that stands for one character."""
        sign = self.pattern[self.at + 1]
        if sign in "123456789":
            raise _NotTheSame("a back-reference")
        if sign == "C":
            raise _NotTheSame("`\\C`, a single byte")
        found = re.compile(r"\\(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|([0-7]{1,3}))").match(self.pattern, self.at)
        if found is None:
            self.at += 2
            return _CONTROL.get(sign, sign)
        self.at = found.end()
        code = int(found[3], 8) if found[3] else int(found[1] or found[2], 16)
        if 0xD800 <= code <= 0xDFFF or code == 0xFFFD:
            raise _NotTheSame("half a character")
        return chr(code)

    def _literal(self, char: str) -> _Piece:
        if "i" not in self.flags:
            return _Piece(written(char) if "i" not in self.outer or not char.isalpha() else f"(?-i:{written(char)})")
        extra = self._folded(((ord(char), ord(char)),))
        text = f"[{written(char, in_set=True)}{written_ranges(extra)}]" if extra else written(char)
        return _Piece(text if "i" in self.outer or not char.isalpha() else f"(?i:{text})")

    def _folded(self, given: Ranges) -> Ranges:
        try:
            return folded(given)
        except NotFolded:
            raise _NotTheSame("letters beyond Latin where capitals do not count") from None

    def _set(self) -> _Piece:
        self.at += 1
        negated = self._peek("^")
        self.at += negated
        inside: list[str] = []
        members: Ranges = ()
        first = True
        while first or not self._peek("]"):
            first = False
            text, given = self._member()
            inside.append(text)
            members += given
        self.at += 1
        text = "".join(inside)
        if "i" in self.flags:
            text += written_ranges(self._folded(members))
        made = f"[{'^' if negated else ''}{text}]"
        if ("i" in self.flags) is ("i" in self.outer):
            return _Piece(made)
        return _Piece(f"(?i:{made})" if "i" in self.flags else f"(?-i:{made})")

    def _member(self) -> tuple[str, Ranges]:
        """Read one member of a set: a class, a range or a character."""
        if (found := re.compile(r"\[:(\^?)(\w+):\]").match(self.pattern, self.at)) is not None:
            self.at = found.end()
            given = POSIX[found[2]]
            return self._class_in_set(complement(given) if found[1] else given, negated=bool(found[1]))
        if self._peek("\\") and self.pattern[self.at + 1] in "dDwWsS":
            sign = self.pattern[self.at + 1]
            self.at += 2
            given = {"d": DIGIT, "w": WORD, "s": SPACE}[sign.lower()]
            made, members = self._class_in_set(complement(given) if sign.isupper() else given, negated=sign.isupper())
            return (f"\\{sign}" if sign in "dDwW" else made), members
        if self._peek("\\") and self.pattern[self.at + 1] in "pP":
            return self._property()
        start = self._char_in_set()
        if self._peek("-") and not self._peek("-]"):
            self.at += 1
            given = ((ord(start), ord(self._char_in_set())),)
        else:
            given = ((ord(start), ord(start)),)
        return written_ranges(given), given

    def _class_in_set(self, given: Ranges, *, negated: bool) -> tuple[str, Ranges]:
        if negated and "i" in self.flags:
            raise _NotTheSame("the opposite of a class inside of `[…]` where capitals do not count")
        return written_ranges(given), given

    def _char_in_set(self) -> str:
        if self._peek("\\"):
            return self._escaped_char()
        self.at += 1
        return self.pattern[self.at - 1]
