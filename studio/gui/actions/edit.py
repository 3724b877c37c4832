"""Undo, redo, the clipboard, and what is done to a selection.

What edits is imported when it is asked for: the window opens without it.
"""

from __future__ import annotations

from collections.abc import Callable

from studio.gui.base.action import Action, with_graph, with_selection
from studio.gui.edits.on_canvas import canvas_of, edit, graph_nodes, named, pin, screen_rect, with_nodes, with_one
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError


def _undo_label(workbench: Workbench) -> str:
    document = workbench.document
    return f"Undo {document.history.undo_label}" if document and document.history.undo_label else "Undo"


def _redo_label(workbench: Workbench) -> str:
    document = workbench.document
    return f"Redo {document.history.redo_label}" if document and document.history.redo_label else "Redo"


def _undo(workbench: Workbench) -> None:
    workbench.commit()
    canvas_of(workbench).cancel_interaction()
    canvas_of(workbench).document.undo()


def _redo(workbench: Workbench) -> None:
    workbench.commit()
    canvas_of(workbench).cancel_interaction()
    canvas_of(workbench).document.redo()


def _cut(workbench: Workbench) -> None:
    from studio.editing.edits import nodes

    names = workbench.selection
    workbench.part("popups").clipboard.copy()
    edit(workbench, f"Cut {named(names)}", lambda document, at: nodes.delete(document, at, names))


def _can_copy(workbench: Workbench) -> bool:
    canvas = workbench.canvas
    return canvas is not None and bool(canvas.selected() or canvas.selected_frames() or canvas.selected_comments())


def _duplicate(keep_inputs: bool) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        from studio.editing.carrying import fragments

        canvas = canvas_of(workbench)
        names = canvas.selected()
        canvas.cancel_interaction()
        label = f"Duplicate {named(names)}"
        with canvas.document.edit(label):
            canvas.document.do(label, pin(canvas))
            made, ops = fragments.duplicate(canvas.document, canvas.at, names, keep_inputs=keep_inputs)
            canvas.document.do(label, ops)
        canvas.select(made)

    return run


def _delete(workbench: Workbench) -> None:
    from studio.gui.canvas.keys import delete

    canvas_of(workbench).cancel_interaction()
    delete(canvas_of(workbench))


def _select_all(workbench: Workbench) -> None:
    canvas_of(workbench).select_all()


def _select_none(workbench: Workbench) -> None:
    canvas_of(workbench).clear_selection()


def _invert(workbench: Workbench) -> None:
    chosen = set(workbench.selection)
    canvas_of(workbench).select([name for name in graph_nodes(workbench) if name not in chosen])


def rename(workbench: Workbench) -> None:
    """Ask for another name of the selected node, where it is seen."""
    from studio.editing.edits import renaming

    canvas = canvas_of(workbench)
    (old,) = canvas.selected()
    document, at = canvas.document, canvas.at

    def check(new: str) -> str:
        try:
            renaming.rename_node(document, at, old, new)
        except StudioError as error:
            return str(error)
        return ""

    def done(new: str) -> None:
        if new != old:
            label = f"Rename {old} to {new}"
            workbench.trying(lambda: document.do(label, renaming.rename_node(document, at, old, new)))
            canvas.select([new])

    hint = "Wires and references follow. Enter takes the name, Esc leaves."
    workbench.part("popups").naming.ask(f"Rename {old}", old, check, done, where=screen_rect(canvas, old), hint=hint)


def set_title(workbench: Workbench) -> None:
    """Ask for the title of the selected node."""
    from studio.editing.edits import nodes

    canvas = canvas_of(workbench)
    (name,) = canvas.selected()
    document, at = canvas.document, canvas.at

    def done(title: str) -> None:
        workbench.trying(lambda: document.do(f"Title of {name}", nodes.set_key(document, at, name, "title", title)))

    workbench.part("popups").naming.ask(
        f"Title of {name}", document.node(at, name).title, lambda title: "", done, where=screen_rect(canvas, name),
        hint="A title is shown with the name. Leave it empty for none.",
    )  # fmt: skip


def _can_delete(workbench: Workbench) -> bool:
    return workbench.canvas is not None and bool(workbench.canvas.selected_items())


ACTIONS = [
    Action(
        "edit.undo", "Undo", "Edit", _undo, keys=("Ctrl+Z",), order=100, label=_undo_label,
        when=lambda w: w.document is not None and bool(w.document.history.undo_label),
        help="Take the last edit back.",
    ),
    Action(
        "edit.redo", "Redo", "Edit", _redo, keys=("Ctrl+Shift+Z", "Ctrl+Y"), order=101, label=_redo_label,
        when=lambda w: w.document is not None and bool(w.document.history.redo_label),
        help="Do the edit that was undone again.",
    ),
    Action(
        "edit.cut", "Cut", "Edit", _cut, keys=("Ctrl+X",), when=with_selection, order=200, canvas=True,
        edits=True, help="Move the selected nodes, with the wires between them, to the clipboard.",
    ),
    Action(
        "edit.copy", "Copy", "Edit", lambda w: w.part("popups").clipboard.copy(), keys=("Ctrl+C",),
        when=_can_copy, order=201, canvas=True,
        help="Copy the selected nodes as text that can be pasted into any graph, window or message.",
    ),
    Action(
        "edit.paste", "Paste", "Edit", lambda w: w.part("popups").clipboard.paste(), keys=("Ctrl+V",),
        when=with_graph, order=202, canvas=True,
        edits=True, help="Add what was copied, from here, another window or a text editor, where the mouse is.",
    ),
    Action(
        "edit.duplicate", "Duplicate", "Edit", _duplicate(False), keys=("Ctrl+D",), when=with_selection, order=203,
        canvas=True, edits=True, help="Copy the selected nodes beside themselves, with the wires between them.",
    ),
    Action(
        "edit.duplicate_wired", "Duplicate with Inputs", "Edit", _duplicate(True), keys=("Ctrl+Shift+D",),
        when=with_selection, order=203, canvas=True,
        edits=True,
        help="Copy the selected nodes beside themselves; wires that come from other nodes lead to the copies, too.",
    ),
    Action(
        "edit.delete", "Delete", "Edit", _delete, keys=("Del", "Backspace"), when=_can_delete, order=204, canvas=True,
        edits=True, help="Delete what is selected: nodes with their wires, wires, frames, comments.",
    ),
    Action(
        "edit.rename", "Rename…", "Edit", rename, keys=("F2",), when=with_one, order=300, canvas=True,
        edits=True, help="Give the node another name; wires and whatever names it follow.",
    ),
    Action(
        "edit.title", "Set Title…", "Edit", set_title, keys=("Shift+F2",), when=with_one, order=301, canvas=True,
        edits=True, help="Give the node a title for people; its name stays.",
    ),
    Action(
        "edit.select_all", "Select All", "Edit", _select_all, keys=("Ctrl+A",), when=with_nodes, order=400, canvas=True,
        help="Select every node of this graph.",
    ),
    Action(
        "edit.select_none", "Select None", "Edit", _select_none, keys=("Ctrl+Shift+A",), when=with_graph, order=401,
        canvas=True, help="Select nothing.",
    ),
    Action(
        "edit.invert_selection", "Invert Selection", "Edit", _invert, keys=("Ctrl+I",), when=with_nodes, order=402,
        canvas=True, help="Select what is not selected, and the other way round.",
    ),
    Action(
        "edit.find", "Find in Graph…", "Edit", lambda w: w.part("popups").finding.open(), keys=("Ctrl+F",),
        when=with_graph, order=500, help="Find a text in names, prompts, wires and comments, in subgraphs too.",
    ),
    Action(
        "edit.find_next", "Find Next", "Edit", lambda w: w.part("popups").finding.step(1), keys=("F3",),
        when=with_graph, order=501, help="Go to the next place of what was searched last.",
    ),
    Action(
        "edit.find_previous", "Find Previous", "Edit", lambda w: w.part("popups").finding.step(-1), keys=("Shift+F3",),
        when=with_graph, order=502, help="Go to the place before.",
    ),
]  # fmt: skip
