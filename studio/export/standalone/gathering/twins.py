"""The table of twins: which module of the standard library alone stands for one of ours that needs more.

A twin gives the same answers, which property tests hold it to. It may stand for some names of a module only; the other
names are then taken from the module itself, where they meet the twin again in what they use.
"""

from __future__ import annotations

from typing import Final

RUNTIME: Final = "studio.export.standalone.runtime"

TWINS: Final = {
    "studio.support.values": f"{RUNTIME}.values",  # orjson
    "studio.support.expressions": f"{RUNTIME}.formulas",  # simpleeval
    "studio.support.patterns": f"{RUNTIME}.patterns",  # google-re2
    "studio.support.schemas": f"{RUNTIME}.schemas",  # jsonschema
}
"""Whole modules: every name that the twin has stands for that of the module."""

TWIN_NAMES: Final = {
    ("studio.spec.context", "RunContext"): (f"{RUNTIME}.firing", "Firing"),
}
"""Single names, which may be called otherwise in the script."""
