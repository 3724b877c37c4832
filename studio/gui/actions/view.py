"""What is shown: tabs, panels, theme, full screen."""

from __future__ import annotations

from collections.abc import Callable

from studio.gui.base.action import Action, with_graph
from studio.gui.panels import Panel, all_panels
from studio.gui.workbench import Workbench


def _theme(name: str) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        workbench.change_setting("window.theme", name)

    return run


def _is_theme(name: str) -> Callable[[Workbench], bool]:
    return lambda workbench: str(workbench.settings["window.theme"]) == name


def _theme_is_free(workbench: Workbench) -> bool:
    return workbench.settings.origin("window.theme") != "environment"


def _panel_action(panel: Panel, order: int) -> Action:
    return Action(
        f"view.panel.{panel.id}", panel.title, "View/Panels", lambda w: w.part("window").toggle_panel(panel.id),
        keys=(panel.keys,) if panel.keys else (), order=order, help=panel.help or f"Show or hide {panel.title}.",
        checked=lambda w: "window" in w.parts and w.part("window").has_panel(panel.id),
    )  # fmt: skip


def _several(workbench: Workbench) -> bool:
    return "pages" in workbench.parts and workbench.part("pages").count() > 1


def _turn_store_order(workbench: Workbench) -> None:
    workbench.change_setting("canvas.store_order", not workbench.settings["canvas.store_order"])


def _is_inner(workbench: Workbench) -> bool:
    return workbench.current is not None and bool(workbench.current.at)


ACTIONS = [
    Action("view.next_tab", "Next Tab", "View", lambda w: w.part("pages").step(1),
           keys=("Ctrl+Tab", "Ctrl+PgDown"), order=100, when=_several, help="Show the graph in the next tab."),
    Action("view.last_tab", "Previous Tab", "View", lambda w: w.part("pages").step(-1),
           keys=("Ctrl+Shift+Tab", "Ctrl+PgUp"), order=101, when=_several, help="Show the graph in the tab before."),
    Action("view.up", "Enclosing Graph", "View", lambda w: w.part("pages").go_up(), keys=("Alt+Up",), order=102,
           when=_is_inner, help="Show the graph around this subgraph."),
    Action("view.next_pane", "Next Pane", "View", lambda w: w.part("window").next_pane(1), keys=("F6",), order=103,
           help="Move the focus to the next of canvas and panels."),
    Action("view.last_pane", "Previous Pane", "View", lambda w: w.part("window").next_pane(-1), keys=("Shift+F6",),
           order=104, help="Move the focus to the one before of canvas and panels."),
    Action("view.canvas", "Go to Canvas", "View", lambda w: w.part("window").focus_canvas(), keys=("Ctrl+0",),
           order=105, when=with_graph, help="Move the focus to the graph."),
    *(_panel_action(panel, 500 + number) for number, panel in enumerate(all_panels())),
    Action("view.reset_layout", "Reset Layout", "View", lambda w: w.part("window").reset_layout(), order=600,
           help="Put all panels where they stood at first."),
    *(
        Action(f"view.theme.{name}", title, "View/Theme", _theme(name), order=700 + number, when=_theme_is_free,
               checked=_is_theme(name), help=text)
        for number, (name, title, text) in enumerate((
            ("system", "As the Desktop", "Light or dark, as the desktop is set."),
            ("light", "Light", "Dark on light."),
            ("dark", "Dark", "Light on dark."),
        ))
    ),
    Action("view.store_order", "Show Order of Stores", "View", _turn_store_order, keys=("Ctrl+Alt+O",), order=400,
           checked=lambda w: bool(w.settings["canvas.store_order"]),
           help="Draw dotted lines between nodes that use the same store, in the order in which they do."),
    Action("view.full_screen", "Full Screen", "View", lambda w: w.part("window").toggle_full_screen(),
           keys=("Shift+F11",), order=701, checked=lambda w: "window" in w.parts and w.part("window").isFullScreen(),
           help="Fill the screen, or be a window again."),
]  # fmt: skip
