"""What a page in Markdown tells people to type: its commands, the files it writes, what it shows of an output."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from studio.cli.discovery import command_names, load
from studio.cli.parsing import command_parser
from studio.support.errors import StudioError

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:\.venv/bin/)?studio [^`]+)`")
_STUDIO = re.compile(r"(?:\.venv/bin/)?studio(?= |$)")


def commands_of(text: str) -> list[str]:
    """Return all commands of the studio in code blocks and within sentences, without `studio` and without comments.

    A command that a sentence only names, as in `studio run`, is none that can be typed: see `names_of`.
    """
    lines = [line for kind, block in _FENCED.findall(text) if kind in ("", "bash") for line in block.splitlines()]
    plain = _FENCED.sub("", text)
    return [*_stripped(lines), *(line for line in _stripped(_INLINE.findall(plain)) if " " in line)]


def names_of(text: str) -> set[str]:
    """Return the names of commands that a text tells of, typed or only named."""
    blocks = "\n".join(block for _, block in _FENCED.findall(text))
    name = r"(?:\.venv/bin/)?studio ([a-z][a-z-]*)"
    return {*re.findall(f"`{name}", _FENCED.sub("", text)), *re.findall(f"^{name}", blocks, re.MULTILINE)}


def _stripped(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if found := _STUDIO.match(line):
            yield " ".join(map(shlex.quote, shlex.split(line[found.end() :], comments=True)))


def problem_of(command: str) -> str:
    """Return what is wrong with a command as a sentence, "" if it can be typed."""
    words = shlex.split(command)
    if not words or words == ["--help"]:
        return ""
    name, *rest = words
    if name not in command_names():
        return f"There is no command `{name}`."
    try:
        command_parser(name, load(name)).parse_args(rest)
    except SystemExit:  # --help and --version end the program
        return ""
    except StudioError as error:
        return str(error)
    return ""


def block_after(text: str, marker: str) -> str:
    """Return the code block below `<!-- marker -->`."""
    found = re.search(rf"<!-- {re.escape(marker)} -->\n```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no {marker}"
    return found[1]


def missing_lines(quoted: str, whole: str) -> list[str]:
    """Return the lines of a quotation that do not stand in the whole, in this order; only `…` may leave lines out."""
    rest = whole.splitlines()
    missing: list[str] = []
    may_skip = False
    for line in quoted.splitlines():
        if line.strip() == "…":
            may_skip = True
            continue
        at = rest.index(line) if line in rest else -1
        if at < 0 or (at > 0 and not may_skip):
            missing.append(line)
        else:
            rest = rest[at + 1 :]
        may_skip = False
    return missing
