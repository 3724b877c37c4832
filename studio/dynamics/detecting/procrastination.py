"""Class II: goals that restate the goals above them instead of bringing them nearer (section 6, 2 of the notes)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from studio.dynamics.detecting.comparing import Comparison, compare_call, compare_goal, own_text, parts_of
from studio.dynamics.detecting.step import Step
from studio.dynamics.detecting.wrapping import Core, core_of, holds
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import Alarm, Level
from studio.dynamics.words.reader import Reader
from studio.dynamics.words.reading import Reading

NEAREST = 64
"""Ancestors with which a goal is compared, nearest first."""
MOST_COMPARED = 4000
"""Words in those ancestors, from which on farther ones are left out."""


@dataclass(slots=True)
class _Node:
    id: str
    key: str
    parent: _Node | None
    t: int
    reading: Reading
    tokens: frozenset[str]
    frame: bool
    open: bool = True
    led: bool = False
    chain: int = 0
    descents: int = 0
    children: int = 0
    marks: tuple[int, int] = (0, 0)
    path: tuple[_Node, ...] = field(default=(), repr=False)
    words: str = ""
    top: _Node | None = None
    rung: int = 0
    parts: Counter[str] = field(default_factory=Counter, repr=False)


class Procrastination:
    """Compares each new goal, and each call that a graph makes of itself, with those above it.

    chain(c) counts the restating goals below each other that end in c.  `holds` looks at goals that are still open and
    below which nothing new was named.
    """

    name = "procrastination"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._nodes: dict[str, _Node] = {}
        self._open: dict[int, dict[str, _Node]] = {}
        self._tools = 0
        self._closed = 0
        self._long = 0
        self._stopped: _Node | None = None
        self.is_news = True
        """Whether what was returned last has not been told already of the same chain."""

    def see(self, step: Step) -> tuple[Alarm, ...]:
        """Take a firing; only calls of tools matter, as a descent with one between is work."""
        if step.kind == "tool":
            self._tools += 1
        return ()

    def progressed(self, position: int, t: int) -> None:
        """Goals are judged by what they say, whatever else moves."""

    def opened(
        self, id_: str, parent: str | None, t: int, reading: Reading, core: Core | None = None
    ) -> tuple[Alarm, ...]:
        """Take a new goal; return an alarm when it closes a chain of restatements.

        `core` is what is left of its text without names of what is called and of fields; they do not count where the
        text of a goal above stands in it.
        """
        above = None if parent is None else self._nodes.get(f"goal:{parent}")
        if core is not None and above is not None:
            reading = self._unwrapped(reading, core, above)
        node = self._new(id_, above, t, reading, frame=False)
        node.words = core.words if core is not None else ""
        return self._enter(node, compare_goal(reading, _nearest(node.path), self._settings) if above else None)

    def called(self, id_: str, parent: str | None, t: int, text: str, reader: Reader) -> tuple[Alarm, ...]:
        """Take a call with the text it is given; return an alarm when it closes a chain of restatements."""
        above = None if parent is None else self._nodes.get(f"call:{parent}")
        reading = reader.read(text)
        node = self._new(id_, above, t, reading, frame=True)
        node.words = core_of(text, reading, reader).words
        node.parts = parts_of(text)
        if above is None:
            return self._enter(node, None)
        own = own_text(text, above.parts)
        told = reader.read(own)
        told = self._unwrapped(told, core_of(own, told, reader), above)
        path = (above, *(each for each in _nearest(above.path)))
        return self._enter(node, compare_call(told, node.parts, path, self._settings, reader.read))

    def _new(self, id_: str, above: _Node | None, t: int, reading: Reading, *, frame: bool) -> _Node:
        tokens = reading.content | reading.salient
        key = f"{'call' if frame else 'goal'}:{id_}"
        node = _Node(id_, key, above, t, reading, tokens, frame, marks=(self._tools, self._closed))
        node.path = () if above is None else (above, *above.path[: NEAREST - 1])
        return node

    def _enter(self, node: _Node, compared: Comparison | None) -> tuple[Alarm, ...]:
        """Keep a goal or call, and return the alarm it raises."""
        if node.parent is not None and compared is not None:
            self._place(node, node.parent, compared)
        self._nodes[node.key] = node
        self._open.setdefault(node.chain, {})[node.key] = node
        self._long += node.chain >= self._settings.chain_warn
        return self._alarms(node)

    def _unwrapped(self, reading: Reading, core: Core, above: _Node) -> Reading:
        """Return the reading without its wrapping, if the text of a goal above stands in it."""
        for each in _nearest((above, *above.path)):
            if holds(each.words, core.words):
                return core.without_wrapping(reading, each.reading)
        return reading

    def closed(self, id_: str, *, frame: bool = False) -> str | None:
        """Take that a goal is reached or a call has returned; return its first words, None if it was not open."""
        node = self._nodes.get(f"{'call' if frame else 'goal'}:{id_}")
        if node is None or not node.open:
            return None
        node.open = False
        if not node.led:
            self._leave(node)
        if not node.frame:
            self._closed += 1
        else:
            del self._nodes[node.key]  # calls are many, and nothing opens below one that has returned
        return node.reading.quote

    def answers(self, id_: str) -> bool:
        """Whether a goal that is reached answers the last request to stop.

        One does that brought matter of its own and lies above or below the goal that was blamed.  That a restating
        goal is called done moves nothing, and one beside the chain is other work.
        """
        node, blamed = self._nodes.get(f"goal:{id_}"), self._stopped
        if node is None or blamed is None or not node.open or node.chain:
            return False
        return any(each is node for each in blamed.path) or any(each is blamed for each in node.path)

    @property
    def blamed_at(self) -> int | None:
        """The tick of the last goal that asked to stop, None if none did."""
        return self._stopped.t if self._stopped else None

    def _place(self, node: _Node, above: _Node, compared: Comparison) -> None:
        """Set the chain of a goal from what it is beside those above it."""
        above.children += 1
        if compared.restates:
            node.chain = above.chain + 1
        elif not compared.new:
            node.chain = above.chain
        elif compared.names:
            self._got_going(above)
        if node.chain:
            node.top = above.top or node
        single = above.children == 1 and above.marks == node.marks and not compared.parted
        node.descents = above.descents + 1 if single and not compared.distinctive else 0

    def _got_going(self, node: _Node | None) -> None:
        """Take that a thing was named below a goal: the restatements down to it have led somewhere."""
        if node is not None and node.top is not None:
            node.top.rung = 0
        while node is not None and node.chain and not node.led:
            node.led = True
            if node.open:
                self._leave(node)
            node = node.parent

    def _leave(self, node: _Node) -> None:
        """Take a goal out of those that may end a chain."""
        self._open[node.chain].pop(node.key, None)
        self._long -= node.chain >= self._settings.chain_warn

    def _alarms(self, node: _Node) -> tuple[Alarm, ...]:
        chosen = self._settings
        level: Level | None = None
        if node.chain >= chosen.chain_stop:
            level = "stop"
        elif node.chain >= chosen.chain_warn:
            level = "warn"
        self.is_news = True
        if level is not None and node.chain > (node.parent.chain if node.parent else 0):
            if level == "stop":
                self._stopped = node
            self.is_news = self._adds(node)
            what = "calls" if node.frame else "goals"
            message = f"{node.chain} {what} below each other say the same again: {node.id} restates what it serves."
            return (Alarm(node.t, self.name, level, message, tuple(self._lines(node))),)
        if node.descents == chosen.descents:
            message = (
                f"{node.descents} goals below each other, each the only one, brought no new matter; no tool was called "
                "and no goal closed between."
            )
            return (Alarm(node.t, self.name, "warn", message, (_pair(node),)),)
        return ()

    def _adds(self, node: _Node) -> bool:
        """Whether the length of a chain has not been told: once to warn, once to stop, and then when it has doubled; of
        all goals that belong to one chain together."""
        assert node.top is not None, "a chain has a top"
        top, chain, stop = node.top, node.chain, self._settings.chain_stop
        adds = chain >= 2 * top.rung if top.rung >= stop else not top.rung or chain >= stop
        if adds:
            top.rung = chain
        return adds

    def _deepest(self) -> _Node | None:
        """Return the open goal with the longest chain, the earliest of equals."""
        for chain in sorted(self._open, reverse=True):
            if chain and self._open[chain]:
                return next(iter(self._open[chain].values()))
        return None

    @property
    def chain(self) -> int:
        """The longest chain of restating goals that ends in an open one."""
        node = self._deepest()
        return node.chain if node else 0

    @property
    def holds(self) -> bool:
        """Whether an open goal ends a chain that is too long."""
        return self._long > 0

    @property
    def share(self) -> float:
        """Always 0: goals that were reached were no procrastination."""
        return 0.0

    @property
    def ratio(self) -> float:
        """The longest open chain, by the length that warns."""
        return self.chain / self._settings.chain_warn

    def evidence(self) -> list[str]:
        """Return each restating goal of the longest chain beside the goal above it."""
        node = self._deepest()
        return self._lines(node) if node else []

    def _lines(self, node: _Node) -> list[str]:
        lines: list[str] = []
        at: _Node | None = node
        while at is not None and at.parent is not None and at.chain > 0 and len(lines) < 4:
            if at.chain > at.parent.chain:
                lines.append(_pair(at))
            at = at.parent
        return lines[::-1]


def _nearest(path: tuple[_Node, ...]) -> Iterator[_Node]:
    """Yield the ancestors that say something, as many as the words in them allow."""
    words = 0
    for each in path:
        if each.tokens:
            yield each
            words += len(each.tokens)
        if words > MOST_COMPARED:
            return


def _pair(node: _Node) -> str:
    what = "call" if node.frame else "goal"
    above = node.parent
    assert above is not None
    return (
        f"{what} {node.id} at tick {node.t} «{node.reading.quote}» says again what {above.id} of tick {above.t} says: "
        f"«{above.reading.quote}» (chain of {node.chain})"
    )
