"""Servers on this machine."""

from tests.support.web_places import serve

__all__ = ["serve"]
