"""Two runs side by side: which steps belong together, where they part, and what differs from there on.

- `service`: the service `comparing` of the workbench; opens two runs beside each other, and a fork beside its parent.
- `comparison`: the two runs and what is known of how they differ (no Qt). What counts as a difference is
  `studio.replay.diff`.
- `page`: the tab, which puts the parts together: `side` (a run with its canvases), `bar` (how it stands, and what
  can be done), `differences_view` over `differences` (the list), `text_view` (a firing of both runs as text).
- `walking`: from difference to difference; `stepping`: which run leads, and how the other follows; `linked`: canvases
  that move together; `facts`: what a fact about the graphs is about, selected.
"""
