"""`schedule.entries`: the plan of a day in broad strokes, as a model writes it in one line or several."""

from __future__ import annotations

import re
from typing import Any, Literal

from studio.spec import Fields, Node, RunContext, node, param, port


@node("schedule.entries", title="Read a day's list", category="Schedules", icon="list", limits="1,000,000 characters")
class Entries(Node):
    """Read a running list of plans: `eat breakfast at 7:00 am, 3) paint until noon, 4) have lunch`.

    An entry is what stands before the number of the next one, if it ends there with a comma, a full stop or its line;
    numbers have one digit and a bracket. That is how the released program of Generative Agents (2023) reads it (but for
    lines without a sign at their end), and so the *last* entry, which no number follows, is lost there. *Keep* takes
    it, too.
    """

    class Params(Fields):
        last: Literal["drop", "keep"] = param(
            "drop", choices=("drop", "keep"), help="What becomes of the last entry, which no number follows."
        )

    class In(Fields):
        text: str = port(help="What the model wrote.")

    class Out(Fields):
        entries: list[Any] = port(help="The entries, without numbers and without the sign at their end.")
        length: int = port(help="How many there are.")
        blank: bool = port(help="True if the text is blank.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        entries: list[Any] = []
        pieces = inputs.text.split(")")
        for piece in pieces[:-1]:
            if not re.search(r"[0-9]\Z", piece):
                continue
            entry = piece[:-1].strip()
            if entry[-1:] in (".", ",") and entry[:-1].strip():
                entries.append(entry[:-1].strip())
            elif entry and re.search(r"\n[ \t]*\Z", piece[:-1]):
                entries.append(entry)
        last = pieces[-1].strip().rstrip(".,").strip()
        if params.last == "keep" and last:
            entries.append(last)
        return self.Out(entries=entries, length=len(entries), blank=not inputs.text.strip())
