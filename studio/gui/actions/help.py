"""Where help is."""

from __future__ import annotations

from collections.abc import Callable

from studio.gui.base.action import Action
from studio.gui.workbench import Workbench


def _page(name: str) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        from studio.gui.dialogs.help_pages import show_help

        show_help(workbench, name)

    return run


def _about(workbench: Workbench) -> None:
    from studio.gui.dialogs.about import show_about

    show_about(workbench)


def _see_run(workbench: Workbench) -> None:
    from studio.gui.popups.example_runs import ExampleRuns

    asks = workbench.parts.get("example_runs")
    if asks is None:
        asks = workbench.parts["example_runs"] = ExampleRuns(workbench, workbench.part("window"))
    asks.ask()


ACTIONS = [
    Action("help.welcome", "Welcome", "Help", lambda w: w.part("pages").welcome(asked=True), order=100,
           help="Show the welcome page with the templates."),
    Action("help.start", "Getting Started", "Help", _page("getting_started"), keys=("F1",), order=101,
           help="Read how to begin."),
    Action("help.window", "The Window", "Help", _page("window"), order=102,
           help="Read how graphs are drawn, run and mended here."),
    Action("help.commands", "Commands", "Help", _page("commands"), order=103,
           help="Read what the command line can do."),
    Action("help.see_run", "See It Run…", "Help", _see_run, order=101,
           help="Choose an example and step through its recorded run. It needs no key and no model."),
    Action("help.about", "About Ganglia Studio", "Help", _about, order=200, help="Version, licence, folders."),
]  # fmt: skip
