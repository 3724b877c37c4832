"""A whole run at a glance: all its steps as compact columns, folded into tracks, on two axes, counted into pixels.

Knows no Qt: `reading` asks the trace (on whatever thread), `whole` keeps what came, `tracks` folds node paths, `axes`
place steps and windows onto them, `raster` counts what falls into each pixel of a drawing.
"""
