"""A window on a file of 100 lines, as a model reads files in SWE-agent: open, go to a line, scroll.

Source: SWE-agent, `config/commands/defaults.sh`: the place is the middle line of the window; *open* without a line and
the beginning of a file put it at half a window, *goto* puts a line a sixth of a window below the top, scrolling moves
by the window less the overlap, and the middle never leaves the file by more than half a window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from studio.tools.lines import lines_of

WINDOW: Final = 100
OVERLAP: Final = 2
MOVES: Final = ("open", "goto", "scroll_down", "scroll_up", "show")


@dataclass(frozen=True, slots=True)
class Viewed:
    """The middle line of the window, what is shown, and a sentence if the move was not possible."""

    at: int
    text: str
    problem: str = ""


def view(name: str, text: str, move: str, at: int, line: int | None, *, window: int, overlap: int) -> Viewed:
    """Return what is seen of a file after a move. `at` is the middle line before it, `line` where to go."""
    lines = [one.rstrip("\r\n") for one in lines_of(text)]
    half = window // 2
    if line is not None and not 1 <= line <= max(1, len(lines)):
        return Viewed(at, "", f"`{name}` has {len(lines)} lines; there is no line {line}.")
    if move == "goto" and line is None:
        return Viewed(at, "", "Say which line to go to.")
    if move in ("open", "goto"):
        wanted = half if line is None else max(1, line + half - window // 6)
    else:
        wanted = at + {"scroll_down": window - overlap, "scroll_up": overlap - window}.get(move, 0)
    middle = max(min(wanted, len(lines) - half), half)
    return Viewed(middle, shown(name, lines, middle, window))


def shown(name: str, lines: list[str], middle: int, window: int) -> str:
    """Return the lines of the window with their numbers, and how many there are above and below."""
    half = window // 2
    last = min(len(lines), max(middle + half, window))
    first = max(0, last - window)
    out = [f"[File: {name} ({len(lines)} lines)]"]
    if first:
        out.append(f"({first} more lines above)")
    out += [f"{number}:{line}" for number, line in enumerate(lines[first:last], first + 1)]
    if last < len(lines):
        out.append(f"({len(lines) - last} more lines below)")
    return "\n".join(out)


def replaced(text: str, first: int, last: int, new: str) -> tuple[str, str]:
    """Return the text with these lines replaced by `new` ("" deletes them), and a sentence if it has no such lines."""
    lines = lines_of(text)
    if not (1 <= first <= last <= max(1, len(lines))):
        return text, f"The file has {len(lines)} lines; lines {first} to {last} cannot be replaced."
    middle = lines_of(new)
    if middle and not middle[-1].endswith("\n") and (last < len(lines) or text.endswith("\n") or not text):
        middle[-1] += "\n"
    return "".join([*lines[: first - 1], *middle, *lines[last:]]), ""
