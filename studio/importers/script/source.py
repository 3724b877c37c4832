"""The text of a script → its syntax tree and comments, with bounds on size and depth, refused in one sentence."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from typing import Final, NamedTuple

from studio.support.errors import GraphError

MAX_BYTES: Final = 10_000_000
MAX_TOKENS: Final = 700_000
"""A graph of 10,000 nodes with a dozen words each, and as many edges, is half of it."""

MAX_BRACKETS: Final = 100
"""Brackets inside of one another; Python itself reads 200."""

MAX_INDENTS: Final = 20
MAX_CHAIN: Final = 10_000
"""Tokens of one line of code without a comma or a bracket: `1 + 1 + 1 + …` becomes a tree as deep as it is long."""

HINT: Final = "Run it with `--save graph.yaml`, and open that: then Python itself makes the graph."

_CODING: Final = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class Comment(NamedTuple):
    """A comment: where it begins (lines count from 1, columns in characters), and whether its line holds code too."""

    line: int
    column: int
    text: str
    behind: bool


class Source(NamedTuple):
    """A script that can be read. `blank` are the numbers of its empty lines."""

    file: str
    tree: ast.Module
    comments: list[Comment]
    blank: frozenset[int]
    lines: list[str]


def refuse(file: str, line: int, message: str, hint: str = HINT) -> GraphError:
    """Return the error that says what in the script is not understood."""
    return GraphError(message, where=f"{file}:{line}" if line else file, hint=hint)


def decode(data: bytes, file: str) -> str:
    """Return the text of a script. Raises GraphError if it is not UTF-8, or says that it is something else."""
    if len(data) > MAX_BYTES:
        raise refuse(file, 0, f"The script is larger than {MAX_BYTES // 1_000_000} MB.", "Keep data in other files.")
    for number, line in enumerate(data.split(b"\n", 2)[:2], 1):
        said = _CODING.match(line.removeprefix(b"\xef\xbb\xbf"))
        if said and said[1].lower().replace(b"_", b"-") not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
            name = said[1].decode("ascii", "replace")
            raise refuse(file, number, f"The script says that it is written in `{name}`.", "Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_number = data.count(b"\n", 0, error.start) + 1
        raise refuse(file, line_number, "The script is not UTF-8 text.", "Save it with the encoding UTF-8.") from None
    if "\0" in text:
        raise refuse(
            file, text.count("\n", 0, text.index("\0")) + 1, "The script holds a null character.", "Delete it."
        )
    return text


def parse(text: str, file: str) -> Source:
    """Return the tree and the comments of a script. Raises GraphError with file and line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads it
    comments = _scan(text, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `"\d"` is the script's own matter
            tree = ast.parse(text, filename="<script>")
    except SyntaxError as error:
        raise _no_python(error.msg, error.lineno or 1, file) from None
    except (RecursionError, MemoryError):
        raise refuse(file, 0, "The script is nested too deeply to be read.") from None
    except ValueError as error:
        raise _no_python(str(error), 1, file) from None
    lines = text.split("\n")
    blank = frozenset(number for number, line in enumerate(lines, 1) if not line.strip())
    return Source(file, tree, comments, blank, lines)


def _no_python(message: str, line: int, file: str) -> GraphError:
    shown = message.splitlines()[0][:120].rstrip(".?!") if message else "it cannot be read"
    return refuse(file, line, f"This is not valid Python: {shown}.", "Mend the script first.")


def _scan(text: str, file: str) -> list[Comment]:
    """Find the comments, and refuse what would cost too much to parse."""
    comments: list[Comment] = []
    brackets = indents = chain = count = 0
    last_line = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            count += 1
            line = token.start[0]
            if count > MAX_TOKENS:
                raise refuse(file, line, f"The script has more than {MAX_TOKENS:,} words and signs.")
            if token.type == tokenize.COMMENT:
                behind = bool(token.line[: token.start[1]].strip()) or last_line == line
                comments.append(Comment(line, token.start[1], token.string.rstrip(), behind))
                continue
            if token.type not in (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
                last_line = token.end[0]
                chain += 1
            if token.type == tokenize.OP:
                if token.string in "([{":
                    brackets += 1
                elif token.string in ")]}":
                    brackets -= 1
                if token.string in ",:" and brackets:
                    chain = 0
            elif token.type == tokenize.NEWLINE:
                chain = 0
            elif token.type == tokenize.INDENT:
                indents += 1
            elif token.type == tokenize.DEDENT:
                indents -= 1
            if brackets > MAX_BRACKETS or indents > MAX_INDENTS or chain > MAX_CHAIN:
                raise refuse(file, line, "The script is nested too deeply to be read.")
    except tokenize.TokenError as error:
        place = error.args[1][0] if len(error.args) > 1 else 1
        raise _no_python(str(error.args[0]), place, file) from None
    except IndentationError as error:
        raise _no_python(error.msg, error.lineno or 1, file) from None
    except SyntaxError as error:
        raise _no_python(error.msg, error.lineno or 1, file) from None
    return comments
