"""Ganglia Studio: graphs of many small checked modules, run, recorded and replayed.

The public names load when first used, so that importing the package costs nothing: neither Qt nor any model
library is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.engine.result import RunResult
    from studio.engine.run import arun, run
    from studio.graph.model import Graph
    from studio.importers.opening import open_graph_file
    from studio.trace.reading import Trace

__version__ = "0.1.0"

_HOMES = {
    "Graph": "studio.graph.model",
    "RunResult": "studio.engine.result",
    "Trace": "studio.trace.reading",
    "arun": "studio.engine.run",
    "open_graph_file": "studio.importers.opening",
    "run": "studio.engine.run",
}

__all__ = ["Graph", "RunResult", "Trace", "__version__", "arun", "open_graph_file", "run"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'studio' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
