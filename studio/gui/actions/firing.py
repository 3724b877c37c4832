"""The firing that the inspector shows in a recorded run: its copies, its sections, the same node's other firings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.base.action import Action
from studio.gui.replay.in_front import shows_run, why_no_run
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.gui.panels.inspector.firing.page import FiringPage


def _page(workbench: Workbench) -> FiringPage | None:
    """The page, brought up to date; None while no recorded run is shown."""
    inspector = workbench.parts.get("inspector")
    if inspector is None or not shows_run(workbench):
        return None
    inspector.refresh()
    page: FiringPage = inspector.firing_page()
    return page


def _in_replay(workbench: Workbench) -> bool:
    return "inspector" in workbench.parts and shows_run(workbench)


def _copy(id: str, what: str) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        page = _page(workbench)
        if page is None:
            return
        if page.copying.can(id):
            page.copying.copy(id)
        else:
            workbench.say(f"The firing that is shown has no {what}.")

    return run


def _step(back: bool) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        page = _page(workbench)
        if page is not None:
            page.step(back)

    return run


def _show(section: str) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        page = _page(workbench)
        if page is not None:
            page.reveal(section)

    return run


_COPIES = (
    ("curl", "Copy Model Call as curl", "model call", "Copy the model call as a shell command that asks the same."),
    ("python", "Copy Model Call as Python", "model call", "Copy the model call as a few lines of Python with litellm."),
    ("prompt", "Copy Prompt", "prompt", "Copy all messages of the prompt as it was sent."),
    ("reply", "Copy Reply", "reply", "Copy the text that the model answered."),
    ("yaml", "Copy Firing as YAML", "case", "Copy the firing as a test case: inputs, answers, outputs."),
    ("node", "Copy Node as YAML", "node", "Copy the node as it stands in the graph that ran."),
    ("outputs", "Copy Outputs as JSON", "output", "Copy all that the firing gave."),
)

ACTIONS = [
    *(
        Action(f"firing.copy_{id}", title, "Replay/Firing", _copy(id, what), order=900 + number, when=_in_replay,
               why=why_no_run, help=help)
        for number, (id, title, what, help) in enumerate(_COPIES)
    ),
    Action("firing.differences", "Show Differences", "Replay/Firing", _show("changes"), order=1000, when=_in_replay,
           why=why_no_run,
           help="Show how the firing differs from the one before, or from the same one in another run."),
    Action("firing.raw", "Show Raw JSON", "Replay/Firing", _show("raw"), order=1001, when=_in_replay, why=why_no_run,
           help="Show all that is recorded of the firing as JSON."),
    Action("firing.before", "Firing Before of Shown Node", "Replay/Firing", _step(True), order=1100, when=_in_replay,
           why=why_no_run, help="Go to the firing before of the node that the inspector shows."),
    Action("firing.next", "Next Firing of Shown Node", "Replay/Firing", _step(False), order=1101, when=_in_replay,
           why=why_no_run, help="Go to the next firing of the node that the inspector shows."),
]  # fmt: skip
