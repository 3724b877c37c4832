"""`Control`: a person's hand on a live run (design rule 2.13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from studio.support.values import Json

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region


class Control(Protocol):
    """What the engine asks of whoever controls it. All methods are called in the run's event loop."""

    async def turn(self, region: Region, node: NodePlan, values: Mapping[str, Any]) -> None:
        """Return when the node may fire; or when the region is halted, which the caller looks at."""

    def frozen(self, region: Region, node: NodePlan) -> dict[str, Json] | None:
        """Return the outputs that stand in place of what the node would give, None if it is not frozen."""

    def knocked_out(self, region: Region, node: NodePlan) -> bool | str | None:
        """Return how the node is switched off (`True`, "pass"), None if it is not."""

    def decided(self, context: Context, status: int, held: Mapping[str, Json]) -> None:
        """A firing was decided: its status (`trace.log`) and what lies on its outputs."""

    def wake(self) -> None:
        """The run halts: let everyone go who is held."""
