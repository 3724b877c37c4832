"""Firings that ask something of the outside: models, people, the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.export.standalone.runtime.asking import Asking, World
from studio.export.standalone.runtime.firing import Firing
from studio.support.errors import EnvironmentProblem, NodeError

if TYPE_CHECKING:
    from studio.export.standalone.runtime.clocks import Clock
    from studio.export.standalone.runtime.models.catalog import Models
    from studio.export.standalone.runtime.region import Region
    from studio.export.standalone.runtime.run import Run
    from studio.spec.calls import Human


class AskingFiring(Firing, Asking):
    """A firing whose node may ask; limits count what it asks."""

    def __init__(self, region: Region, name: str) -> None:
        super().__init__(region, name)
        self.world: World = region.run.world

    def end(self, attempt: Firing) -> None:
        """An attempt is over; what it has slept counts."""
        super().end(attempt)
        if isinstance(attempt, AskingFiring):
            self.slept_s = attempt.slept_s

    def is_halted(self) -> bool:
        """True if nothing more is to be asked."""
        return self.region.halted

    def may_call(self) -> None:
        """Count a model call. Raises `RunHalted`, and the run is paused, where a limit is used up."""
        self.region.run.count("calls", self.meter, "tokens", "cost_usd")

    def charge(self, facts: Mapping[str, Any]) -> None:
        """Count what a call used."""
        run, cost = self.region.run, facts.get("cost_usd", 0.0)
        tokens_in, tokens_out = facts.get("tokens_in") or 0, facts.get("tokens_out") or 0
        run.tokens_in += tokens_in
        run.tokens_out += tokens_out
        run.cost_known = run.cost_known and cost is not None
        self.meter.add("tokens", tokens_in + tokens_out)
        self.meter.add("cost_usd", cost or 0.0)

    def pause(self, limit: str, why: str) -> None:
        """Pause the run."""
        self.region.run.pause(limit, why)

    def break_off(self, problem: EnvironmentProblem) -> None:
        """The record cannot be written: end the run before anything more is spent."""
        self.region.run.broken = self.region.run.broken or problem

    def slept_before(self) -> float:
        """Seconds that earlier ticks have slept by a fixed clock."""
        return self.region.elapsed_s

    def note_sleep(self) -> None:
        """The tick has slept as long as whoever slept longest in it."""
        self.region.slept_s = max(self.region.slept_s, self.slept_s)

    def project_path(self, name: str) -> str:
        """Return the absolute path of a file named relative to the script. Raises `NodeError` if it lies outside."""
        base = self.region.run.base.resolve()
        path = Path(base, name).resolve()
        if not path.is_relative_to(base):
            raise NodeError(
                f"`{name}` lies outside the folder {base}.",
                hint="Files are named relative to the script's own folder.",
                code="outside_project",
            )
        return str(path)


class Outside:
    """What the graph of a script asks: models, people, the clock."""

    def __init__(
        self,
        models: Models | None = None,
        human: Human | None = None,
        clock: Clock | None = None,
        *,
        names: Sequence[str] = (),
        embedders: Sequence[str] = (),
    ) -> None:
        """`names` and `embedders` are the models that nodes may ask, by role or name. What a graph has no use for is
        left out."""
        self.models: Any = models
        self.human: Any = human
        self.clock: Any = clock
        self.names = names
        self.embedders = embedders
        self._world: World | None = None

    @property
    def asks_at_terminal(self) -> bool:
        """True if a person may be asked at the terminal."""
        return self.human is not None and not self.human.deterministic_order

    async def prepare(self) -> None:
        """Open models and look for their keys before anything is asked. Raises `UsageError` or `ModelError`."""
        if self.models is not None:
            await self.models.prepare(self.names, self.embedders)

    def begin(self, run: Run) -> None:
        """Let the firings of a run ask. Where answers are prepared in one order, it asks one after another."""
        scripts = [] if self.models is None else self.models.scripts(self.names)
        givers = [*scripts, *([] if self.human is None else [self.human])]
        run.sequential = any(giver.deterministic_order for giver in givers)
        run.no_waiting = bool(scripts)
        run.make_firing = AskingFiring
        self._world = run.world = World(
            run.log, self.models, self.human, self.clock, seed=run.seed, no_waiting=run.no_waiting
        )

    async def close(self) -> None:
        """Give up what is asked for nobody any more, and close what was opened."""
        if self._world is not None and self.models is not None:
            await self._world.close()
