"""What stands in the tables of batches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from studio.gui.panels.experiments.rows import Column
from studio.support.ago import ago, in_full

if TYPE_CHECKING:
    from studio.gui.experiments.service import Experiments
    from studio.trace.batches import Batch

STATUS_ROLES: Final = {
    "complete": "ok", "running": "running", "paused": "warn", "interrupted": "warn", "aborted": "bad",
}  # fmt: skip


def money(value: float | None) -> str:
    """Return an amount of US dollars."""
    if value is None:
        return ""
    return f"${value:,.2f}" if value >= 0.995 or not value else f"${value:.3g}"


def time_left(seconds: float | None) -> str:
    """Return how long something will still take, about."""
    if seconds is None:
        return "…"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def batch_columns(service: Experiments) -> Sequence[Column[Batch]]:
    """The list of batches; of the one that is driven here, how far it is at this moment."""

    def status(one: Batch) -> str:
        if one.id != service.driven or service.drive is None:
            return one.status
        return {"pause": "pausing", "stop": "stopping"}.get(service.drive.asked, "running here")

    def done(one: Batch) -> int:
        progress = service.drive.progress if one.id == service.driven and service.drive is not None else None
        return one.done if progress is None else progress.done

    def failed(one: Batch) -> int:
        progress = service.drive.progress if one.id == service.driven and service.drive is not None else None
        return one.failed if progress is None else progress.failed

    return (
        Column("Experiment", lambda one: one.name, 0, tip=lambda one: f"{one.name}\n{one.id}"),
        Column("Status", status, 84, role=lambda one: STATUS_ROLES.get(one.status, ""),
               tip=lambda one: f"{one.status}: {one.reason}" if one.reason else one.status),
        Column("Runs", lambda one: f"{done(one):,} of {one.planned:,}", 92, key=lambda one: one.planned,
               is_number=True, help="Runs that have ended, of all that are planned"),
        Column("Failed", lambda one: f"{failed(one):,}" if failed(one) else "", 52, key=failed, may_go=1,
               is_number=True, role=lambda one: "bad"),
        Column("Cost", lambda one: money(service.now.costs.get(one.id)), 58, is_number=True, may_go=2,
               key=lambda one: service.now.costs.get(one.id), help="What its runs cost, as far as prices are known"),
        Column("Begun", lambda one: ago(one.started_at, time.time()), 96, key=lambda one: one.started_at, may_go=3,
               tip=lambda one: in_full(one.started_at)),
    )  # fmt: skip
