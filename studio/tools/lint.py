"""Faults in Python code that a linter finds without running it: the ones that SWE-agent refuses an edit for.

Codes are those of flake8: F821 a name that is not defined, F822 one of `__all__` that is not, F831 the same parameter
twice, E111 an indentation that is no multiple of four, E112 and E113 a block that is missing or not expected, E999 code
that cannot be parsed, E902 text that cannot be read as code.  (SWE-agent, `config/commands/edit_linting.sh`.)
"""

from __future__ import annotations

import ast
import io
import symtable
import tokenize
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from studio.documents.code.languages import language_of
from studio.tools.lines import lines_of
from studio.tools.syntax import MOST_CHARACTERS, MOST_FAULTS, SHOWN, Fault, faults_of
from studio.tools.undefined import undefined_names

CODES: Final = ("F821", "F822", "F831", "E111", "E112", "E113", "E999", "E902")
INDENT: Final = 4
_QUIET: Final = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT})
Found = tuple[int, int, str]


def lint_of(name: str, text: str, codes: Collection[str] = CODES) -> list[Fault]:
    """Return the faults of a file in the order of lines, at most 20. Other languages than Python have E999 only."""
    if language_of(name) != "python" or len(text) > MOST_CHARACTERS:
        return [
            Fault(one.name, one.line, one.column, f"E999 {one.message}", one.text)
            for one in faults_of(name, text)
            if "E999" in codes
        ]
    found = sorted({one for one in _python(name, text) if one[2][:4] in codes})
    lines = lines_of(text)
    return [
        Fault(name, line, column, said, lines[line - 1].strip()[:SHOWN] if 0 < line <= len(lines) else "")
        for line, column, said in found[:MOST_FAULTS]
    ]


def new_lint(before: Mapping[str, str], after: Mapping[str, str], codes: Collection[str] = CODES) -> list[Fault]:
    """Return the faults after an edit that were not there before, wherever lines have moved to."""
    found: list[Fault] = []
    for name in sorted(after):
        if before.get(name) == after[name]:
            continue
        known = Counter((one.message, one.text) for one in lint_of(name, before.get(name, ""), codes))
        for one in lint_of(name, after[name], codes):
            if known[one.message, one.text]:
                known[one.message, one.text] -= 1
            else:
                found.append(one)
    return found


def _python(name: str, text: str) -> Iterator[Found]:
    yield from _indentation(text)
    if "\0" in text:  # which versions of Python tell in different ways
        yield 1, 1, "E902 source code cannot hold NUL characters"
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            yield from _twice(tree)
            symtable.symtable(text, "file", "exec")  # finds faults that the parser leaves to the compiler
    except SyntaxError as error:
        if "duplicate argument" not in (error.msg or ""):  # told as F831
            yield error.lineno or 1, error.offset or 1, f"E999 {type(error).__name__}: {error.msg}"
        return
    except (RecursionError, MemoryError):
        yield 1, 1, "E902 the code is nested too deeply"
        return
    try:
        yield from undefined_names(tree, name)
    except RecursionError:
        yield 1, 1, "E902 the code is nested too deeply"


def _indentation(text: str) -> Iterator[Found]:
    """The first token of each logical line: how deep it stands, and whether the line before it opened a block."""
    level, opened, first, last = 0, False, True, ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE:
                first, opened = True, last == ":"
            if token.type in _QUIET or token.type == tokenize.ENDMARKER:
                continue
            if first:
                here = len(token.line[: token.start[1]].expandtabs(8))
                line, column = token.start[0], token.start[1] + 1
                if here % INDENT:
                    yield line, column, f"E111 indentation is not a multiple of {INDENT}"
                if opened and here <= level:
                    yield line, column, "E112 expected an indented block"
                if not opened and here > level:
                    yield line, column, "E113 unexpected indentation"
                level, first = here, False
            last = token.string
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return  # E999 says it


def _twice(tree: ast.AST) -> Iterator[Found]:
    for item in ast.walk(tree):
        if isinstance(item, ast.arguments):
            seen: set[str] = set()
            every = [*item.posonlyargs, *item.args, *item.kwonlyargs, item.vararg, item.kwarg]
            for one in every:
                if one is not None and one.arg in seen:
                    yield one.lineno, one.col_offset + 1, f"F831 duplicate argument name `{one.arg}`"
                if one is not None:
                    seen.add(one.arg)
