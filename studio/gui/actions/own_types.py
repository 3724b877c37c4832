"""A project's own node types: a new one, and the code of those that wait for approval."""

from __future__ import annotations

from studio.gui.base.action import Action
from studio.gui.workbench import Workbench


def _new(workbench: Workbench) -> None:
    workbench.part("own_types").ask_new(workbench.document)


def _why_no_new(workbench: Workbench) -> str:
    own, document = workbench.parts.get("own_types"), workbench.document
    return "" if own is None or document is None else str(own.why_no_new(document))


def _can_new(workbench: Workbench) -> bool:
    return "own_types" in workbench.parts and workbench.document is not None and not _why_no_new(workbench)


def _show(workbench: Workbench) -> None:
    workbench.part("own_types").show_code(workbench.document)


def _waits(workbench: Workbench) -> bool:
    own, document = workbench.parts.get("own_types"), workbench.document
    types = None if own is None or document is None else own.types_of(document)
    return types is not None and bool(types.waiting)


ACTIONS = [
    Action("graph.new_type", "New Node Type…", "Graph", _new, when=_can_new, why=_why_no_new, order=103,
           help="Write a node type of your own: a file of Python in the project's nodes folder, which works as it is."),
    Action("graph.approve_types", "Approve Own Node Types…", "Graph", _show, when=_waits,
           why=lambda w: "No node types of this project wait for approval.", order=104,
           help="Read the code of this project's own node types that nobody here approved, and decide."),
]  # fmt: skip
