"""Which definitions of a repository matter most: Aider's ranking by who refers to whom.

Aider 0.86, `aider/repomap.py`, `get_ranked_tags`; section 11 of the fact sheet of seed systems. Nodes are files. For
each identifier that is defined and referred to there is an edge from each referring file to each defining file, of
weight √(references) × 10 if the identifier is mentioned × 10 if it has 8 letters or more and is snake_case, kebab-case
or camelCase × 0.1 if it begins with `_` × 0.1 if it is defined in more than 5 files × 50 if the referring file is in
the chat. Definitions nobody refers to give an edge of 0.1 from their file to itself.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from studio.documents.code.pagerank import pagerank

MENTIONED: Final = 10.0
LONG_NAME: Final = 10.0
LONG: Final = 8
PRIVATE: Final = 0.1
COMMON: Final = 0.1
COMMON_FILES: Final = 5
IN_CHAT: Final = 50.0
UNREFERENCED: Final = 0.1
PERSONAL: Final = 100.0
"""Divided by the number of files: what a file in the chat, or mentioned, adds to where the walk starts anew."""


@dataclass(frozen=True, slots=True)
class Names:
    """The identifiers that one file defines and refers to; references as often as they occur."""

    defines: Collection[str]
    refers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Attention:
    """What the work is about: files in the chat, files and identifiers that were mentioned."""

    chat: Collection[str] = ()
    files: Collection[str] = ()
    words: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranks of files (they sum to 1), and definitions (file, identifier, rank) from the highest rank on, without those
    of files in the chat. Equal ranks are in order of their names."""

    files: Mapping[str, float]
    definitions: Sequence[tuple[str, str, float]]
    edges: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    """Weights by referring file, defining file, identifier."""


def rank(files: Mapping[str, Names], attention: Attention = Attention(), *, root_again: bool = False) -> Ranking:
    """Return the ranking of a repository. `root_again`: as in the published loop, which for an identifier defined in
    several files takes the square root of the references again for each further file (here in order of names)."""
    weights = edge_weights(files, attention, root_again=root_again)
    edges: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (source, target, _), weight in weights.items():
        edges[source][target] += weight
    ranks = pagerank(edges, personal(files, attention))
    received: dict[tuple[str, str], float] = defaultdict(float)
    totals = {source: sum(out.values()) for source, out in edges.items()}
    for (source, target, name), weight in weights.items():
        received[target, name] += ranks[source] * weight / totals[source]
    found = [(file, name, value) for (file, name), value in received.items() if file not in attention.chat]
    found.sort(key=lambda one: (-one[2], one[0], one[1]))
    return Ranking(ranks, found, weights)


def edge_weights(
    files: Mapping[str, Names], attention: Attention, *, root_again: bool = False
) -> dict[tuple[str, str, str], float]:
    """Return the weight of each edge by referring file, defining file and identifier."""
    definers: dict[str, set[str]] = defaultdict(set)
    references: dict[str, Counter[str]] = defaultdict(Counter)
    for file, names in files.items():
        for name in names.defines:
            definers[name].add(file)
        for name in names.refers:
            references[name][file] += 1
    if not references:
        # Where no use is known every definition counts as used where it is.
        references.update((name, Counter(sorted(homes))) for name, homes in definers.items())
    weights: dict[tuple[str, str, str], float] = {}
    for name in sorted(definers):
        homes = sorted(definers[name])
        if name not in references:
            weights.update(((home, home, name), UNREFERENCED) for home in homes)
            continue
        factor = name_factor(name, len(homes), attention.words)
        for file in sorted(references[name]):
            count = float(references[name][file])
            root = math.sqrt(count)
            for home in homes:
                weights[file, home, name] = root * factor * (IN_CHAT if file in attention.chat else 1.0)
                root = math.sqrt(root) if root_again else root
    return weights


def name_factor(name: str, files: int, mentioned: Collection[str]) -> float:
    """Return by what the weight of an identifier that so many files define is multiplied."""
    factor = MENTIONED if name in mentioned else 1.0
    has_letter = any(sign.isalpha() for sign in name)
    is_camel = any(sign.isupper() for sign in name) and any(sign.islower() for sign in name)
    if len(name) >= LONG and ((("_" in name or "-" in name) and has_letter) or is_camel):
        factor *= LONG_NAME
    if name.startswith("_"):
        factor *= PRIVATE
    if files > COMMON_FILES:
        factor *= COMMON
    return factor


def personal(files: Mapping[str, Names], attention: Attention) -> dict[str, float]:
    """Return where the walk starts anew: 100 / files for a file in the chat or mentioned, and as much again if a part
    of its path (with or without the ending of its name) is a mentioned word."""
    share = PERSONAL / len(files) if files else 0.0
    made = {}
    for file in files:
        path = PurePosixPath(file)
        value = share if file in attention.chat or file in attention.files else 0.0
        if {*path.parts, path.stem} & set(attention.words):
            value += share
        if value:
            made[file] = value
    return made


def attention_of(text: str, paths: Collection[str]) -> Attention:
    """Return what a text mentions: its words, and the files it names by their path, or by a name only one of them has.

    Aider's `get_ident_mentions` and `get_file_mentions`: words lie between what is no word character; a bare file name
    counts if it holds one of `.`, `_`, `-`, `/`, so that a file `run` is not meant by the word.
    """
    words = {word for word in re.split(r"\W+", text) if word}
    spoken = {word.strip("\"'`*_").rstrip(",.!;:?").strip("\"'`*_") for word in text.split()}
    bare: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        bare[PurePosixPath(path).name].append(path)
    files = {path for path in paths if path in spoken}
    for name, owners in bare.items():
        if len(owners) == 1 and name in spoken and any(sign in name for sign in "._-/"):
            files.add(owners[0])
    return Attention((), frozenset(files), frozenset(words))
