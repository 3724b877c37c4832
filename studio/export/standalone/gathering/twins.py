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
    "studio.support.templates": f"{RUNTIME}.templates",  # remembers much
    "studio.spec.calls": f"{RUNTIME}.calls",  # says much that a script has no use for
    "studio.documents.code.languages": f"{RUNTIME}.languages",  # tree_sitter
    "studio.documents.ranking.bm25": f"{RUNTIME}.bm25",  # bm25s
    "studio.documents.ranking.vectors": f"{RUNTIME}.vectors",  # numpy
    "studio.documents.reading.markdown": f"{RUNTIME}.markdown",  # markdown_it
    "studio.documents.tokens": f"{RUNTIME}.tokens",  # tokenizers
    "studio.documents.reading.guessing": f"{RUNTIME}.guessing",  # charset_normalizer
    "studio.tools.workspace.folders": f"{RUNTIME}.workspace",  # watched links
    "studio.tools.workspace.listing": f"{RUNTIME}.workspace",  # pathspec
    "studio.tools.workspace.workspace": f"{RUNTIME}.workspace",
}
"""Whole modules: every name that the twin has stands for that of the module."""

CONTEXT: Final = ("studio.spec.context", "RunContext")
"""What a node gets beside its inputs; in a script that is a firing."""

FIRING: Final = (f"{RUNTIME}.firing", "Firing")

ASKING: Final = (f"{RUNTIME}.outside", "AskingFiring")
"""A firing that may ask something of the outside. It stands for the context of what does, and of what calls that."""

ASKS: Final = frozenset({"model", "embed", "effect", "now", "sleep", "ask_human", "log", "project_path"})
"""What it has beyond a firing as such."""

TWIN_NAMES: Final = {
    CONTEXT: FIRING,
    ("studio.nodes.files._workspace", "project_of"): (f"{RUNTIME}.workspace", "project_of"),
    ("studio.support.keys", "scrubber"): (f"{RUNTIME}.keys", "scrubber"),  # keyring
    # No model of a script shows the probabilities of a text's next words: labels are asked for in words.
    ("studio.nodes.llm._weighing", "rank"): ("studio.nodes.llm._ranking", "rank"),
}
"""Single names, which may be called otherwise in the script."""

TWIN_LIBRARIES: Final = {
    ("studio.trace.sqlite", "sqlite3"): "sqlite3",  # ours may be pysqlite3
}
"""Names for which a module of the standard library stands."""
