"""Running on from a step of a recorded run with something changed, out of the window.

- `service`: the service `forks` of the workbench; a draft for each open run, what it would take, and its running.
- `todays`: the graph file of a run as it is today, and a draft's params set in it.

What a draft can hold, and what is wrong with one, is `studio.replay.drafts`; how a run goes on,
`studio.replay.continuing`. The panel in which a draft is made is `studio.gui.panels.fork`.
"""
