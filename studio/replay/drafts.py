"""`Draft`: what a fork of a run is to change, gathered piece by piece, checked before it runs. Knows no window.

A piece is a param of a node, an output that stands in place of what a firing gave, or a node that fires again. Every
change of a draft can be taken back. What is found wrong with a piece is told beside it, by its key.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from studio.graph.check import check
from studio.graph.model import Graph
from studio.graph.paths import node_at
from studio.graph.scope import BODY_PARAM, Scope
from studio.replay.changes import Changes, require_output
from studio.spec.registry import Registry
from studio.support.errors import GraphError, StudioError, UsageError
from studio.support.plain import plain_line
from studio.support.signal import Signal
from studio.support.values import Json, preview, same_value

if TYPE_CHECKING:
    from studio.graph.model import NodeInstance
    from studio.trace.moments import Moments

PieceKind = Literal["param", "output", "redo"]

LIMITS: Final = ("calls", "cost_usd", "tokens", "seconds", "firings")
"""Limits that a fork may have otherwise than its parent."""

WHOLE: Final = ""
"""The key of what is wrong with the draft as a whole."""

AROUND: Final = 14
"""Signs that are told before and after what is other in a text."""

LOOKED_AT: Final = 20_000
"""Signs of a text that are looked at for what is other."""

TOLD: Final = 44
"""Signs, about, in which a change is told."""

DEEPEST: Final = 16
"""How deep bodies in bodies are gone through, as the engine does."""

MOST_UNDO: Final = 200
"""Changes of a draft that can be taken back."""


class Key(NamedTuple):
    """Which piece: of what kind, of which node (its path), and which param or port of it."""

    kind: PieceKind
    node: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One change. `was` is what the run had there; `seq` is the step of the firing whose output is replaced."""

    key: Key
    value: Json = None
    was: Json = None
    seq: int = 0

    def told(self) -> str:
        """Return the change on one line, cut."""
        kind, node, name = self.key
        if kind == "redo":
            return f"{node} fires again"
        what = f"{node}.{name}" if kind == "param" else f"{node} gives {name}"
        what = plain_line(what)[:120]
        if isinstance(self.value, str) and isinstance(self.was, str) and (part := changed_part(self.was, self.value)):
            return f"{what}: {part}"
        return f"{what} = {plain_line(preview(self.value, max(16, TOLD - len(what))))}"


def changed_part(was: str, now: str) -> str:
    """Return what is other in a longer text, on one line with a few words before it: `…two [short → long] sentences`;
    "" where most of it is other, or it is too far on: then its beginning tells more."""
    one, other = was[:LOOKED_AT], now[:LOOKED_AT]
    start = _alike(one, other)
    if start == min(len(one), len(other)) == LOOKED_AT or max(len(one), len(other)) <= AROUND:
        return ""
    end = _alike(one[start:][::-1], other[start:][::-1]) if len(was) < LOOKED_AT > len(now) else 0
    parts = [text[start : len(text) - end] for text in (one, other)]
    if any(part[:1].isalnum() for part in parts):
        start -= _of_a_word(other[:start][::-1])
    if any(part[-1:].isalnum() for part in parts):
        end -= _of_a_word(other[len(other) - end :])
    if start + end < min(len(one), len(other)) // 2:
        return ""
    before, after = other[:start], other[len(other) - end :] if end else ""
    gone, come = (_middle(text[start : len(text) - end]) for text in (one, other))
    middle = f"{gone} → {come}" if gone and come else f"+ {come}" if come else f"− {gone}"
    before = before if start <= AROUND else f"…{before[-AROUND:]}"
    after = after if end <= AROUND else f"{after[:AROUND]}…"
    return plain_line(f"{before}[{middle}]{after}")


def _alike(one: str, other: str) -> int:
    """How many signs from the beginning are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))


def _of_a_word(text: str) -> int:
    """How many signs from the beginning belong to a word: words are told whole, if they are short."""
    return next((number for number, sign in enumerate(text[:AROUND]) if not sign.isalnum()), 0)


def _middle(text: str) -> str:
    text = text.strip() or text
    return f"{text[: 2 * AROUND]}…" if len(text) > 2 * AROUND else text


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a draft holds at one moment."""

    start: int
    pieces: Mapping[Key, Piece] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    ask_again: bool = False


class Draft:
    """Changes from a step of a run on. `changed()` tells that it holds something else."""

    def __init__(self, start: int) -> None:
        self.changed: Signal[()] = Signal()
        self._now = _Kept(start)
        self._before: list[_Kept] = []
        self._after: list[_Kept] = []
        self._merging = ""
        self._checked: tuple[Graph, frozenset[tuple[str, ...]]] | None = None
        """What the check says of the run's own graph."""

    # -- what it holds --------------------------------------------------------------------------

    @property
    def pieces(self) -> list[Piece]:
        """The changes, in the order in which they were made."""
        return list(self._now.pieces.values())

    @property
    def at(self) -> int:
        """The step from which on the fork goes its own way: where it was begun, or an earlier one whose output is
        replaced."""
        return min([self._now.start, *(piece.seq for piece in self._now.pieces.values() if piece.seq)])

    @property
    def ask_again(self) -> bool:
        """Whether all nodes that ask models do so again from the step on."""
        return self._now.ask_again

    @property
    def is_empty(self) -> bool:
        """True if nothing would be other than in the run."""
        return not self._now.pieces and not self.ask_again

    def option(self, name: str) -> str:
        """Return what is typed for an option (`model`, `seed`, a limit); "" means: as the run had it."""
        return self._now.options.get(name, "")

    def piece(self, key: Key) -> Piece | None:
        """Return a change, None if there is none."""
        return self._now.pieces.get(key)

    def title(self) -> str:
        """Return how many changes there are and from where on."""
        count = len(self._now.pieces) + self.ask_again
        what = "Nothing changed" if not count else "1 change" if count == 1 else f"{count} changes"
        return f"{what} from step {self.at:,} on" if count else f"{what} yet"

    # -- changing -------------------------------------------------------------------------------

    def put(self, piece: Piece) -> None:
        """Have a change in place of the one of the same key; one that changes nothing is none."""
        pieces = dict(self._now.pieces)
        if piece.key.kind != "redo" and same_value(piece.value, piece.was):
            pieces.pop(piece.key, None)
        else:
            pieces[piece.key] = piece
        self._become(replace(self._now, pieces=pieces), merge=str(piece.key))

    def take(self, key: Key) -> None:
        """Drop a change."""
        pieces = {one: piece for one, piece in self._now.pieces.items() if one != key}
        self._become(replace(self._now, pieces=pieces))

    def start_at(self, seq: int) -> None:
        """Begin at another step."""
        self._become(replace(self._now, start=seq))

    def set_option(self, name: str, text: str) -> None:
        """Type an option."""
        self._become(replace(self._now, options={**self._now.options, name: text}), merge=f"option {name}")

    def set_ask_again(self, on: bool) -> None:
        """Have all nodes that ask models do so again, or not."""
        self._become(replace(self._now, ask_again=on))

    def clear(self) -> None:
        """Hold nothing; this can be taken back, too."""
        self._become(_Kept(self._now.start))

    def end(self) -> None:
        """What is changed next is a change of its own to undo."""
        self._merging = ""

    def undo(self) -> bool:
        """Take the last change back."""
        return self._step(self._before, self._after)

    def redo(self) -> bool:
        """Do again what was taken back last."""
        return self._step(self._after, self._before)

    def _step(self, source: list[_Kept], target: list[_Kept]) -> bool:
        if not source:
            return False
        target.append(self._now)
        self._now = source.pop()
        self._merging = ""
        self.changed.emit()
        return True

    def _become(self, kept: _Kept, *, merge: str = "") -> None:
        if kept == self._now:
            return
        if not merge or merge != self._merging:
            self._before.append(self._now)
            del self._before[:-MOST_UNDO]
        self._merging = merge
        self._after.clear()
        self._now = kept
        self.changed.emit()

    # -- what comes of it -------------------------------------------------------------------------

    def changes(self, graph: Graph, registry: Registry) -> Changes:
        """Return what is handed to the fork; `graph` is that of the run."""
        params: dict[str, dict[str, Json]] = {}
        outputs: dict[str, dict[str, Json]] = {}
        again = set(asking_nodes(graph, registry)) if self.ask_again else set()
        for piece in self.pieces:
            kind, node, name = piece.key
            if kind == "redo":
                again.add(node)
            else:
                (params if kind == "param" else outputs).setdefault(node, {})[name] = piece.value
        return Changes(params, outputs, frozenset(again))

    def seed(self) -> int | None:
        """Return the seed, None if it is the run's. Raises UsageError for what is no whole number."""
        text = self.option("seed").strip()
        if not text:
            return None
        if not (text.removeprefix("-").isdecimal() and len(text) <= 18):
            raise UsageError(f"The seed should be a whole number of at most 18 signs, not `{text[:40]}`.")
        return int(text)

    def limits(self) -> dict[str, float]:
        """Return the limits that are given. Raises UsageError for what is no number from 0 on."""
        found: dict[str, float] = {}
        for name in LIMITS:
            text = self.option(name).strip()
            if not text:
                continue
            try:
                value = float(text.replace("_", "").replace(",", "").lstrip("$ "))
            except ValueError:
                value = math.nan
            if not 0 <= value < math.inf:
                raise UsageError(f"The limit {name} should be a number from 0 on, not `{text[:40]}`.")
            found[name] = value
        return found

    def problems(self, steps: Moments, graph: Graph, registry: Registry) -> dict[Key | str, StudioError]:
        """Return what keeps the fork from running, by the key of the piece, by the name of an option, or `WHOLE`."""
        found: dict[Key | str, StudioError] = {}
        for piece in self.pieces:
            try:
                self._check(piece, steps, graph, registry)
            except StudioError as refused:
                found[piece.key] = refused
        for name, read in (("seed", self.seed), ("limits", self.limits)):
            try:
                read()
            except StudioError as refused:
                found[name] = refused
        if not found:
            found |= self._check_graph(graph, registry)
        if self.is_empty:
            more = " Another model, seed or limit alone asks nothing again." if any(self._now.options.values()) else ""
            found[WHOLE] = UsageError(
                f"Nothing is changed yet.{more}",
                hint="Change a param or the output of a firing, or have a node fire again.",
            )
        return found

    def _check(self, piece: Piece, steps: Moments, graph: Graph, registry: Registry) -> None:
        kind, node, name = piece.key
        if kind == "output":
            require_output(Scope(graph), node, name, piece.value, registry)
            self._require_first(piece, steps)
            return
        one = Changes({node: {name: piece.value}}) if kind == "param" else Changes(redo=frozenset({node}))
        found = node_at(Scope(graph), node, registry)
        if found is None or kind == "redo":
            one.redone(graph, registry)
            return
        one.require_no_inputs(graph)
        if name == BODY_PARAM and found[1].params.get(name) != piece.value:
            raise UsageError(
                f"Which graph `{node}` runs cannot be changed in a fork from here.",
                hint="Change the graph, and run on with `studio fork RUN --graph FILE`.",
            )

    def _require_first(self, piece: Piece, steps: Moments) -> None:
        """An output is replaced at the first firing from the fork on: that should be the one that was meant."""
        row = steps.path_named(piece.key.node)
        first = None if row is None else steps.next_of_path(row.path, self.at - 1)
        if first is not None and piece.seq and first < piece.seq:
            raise UsageError(
                f"`{piece.key.node}` fires before, at step {first:,}: the output would stand there.",
                hint=f"Begin the fork after step {first:,}, with no change before it.",
            )

    def _check_graph(self, graph: Graph, registry: Registry) -> dict[Key | str, StudioError]:
        """Return what the graph's own check says of the params, once they are set, and had not said before."""
        params = [piece for piece in self.pieces if piece.key.kind == "param"]
        if not params:
            return {}
        found: dict[Key | str, StudioError] = {}
        try:
            made = self.changes(graph, registry).applied_to(graph, registry)
        except StudioError as refused:
            return {params[-1].key: refused}
        if self._checked is None or self._checked[0] is not graph:
            said = frozenset((one.graph, one.node, one.param, one.message) for one in check(graph, registry))
            self._checked = graph, said
        known = self._checked[1]
        for one in check(made, registry):
            if one.severity != "error" or (one.graph, one.node, one.param, one.message) in known:
                continue
            near = [piece.key for piece in params if piece.key.node.rpartition("/")[2] == one.node]
            keys: list[Key | str] = [*(key for key in near if key.name == one.param), *near, WHOLE]
            found.setdefault(keys[0], GraphError(one.message, hint=one.hint))
        return found


def asking_nodes(graph: Graph, registry: Registry) -> list[str]:
    """Return the nodes that ask a chat model, by path, items of maps left out."""
    return [path for path, node in walk_nodes(Scope(graph), registry) if _asks(node, registry)]


def _asks(node: NodeInstance, registry: Registry) -> bool:
    cls = registry.find(node.type)
    return cls is not None and any(one.editor.get("kind") == "model" for one in cls.Params.fields().values())


def walk_nodes(scope: Scope, registry: Registry, before: str = "", depth: int = 0) -> list[tuple[str, NodeInstance]]:
    """Return all nodes that a run of a graph may come to, by path, items of maps left out."""
    found: list[tuple[str, NodeInstance]] = []
    for name, node in scope.graph.nodes.items():
        found.append((before + name, node))
        body = body_of(scope, node, registry)
        if body is not None and depth < DEEPEST:
            found += walk_nodes(body, registry, f"{before}{name}/", depth + 1)
    return found


def body_of(scope: Scope, node: NodeInstance, registry: Registry) -> Scope | None:
    """Return the graph inside a region node, None if it has none."""
    cls = registry.find(node.type)
    if cls is None or cls.spec.role not in ("subgraph", "map"):
        return None
    try:
        return scope.find_graph(str(node.params.get(BODY_PARAM, "")))
    except GraphError:
        return None
