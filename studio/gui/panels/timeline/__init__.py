"""The timeline panel: the one scrubber over recorded and live runs.

- `panel`: a timeline for each open run; what it shows is read through the session's thread. `empty`: without a run.
- `timeline`: one run drawn whole, made of `transport` (the bar), `names`, `minimap`, `ruler` and `tracks_area`. The
  latter three are an `area`: places to pixels and back.
- `state`: what is shown, which axis, part and tracks, in which colours (no Qt); `painting` draws it, `finding` says
  what is drawn at a point, `hover` what is told of it, `menus` what can be done with it; `scrubbing` goes to steps
  by mouse.

What there is to draw is `studio.replay.overview`; moves are the session's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel, later

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.gui.workbench import Workbench


def _wakes(workbench: Workbench, wake: Callable[[], object]) -> None:
    """A run that is opened brings its timeline to the front."""
    workbench.part("replay").opened.connect(lambda *_: wake())


PANEL = Panel(
    "timeline", "Timeline", "bottom", later("studio.gui.panels.timeline.panel", "TimelinePanel"),
    order=12, keys="Ctrl+Shift+T",
    waits=True, part="timeline", wakes=_wakes,
    help="All firings of the run that is shown, a track per node: go to any step, zoom, and see what failed or asked.",
)  # fmt: skip
