"""`Control`: a person's hand on a live run (design rule 2.13). `studio.control` implements it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from studio.support.values import Json

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.engine import Engine
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region


class Control(Protocol):
    """What the engine asks of whoever controls it. All methods are called in the run's event loop.

    While there is nothing to steer, a control leaves `Engine.intervenes` and `Engine.watched` false and the run goes
    on as if it had none.
    """

    def begin(self, engine: Engine) -> None:
        """The run is about to start."""

    def end(self) -> None:
        """The run is over: nothing fires any more."""

    def turn(self, region: Region, node: NodePlan, values: Mapping[str, Any], todo: list[int]) -> bool:
        """Say whether a ready node is held.

        If so, the control keeps it (one more in `region.running`) until `scheduling.let_go`, when it enters anew; in
        a run of one firing at a time `todo` is kept with it and left empty.
        """

    def frozen(self, region: Region, node: NodePlan) -> dict[str, Json] | None:
        """Return the outputs that stand in place of what the node would give, None if it is not frozen."""

    def knocked_out(self, region: Region, node: NodePlan) -> bool | str | None:
        """Return how the node is switched off (`True`, "pass"), None if it is not."""

    def decided(self, context: Context, status: int, held: Mapping[str, Json]) -> None:
        """A firing was decided: its status (`trace.log`) and what lies on its outputs. Only while `watched`."""

    def skipped(self, region: Region, node: NodePlan, reason: str) -> None:
        """A node was skipped. Only while `watched`."""

    async def failing(self, region: Region) -> None:
        """Return when a region that has failed may end: a person may want to look at it first. Only while `watched`."""

    def alarm(self, firing: int, kind: str, message: str) -> None:
        """Something worth a person's eye happened (`RunLog.alarm`): a breakpoint may wait for it."""

    def wake(self) -> None:
        """Regions halt: let everyone go who is held in them."""

    def forget(self, region: Region) -> None:
        """A region's tick was cancelled: nobody there waits any more."""
