"""`patch.hunks`: applies those hunks of a model's diffs that fit."""

from __future__ import annotations

from typing import Any, Literal

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent
from studio.tools.patches.hunks import apply_hunks, read_diffs

MOST_CHARACTERS = 2_000_000


@node(
    "patch.hunks",
    title="Apply the hunks that fit",
    category="Files",
    icon="patch",
    limits="2 million characters, 1,000 hunks a file",
)
class Hunks(Node):
    """Apply a model's unified diffs to texts, hunk by hunk: what fits is applied, what does not is told.

    The diffs stand in fenced blocks, each with `--- NAME`, `+++ NAME` and hunks.  Numbers of lines are not trusted:
    a hunk belongs where its first line stands, lines being the same if nine tenths of their signs are.  A line that the
    model left out is taken in, one that it made up is left out, a comment that stands nowhere is added; if that does
    not help, the hunk is a problem, and the others are applied all the same.  `--- /dev/null` makes a file.

    No file is touched.  To apply all edits or none, and exactly, take *patch.apply*.  Rules: gpt-engineer 0.3.1,
    `core/diff.py`, which has `most_at_end: 1` and `only_adds: replace`.
    """

    class Params(Fields):
        most_at_end: int | None = param(
            None, ge=0, help="So many lines may be added behind the last line of a file; empty: any number."
        )
        only_adds: Literal["problem", "replace"] = param(
            "problem",
            choices=("problem", "replace"),
            help="A hunk that names no line of a file that is there: a problem, or it replaces the file.",
        )
        most_told: int = param(10, ge=1, le=1_000, help="So many problems are told in `problems`.")

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        edits: str = port(help="What the model wrote, with diffs in fenced blocks.")

    class Out(Fields):
        files: dict[str, Any] = port(help="The files after the hunks that fit.")
        changed: dict[str, Any] = port(help="Only the files that are new or changed.")
        applied: int = port(help="How many hunks were applied.")
        misfits: int = port(help="How many hunks, or files, do not fit.")
        problems: str = port(help="What does not fit and why, for whoever wrote it; absent if all fits.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if not all(isinstance(text, str) for text in inputs.files.values()):
            raise NodeError("`files` is no object of texts by file name.", hint="Build one with *json.build*.")
        if len(inputs.edits) + sum(map(len, inputs.files.values())) > MOST_CHARACTERS:
            raise NodeError(f"files and edits have more than {MOST_CHARACTERS} characters.", hint="Give fewer files.")
        after, applied, faults = apply_hunks(
            inputs.files,
            read_diffs(inputs.edits),
            most_at_end=params.most_at_end,
            replace=params.only_adds == "replace",
        )
        problems: Any = "\n\n".join(faults[: params.most_told]) if faults else Absent("all hunks fit")
        return self.Out(
            files=after,
            changed={name: text for name, text in after.items() if inputs.files.get(name) != text},
            applied=applied,
            misfits=len(faults),
            problems=problems,
        )
