"""Search/replace blocks, as models write them in a reply:

    calc.py
    ```python
    <<<<<<< SEARCH
    return a - b
    =======
    return a + b
    >>>>>>> REPLACE
    ```

The rules are those of Aider 0.86 (`aider/coders/editblock_coder.py`) in the form that the notes on seed systems give
them: exact lines; else the same lines up to leading blanks that are missing alike from all of them; else pieces around
lines `...` that stand for what stays; else it does not fit.  The file name stands on the line before the fence or on
the first line in it, else it is that of the block before.  An empty search makes a new file.  Unlike Aider, nothing is
appended to a file that exists, and no other file is tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from studio.tools.lines import lines_of
from studio.tools.patches.outcome import MOST_CHARACTERS, Desk, DoesNotFit, Outcome, Read
from studio.tools.patches.places import MOST_CANDIDATES, line_number, places, quoted, resembling

MOST_BLOCKS: Final = 1_000
MOST_PROBLEMS: Final = 10

_HEAD = re.compile(r"<{5,9} SEARCH>?\s*")
_DIVIDER = re.compile(r"={5,9}\s*")
_END = re.compile(r">{5,9} REPLACE\s*")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_DOTS = re.compile(r"\s*\.\.\.\s*")
_NEAR_LINES: Final = 3
"""How far before a block its file name may stand: name, fence, name."""


@dataclass(frozen=True, slots=True)
class Block:
    """One edit: the lines to find and what takes their place, both with line ends. `number` counts from 1."""

    number: int
    name: str
    search: str
    replace: str


def apply_edits(reply: str, read: Read) -> Outcome:
    """Apply all blocks of a reply in order, or none of them. A reply without any block is a problem, too."""
    try:
        blocks = parse_blocks(reply)
    except DoesNotFit as problem:
        return Outcome(problems=[str(problem)])
    desk = Desk(read)
    problems = []
    for block in blocks:
        try:
            desk.put(block.name, replaced(desk.text(block.name), block))
        except DoesNotFit as problem:
            problems.append(f"Block {block.number}, `{block.name}`: {problem}")
            if len(problems) >= MOST_PROBLEMS:
                break
    return desk.outcome(problems)


def parse_blocks(reply: str) -> list[Block]:
    """Return the blocks of a reply. Raises DoesNotFit if one is not closed or names no file, or if there is none."""
    if len(reply) > MOST_CHARACTERS:
        raise DoesNotFit(f"The edits have more than {MOST_CHARACTERS} characters.")
    lines = lines_of(reply.replace("\r\n", "\n"))
    blocks: list[Block] = []
    at, name = 0, ""
    while at < len(lines):
        if not _HEAD.fullmatch(lines[at]):
            at += 1
            continue
        number = len(blocks) + 1
        if number > MOST_BLOCKS:
            raise DoesNotFit(f"There are more than {MOST_BLOCKS} blocks.")
        name = _name_before(lines[max(0, at - _NEAR_LINES) : at]) or name
        if not name:
            raise DoesNotFit(f"Block {number} names no file. Write the file's name alone on the line before the fence.")
        divider = _next(lines, at + 1, _DIVIDER, number, "=======")
        end = _next(lines, divider + 1, _END, number, ">>>>>>> REPLACE")
        blocks.append(Block(number, name, "".join(lines[at + 1 : divider]), "".join(lines[divider + 1 : end])))
        at = end + 1
    if not blocks:
        raise DoesNotFit("There is no search/replace block: it begins with `<<<<<<< SEARCH` on a line of its own.")
    return blocks


def replaced(text: str | None, block: Block) -> str:
    """Return the text of a file (None: there is no such file) after one block. Raises DoesNotFit."""
    if not block.search.strip():
        if text is not None and text.strip():
            raise DoesNotFit(
                "the search is empty, which makes a new file, but the file exists. Quote lines to replace."
            )
        return block.replace
    if text is None:
        raise DoesNotFit("there is no such file. An empty search makes a new one.")
    # The last line of a file may have no end, that of a search always has one.
    whole = text if text.endswith("\n") or not text else text + "\n"
    new = _exactly(whole, block)
    if new is None:
        new = _but_for_leading_blanks(whole, block)
    if new is None:
        new = _by_pieces(whole, block)
    if new is None:
        told = resembling(text, block.search)
        raise DoesNotFit(f"these lines are not in the file:\n{quoted(block.search)}" + (f"\n{told}" if told else ""))
    changed_end = not new.endswith(lines_of(whole)[-1])
    return new if whole == text or changed_end else new[:-1]


def _exactly(whole: str, block: Block) -> str | None:
    at = next(places(whole, block.search), None)
    return None if at is None else whole[:at] + block.replace + whole[at + len(block.search) :]


def _but_for_leading_blanks(whole: str, block: Block) -> str | None:
    """Find the lines with one and the same run of blanks before each, and put it before the new lines, too."""
    search, replace = lines_of(block.search), lines_of(block.replace)
    indents = [len(line) - len(line.lstrip()) for line in (*search, *replace) if line.strip()]
    cut = min(indents, default=0)
    search = [line[cut:] if line.strip() else line for line in search]
    replace = [line[cut:] if line.strip() else line for line in replace]
    lines = lines_of(whole)
    bare = "".join(line.lstrip(" \t").rstrip("\n") + "\n" for line in lines)
    sought = "".join(line.lstrip(" \t") for line in search)
    for offset in islice(places(bare, sought), MOST_CANDIDATES):
        first = line_number(bare, offset) - 1
        there = lines[first : first + len(search)]
        missing = {line[: len(line) - len(part)] for line, part in zip(there, search, strict=True) if line.strip()}
        if len(missing) == 1 and all(
            line.endswith(part) for line, part in zip(there, search, strict=True) if line.strip()
        ):
            (blanks,) = missing
            new = [blanks + line if line.strip() else line for line in replace]
            return "".join([*lines[:first], *new, *lines[first + len(search) :]])
    return None


def _by_pieces(whole: str, block: Block) -> str | None:
    """Replace piece by piece where lines `...` stand in both parts; each piece must stand there exactly once."""
    search, search_dots = _pieces(block.search)
    replace, replace_dots = _pieces(block.replace)
    if not search_dots:
        return None
    if search_dots != replace_dots:
        raise DoesNotFit("the lines `...` of the search and of the replacement do not pair up.")
    for old, new in zip(search, replace, strict=True):
        if not old:
            if new:
                whole += new
            continue
        found = list(islice(places(whole, old), 2))
        if len(found) != 1:
            how = "are not in the file" if not found else "stand there more than once"
            told = "" if found else resembling(whole, old)
            raise DoesNotFit(f"these lines around `...` {how}:\n{quoted(old)}" + (f"\n{told}" if told else ""))
        whole = whole[: found[0]] + new + whole[found[0] + len(old) :]
    return whole


def _pieces(text: str) -> tuple[list[str], list[str]]:
    pieces, dots = [""], []
    for line in lines_of(text):
        if _DOTS.fullmatch(line):
            dots.append(line)
            pieces.append("")
        else:
            pieces[-1] += line
    return pieces, dots


def _next(lines: list[str], start: int, wanted: re.Pattern[str], number: int, shown: str) -> int:
    for at in range(start, len(lines)):
        if wanted.fullmatch(lines[at]):
            return at
        if _HEAD.fullmatch(lines[at]):
            break
    raise DoesNotFit(f"Block {number} is not closed: `{shown}` on a line of its own is missing.")


def _name_before(lines: list[str]) -> str:
    """Return the file name in the lines before a block, nearest first, as long as there are only fences between."""
    for line in reversed(lines):
        name = _name_in(line)
        if name:
            return name
        if not _FENCE.match(line.strip()):
            return ""
    return ""


def _name_in(line: str) -> str:
    name = line.strip()
    fence = _FENCE.match(name)
    if fence:
        name = name[fence.end() :].strip()
        return name if "/" in name or ("." in name and " " not in name) else ""
    if name in ("", "..."):
        return ""
    return name.rstrip(":").lstrip("#").strip(" \t`*")
