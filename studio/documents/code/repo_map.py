"""The map of a repository: its most referred-to definitions as a skeleton that fits a budget of tokens.

Aider 0.86, `aider/repomap.py`: rank (`repo_rank`), then show as many of the best as fit, by file in order of names;
files without a definition shown are only named, after all ranked definitions. 1,024 tokens, 8 times as many while no
file is in the chat. Aider accepts a map up to 15 % too large; this one never exceeds the budget.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from studio.documents.code.languages import language_of
from studio.documents.code.outline import Outline, outline
from studio.documents.code.repo_rank import Attention, Names, Ranking, rank
from studio.documents.code.skeleton import skeleton
from studio.documents.tokens import count_tokens
from studio.support.errors import NodeError

TOKENS: Final = 1_024
TIMES_WITHOUT_CHAT: Final = 8
_NO_NAMES: Final = frozenset({"implementation", "constructor"})
"""Definitions that have the name of another one."""


@dataclass(frozen=True, slots=True)
class RepoMap:
    """The map as text, its tokens, the ranking behind it, and how many of the ranked definitions it shows.

    `left_out` are files that could not be taken apart, each with the reason.
    """

    text: str
    tokens: int
    ranking: Ranking
    shown: int
    left_out: Mapping[str, str]


def repo_map(
    files: Mapping[str, str], attention: Attention = Attention(), *, tokens: int = TOKENS,  # noqa: B008
    times_without_chat: int = TIMES_WITHOUT_CHAT, root_again: bool = False,
    count: Callable[[str], int] = count_tokens,
) -> RepoMap:  # fmt: skip
    """Return the map of a repository given as texts by path. Files in no language we know are only named."""
    outlines: dict[str, Outline] = {}
    left_out: dict[str, str] = {}
    for path in sorted(files):
        language = language_of(path)
        if language:
            try:
                outlines[path] = outline(files[path], language, path)
            except NodeError as error:
                left_out[path] = error.message
    names = {
        path: Names(
            {one.name for one in outlines[path].all() if one.kind not in _NO_NAMES},
            [reference.name for reference in outlines[path].references],
        ) if path in outlines else Names((), ())
        for path in sorted(files)
    }  # fmt: skip
    ranking = rank(names, attention, root_again=root_again)
    budget = tokens if attention.chat else tokens * times_without_chat
    entries = _entries(ranking, [path for path in sorted(files) if path not in attention.chat])
    lines = {path: files[path].split("\n") for path in outlines}
    shown, text = _largest(entries, outlines, lines, budget, count)
    return RepoMap(text, count(text), ranking, shown, left_out)


def _entries(ranking: Ranking, paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return what may be shown, best first: (file, identifier), then (file, "") for files without a definition."""
    entries = [(path, name) for path, name, _ in ranking.definitions]
    named = {path for path, _ in entries}
    rest = [path for path in paths if path not in named]
    rest.sort(key=lambda path: (-ranking.files.get(path, 0.0), path))
    return entries + [(path, "") for path in rest]


def _largest(
    entries: Sequence[tuple[str, str]], outlines: Mapping[str, Outline], lines: Mapping[str, Sequence[str]],
    budget: int, count: Callable[[str], int],
) -> tuple[int, str]:  # fmt: skip
    """Return the greatest number of entries whose text fits, and that text, by halving."""
    low, high = 0, len(entries)
    best = (0, "")
    # A line of a map has some 25 tokens (Aider begins there too): halving from all of them would draw huge maps.
    middle = min(high, max(1, budget // 25))
    while low < high or middle > best[0]:
        text = _drawn(entries[:middle], outlines, lines)
        if count(text) <= budget:
            low, best = middle, (middle, text)
        else:
            high = middle - 1
        if low >= high:
            break
        middle = (low + high + 1) // 2
    return best


def _drawn(
    entries: Sequence[tuple[str, str]], outlines: Mapping[str, Outline], lines: Mapping[str, Sequence[str]]
) -> str:
    wanted: dict[str, set[str]] = defaultdict(set)
    for path, name in entries:
        wanted[path].add(name)
    out = []
    for path in sorted(wanted):
        names = wanted[path] - {""}
        if not names:
            out.append(f"\n{path}\n")
            continue
        found = outlines[path]
        shown = {one.line for one in found.all() if one.name in names and one.kind not in _NO_NAMES}
        out.append(f"\n{path}:\n{skeleton(lines[path], found.definitions, shown)}\n")
    return "".join(out)
