"""Declaring single node paths, for tests that write traces by hand."""

from __future__ import annotations

from studio.trace.log import RunLog


def declare(log: RunLog, path_id: int, path: str, type: str, version: int, plan_index: int, parent_path: int) -> None:
    """Declare one node path with an id and a plan index of its own."""
    log.paths(path_id, "", [(path, type, version)], parent_path, plan_index)
