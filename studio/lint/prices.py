"""What models cost, without loading litellm: its table of prices is a file that can be read in milliseconds."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from studio.models.names import EMBEDDED, LOCAL_PROVIDERS, REPLAY, SCRIPTED


class Price(NamedTuple):
    """USD per token, in and out."""

    usd_in: float
    usd_out: float


FREE = Price(0.0, 0.0)

_TABLE = "model_prices_and_context_window_backup.json"


def price_of(model: str) -> Price | None:
    """Return the price of a model by its full name, None if it is not known."""
    if model.startswith((EMBEDDED, SCRIPTED, REPLAY)) or model.partition("/")[0] in LOCAL_PROVIDERS:
        return FREE
    facts = _table().get(model) or _table().get(model.partition("/")[2])
    if not isinstance(facts, dict):
        return None
    found = facts.get("input_cost_per_token"), facts.get("output_cost_per_token")
    usd = [one for one in found if isinstance(one, int | float)]
    return Price(float(usd[0]), float(usd[1])) if len(usd) == 2 else None


@cache
def _table() -> dict[str, Any]:
    spec = importlib.util.find_spec("litellm")  # finds the package without running it
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        try:
            table = json.loads((Path(folder) / _TABLE).read_bytes())
        except (OSError, ValueError):
            return {}  # another layout of litellm: prices are unknown then, and said to be
        return table if isinstance(table, dict) else {}
    return {}
