"""The `dynamics` key of a graph: what is wrong in it, told as the other faults of a graph are."""

from __future__ import annotations

from collections.abc import Mapping

from studio.dynamics.policy import read_policy
from studio.support.errors import GraphError, UsageError
from studio.support.values import Json


def check_dynamics(written: Mapping[str, Json], where: str = "") -> None:
    """Raise GraphError, at `where`, for what `dynamics` cannot hold: an unknown key, an action that does not exist."""
    try:
        read_policy(written, where)
    except UsageError as error:
        raise GraphError(error.message, where=error.where, hint=error.hint) from None
