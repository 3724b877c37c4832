"""The panel of stores: what the stores of a run hold, live or at the step that is shown, and what the step changed.

- `looking`: reads stores and compares them with the step before, on a thread of whoever asks; knows no Qt.
- `panel`: follows the run in front; `places_list` are its stores, `rows_table` the content of one over `rows_model`,
  with `search_field` above.

What a store held is found by `studio.replay.states.held`; how its content is a table, each kind says itself
(`Store.rows`).
"""

from studio.gui.panels import Panel, later

PANEL = Panel(
    "stores", "Stores", "bottom", later("studio.gui.panels.stores.panel", "StoresPanel"),
    order=18, keys="Ctrl+Shift+B", waits=True,
    help="What the stores of the run hold, live or at the step that is shown, with what the step has changed.",
)  # fmt: skip
