"""The libraries of the extra `search`: loaded when a search begins, and named where they are missing."""

from __future__ import annotations

import importlib
from typing import Any, Final

from studio.support.errors import EnvironmentProblem

_MISSING: Final = "pip install 'ganglia-studio[search]'"


def library(name: str) -> Any:
    """Return a library. Raises EnvironmentProblem if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise EnvironmentProblem(f"A search needs {name}, which is not installed.", hint=f"`{_MISSING}`") from None
