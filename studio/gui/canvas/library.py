"""NodeGraphQt as we stand on it: what of it we use, loaded quickly, its overrides of Qt methods made safe.

Nothing else imports NodeGraphQt. Its classes give us view, scene, items and controller; facts about the graph,
undo and files are the document's.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from studio.gui.base.guard import guarded


@contextmanager
def _without_distutils() -> Iterator[None]:
    """NodeGraphQt compares two versions with distutils, which newer Pythons lack and setuptools gives slowly."""
    if "distutils" in sys.modules:
        yield
        return
    package, module = types.ModuleType("distutils"), types.ModuleType("distutils.version")
    module.LooseVersion = _LooseVersion  # type: ignore[attr-defined]
    package.version = module  # type: ignore[attr-defined]
    sys.modules["distutils"], sys.modules["distutils.version"] = package, module
    try:
        yield
    finally:
        if sys.modules.get("distutils") is package:
            del sys.modules["distutils"], sys.modules["distutils.version"]


class _LooseVersion:
    """As much of distutils' class as comparing `6.11.3` with `5.10` takes."""

    def __init__(self, text: str) -> None:
        self.parts = [int(part) for part in text.split(".") if part.isdigit()]

    def __ge__(self, other: _LooseVersion) -> bool:
        return self.parts >= other.parts


with _without_distutils():
    from NodeGraphQt import NodeGraph, NodeObject
    from NodeGraphQt.base.model import NodeModel
    from NodeGraphQt.constants import PortTypeEnum
    from NodeGraphQt.qgraphics.node_abstract import AbstractNodeItem
    from NodeGraphQt.qgraphics.pipe import PipeItem
    from NodeGraphQt.qgraphics.port import PortItem
    from NodeGraphQt.widgets.viewer import NodeViewer

__all__ = [
    "IN", "OUT", "AbstractNodeItem", "NodeGraph", "NodeModel", "NodeObject", "NodeViewer", "PipeItem", "PortItem",
]  # fmt: skip

IN: str = PortTypeEnum.IN.value
OUT: str = PortTypeEnum.OUT.value

_OVERRIDES = frozenset({
    "paint", "boundingRect", "shape", "itemChange", "data", "eventFilter", "event", "sizeHint", "redo", "undo",
    "drawBackground", "drawForeground",
})  # fmt: skip


def _harmless(name: str) -> Any:
    match name:
        case "boundingRect":
            return QRectF
        case "shape":
            return QPainterPath
        case "eventFilter" | "event":
            return False
        case _:
            return None


def guard_library() -> int:
    """Make every override of a Qt method in NodeGraphQt's own classes safe; return how many were wrapped."""
    wrapped = 0
    for module_name, module in list(sys.modules.items()):
        if not module_name.startswith("NodeGraphQt.") or module is None:
            continue
        for cls in list(vars(module).values()):
            if not inspect.isclass(cls) or cls.__module__ != module_name:
                continue
            for name, member in list(vars(cls).items()):
                override = name in _OVERRIDES or name.endswith("Event")
                if override and inspect.isfunction(member) and not hasattr(member, "__wrapped__"):
                    if name == "itemChange":
                        setattr(cls, name, _guarded_item_change(member))
                    else:
                        setattr(cls, name, guarded(_harmless(name))(member))
                    wrapped += 1
    return wrapped


def _guarded_item_change(method: Any) -> Any:
    """`itemChange` must give back the value it was asked about, whatever happened."""
    safe = guarded(_FAILED)(method)

    def item_change(self: Any, change: Any, value: Any) -> Any:
        result = safe(self, change, value)
        return value if result is _FAILED else result

    item_change.__wrapped__ = method  # type: ignore[attr-defined]
    return item_change


_FAILED = object()

guard_library()
