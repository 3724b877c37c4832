"""Prompts and replies of all runs: found by words, of one node, asked in SQL."""

from __future__ import annotations

from studio.gui.base.action import Action
from studio.gui.workbench import Workbench


def _search(workbench: Workbench) -> None:
    workbench.panel_asked.emit("prompts")
    panel = workbench.part("prompts")
    panel.show_mode(sql=False)
    panel.page.words.setFocus()
    panel.page.words.selectAll()


def _of_node(workbench: Workbench) -> None:
    workbench.panel_asked.emit("prompts")
    workbench.part("prompts").find_node()


def _sql(workbench: Workbench) -> None:
    workbench.panel_asked.emit("prompts")
    workbench.part("prompts").show_sql()


def _clear(workbench: Workbench) -> None:
    workbench.part("prompts").page.clear()


def _one_node(workbench: Workbench) -> bool:
    return workbench.canvas is not None and len(workbench.selection) == 1


def _has_panel(workbench: Workbench) -> bool:
    return workbench.offers("prompts")


ACTIONS = [
    Action(
        "prompts.search", "Search Prompts…", "Run", _search, order=700,
        help="Find prompts and replies of all runs by words, node, model, status, time, tokens or cost.",
    ),
    Action(
        "prompts.of_node", "Prompts of This Node", "Run", _of_node, keys=("Alt+P",), when=_one_node, order=701,
        why=lambda w: "Select one node.",
        help="List what the selected node asked of models: in this run while one is open in replay, else in all runs.",
    ),
    Action(
        "prompts.sql", "Query Runs with SQL…", "Run", _sql, order=702,
        help="Ask the recorded runs in SQL, with saved queries and the views beside it. Only reading is possible.",
    ),
    Action(
        "prompts.clear", "Clear Prompt Filters", "Run", _clear, order=703, when=_has_panel,
        help="Take all words and filters of the panel Prompts away.",
    ),
]  # fmt: skip
