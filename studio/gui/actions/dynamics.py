"""How a run behaves: the views of the panel Dynamics, the lab, the lamp test, and holding runs at an alarm."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.gui.base.action import Action
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.panels.dynamics.panel import DynamicsPanel

MENU = "Run/Dynamics"


def _panel(workbench: Workbench) -> DynamicsPanel | None:
    """The panel, if it is made already: it waits until somebody sees or asks for it."""
    panel: DynamicsPanel | None = workbench.parts.get("dynamics_panel")
    return panel


def _made(workbench: Workbench) -> DynamicsPanel:
    """The panel, made now if it was not yet."""
    panel: DynamicsPanel = workbench.part("dynamics_panel")
    return panel


def _is_offered(workbench: Workbench) -> bool:
    return workbench.offers("dynamics_panel")


def _view(name: str) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        workbench.panel_asked.emit("dynamics")
        _made(workbench).show_view(name)

    return run


def _beside(workbench: Workbench) -> None:
    is_beside = _is_beside(workbench)
    workbench.panel_asked.emit("dynamics")
    _made(workbench).show_beside(not is_beside)


def _is_beside(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    return panel is not None and panel.view == "lab" and panel.lab is not None and panel.lab.beside.isChecked()


def _wires(workbench: Workbench) -> None:
    panel = _made(workbench)
    if not panel.on_wires.on:
        workbench.panel_asked.emit("dynamics")
    panel.show_on_wires(not panel.on_wires.on)
    workbench.actions_changed.emit()


def _are_on_wires(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    return panel is not None and panel.on_wires.on


def _lamps(workbench: Workbench) -> None:
    """The lamp test of the node that is selected."""
    workbench.panel_asked.emit("dynamics")
    _made(workbench).show_view("lamps")


def _save(workbench: Workbench) -> None:
    panel = _panel(workbench)
    if panel is not None:
        panel.save()


def _can_save(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    return panel is not None and panel.can_save()


def _can_hold(workbench: Workbench) -> bool:
    return "live" in workbench.parts and workbench.document is not None and workbench.document.locked is None


def _hold(workbench: Workbench) -> None:
    assert workbench.document is not None
    workbench.part("live").toggle_alarm_breakpoint(workbench.document)


def _holds(workbench: Workbench) -> bool:
    return _can_hold(workbench) and workbench.part("live").of(workbench.document).holds_at_alarm


ACTIONS = [
    Action("dynamics.diagram", "Space-Time Diagram", MENU, _view("diagram"), keys=("Ctrl+Alt+D",), when=_is_offered,
           order=100, help="Show what each module said at each tick of the run in front."),
    Action("dynamics.flow", "Flow between Modules", MENU, _view("flow"), when=_is_offered, order=101,
           help="Show who takes up what from whom."),
    Action("dynamics.modules", "Measures of Modules", MENU, _view("modules"), when=_is_offered, order=102,
           help="Show what was measured of each module."),
    Action("dynamics.lamps", "Lamp Test", MENU, _lamps, keys=("Ctrl+Alt+L",), when=_is_offered, order=103,
           help="Show whether more answers of a module say more than one alone."),
    Action("dynamics.wires", "Flow on Wires", MENU, _wires, keys=("Ctrl+Alt+W",), when=_is_offered,
           checked=_are_on_wires, order=200, help="Show on the wires how much of what is said over them is taken up."),
    Action("dynamics.lab", "Automata Lab", MENU, _view("lab"), keys=("Ctrl+Alt+A",), when=_is_offered, order=300,
           help="Draw a cellular automaton and judge which class it is in."),
    Action("dynamics.beside", "Automaton beside the Run", MENU, _beside, when=_is_offered, checked=_is_beside,
           order=301, help="Show an automaton and the run in front side by side."),
    Action("dynamics.save", "Save Picture…", MENU, _save, when=_can_save, order=400,
           help="Save what the panel Dynamics draws as PNG or SVG."),
    Action("dynamics.hold", "Hold at an Alarm", "Run", _hold, keys=("Alt+F9",), when=_can_hold, checked=_holds,
           order=403, help="Hold runs of this graph when an alarm is raised: they freeze, circle or wander."),
]  # fmt: skip
