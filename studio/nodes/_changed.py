"""Which params of a node differ from their defaults: what a script has to write down."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields
from studio.support.values import same_value


def changed_params(params: Fields) -> dict[str, Any]:
    """Return the params that differ from their defaults, by name."""
    declared = params.fields()
    return {
        name: value
        for name, value in params.as_dict().items()
        if declared[name].required or not same_value(value, declared[name].default)
    }
