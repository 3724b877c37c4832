"""What `chunk.windows` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.documents.chunking import windows as sliding
from studio.documents.chunking.chunk import Source
from studio.nodes.chunk._cutting import cut, told
from studio.support.errors import NodeError
from studio.support.values import Json


def cut_into_windows(
    documents: Json,
    size: int | None = None,
    parts: int | None = None,
    *,
    way: str = "repocoder",
    lines: int = 0,
    slices: int = 2,
    step: int = 10,
    leave_out_last: bool = True,
    show_next: bool = False,
) -> dict[str, Any]:
    """Return the texts cut into windows of lines that overlap."""
    lines = _from_1(size, "size", lines)
    slices = _from_1(parts, "parts", slices)
    chunks = cut(
        documents,
        lambda source: _windows(
            source, way=way, lines=lines, slices=slices, step=step, leave_out_last=leave_out_last, show_next=show_next
        ),
    )
    return told(sliding.merged(chunks) if way == "repocoder" else chunks)


def _from_1(given: int | None, name: str, otherwise: int) -> int:
    if given is None:
        return otherwise
    if not 1 <= given <= 10_000:
        raise NodeError(f"`{name}` is {given}, but it goes from 1 to 10,000.", hint="Correct it.", code="input")
    return given


def _windows(
    source: Source, *, way: str, lines: int, slices: int, step: int, leave_out_last: bool, show_next: bool
) -> Iterator[dict[str, Json]]:
    count = sliding.line_count(source.text)
    if way == "copilot":
        if len(source.text) > sliding.COPILOT_MOST_CHARACTERS:
            return
        size = lines or sliding.COPILOT_LINES
        spans = sliding.copilot_spans(sliding.parted_count(source.text), size, leave_out_last=leave_out_last)
    else:
        size = lines or sliding.REPOCODER_LINES
        if way == "repocoder":
            spans = sliding.repocoder_spans(count, size, slices)
        else:
            spans = sliding.plain_spans(count, size, step)
    if not show_next:
        yield from sliding.windows(source, list(spans))
        return
    places = list(spans)
    down = max(1, size // slices)
    further = sliding.windows(source, [sliding.moved_down(place, count, size, down) for place in places])
    for window, moved in zip(sliding.windows(source, places), further, strict=True):
        yield {**window, "moved": {key: moved[key] for key in ("text", "start_line", "end_line")}}
