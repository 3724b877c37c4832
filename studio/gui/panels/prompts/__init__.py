"""The prompts panel: find prompts and replies of all runs, or ask the runs in SQL.

- `panel`: the two pages and which file is asked (`run_files`); `kept` remembers filters, columns and sizes.
- `asker`: asks the file on a thread of its own; both pages go through it.
- Finding: `search_page`, made of `words_field`, `filters`, `table` over `model` with `columns`, `detail` and
  `empty_page`; `searching` asks page by page, `node_paths` turns a node of the canvas into a filter.
- SQL: `sql_page`, made of `sql_editor`, `sql_results`, `tables_view`, and the saved queries: `library` (all of them),
  `keeping` (a person's own), `saving_bar`, `file_dialogs`.

What is found, and what a query may do, is decided in `studio.trace`.
"""

from studio.gui.panels import Panel, later

PANEL = Panel(
    "prompts", "Prompts", "bottom", later("studio.gui.panels.prompts.panel", "PromptsPanel"),
    order=16, keys="Ctrl+Shift+F",
    waits=True, part="prompts",
    help="Find prompts and replies of all runs by words and filters, or ask the runs in SQL; go to the step of one.",
)  # fmt: skip
