"""A whole run at a glance: all its steps as compact columns, folded into tracks, on two axes, counted into pixels.

Knows no Qt, and nothing of what is selected or how it looks (`studio.gui.panels.timeline`).

- `reading` asks the trace, on whatever thread, part by part; `whole` keeps what came, as columns.
- `tracks` folds node paths into tracks; `axes` places steps, and windows onto them; `raster` counts what falls into
  each pixel. What is to be known of every step begins in `reading` and `whole`.
"""
