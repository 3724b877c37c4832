"""`patch.apply`: applies edits to texts, without touching any file."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.edit._closed import closed_of, closed_port
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent
from studio.tools.patches.applying import apply_to_texts


@node(
    "patch.apply",
    title="Apply edits to texts",
    category="Files",
    icon="patch",
    library="unidiff",
    limits="2 million characters, 1,000 edits; all files change or none",
)
class Apply(Node):
    """Apply search/replace blocks or a unified diff to texts, without touching any file: all of them or none.

    Files are an object with the text of each file under its name.  The rules are those of *edit.search_replace* and
    *edit.unified_diff*.  What does not fit comes out of `problems`, and the files stay as they were.  Neither fits what
    names a file outside (`../x`), of git, or made to hold secrets, nor a new file where something is `closed`.
    """

    class Params(Fields):
        kind: Literal["search_replace", "unified_diff"] = param(
            "search_replace", choices=("search_replace", "unified_diff"), help="How the edits are written."
        )

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        edits: str = port(help="The edits, as the model wrote them.")
        closed: list[Any] = closed_port()

    class Out(Fields):
        files: dict[str, Any] = port(help="The files after the edits; as they were if the edits do not fit.")
        applied: bool = port(help="True if all edits were applied; if one does not fit, none is.")
        changed: list[Any] = port(help="The names of the files that changed.")
        diff: str = port(help="What changed, as a unified diff.")
        problems: str = port(help="What does not fit, for whoever wrote the edits; absent if all edits fit.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if not all(isinstance(text, str) for text in inputs.files.values()):
            raise NodeError("`files` is no object of texts by file name.", hint="Build one with *json.build*.")
        outcome, diff = apply_to_texts(params.kind, inputs.edits, inputs.files, closed_of(inputs.closed))
        after = {**inputs.files, **outcome.files}
        fits: Any = Absent("all edits fit")
        return self.Out(
            files={name: text for name, text in after.items() if text is not None},
            applied=not outcome.problems,
            changed=sorted(outcome.files),
            diff=diff,
            problems=outcome.report or fits,
        )
