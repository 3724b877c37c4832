"""The names of the runtime that a graph's wiring uses, and where they come from."""

from __future__ import annotations

import importlib
from typing import Any, Final

_RUNTIME: Final = "studio.export.standalone.runtime"

RUNTIME: Final = {
    "Region": f"{_RUNTIME}.region",
    "Policy": f"{_RUNTIME}.policies",
    "Graph": f"{_RUNTIME}.graph",
    "Input": f"{_RUNTIME}.graph",
    "Subgraph": f"{_RUNTIME}.bodies",
    "Organ": f"{_RUNTIME}.bodies",
    "Map": f"{_RUNTIME}.maps",
    "Population": f"{_RUNTIME}.maps",
    "first": f"{_RUNTIME}.races",
    "even_absent": f"{_RUNTIME}.wires",
    "StoreDecl": f"{_RUNTIME}.stores",
    "AsyncGenerator": "collections.abc",
}
"""Name → module."""


def imported() -> dict[str, Any]:
    """Return what the names mean."""
    return {name: getattr(importlib.import_module(module), name) for name, module in RUNTIME.items()}


def import_lines() -> list[str]:
    """Return import statements for all of them; those that are not used are left out by who gathers."""
    return [f"from {module} import {name}" for name, module in RUNTIME.items()]
