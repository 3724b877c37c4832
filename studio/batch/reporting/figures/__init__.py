"""All figures that a batch gives something for."""

from __future__ import annotations

from studio.batch.analysing.conclusions import Conclusions
from studio.batch.analysing.table import Table
from studio.batch.reporting.claims import compared_arms
from studio.batch.reporting.figures import arms
from studio.batch.reporting.figures.arms import Address
from studio.batch.reporting.figures.modules import forest
from studio.batch.reporting.figures.paper import Picture
from studio.dynamics.pictures.colours import look


def figures(
    table: Table, found: Conclusions, *, theme: str = "light", address: Address | None = None
) -> tuple[Picture, ...]:
    """Return the figures of a batch in the order in which they are told. `address` says what a run's dot leads to."""
    shown, to = look(theme), address or (lambda run: "")
    made: list[Picture] = []
    if found.main and any(one.scores[found.main].count for one in found.arms):
        made += [forest(graph, modules, found, shown) for graph, modules in found.modules.items()]
        made.append(arms.scores(table, found, shown, to))
        if compared_arms(found):
            made.append(arms.differences(table, found, shown, to))
        if sum(one.standing is not None for one in found.arms) > 1:
            made.append(arms.front(found, shown))
    if any(one.classes for one in found.arms):
        made.append(arms.classes(found, shown))
    return tuple(made)
