"""Which runs of a trace are asked for, and in which order. Values only: `run_list` answers them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

SortKey = Literal[
    "started", "graph", "status", "took", "firings", "calls", "tokens", "cost", "models", "ended", "class", "inputs",
    "lineage", "id",
]  # fmt: skip

STATUSES: Final = ("running", "ok", "failed", "paused", "aborted", "interrupted")
"""All that a run can be, as people come across it."""

FAILED: Final = frozenset({"failed", "interrupted"})
"""What broke, by an error or with its process."""

LIVE: Final = frozenset({"running"})
"""What goes on."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are wanted; what is left as it is lets everything through.

    `text`: each of its words stands, in any case, in the graph's name, the id, the file, the inputs or outputs or the
    error. `graph` is a graph's name. `statuses` are any of `STATUSES`; empty: all. `model` is the name of a model that
    the run had. `since` and `until` bound the start, in seconds since 1970 (`until` is the first moment that is too
    late). `cost_over` in US dollars; a run whose cost is not known is not over it. `behaviour` is a class of dynamics,
    as the run's totals name it. `batch` is the whole id of a batch, whose runs are wanted; `single` leaves out the runs
    of all batches, of which there may be thousands beside a few that a person began.
    """

    text: str = ""
    graph: str = ""
    statuses: frozenset[str] = frozenset()
    model: str = ""
    since: float | None = None
    until: float | None = None
    cost_over: float | None = None
    behaviour: str = ""
    batch: str = ""
    single: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The words of `text`, in small letters."""
        return tuple(self.text.casefold().split())

    @property
    def lets_all_through(self) -> bool:
        """True if no run is left out."""
        return not self.words and all(
            getattr(self, one.name) == one.default for one in fields(self) if one.name not in ("text", "statuses")
        ) and not self.statuses  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunOrder:
    """How runs are sorted; of equal ones the newest comes first. What is not known comes last, either way."""

    by: SortKey = "started"
    descending: bool = True
