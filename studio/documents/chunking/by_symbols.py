"""Chunks of source code by what it defines: a function, a class, or what stands between them.

A definition that fits is one chunk, with its decorators and the comment above it. A class that does not fit becomes its
head and its methods; a function that does not fit, and inner ones if it has any, is cut between lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from studio.documents.chunking.chunk import Source, make_chunk
from studio.documents.chunking.measures import Places, token_places
from studio.documents.code.languages import language_of
from studio.documents.code.outline import Definition, outline
from studio.documents.document import Lines
from studio.support.values import Json

_NO_UNITS: Final = frozenset({"constant"})
"""What a file defines without being a chunk of its own."""


@dataclass(slots=True)
class _Piece:
    """Lines that become one chunk: from `first` up to but not including `end`."""

    first: int
    end: int
    kind: str = "code"
    symbols: list[str] = field(default_factory=list)
    doc: str = ""
    owner: str = ""


def chunk_by_symbols(
    source: Source, *, size: int = 512, language: str = "", gather: bool = False
) -> Iterator[dict[str, Json]]:
    """Yield chunks of at most `size` tokens that lie end to end and cover the text.

    Each has `symbol` (`Cart.total`, or of what it is a part), `symbols` (all that begin in it), `kind` (`function`,
    `class` … or `code` for what is between), `doc`, `language`, `tokens`, and `part` of `parts` where one had to be
    cut. `gather` puts small neighbours of one owner together. A language without a grammar is cut between lines.
    """
    text = source.text
    if not text:
        return
    lines = Lines(text)
    places = token_places(text)
    named = language or language_of(source.name)
    definitions = outline(text, named, source.name).definitions if named else []
    pieces = list(_pieces(definitions, 1, len(lines.starts) + 1, "", _Text(text, lines, places, size)))
    if gather:
        pieces = _gathered(pieces, lines, places, size)
    for piece in pieces:
        start, end = lines.start(piece.first), lines.start(piece.end)
        cuts = list(_cuts(start, end, lines, places, size))
        for part, (begun, ended) in enumerate(cuts, 1):
            more = {"part": part, "parts": len(cuts)} if len(cuts) > 1 else {}
            yield make_chunk(
                text, source.name, begun, ended, lines, symbol=piece.symbols[0] if piece.symbols else piece.owner,
                symbols=piece.symbols if part == 1 else [], kind=piece.kind, doc=piece.doc, language=named,
                tokens=places.count(begun, ended), **more,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    lines: Lines
    places: Places
    size: int

    def fits(self, first: int, end: int) -> bool:
        return self.places.count(self.lines.start(first), self.lines.start(end)) <= self.size

    def is_blank(self, line: int) -> bool:
        return not self.text[self.lines.start(line) : self.lines.start(line + 1)].strip()


def _pieces(definitions: Sequence[Definition], first: int, end: int, owner: str, text: _Text) -> Iterator[_Piece]:
    """Yield the pieces of the lines from `first` to before `end`, which hold these definitions."""
    here = first
    for group in _groups([one for one in definitions if one.kind not in _NO_UNITS]):
        begins = max(here, group[0].top_line)
        ends = min(end, max(one.last_line for one in group) + 1)
        while ends < end and text.is_blank(ends):
            ends += 1
        if ends <= here:
            continue
        if begins > here:
            # Blank lines at the very beginning have no chunk before them to belong to.
            if all(text.is_blank(line) for line in range(here, begins)):
                begins = here
            else:
                yield _Piece(here, begins, owner=owner)
        yield from _unit(group, begins, ends, owner, text)
        here = ends
    if here < end:
        yield _Piece(here, end, owner=owner)


def _unit(group: Sequence[Definition], first: int, end: int, owner: str, text: _Text) -> Iterator[_Piece]:
    """Yield one piece for a definition, or several if it is too large and holds others."""
    lead = group[0]
    inner = [one for one in lead.inner if one.kind not in _NO_UNITS]
    if text.fits(first, end) or not inner or len(group) > 1:
        yield _Piece(first, end, lead.kind, [one.path for one in group], lead.doc, owner)
        return
    parts = list(_pieces(inner, lead.line, end, lead.path, text))
    head = parts[0]
    if head.symbols and head.first == lead.line:
        # The first inner definition begins on the line of the name: they cannot be told apart by lines.
        head.first, head.symbols = first, [lead.path, *head.symbols]
    else:
        head.first, head.kind, head.symbols, head.doc, head.owner = first, lead.kind, [lead.path], lead.doc, owner
    yield from parts


def _groups(definitions: Sequence[Definition]) -> Iterator[list[Definition]]:
    """Yield definitions, together where they share lines."""
    group: list[Definition] = []
    last = 0
    for one in sorted(definitions, key=lambda one: (one.first_line, one.last_line)):
        if group and one.first_line > last:
            yield group
            group = []
        group.append(one)
        last = max(last, one.last_line)
    if group:
        yield group


def _gathered(pieces: Sequence[_Piece], lines: Lines, places: Places, size: int) -> list[_Piece]:
    made: list[_Piece] = []
    for piece in pieces:
        before = made[-1] if made else None
        if (
            before is not None
            and before.owner == piece.owner
            and places.count(lines.start(before.first), lines.start(piece.end)) <= size
        ):
            before.end = piece.end
            before.symbols = [*before.symbols, *piece.symbols]
            before.doc = before.doc or piece.doc
            before.kind = piece.kind if before.kind == "code" else before.kind
        else:
            made.append(piece)
    return made


def _cuts(start: int, end: int, lines: Lines, places: Places, size: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of whole lines that fit; a line that does not fit is cut between tokens."""
    here = start
    while here < end:
        if places.count(here, end) <= size:
            yield here, end
            return
        most = places.end(here, size)
        line = lines.start(lines.number(most))
        cut = line if line > here else most
        yield here, min(cut, end)
        here = min(cut, end)
