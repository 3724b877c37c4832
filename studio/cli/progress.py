"""What a person sees while a graph runs: what fires now, how much was done and spent, the last values.

Shown on a terminal only. Records come in batches from the thread that writes the trace; the screen is drawn
a few times per second, so a fast run is not slowed by being watched.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from studio.cli.text import duration, usage
from studio.support.plain import cut, plain, plain_line
from studio.support.ticks import tick_path
from studio.support.values import decode, preview
from studio.trace.log import CALLS, STATUS_NAMES

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.live import Live

LINES = 6
"""Last values shown."""


class Progress:
    """Counts what the records say; the display reads it. Safe to feed from any thread."""

    def __init__(self) -> None:
        self.run_id = ""
        self.firings = 0
        self.skipped = 0
        self.errors = 0
        self.calls = 0
        self.tokens = 0
        self.cost: float | None = 0.0
        self.tick = ""
        self.last: deque[tuple[str, str, str, str]] = deque(maxlen=LINES)
        self.started = time.monotonic()
        self._paths: dict[int, str] = {}
        self._open: dict[int, tuple[str, str, float]] = {}
        self._asked: dict[int, bool] = {}
        self._questions: set[int] = set()
        self._said: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def take(self, records: list[Any]) -> None:
        """Count a batch of records (the run's listener)."""
        with self._lock:
            for record in records:
                known = _TAKE.get(type(record).__name__)
                if known is not None:
                    known(self, record)

    def say(self, node: str, tick: str, text: str) -> None:
        """Take text that streams from a firing under way."""
        with self._lock:
            self._said[node, tick] = (self._said.get((node, tick), "") + text)[-400:]

    def now(self) -> list[tuple[str, str, float, str]]:
        """Return what fires now: node, tick, seconds since it started, the last of its streaming text."""
        moment = time.monotonic()
        with self._lock:
            return [
                (node, tick, moment - since, self._said.get((node, tick), ""))
                for node, tick, since in self._open.values()
            ]

    def recent(self) -> list[tuple[str, str, str, str]]:
        """Return the last decided firings: node, tick, status, values or reason."""
        with self._lock:
            return list(self.last)

    def _start(self, record: Any) -> None:
        self.run_id = record.start.run_id

    def _declared(self, record: Any) -> None:
        for place, (name, _, _) in enumerate(record.nodes):
            self._paths[record.first_id + place] = record.prefix + name

    def _opened(self, record: Any) -> None:
        node = self._paths.get(record.path_id, "?")
        self._open[record.id] = (node, tick_path(record.tick), time.monotonic())

    def _fired(self, record: Any) -> None:
        self._open.pop(record.id, None)
        node, tick = self._paths.get(record.path_id, "?"), tick_path(record.tick)
        self._said.pop((node, tick), None)
        if record.parent == 0:
            self.tick = tick
        status = STATUS_NAMES[record.status]
        if status == "skipped":
            self.skipped += 1
            return
        self.firings += 1
        self.errors += status == "error"
        shown = record.reason
        if status == "ok":
            values = list((record.outputs or {}).items())[:3]
            shown = "  ".join(
                preview(decode(data), 80) if len(values) == 1 else f"{port}={preview(decode(data), 40)}"
                for port, data in values
            )
        self.last.append((node, tick, status, plain_line(shown)))

    def _alarmed(self, record: Any) -> None:
        self.last.append((record.kind, self.tick, "alarm", plain_line(record.message)))

    def _asked_for(self, record: Any) -> None:
        if record.kind in CALLS:
            question = hash((record.kind, record.request, str(record.messages)))
            self._asked[record.key] = question in self._questions
            self._questions.add(question)

    def _answered(self, record: Any) -> None:
        repeated = self._asked.pop(record.key, None)
        if repeated is not None:
            # What a run asks once and remembers is recorded again without tokens: no call was made.
            self.calls += not (repeated and record.tokens_in == 0 and record.tokens_out == 0)
        if record.tokens_in is None and record.tokens_out is None:
            return
        self.tokens += (record.tokens_in or 0) + (record.tokens_out or 0)
        if record.cost_usd is None or self.cost is None:
            self.cost = None
        else:
            self.cost += record.cost_usd


_SIGNS = {"ok": ("✓", "green"), "error": ("✗", "red"), "alarm": ("!", "yellow")}

_TAKE: dict[str, Callable[[Progress, Any], None]] = {
    "StartRecord": Progress._start,
    "PathsRecord": Progress._declared,
    "OpenRecord": Progress._opened,
    "FiringRecord": Progress._fired,
    "AlarmRecord": Progress._alarmed,
    "AskRecord": Progress._asked_for,
    "AnswerRecord": Progress._answered,
}


class LiveProgress:
    """Draws a `Progress` on a terminal until the block ends, then takes the drawing away.

    Use as a context manager; `aside` suspends the drawing while a person is asked something.
    """

    def __init__(self, progress: Progress, title: str) -> None:
        self.progress = progress
        self.title = title
        self._live: Live | None = None

    def __enter__(self) -> LiveProgress:
        from rich.console import Console

        self._console: Console = Console(stderr=True, highlight=False)
        self._begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._end()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the drawing away while something else has the terminal."""
        self._end()
        try:
            yield
        finally:
            self._begin()

    def _begin(self) -> None:
        from rich.live import Live

        self._live = Live(
            console=self._console, get_renderable=self.render, refresh_per_second=8, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._live.start()

    def _end(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def render(self) -> Group:
        """Return the drawing of this moment."""
        from rich.console import Group
        from rich.text import Text

        seen = self.progress
        width = self._console.width
        head = Text.assemble((plain(self.title), "bold"), "  ", (_summary(seen), "dim"))
        lines = [head]
        for node, tick, status, shown in seen.recent():
            sign, style = _SIGNS.get(status, ("·", "dim"))
            label = plain(f"{node} @{tick}")
            room = width - len(label) - 6
            lines.append(Text.assemble("  ", (sign, style), f" {label}  ", (cut(plain(shown), max(8, room)), "dim")))
        for node, tick, seconds, said in seen.now()[:8]:
            label = plain(f"{node} @{tick}")
            room = width - len(label) - 16
            text = plain_line(said)
            tail = text[-max(8, room) :]
            lines.append(Text.assemble("  ", ("▸", "cyan"), f" {label}  {duration(seconds)}  ", (tail, "italic")))
        for line in lines:
            line.no_wrap = True
            line.overflow = "ellipsis"
        return Group(*lines)


def _summary(seen: Progress) -> str:
    parts = [f"tick {seen.tick}"] if seen.tick else []
    parts += usage(seen.firings, seen.calls, seen.tokens, seen.cost, errors=seen.errors)
    parts.append(duration(time.monotonic() - seen.started))
    return " · ".join(parts)
