"""Which parts of definitions are needed, while more and more code that asks for members comes in."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from studio.export.standalone.gathering.members import Mentions, Part, members_of, mentions_of, rows_of
from studio.export.standalone.gathering.sources import Piece
from studio.export.standalone.gathering.twins import ASKING

WHOLE: Final = -1
"""What is no part: the definition itself, without its parts."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a definition and who asks for what: `asks[WHOLE]` is what the definition asks for without them.

    `home` tells in which part a node of its syntax tree is, by `id`.
    """

    parts: tuple[Part, ...]
    asks: dict[int, Mentions]
    home: dict[int, int]

    def place(self, node: ast.AST) -> int:
        """Return in which part a node is, `WHOLE` if in none."""
        return self.home.get(id(node), WHOLE)


UNDIVIDED: Final = Parts((), {WHOLE: Mentions()}, {})
"""A definition that is taken as it is, where nobody cares who asks for what."""


@lru_cache(maxsize=4096)
def parts_of(piece: Piece, *, is_table: bool = False) -> Parts:
    """Return the parts of a definition: members of a class, rows of a table."""
    parts = tuple(rows_of(piece) if is_table else members_of(piece))
    asking = partial(
        mentions_of, ours=piece.module.startswith("studio."), of_context=(piece.module, piece.name) == ASKING
    )
    asks = {number: asking(part.nodes) for number, part in enumerate(parts)}
    asks[WHOLE] = asking(piece.statements, [node for part in parts for node in part.nodes])
    if isinstance(piece.statements[0], ast.ClassDef):
        # What stands in the body of a class may name other members of it without a dot.
        for number, part in enumerate(parts):
            bare = (one.id for node in part.nodes for one in ast.walk(node) if isinstance(one, ast.Name))
            asks[number].names.update(dict.fromkeys(name for name in bare if name != part.name))
    home = {id(inner): number for number, part in enumerate(parts) for node in part.nodes for inner in ast.walk(node)}
    return Parts(parts, asks, home)


class Growing:
    """Parts that sleep until somebody asks for them, and those that woke and are still to be looked at."""

    def __init__(self) -> None:
        self._asked = Mentions()
        self._asleep: defaultdict[str, list[tuple[Piece, int, Part]]] = defaultdict(list)
        self._woken: deque[tuple[Piece, int]] = deque()

    def take(self, piece: Piece, parts: Parts, rows: Collection[str] | None = None) -> None:
        """Take a definition in. Of a table the `rows` are needed, whoever asks for what."""
        self._woken.append((piece, WHOLE))
        for number, part in enumerate(parts.parts):
            if part.name in rows if rows is not None else self._is_asked(part.name):
                self._woken.append((piece, number))
            else:
                # No name has a space: a row that is not needed is never asked for.
                self._asleep[part.name if rows is None else f"row {part.name}"].append((piece, number, part))

    def ask(self, asked: Mentions) -> None:
        """Wake what some code asks for."""
        known = self._asked
        names = [*asked.names]
        names += [prefix + ending for prefix in asked.prefixes for ending in {**known.endings, **asked.endings}]
        names += [prefix + ending for prefix in known.prefixes for ending in asked.endings]
        known.prefixes.update(asked.prefixes)
        known.endings.update(asked.endings)
        known.any_ending |= asked.any_ending
        if known.any_ending:
            names += [name for name in self._asleep if name.startswith(tuple(known.prefixes))]
        known.names.update(dict.fromkeys(names))
        for name in names:
            self._woken.extend((piece, number) for piece, number, _ in self._asleep.pop(name, ()))

    def _is_asked(self, name: str) -> bool:
        known = self._asked
        return name in known.names or (known.any_ending and name.startswith(tuple(known.prefixes)))

    def woken(self) -> tuple[Piece, int] | None:
        """Return what woke and was not looked at yet: a definition and the number of its part; None at the end."""
        return self._woken.popleft() if self._woken else None

    def asleep(self) -> Iterator[tuple[Piece, Part]]:
        """Yield the parts that nobody asked for."""
        for parts in self._asleep.values():
            yield from ((piece, part) for piece, _, part in parts)
