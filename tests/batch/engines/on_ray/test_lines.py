"""Ray's many lines about a lost actor as one clause."""

from __future__ import annotations

import pytest

from studio.batch.engines.on_ray.lines import how_lost


class ActorUnavailableError(Exception):
    """Named as Ray's."""


@pytest.mark.parametrize(
    ("error", "clause"),
    [
        (
            RuntimeError(
                "The actor died unexpectedly before finishing this task.\n\tpid: 7\n"
                "The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR"
            ),
            "was lost because its worker process has died",
        ),
        (
            RuntimeError("The actor died.\nThe actor died because its node has died. Node Id: a833"),
            "was lost because its node has died",
        ),
        (
            ActorUnavailableError("The actor 138b is unavailable: RpcError: Socket closed rpc_code: 14."),
            "was lost: it cannot be reached any more",
        ),
        (
            RuntimeError("ray::Outpost.begin() (pid=7)\n  File …\nModuleNotFoundError: No module named 'studio'"),
            "was lost: ModuleNotFoundError: No module named 'studio'",
        ),
        (RuntimeError(), "was lost: RuntimeError"),
    ],
)
def test_how_a_worker_was_lost(error: Exception, clause: str) -> None:
    assert how_lost(error) == clause
