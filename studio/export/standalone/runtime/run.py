"""What all regions of one run share: numbers, counts, limits, and the record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any

from studio.engine.firing import RunHalted
from studio.engine.limits import Meter
from studio.export.standalone.runtime.firing import Firing
from studio.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from studio.export.standalone.runtime.graph import Graph
    from studio.export.standalone.runtime.recording import Recorder

SLICE_NS = 10_000_000
"""After so long without a real wait others have a turn."""


class Run:
    """One run of a script.

    `make_firing` makes what modules get beside their inputs. A `sequential` run waits for one thing at a time, in the
    order of the script; with `no_waiting` no second attempt waits (answers are scripted). `watch(firing, status)` is
    called when a node was decided; `base` is the folder that files of the graph are named in.
    """

    def __init__(
        self,
        run_id: str,
        log: Recorder,
        *,
        seed: int = 0,
        limits: Mapping[str, float] | None = None,
        make_firing: Callable[..., Firing] = Firing,
        sequential: bool = False,
        no_waiting: bool = False,
        base: Path | None = None,
        watch: Callable[[Firing, int], None] | None = None,
    ) -> None:
        self.run_id = run_id
        self.log = log
        self.seed = seed
        self.make_firing = make_firing
        self.sequential = sequential
        self.no_waiting = no_waiting
        self.base = base or Path()
        self.watch = watch
        self.meter = Meter(limits or {}, None, "run")
        self.paused: tuple[str, str] | None = None
        """The limit for which the run pauses, and why."""
        self.broken: EnvironmentProblem | None = None
        """Why the record can no longer be written."""
        self.aborted = False
        self.last_firing = 0
        self.seq = 0
        self.decided = 0
        self.tokens_in = 0
        self.tokens_out = 0
        self.cost_known = True
        self.blobs: dict[str, bytes] = {}
        self.stores: dict[str, Any] = {}
        """Stores that live as long as the run."""
        self.meters: dict[str, Meter] = {}
        """What nodes with limits of their own have used, by path."""
        self.world: Any = None
        """What firings ask, if they ask anything."""
        self._epoch = time_ns() - perf_counter_ns()
        self._turn = perf_counter_ns()
        self._paths: dict[str, int] = {}
        self._last_path = 0

    @property
    def now(self) -> int:
        """The time in nanoseconds since 1970; it never goes back."""
        return self._epoch + perf_counter_ns()

    @property
    def is_stopping(self) -> bool:
        """True if the run goes no further: what is under way stays undecided."""
        return self.aborted or self.paused is not None or self.broken is not None

    def next_firing(self) -> int:
        """Return the number of a firing that starts."""
        self.last_firing += 1
        return self.last_firing

    def paths(self, prefix: str, graph: Graph, around: int) -> int:
        """Make the node paths of a region known and return the number of its first; the others follow in plan order."""
        if prefix not in self._paths:
            first = self._paths[prefix] = self._last_path + 1
            self._last_path += len(graph.nodes)
            self.log.paths(first, prefix, [(name, facts[0], facts[1]) for name, facts in graph.nodes.items()], around)
        return self._paths[prefix]

    async def breathe(self) -> None:
        """Let timers, Ctrl-C and all others have a turn where nothing has waited for long."""
        if perf_counter_ns() - self._turn > SLICE_NS:
            await asyncio.sleep(0)
            self._turn = perf_counter_ns()

    def pause(self, limit: str, why: str) -> None:
        """Start nothing more; what is under way finishes."""
        self.paused = self.paused or (limit, why)

    def count(self, kind: str, meter: Meter, *also: str) -> None:
        """Count a firing, a tick or a call. Raises `RunHalted`, and the run pauses, where a limit on it is reached."""
        for one in (self.meter, meter):
            full = one.reached(kind, *also, "seconds")
            if full is not None:
                self.pause(full[0], _reached(*full))
                raise RunHalted
        meter.add(kind, 1)

    def count_tick(self, meter: Meter) -> None:
        """Count a tick. Raises `RunHalted` where a limit is reached, and where the record can no longer be written."""
        try:
            self.log.raise_if_broken()
        except EnvironmentProblem as problem:
            self.broken = self.broken or problem
            raise RunHalted from problem
        self.count("ticks", meter)

    def start_timer(self) -> None:
        """Let the run pause when its seconds are over, also while it waits."""
        seconds = self.meter.limits.get("seconds")
        if seconds is not None:
            why = _reached("seconds", self.meter)
            asyncio.get_running_loop().call_later(seconds, self.pause, "seconds", why)


def _reached(kind: str, where: Meter) -> str:
    """Say which limit was reached."""
    limit = where.limits[kind]
    if where.parent is None and kind == "seconds":
        return f"the run took its {limit:g} seconds"
    if where.parent is None and kind in ("firings", "ticks"):
        return f"the run reached its limit of {limit:g} {kind}"
    return f"the {where.name} reached its limit {kind}={limit:g}"
