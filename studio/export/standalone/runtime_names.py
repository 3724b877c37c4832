"""The names of the runtime that a graph's wiring uses, and where they come from."""

from __future__ import annotations

from typing import Final

from studio.stores import store_kinds

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
    "knocked_out": f"{_RUNTIME}.knockouts",
    "add_options": f"{_RUNTIME}.program",
    "execute": f"{_RUNTIME}.program",
    "Outside": f"{_RUNTIME}.outside",
    "Models": f"{_RUNTIME}.models.catalog",
    "Embedders": f"{_RUNTIME}.models.embedding",
    "Tools": f"{_RUNTIME}.models.tools",
    "Once": f"{_RUNTIME}.once",
    "Person": f"{_RUNTIME}.humans",
    "Clock": f"{_RUNTIME}.clocks",
    "AsyncGenerator": "collections.abc",
}
"""Name → module."""


def runtime_names() -> dict[str, str]:
    """Return the module of every name that the statements of a script use, those of the stores among them."""
    return {**RUNTIME, **{cls.__name__: cls.__module__ for cls in store_kinds().values()}}


def is_ours(module: str) -> bool:
    """True if a name of this module is gathered, and not imported."""
    return module.partition(".")[0] == "studio"
