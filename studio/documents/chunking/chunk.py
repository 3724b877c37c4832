"""What a chunk is, and which texts a chunker is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from studio.documents.document import Lines
from studio.documents.limits import MAX_CHARACTERS, MAX_CHUNKS
from studio.support.errors import NodeError
from studio.support.values import Json, preview


@dataclass(frozen=True, slots=True)
class Source:
    """A text to cut: where it is from, its kind ("" if nobody said), its title."""

    name: str
    text: str
    kind: str = ""
    title: str = ""


def make_chunk(text: str, source: str, start: int, end: int, lines: Lines, **more: Json) -> dict[str, Json]:
    """Return the chunk of the characters from `start` to `end` of a text.

    `text`, `source`, `start`, `end` (characters, end exclusive), `start_line`, `end_line` (from 1, inclusive, without
    blank lines at the end: a reference names the lines that say something), and whatever else the chunker knows.
    """
    first, last = lines.span(start, max(start, start + len(text[start:end].rstrip())))
    return {
        "text": text[start:end], "source": source, "start": start, "end": end, "start_line": first, "end_line": last,
        **more,
    }  # fmt: skip


def sources_of(value: Json) -> list[Source]:
    """Return the texts that a wire brings: a text, an object with a `text`, or a list of those.

    An object names where it is from as `source`, `name`, `path` or `url`. Raises `NodeError` for anything else.
    """
    entries = value if isinstance(value, list | tuple) else [value]
    found = [_source(entry, number, len(entries)) for number, entry in enumerate(entries, 1)]
    size = sum(len(source.text) for source in found)
    if size > MAX_CHARACTERS * 4:
        raise NodeError(
            f"The texts hold {size} characters, more than {MAX_CHARACTERS * 4}.", hint="Cut fewer at once.",
            code="input",
        )  # fmt: skip
    return found


def _source(entry: Json, number: int, count: int) -> Source:
    if isinstance(entry, str):
        return Source("" if count == 1 else str(number), entry)
    if isinstance(entry, Mapping) and isinstance(entry.get("text"), str):
        names = (entry.get(key) for key in ("source", "name", "path", "url"))
        name = next((name for name in names if isinstance(name, str) and name), "" if count == 1 else str(number))
        kind, title = entry.get("kind", ""), entry.get("title", "")
        return Source(
            name, entry["text"], kind if isinstance(kind, str) else "", title if isinstance(title, str) else ""
        )
    raise NodeError(
        f"Only a text, or an object with a `text`, can be cut into chunks, not {preview(entry)}.",
        hint="Wire the `document` of a reader, or a text.",
        code="input",
    )


def bounded(chunks: Iterable[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """Return the chunks as a list. Raises `NodeError` if there are more than 200,000."""
    made: list[dict[str, Json]] = []
    for chunk in chunks:
        if len(made) >= MAX_CHUNKS:
            raise NodeError(
                f"There would be more than {MAX_CHUNKS} chunks.", hint="Make them larger or overlap less.", code="input"
            )
        made.append(dict(chunk))
    return made


def rebuilt(chunks: Sequence[Mapping[str, Json]]) -> str:
    """Return the text that chunks of one source were cut from, whatever they overlap."""
    out: list[str] = []
    place = 0
    for chunk in chunks:
        if chunk["end"] > place:
            out.append(chunk["text"][max(0, place - chunk["start"]) :])
            place = chunk["end"]
    return "".join(out)
