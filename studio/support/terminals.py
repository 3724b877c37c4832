"""Waiting for what is typed."""

from __future__ import annotations

import selectors


def has_more(fd: int, seconds: float) -> bool:
    """True if something can be read from a file within so long. (`select.select` knows only the first 1024 files.)"""
    with selectors.DefaultSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        return bool(selector.select(seconds))
