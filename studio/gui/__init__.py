"""The window. The only package that imports Qt; what it shows and changes lives in the packages below it.

Its rooms from above, each of which knows only those below it (a contract in `pyproject.toml` holds them to it): `frame`
is the window itself; `actions` what can be done; `panels`, `settings_dialog` and `welcome` what stands around and in
place of a graph; `popups` what comes up over it; `problems` what is wrong with it; `edits` how it is changed, `files`
where it is kept, `live` how it runs; `shortcuts` and `dialogs`; `canvas` the graph as it is drawn; `widgets` editors of
values; `workbench` what all of these share; `base` and `theme` what all of them use.
"""
