"""Replay mode: a recorded run laid over the graph as it ran, at any step of it.

What is open:
- `session`: one open run, where it stands, how it is moved and what is lit in it (no Qt); `lit` is what is lit, `tabs`
  which execution of a graph each tab shows. A new question about a run at a step goes to `studio.replay`, not here.
- `service` (`replay`): the sessions of a window; opens and closes runs and tells the parts of the window of it.
- `awaiting`: runs that are to be watched and have no step yet.
- `trace_files` (`trace_files`): files of runs that came from elsewhere, for reading only. `in_front`: for actions.

What is seen of it:
- `showing`: a node and a wire at a step, as the canvas takes them; `canvases` puts them there, from `shots`, the values
  that were read. How a state looks is changed in `showing` or in `studio.gui.canvas`.
- `strip`: the bar above the graph; `telling`: its words; `picks`: which item of a map a canvas shows.

How it is moved: `player` plays, `long_moves` looks for steps that are far away, `keys` says which key does what. The
moves themselves are the cursor's (`studio.replay.cursor`).

Rooms: `causes` (why), `forking` (run on with a change), `comparing` (two runs side by side).
"""
