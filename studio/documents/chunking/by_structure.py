"""Chunks that follow the structure of a text: sections by heading, paragraphs, sentences, in this order.

A chunk never crosses a heading. Within a section whole paragraphs (lists, tables, code) are gathered while they fit;
one that does not fit an empty chunk is cut between sentences or lines, and a sentence that does not fit by tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from studio.documents.chunking.chunk import Source, make_chunk
from studio.documents.chunking.measures import MEASURES, Places
from studio.documents.document import Lines
from studio.documents.reading.markdown import sections, structure
from studio.support.values import Json

_SENTENCE_END: Final = re.compile(
    # Possessive, and only from the first of many such signs: a page of full stops takes no longer than one of words.
    r"(?<![.!?…])[.!?…]++[\"'”’)\]]{0,3}+\s++(?=[\"'“‘(\[]?[A-Z0-9À-ÞА-Я])|(?<![。！？])[。！？]++[」』”]?\s*+"
)
_NO_END: Final = re.compile(r"\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|vs|No|Fig|Eq|Sec|cf|al|e\.g|i\.e|etc|approx)\.\s+$")
"""What ends with a full stop without ending a sentence, in English: initials and common abbreviations."""
_GAP: Final = re.compile(r"\n[ \t]*\n\s*")
_PROSE: Final = frozenset({"paragraph", "heading", "blockquote"})


@dataclass(slots=True)
class _Atom:
    """What is not cut further: a sentence, a line, or a piece of one."""

    start: int
    end: int
    tokens: int
    block: int
    is_heading: bool = False


def chunk_by_structure(
    source: Source, *, size: int = 256, overlap: int = 0, markdown: bool | None = None, measure: str = "tokens"
) -> Iterator[dict[str, Json]]:
    """Yield chunks of at most `size` tokens (or `words`, by `measure`); each repeats up to `overlap` of them from the
    one before, in whole sentences.

    `markdown` None: by the kind of the source. Chunks have `tokens` (or `words`), `title` (of the section) and
    `headings`, the titles above it from the outermost. Without overlap they lie end to end and cover the text.
    """
    text = source.text
    if not text:
        return
    lines = Lines(text)
    places = MEASURES[measure](text)
    is_markdown = source.kind == "markdown" if markdown is None else markdown
    if is_markdown:
        headings, blocks = structure(text)
        parts = [(part["start"], part["end"], part["title"], part["path"]) for part in sections(text, headings)]
        bounds = [(lines.start(block.first), block.type) for block in blocks]
    else:
        parts = [(0, len(text), source.title, [])]
        bounds = [(0, "paragraph"), *((gap.end(), "paragraph") for gap in _GAP.finditer(text))]
    for start, end, title, path in parts:
        atoms = _atoms(text, start, end, bounds, places, size)
        for first, last in _packed(atoms, size, overlap):
            piece = atoms[first:last]
            size_of_it = {measure: places.count(piece[0].start, piece[-1].end)}
            yield make_chunk(
                text, source.name, piece[0].start, piece[-1].end, lines, **size_of_it, title=title, headings=path
            )


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where each sentence begins and ends. Blanks after a sentence belong to it, so that they lie end to end."""
    found = []
    start = 0
    for mark in _SENTENCE_END.finditer(text):
        if _NO_END.search(text, max(start, mark.start() - 12), mark.end()):
            continue
        found.append((start, mark.end()))
        start = mark.end()
    if start < len(text):
        found.append((start, len(text)))
    return found


def _atoms(
    text: str, start: int, end: int, bounds: Sequence[tuple[int, str]], places: Places, size: int
) -> list[_Atom]:
    """Return the atoms of a section, end to end. Blank lines belong to the block before them."""
    inside = [(place, kind) for place, kind in bounds if start <= place < end]
    if not inside or inside[0][0] > start:
        inside.insert(0, (start, "paragraph"))
    atoms: list[_Atom] = []
    for number, (first, kind) in enumerate(inside):
        last = inside[number + 1][0] if number + 1 < len(inside) else end
        cuts = sentences(text[first:last]) if kind in _PROSE else _line_spans(text[first:last])
        for begun, ended in cuts:
            here, until = first + begun, first + ended
            while places.count(here, until) > size:
                cut = min(places.end(here, size), until)
                atoms.append(_Atom(here, cut, places.count(here, cut), number))
                here = cut
            if here < until:
                atoms.append(_Atom(here, until, places.count(here, until), number, kind == "heading"))
    return atoms


def _line_spans(text: str) -> list[tuple[int, int]]:
    found = []
    start = 0
    for line in text.splitlines(keepends=True):
        found.append((start, start + len(line)))
        start += len(line)
    return found


def _packed(atoms: Sequence[_Atom], size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of atoms that fill a chunk each."""
    first = 0
    fresh = 0
    while fresh < len(atoms):
        last = _filled(atoms, first, fresh, size)
        yield first, last
        if last >= len(atoms):
            return
        before, first, fresh = first, last, last
        room = min(overlap, size - atoms[fresh].tokens)
        # The whole chunk before is not repeated, and so neither is the heading with which a section begins.
        while first - 1 > before and atoms[first - 1].tokens <= room:
            first -= 1
            room -= atoms[first].tokens


def _filled(atoms: Sequence[_Atom], first: int, fresh: int, size: int) -> int:
    """Return where a chunk that begins at `first` ends, with at least the atom at `fresh`."""
    used = sum(atom.tokens for atom in atoms[first:fresh])
    last = fresh
    while last < len(atoms) and (last == fresh or used + atoms[last].tokens <= size):
        is_new_block = last > fresh and atoms[last].block != atoms[last - 1].block
        if is_new_block and not all(atom.is_heading for atom in atoms[fresh:last]):
            whole = _block_tokens(atoms, last)
            # A paragraph that fits a chunk of its own is not cut to fill up this one.
            if used + whole > size >= whole:
                break
        used += atoms[last].tokens
        last += 1
    return last


def _block_tokens(atoms: Sequence[_Atom], place: int) -> int:
    total = 0
    block = atoms[place].block
    while place < len(atoms) and atoms[place].block == block:
        total += atoms[place].tokens
        place += 1
    return total
