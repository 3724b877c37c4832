"""Searching among texts and saying what was found as SWE-agent does: `config/commands/search.sh`."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

from studio.tools.lines import lines_of

KINDS: Final = ("find_file", "search_dir", "search_file")
LONGEST_LINE: Final = 300


def find(texts: Mapping[str, str], kind: str, term: str, where: str, most: int) -> tuple[str, int]:
    """Return what a search tells, and how many hits it has."""
    if not term:
        return f"Say what to look for: `{kind} TERM`.", 0
    if kind == "search_file":
        return _in_file(texts, term, where, most)
    names = [name for name in texts if where in ("", ".") or name.startswith(where + "/")]
    place = where or "the repository"
    if kind == "find_file":
        hits = [name for name in names if fnmatchcase(name.rsplit("/", 1)[-1], term) or fnmatchcase(name, term)]
        told = hits
    else:
        counts = {name: sum(term in line for line in lines_of(texts[name])) for name in names if term in texts[name]}
        hits = list(counts)
        told = [f"{name} ({count} matches)" for name, count in counts.items()]
    if not hits:
        return f'Nothing was found for "{term}" in {place}.', 0
    if len(hits) > most:
        return f'More than {most} files match "{term}" in {place}. Narrow your search.', len(hits)
    return "\n".join([f'Found {len(hits)} files for "{term}" in {place}:', *told]), len(hits)


def _in_file(texts: Mapping[str, str], term: str, where: str, most: int) -> tuple[str, int]:
    if where not in texts:
        return (f"There is no file `{where}`." if where else "No file is open. Name a file to search in."), 0
    hits = [
        f"Line {number}:{line.rstrip()[:LONGEST_LINE]}"
        for number, line in enumerate(lines_of(texts[where]), 1)
        if term in line
    ]
    if not hits:
        return f'Nothing was found for "{term}" in {where}.', 0
    if len(hits) > most:
        return f'More than {most} lines match "{term}" in {where}. Narrow your search.', len(hits)
    return "\n".join([f'Found {len(hits)} matches for "{term}" in {where}:', *hits]), len(hits)
