"""Sliding windows over lines, as RepoCoder and GitHub Copilot cut code, and RepoCoder's queries.

Sources: RepoCoder (arXiv 2303.12570; github.com/microsoft/CodeT `RepoCoder/make_window.py`, `build_prompt.py`); Copilot
(github.com/thakkarparth007/copilot-explorer, extension 1.57.7193).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from studio.documents.chunking.chunk import Source, make_chunk
from studio.documents.document import Lines
from studio.support.values import Json

REPOCODER_LINES: Final = 20
REPOCODER_SLICES: Final = 2
"""Windows begin every `lines // slices` lines: 20 // 2 = 10 (`RepoWindowMaker`)."""
COPILOT_LINES: Final = 60
COPILOT_MOST_CHARACTERS: Final = 9_999
"""Copilot leaves out files of more characters, and empty ones."""


def repocoder_spans(
    count: int, size: int = REPOCODER_LINES, slices: int = REPOCODER_SLICES
) -> Iterator[tuple[int, int]]:
    """Yield windows as (first line, line after the last), from 0: `size` lines centred on every step-th line, the step
    being `size // slices`, cut at both ends of the file.

    So the first window is shorter, and the last ones may end together.
    """
    before = size // 2
    for line in range(0, count, max(1, size // slices)):
        yield max(0, line - before), min(count, line + size - before)


def copilot_spans(count: int, size: int = COPILOT_LINES, *, leave_out_last: bool = True) -> Iterator[tuple[int, int]]:
    """Yield windows as (first line, line after the last), from 0: `size` lines from every line on.

    Extension 1.57 leaves out the last possible window (61 lines give one window, 0-60) unless it is the only one (60
    lines give that one, too); later ones leave out none (`leave_out_last=False`). A file of fewer lines than `size` is
    one window.
    """
    windows_in_all = max(min(count, 1), count - size + (not leave_out_last))
    for first in range(windows_in_all):
        yield first, min(count, first + size)


def plain_spans(count: int, size: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield windows of `size` lines that begin every `step` lines, until one reaches the end."""
    for first in range(0, count, step):
        yield first, min(count, first + size)
        if first + size >= count:
            return


def windows(source: Source, spans: Sequence[tuple[int, int]]) -> Iterator[dict[str, Json]]:
    """Yield the windows of a text as chunks. Their texts end without a line feed, as in both sources."""
    lines = Lines(source.text)
    for first, end in spans:
        start, stop = lines.start(first + 1), lines.start(end + 1)
        if end <= len(lines.starts) and source.text.endswith("\n", start, stop):
            stop -= 1
        made = make_chunk(source.text, source.name, start, stop, lines)
        yield {**made, "start_line": first + 1, "end_line": end}


def line_count(text: str) -> int:
    """Return how many lines a text has; none if it is empty."""
    return len(Lines(text).starts) if text else 0


def parted_count(text: str) -> int:
    """Return how many parts line feeds leave of a text, as Copilot counts lines: an empty one follows the last feed."""
    return text.count("\n") + 1 if text else 0


def merged(chunks: Sequence[dict[str, Json]]) -> list[dict[str, Json]]:
    """Return one chunk per text, with all its `places` (source, lines, `moved` if there), in order of the first.

    RepoCoder `_merge_windows_with_same_context`.
    """
    made: dict[str, dict[str, Json]] = {}
    for chunk in chunks:
        place = {key: chunk[key] for key in ("source", "start_line", "end_line", "moved") if key in chunk}
        if chunk["text"] in made:
            made[chunk["text"]]["places"].append(place)
        else:
            plain = {key: value for key, value in chunk.items() if key != "moved"}
            made[chunk["text"]] = {**plain, "places": [place]}
    return list(made.values())


def moved_down(place: tuple[int, int], count: int, size: int, step: int) -> tuple[int, int]:
    """Return the window that round 1 of RepoCoder shows for a hit: moved down by one step, to show what follows.

    `place` is (first line, line after the last), from 0; `count` the number of lines of its file
    (`_make_an_extended_block`).
    """
    end = min(place[1] + step, count)
    return max(0, end - size), end


def first_query(before: str, size: int = REPOCODER_LINES) -> str:
    """Return the query of round 1: the last `size` lines of the unfinished code (`BaselineWindowMaker`)."""
    return "\n".join(before.splitlines()[-size:])


def next_query(before: str, prediction: str, size: int = REPOCODER_LINES) -> str:
    """Return the query of round 2 and later: the last half window of the unfinished code, then the predicted lines, in
    all at most `size` lines, without blank ones (`PredictionWindowMaker`)."""
    half = size // 2
    code = before.splitlines()
    predicted = [line for line in prediction.splitlines() if line.strip()]
    return "\n".join(line for line in [*code[-half:], *predicted[: size - half]] if line.strip())
