"""`text.numbered`: the entries of a numbered list."""

from __future__ import annotations

import re
from typing import Any, Literal

from studio.spec import Fields, Node, RunContext, node, param, port


@node("text.numbered", title="Read a numbered list", category="Text", icon="list", limits="1,000,000 characters")
class Numbered(Node):
    """Read a numbered list, one entry per line: `2. Call the farmers`.

    A line is cut at its first full stop: before it stands the number, after it the text. Lines without a full stop are
    left out, such as headings; so are those that `number` or `strip_signs` rule out.

    As a reader of what models write it is as forgiving as babyagi's (2023): with *anything* a sentence such as
    `Ask Dr. Lee` is an entry with the number `Ask Dr`, and only who uses the number finds out. *Digits* keeps only the
    digits before the full stop, of `Task 3)` the 3, and may come out empty; *needed* leaves out lines without any.
    """

    class Params(Fields):
        number: Literal["anything", "digits", "needed"] = param(
            "anything",
            choices=("anything", "digits", "needed"),
            help="The number: anything before the full stop, the digits in it, or at least one digit is needed.",
        )
        strip_signs: bool = param(
            False, help="Take all signs but letters, digits and _ out of the texts, and leave out what is empty then."
        )

    class In(Fields):
        text: str = port(help="The text that holds the list.")

    class Out(Fields):
        entries: list[Any] = port(help="Objects with `number` (a text) and `text`, in order.")
        texts: list[Any] = port(help="Only the texts, in order.")
        length: int = port(help="How many there are.")
        left_out: list[Any] = port(help="The lines that are no entries, blank ones apart.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        entries: list[Any] = []
        left_out: list[Any] = []
        for line in inputs.text.strip().split("\n"):
            before, stop, after = line.strip().partition(".")
            number, text = before.strip(), after.strip()
            if params.number != "anything":
                number = "".join(sign for sign in before if sign.isnumeric())
            if params.strip_signs:
                text = re.sub(r"[^\w\s]+", "", after).strip()
            no_number = params.number == "needed" and not number
            no_text = params.strip_signs and not text
            if stop and not no_number and not no_text:
                entries.append({"number": number, "text": text})
            elif line.strip():
                left_out.append(line.strip())
        texts: list[Any] = [one["text"] for one in entries]
        return self.Out(entries=entries, texts=texts, length=len(entries), left_out=left_out)
