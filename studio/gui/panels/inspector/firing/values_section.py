"""Inputs, outputs and store operations of a firing, value by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.gui.panels.inspector.firing.pool import Pool, set_shown
from studio.gui.panels.inspector.firing.texts import beginning, readable
from studio.gui.panels.inspector.firing.value_block import GoLink, ValueBlock, short_path, show_consumer
from studio.gui.widgets.labels import Note, small_button
from studio.gui.widgets.section import MARGINS
from studio.replay.firing.facts import ABSENT, DEFAULT, FIRST, OPEN, SHARE, FiringFacts, InputFact
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.panels.inspector.firing.desk import Desk
    from studio.replay.firing.whole import Consumer
    from studio.replay.states.wires import Lying, Wire
    from studio.trace.found import StoreOp

MOST: Final = 40
"""Values shown at once; a port may gather thousands."""


class _Values(QWidget):
    """A column of value blocks, of which the first are shown until all are asked for."""

    def __init__(self, desk: Desk, kind: str, empty: str) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName(f"firing.{kind}s")
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(7)
        self.empty = Note(empty, "soft", self)
        column.addWidget(self.empty)
        inner = QVBoxLayout()
        inner.setSpacing(9)
        column.addLayout(inner)
        self.blocks: Pool[ValueBlock] = Pool(inner, lambda: ValueBlock(desk, kind, self))
        self.rest = small_button("", "Show all of them", f"firing.{kind}s.rest", self)
        self.rest.clicked.connect(lambda *_: self._unfold())
        column.addWidget(self.rest)
        self._column = column
        self._all = False
        self._facts: FiringFacts | None = None

    def _take(self, count: int) -> list[ValueBlock]:
        shown = count if self._all else min(count, MOST)
        set_shown(self.rest, shown < count)
        self.rest.setText(f"{count - shown} more")
        set_shown(self.empty, count == 0)
        return self.blocks.take(shown)

    def _unfold(self) -> None:
        self._all = True
        if self._facts is not None:
            self.show_facts(self._facts)
        self._all = False

    def show_facts(self, facts: FiringFacts) -> None:
        """Show the values of a firing."""
        raise NotImplementedError


class InputsBody(_Values):
    """What a firing was given, each value with a link to the firing it came from."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "input", "It takes no input.")

    def show_facts(self, facts: FiringFacts) -> None:
        self._facts = facts
        for block, given in zip(self._take(len(facts.inputs)), facts.inputs, strict=False):
            self._show(block, given, facts)

    def _show(self, block: ValueBlock, given: InputFact, facts: FiringFacts) -> None:
        maker = given.maker
        if maker is not None:
            share = "one of " if given.origin == SHARE else ""
            step = "" if maker.step is None else f" · step {maker.step}"
            tick = f" at {maker.tick}" if maker.tick not in ("", facts.tick) else ""
            block.show_name(
                given.port,
                "",
                f"← {share}{short_path(maker.node, facts.node)}.{maker.port}{tick}{step}",
                f"Came from `{maker.port}` of {maker.node} at tick {maker.tick}: go to that firing",
                maker.firing,
            )
        else:
            block.show_name(given.port, _ORIGINS.get(given.origin, "from a firing that is not in the record"))
        if given.origin == OPEN:
            block.show_unknown("not decided yet")
        elif given.origin == ABSENT:
            block.show_absent(given.reason)
        elif given.known:
            block.show_value(given.value)
        else:
            block.show_unknown("The value is not in the record.")


class OutputsBody(_Values):
    """What a firing gave, each value with links to the firings that took it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "output", "It has no output.")
        inner = QVBoxLayout()
        inner.setSpacing(0)
        self._column.addLayout(inner)
        self.besides: Pool[GoLink] = Pool(inner, lambda: GoLink(desk, "firing.output.went", self))
        """Firings that took something that stands in no output: that it was done, what it left in a store."""

    def show_facts(self, facts: FiringFacts) -> None:
        self._facts = facts
        for block, given in zip(self._take(len(facts.outputs)), facts.outputs, strict=False):
            block.show_name(given.port, "")
            block.firing = facts.firing
            if given.present:
                block.show_value(given.value)
            else:
                block.show_absent(given.reason)

    def show_consumers(self, consumers: Any) -> None:
        """Tell where the values went: firings, None while they are looked up, or why that failed."""
        facts = self._facts
        if facts is None:
            return
        by_output: dict[str, list[Consumer]] = {}
        for one in consumers if isinstance(consumers, list) else ():
            by_output.setdefault(one.output, []).append(one)
        for block in self.blocks.shown:
            block.show_consumers(by_output.pop(block.port, ()), facts.node)
        besides = [one for several in by_output.values() for one in several][:MOST]
        for link, one in zip(self.besides.take(len(besides)), besides, strict=True):
            show_consumer(link, one, facts.node, f"{one.output} ")
        self.empty.set_text(str(consumers) if isinstance(consumers, StudioError) else "It has no output.")
        if isinstance(consumers, StudioError):
            set_shown(self.empty, True)
        else:
            set_shown(self.empty, not facts.outputs)


class WireBody(QWidget):
    """A wire: what lies on it at the step, and what it brings at the next tick."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("firing.wire")
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(9)
        self.now = ValueBlock(desk, "wire", self)
        self.next = ValueBlock(desk, "coming", self)
        column.addWidget(self.now)
        column.addWidget(self.next)

    def show_wire(self, wire: Wire | None, near: str) -> None:
        """Show another wire, as seen from the node `near`."""
        if wire is None:
            self.now.show_name("now", "")
            self.now.show_unknown("Nothing in this graph had begun at this step.")
        else:
            self._show(self.now, "now", wire.lying, near)
        coming = None if wire is None else wire.coming
        set_shown(self.next, coming is not None)
        if coming is not None:
            self._show(self.next, "at the next tick", coming, near)

    @staticmethod
    def _show(block: ValueBlock, name: str, lying: Lying, near: str) -> None:
        made = lying.firing
        again = "" if lying.fresh else "again "
        if made is None:
            block.show_name(name, _ORIGINS[FIRST] if lying.state == "present" else "")
        else:
            step = "" if made.seq is None else f" · step {made.seq}"
            block.show_name(
                name,
                "",
                f"← {again}{short_path(made.node, near)}.{lying.port} at {made.tick}{step}",
                f"Came from `{lying.port}` of {made.node} at tick {made.tick}: go to that firing",
                made.id,
            )
        if lying.state == "present":
            block.show_value(lying.value)
        elif lying.state == ABSENT:
            block.show_absent(lying.reason)
        else:
            block.show_unknown("not decided yet")


class StoresBody(QWidget):
    """What a firing did to stores."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("firing.stores")
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(9)
        self.blocks: Pool[ValueBlock] = Pool(column, lambda: ValueBlock(desk, "store", self))
        self.more = Note("", "soft", self)
        self._outer = column

    def show_ops(self, ops: Sequence[StoreOp]) -> None:
        """Show the operations, in order."""
        for block, op in zip(self.blocks.take(min(len(ops), MOST)), ops, strict=False):
            asked = beginning(readable(op.args))[:200] if op.args else ""
            block.show_name(f"{op.store}.{op.op}", f"{op.n} · {asked}" if asked else str(op.n))
            if op.result is None:
                block.show_unknown("gave nothing back")
            else:
                block.show_value(op.result)
        left = len(ops) - MOST
        self.more.set_text(f"and {left} more; the raw JSON has all of them." if left > 0 else "")
        if left > 0:
            self._outer.addWidget(self.more)


_ORIGINS = {FIRST: "its first value, written on the wire", DEFAULT: "nothing arrived: its default"}
