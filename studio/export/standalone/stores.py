"""The stores of a graph as they stand in a script."""

from __future__ import annotations

from studio.export.literals import literal
from studio.export.standalone.wording import Words
from studio.graph.model import StoreDecl
from studio.spec.params import parse_params
from studio.stores import store_kinds


def store_source(store: StoreDecl, words: Words) -> str:
    """Return the expression that declares a store: its class, how long it lives, and all its params."""
    cls = store_kinds()[store.type]
    params, _ = parse_params(cls.Params, store.params)
    facts = [words(cls.__name__)]
    if store.scope != "region":
        facts.append(f"scope={literal(store.scope)}")
    for name in cls.Params.fields():
        value = getattr(params, name)
        facts.append(f"{name}={literal(list(value) if isinstance(value, tuple) else value)}")
    return f"{words('StoreDecl')}({', '.join(facts)})"
