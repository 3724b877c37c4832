"""What a standalone script may hold of ours and of others, and why the rest stays behind."""

from __future__ import annotations

import ast
import re
import sys
from typing import Final

from studio.export.standalone.gathering.refusing import NotStandalone
from studio.export.standalone.gathering.sources import OWN, Imported
from studio.export.standalone.gathering.twins import ASKS, RUNTIME

LIBRARIES: Final = frozenset({"litellm"})
"""The libraries that a script may need beside the standard library."""

_STAY: Final = {
    "studio.sandbox": "it asks the sandbox",
    "studio.gui": "it leans on the window",
    "studio.trust": "it asks what is trusted",
    "studio.plugins": "it looks for node types",
    "studio.settings": "it reads the settings of the studio",
    "studio.tools.git": "it runs git",
    "studio.spec.registry": "it looks for node types",
    "studio.spec.outside": "it asks tools outside of the script",
}
"""Modules of ours that are no part of a script, with what using them means. Those below `runtime` may be there."""

_STAY_BY_NAME: Final = {
    ("studio.spec.node", "Node"): "it works on node types",
    ("studio.spec.node", "NodeSpec"): "it works on node types",
    ("studio.spec.node", "node"): "it works on node types",
    ("studio.spec.fields", "Field"): "it works on declared params and ports",
    ("studio.spec.fields", "Fields"): "it works on declared params and ports",
}
"""Single definitions that stay, in modules of which others may go."""

_ROOMS: Final = (
    "studio.nodes", "studio.support", "studio.documents", "studio.tools", "studio.stores", "studio.spec",
    "studio.models", "studio.trace", "studio.engine", "studio.graph", RUNTIME, OWN,
)  # fmt: skip

_POWERS: Final = {
    "sandbox": "it asks the sandbox",
    "web": "it asks the web",
    "servers": "it asks tool servers",
    "secrets": "it uses secrets of the studio",
    "project": "it works on files of the project through the studio",
}
"""Parts of `ctx.outside`."""

_CONTEXT: Final = frozenset({"ctx", "context", "firing"})


def definition_problem(module: str, name: str) -> str:
    """Return why a definition of a module of ours cannot be taken, or ""."""
    if (module, name) in _STAY_BY_NAME:
        return _STAY_BY_NAME[module, name]
    for stem, reason in _STAY.items():
        if module == stem or module.startswith(f"{stem}."):
            return reason
    if any(module == room or module.startswith(f"{room}.") for room in _ROOMS):
        return ""
    return f"it leans on `{module}`, which is the studio's own"


def library_problem(imported: Imported) -> str:
    """Return why something that is not ours cannot be taken, or ""."""
    top = imported.module.split(".")[0]
    if top in sys.stdlib_module_names or top in LIBRARIES:
        return ""
    return f"it uses the library {top}"


def power_problem(statement: ast.AST) -> str:
    """Return what a statement asks of the outside that a script has not, or ""."""
    attributes = [node for node in ast.walk(statement) if isinstance(node, ast.Attribute)]
    for node in attributes:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "outside" and is_context(node.value.value):
            return _POWERS.get(node.attr, "it asks tools outside of the script")
        if node.attr in ("use", "node_type") and is_context(node.value):
            return "it lets other node types work"
    if any(node.attr == "outside" and is_context(node.value) for node in attributes):
        return "it asks tools outside of the script"
    return ""


def asks(statement: ast.AST) -> bool:
    """True if a statement asks something of its context that only an `AskingFiring` answers."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in ASKS and is_context(node.value) for node in ast.walk(statement)
    )


def is_context(node: ast.expr) -> bool:
    """True for an expression that is called as contexts of nodes are."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return re.sub(r"^_+|_\d+$", "", name) in _CONTEXT


def refuse(reason: str, module: str, name: str = "") -> NotStandalone:
    """Return the error for a definition of a module."""
    return NotStandalone(reason, where=f"{module}.{name}" if name else module)
